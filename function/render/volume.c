/* SPDX-License-Identifier: Apache-2.0 */
/* Volume: a PersistentVolumeClaim on Cinder.  It is Ready when it is bound and as large as asked for, and also while it waits for
 * its first pod: a class with binding mode WaitForFirstConsumer makes the volume when a pod that uses it is scheduled. */
#include "function/render/volume.h"
#include "function/render/kind.h"

static const struct part parts[] = {
    [WORKLOAD_OBJECT] = { "volume", "-volume" },
    [WORKLOAD_NAMESPACE] = { "namespace", "-volume-namespace" },
    [VOLUME_CLASSES] = { "storage-classes", "-volume-storage-classes" },
    [VOLUME_EVENTS] = { "events", "-volume-events" },
    [VOLUME_ATTACHMENTS] = { "attachments", "-volume-attachments" },
    [VOLUME_PARTS] = { NULL, "" },
};

/* ---- the Requests ------------------------------------------------------------------------------------------------ */

/* Numbers of bytes of a capacity, which is in whole Gi; jq 1.6 has no way to parse a quantity. */
#define BYTES                                                                                                \
    "def bytes: ((tostring | capture(\"^(?<n>[0-9]+)(?<u>[A-Za-z]*)$\")) // {n: \"0\"}) as $q | ($q.n | "    \
    "tonumber) * "                                                                                           \
    "({\"Ki\": 1024, \"Mi\": 1048576, \"Gi\": 1073741824, \"Ti\": 1099511627776, \"Pi\": 1125899906842624, " \
    "\"k\": 1000, \"M\": 1000000, \"G\": 1000000000, \"T\": 1000000000000, \"P\": 1000000000000000}[$q.u "   \
    "// \"\"] "                                                                                              \
    "// 1); "

/* Bound, grown, and nothing left to do; or rightly waiting for a pod. */
static const char ready[] =
    BYTES ".payload.body as $p | .response.body | .metadata.deletionTimestamp == null and "
          "((.status.phase == \"Bound\" and (.status.capacity.storage // \"0\" | bytes) >= "
          "$p.want.bytes and "
          "([.status.conditions[]? | select(.status == \"True\") | .type | select(. == \"Resizing\" or . == "
          "\"FileSystemResizePending\")] | length) == 0) or "
          "(.status.phase == \"Pending\" and $p.want.waitsForPod == true and "
          "(.metadata.annotations // {} | .[\"volume.kubernetes.io/selected-node\"]) == null))";

static const char failure[] = "if .response.body.status.phase == \"Lost\" then {reason: \"Lost\", message: "
                              "\"The volume behind the claim is "
                              "gone\"} else null end";

static const char projection[] =
    ".response.body | {phase: .status.phase, requested: .spec.resources.requests.storage, capacity: "
    ".status.capacity.storage, volumeName: .spec.volumeName, "
    "storageClassName: .spec.storageClassName, accessModes: .spec.accessModes, volumeMode: .spec.volumeMode, "
    "selectedNode: (.metadata.annotations // {} | .[\"volume.kubernetes.io/selected-node\"]), "
    "resizing: ([.status.conditions[]? | select(.status == \"True\") | .type | select(. == \"Resizing\" or . "
    "== "
    "\"FileSystemResizePending\")] | first), deleting: (.metadata.deletionTimestamp != null)} "
    "| with_entries(select(.value != null))";

static const char *const core[] = { "v1", NULL };

static struct inside_kind claim = {
    .kind = "PersistentVolumeClaim",
    .resource = "persistentvolumeclaims",
    .versions = core,
    .ready = ready,
    .failure = failure,
    .projection = projection,
};

static struct inside_probe classes = {
    .ready = ".response.statusCode == 200",
    .projection =
        "{classes: [.response.body.items[]? | {name: .metadata.name, bindingMode: (.volumeBindingMode // "
        "\"Immediate\"), expandable: (.allowVolumeExpansion == true), default: ((.metadata.annotations // {} "
        "| "
        ".[\"storageclass.kubernetes.io/is-default-class\"]) == \"true\")}] | sort_by(.name) | .[:64]}",
};

/* Warnings count while they are the newest; WaitForFirstConsumer and the like are no news. */
static struct inside_probe events = {
    .ready = ".response.statusCode == 200",
    .projection = "{newest: ([.response.body.items[]? | select(.type == \"Warning\" or .reason == "
                  "\"ProvisioningSucceeded\" or "
                  ".reason == \"VolumeResizeSuccessful\" or .reason == \"FileSystemResizeSuccessful\")] | "
                  "sort_by(.lastTimestamp // .series.lastObservedTime // .eventTime // "
                  ".metadata.creationTimestamp // \"\") | last "
                  "| if . == null then null else {type, reason, message: (.message // \"\" | .[:600])} end)}",
};

/* What the last word is about each volume that pods in the namespace use, when it is that it cannot be attached: whose they are is
 * not ours, and what is wrong with them stops no volume from being Ready. */
static struct inside_probe attachments = {
    .ready = ".response.statusCode == 200",
    .projection =
        "{failed: ([.response.body.items[]? | {at: (.lastTimestamp // .series.lastObservedTime // "
        ".eventTime // .metadata.creationTimestamp // \"\"), type, pod: .involvedObject.name, message: "
        "(.message // \"\" | .[:500])} | .volume = (.message | [match(\"volume "
        "\\\"([^\\\"]+)\\\"\").captures[0].string] | first) | select(.volume != null)] | "
        "group_by(.volume) | map(max_by([.at, .type != \"Warning\"]) | select(.type == \"Warning\") | "
        "{volume, pod, message}) | "
        ".[:32])}",
};

static json_t *claim_spec(const struct volume *v)
{
    const struct volume_spec *s = &v->spec;

    return jx_object(
        jx_o("accessModes", jx_pack("[s]", volume_access_mode(s))),
        jx_o("resources", jx_pack("{s:{s:s}}", "requests", "storage", v->now ? v->now : s->size)),
        jx_s("storageClassName", s->storage_class), jx_s("volumeMode", s->volume_mode));
}

static void compose(struct volume *v)
{
    struct workload *w = &v->w;
    CLEAN(free)
    char *events_url = x_asprintf(
        "/api/v1/namespaces/%s/events?fieldSelector=involvedObject.kind%%3DPersistentVolumeClaim%%2C"
        "involvedObject.name%%3D%s",
        w->spec.ns, w->call.names.own);
    CLEAN(free)
    char *attachments_url =
        x_asprintf("/api/v1/namespaces/%s/"
                   "events?fieldSelector=involvedObject.kind%%3DPod%%2Csource%%3Dattachdetach-controller",
                   w->spec.ns);
    bool calm = w->seen[WORKLOAD_OBJECT].ready;

    workload_put_namespace(w);
    workload_put_object(w, WORKLOAD_OBJECT, &claim, workload_metadata(w, v->spec.labels, v->spec.annotations),
                        claim_spec(v),
                        jx_object(jx_i("bytes", (json_int_t)v->size.bytes), jx_b("waitsForPod", v->waits),
                                  /* another text is observed again: the pod may have come meanwhile */
                                  jx_s("later", v->now ? v->spec.size : NULL)));
    workload_put_probe(w, VOLUME_CLASSES, &classes, "/apis/storage.k8s.io/v1/storageclasses", "10m");
    workload_put_probe(w, VOLUME_EVENTS, &events, events_url, calm ? "10m" : "15s");
    /* before it is bound there is nothing to attach */
    if (jx_at(w->seen[WORKLOAD_OBJECT].at_provider, "volumeName") || w->seen[VOLUME_ATTACHMENTS].object)
        workload_put_probe(w, VOLUME_ATTACHMENTS, &attachments, attachments_url, "5m");
}

/* ---- what the cluster says --------------------------------------------------------------------------------------- */

static void find_class(struct volume *v)
{
    const json_t *list = jx_at(v->w.seen[VOLUME_CLASSES].at_provider, "classes"),
                 *at = v->w.seen[WORKLOAD_OBJECT].at_provider;
    size_t i;
    json_t *one;

    v->class_name = jx_str(at, "storageClassName", v->spec.storage_class);
    json_array_foreach (list, i, one)
        if (v->class_name ? !strcmp(jx_str(one, "name", ""), v->class_name) : jx_bool(one, "default", false))
            v->class = one;
    v->default_missing = !v->class_name && json_array_size(list) && !v->class;
    v->waits = !strcmp(jx_str(v->class, "bindingMode", ""), "WaitForFirstConsumer");
}

/* "default, fast" */
static char *class_names(const struct volume *v)
{
    const json_t *list = jx_at(v->w.seen[VOLUME_CLASSES].at_provider, "classes");
    char *all = x_strdup("");
    size_t i;
    json_t *one;

    json_array_foreach (list, i, one) {
        CLEAN(free) char *before = all;

        all = x_asprintf("%s%s%.64s", before, i ? ", " : "", jx_str(one, "name", ""));
    }
    return all;
}

static const char *explain(const char *message)
{
    static const struct {
        const char *has, *say;
    } table[] = {
        { "uota", "the project's OpenStack quota of volumes is used up: ask Cleura for more, or delete what "
                  "is not used" },
        { "ResourceExhausted",
          "the project's quota of volumes or the storage is used up: ask Cleura for more" },
        { "not found", "correct spec.storageClassName, or leave it out" },
        { "availability zone", "the volume cannot be in the zone of the node: use a class of that zone" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (strstr(message, table[i].has))
            return table[i].say;
    return "it is tried again";
}

static bool event_trouble(const struct volume *v, struct link *l)
{
    const json_t *newest = jx_at(v->w.seen[VOLUME_EVENTS].at_provider, "newest");
    const char *message = jx_str(newest, "message", "");

    if (strcmp(jx_str(newest, "type", ""), "Warning") != 0)
        return false;
    link_unmet(l, jx_str(newest, "reason", "Failed"), "The cluster says: %.600s; %s", message,
               explain(message));
    return true;
}

/* What a pod that cannot have the volume needs. */
static const char *explain_attachment(const char *message)
{
    static const struct {
        const char *has, *say;
    } table[] = {
        { "Multi-Attach",
          "a volume attaches to one node at a time: run one replica with strategy Recreate, or a "
          "StatefulSet" },
        { "disk devices", "a node takes about 25 volumes: add workers, or spread the pods over more nodes" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (strstr(message, table[i].has))
            return table[i].say;
    return "it is tried again";
}

static void advise_of_attachment(struct volume *v)
{
    const char *volume = jx_str(v->w.seen[WORKLOAD_OBJECT].at_provider, "volumeName", NULL);
    size_t i;
    json_t *one;

    json_array_foreach (jx_at(v->w.seen[VOLUME_ATTACHMENTS].at_provider, "failed"), i, one)
        if (volume && !strcmp(jx_str(one, "volume", ""), volume))
            problems_add(&v->w.call.advice, "Pod %.253s does not get the volume: %.500s; %s",
                         jx_str(one, "pod", "?"), jx_str(one, "message", ""),
                         explain_attachment(jx_str(one, "message", "")));
}

/* The volume that there was, when it is not the one that there is: told by nothing but the status of before, since a claim in a
 * cluster that was made anew has the name of the old one.  While there is none it is kept in mind. */
static const char *former_volume(const struct volume *v)
{
    const json_t *before = json_object_get(v->w.call.req->composite, "status");
    const char *now = jx_str(v->w.seen[WORKLOAD_OBJECT].at_provider, "volumeName", "");
    const char *last = jx_str(before, "volumeName", now), *older = jx_str(before, "previousVolumeName", now);

    return strcmp(last, now) != 0 ? last : strcmp(older, now) != 0 ? older : NULL;
}

static void advise_of_another(struct volume *v)
{
    const char *now = jx_str(v->w.seen[WORKLOAD_OBJECT].at_provider, "volumeName", NULL),
               *former = former_volume(v);

    if (now && former)
        problems_add(
            &v->w.call.advice,
            "The volume is %.253s and was %.253s before: the cluster or the claim was made anew, and "
            "what was on the old volume is not on this one; restore it from a backup",
            now, former);
}

static void look_at_pending(const struct volume *v, struct link *l)
{
    CLEAN(free) char *names = class_names(v);
    const json_t *at = v->w.seen[WORKLOAD_OBJECT].at_provider;
    bool picked = jx_at(at, "selectedNode");

    if (v->class_name && !v->class && *names)
        link_unmet(l, "NoSuchClass", "The cluster has no storage class %.64s; it has: %.600s", v->class_name,
                   names);
    else if (v->default_missing)
        link_unmet(l, "NoDefaultClass",
                   "The cluster has no default storage class: set spec.storageClassName to one of: %.600s",
                   names);
    else if (v->waits && !picked)
        *l = (struct link){ .met = true, .reason = "WaitingForPod" };
    else if (!event_trouble(v, l))
        link_unmet(l, "Provisioning", "Cinder makes the volume; nothing to do");
}

static void look_at_claim(const struct volume *v, struct link *l)
{
    const struct observed *o = &v->w.seen[WORKLOAD_OBJECT];
    const char *phase = jx_str(o->at_provider, "phase", "");

    *l = (struct link){ .met = true, .reason = "Bound" };
    if (jx_bool(o->at_provider, "deleting", false))
        link_unmet(l, "Deleting",
                   "The volume is being deleted, which waits for the last pod that uses it to end");
    else if (!strcmp(phase, "Lost"))
        link_unmet(l, "Lost", "The volume behind the claim is gone: delete this Volume and make another");
    else if (!strcmp(phase, "Pending") || !*phase)
        look_at_pending(v, l);
    else if (jx_at(o->at_provider, "resizing") || !o->ready)
        (void)(event_trouble(v, l) ||
               (link_unmet(l, "Resizing",
                           "The volume grows to %.32s, its filesystem when a pod uses it; nothing to do",
                           v->spec.size ? v->spec.size : "its new size"),
                true));
}

static const char *phase_of(const char *reason)
{
    static const struct {
        const char *reason, *phase;
    } table[] = {
        { "Lost", "Failed" },
        { "Resizing", "Resizing" },
        { "Provisioning", "Provisioning" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (!strcmp(table[i].reason, reason))
            return table[i].phase;
    return "Pending";
}

static void tell(struct volume *v)
{
    struct workload *w = &v->w;
    const json_t *at = w->seen[WORKLOAD_OBJECT].at_provider;
    struct link applied, bound;
    const struct workload_step chain[] = { { "Applied", &applied }, { "Bound", &bound }, { NULL, NULL } };
    bool waiting;

    workload_applied(w, WORKLOAD_OBJECT, &applied);
    look_at_claim(v, &bound);
    waiting = bound.met && !strcmp(bound.reason, "WaitingForPod");
    if (waiting)
        (void)snprintf(bound.text, sizeof(bound.text),
                       "The volume is made when the first pod using it is scheduled");
    jx_add(w->call.r->status, jx_s("claimName", w->call.names.own),
           jx_s("capacity", jx_str(at, "capacity", NULL)), jx_s("volumeName", jx_str(at, "volumeName", NULL)),
           jx_s("previousVolumeName", former_volume(v)),
           jx_s("storageClassName", v->class_name ? v->class_name : jx_str(v->class, "name", NULL)),
           jx_s("bindingMode", jx_str(v->class, "bindingMode", NULL)));
    workload_finish(w, chain, phase_of(bound.reason), waiting ? "WaitingForPod" : NULL,
                    waiting ? bound.text : "The volume is bound");
    /* what it waits for is nothing that is wrong, and yet it is not bound */
    if (waiting)
        conditions_set(w->call.r, "Bound", "Unknown", "WaitingForPod", bound.text);
}

static void render_volume(const struct fn_request *req, struct fn_response *r)
{
    struct volume whole = { 0 }, *v = &whole;
    enum workload_verdict verdict;

    workload_begin(&v->w, req, r, "volume", parts);
    volume_read(v);
    workload_spec(&v->w, &v->spec.w);
    find_class(v);
    volume_rules(v);
    advise_of_attachment(v);
    advise_of_another(v);
    verdict = workload_verdict(&v->w);
    if (verdict == WORKLOAD_RENDER)
        compose(v);
    if (verdict != WORKLOAD_REFUSE)
        tell(v);
    workload_end(&v->w);
}

const struct kind kind_volume = { "Volume", render_volume, parts };
const struct kind kind_xvolume = { "XVolume", render_volume, parts };
