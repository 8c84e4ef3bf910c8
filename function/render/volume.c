/* SPDX-License-Identifier: Apache-2.0 */
/* Volume: a PersistentVolumeClaim on Cinder.  It is Ready when it is bound and as large as asked for, and also while it waits for
 * its first pod: a class with binding mode WaitForFirstConsumer makes the volume when a pod that uses it is scheduled. */
#include "function/render/kind.h"
#include "function/render/quantity.h"
#include "function/render/words.h"
#include "function/render/workload.h"

enum {
    GIB_MOST = 1 << 20,
    GIB_QUOTA = 1000 /* what an OpenStack project gets by default */
};

enum { VOLUME_CLASSES = WORKLOAD_OWN, VOLUME_EVENTS, VOLUME_PARTS };

static const struct part parts[] = {
    [WORKLOAD_OBJECT] = { "volume", "-volume" },
    [WORKLOAD_NAMESPACE] = { "namespace", "-volume-namespace" },
    [VOLUME_CLASSES] = { "storage-classes", "-volume-storage-classes" },
    [VOLUME_EVENTS] = { "events", "-volume-events" },
    [VOLUME_PARTS] = { NULL, "" },
};

struct spec {
    struct workload_spec w;
    const char *size, *storage_class, *access_mode, *volume_mode;
    json_t *size_doc, *storage_doc; /* texts, if all is right */
    json_t *access_modes, *resources, *requests, *labels, *annotations;
};

struct volume {
    struct workload w;
    struct spec spec;
    struct quantity size;
    const json_t
        *class; /* of the storage classes in the cluster, the one this volume has; NULL = not known */
    const char *class_name, *size_path;
    const char *now; /* the size that is asked for now; NULL = the spec's */
    bool default_missing, waits;
};

static const char *const volume_modes[] = { "Filesystem", "Block", NULL };

static const struct jx_field fields[] = {
    WORKLOAD_FIELDS(struct spec, w),
    JX_F_TREE(struct spec, size_doc, "size"),
    JX_F_STR(struct spec, storage_class, "storageClassName"),
    JX_F_STR(struct spec, access_mode, "accessMode"),
    JX_F_ARRAY(struct spec, access_modes, "accessModes"),
    JX_F_STR(struct spec, volume_mode, "volumeMode", .one_of = volume_modes),
    JX_F_OBJECT(struct spec, resources, "resources"),
    JX_F_OBJECT(struct spec, labels, "labels"),
    JX_F_OBJECT(struct spec, annotations, "annotations"),
    { 0 },
};
static const struct jx_field resources_fields[] = { JX_F_OBJECT(struct spec, requests, "requests"), { 0 } };
static const struct jx_field requests_fields[] = { JX_F_TREE(struct spec, storage_doc, "storage"), { 0 } };

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

/* 'access modes' of the PVC: one. */
static const char *access_mode(const struct spec *s)
{
    const char *listed = json_string_value(json_array_get(s->access_modes, 0));

    return s->access_mode ? s->access_mode : listed ? listed : "ReadWriteOnce";
}

static json_t *claim_spec(const struct volume *v)
{
    const struct spec *s = &v->spec;

    return jx_object(
        jx_o("accessModes", jx_pack("[s]", access_mode(s))),
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
    bool calm = w->seen[WORKLOAD_OBJECT].ready;

    workload_put_namespace(w);
    workload_put_object(w, WORKLOAD_OBJECT, &claim, workload_metadata(w, v->spec.labels, v->spec.annotations),
                        claim_spec(v),
                        jx_object(jx_i("bytes", (json_int_t)v->size.bytes), jx_b("waitsForPod", v->waits),
                                  /* another text is observed again: the pod may have come meanwhile */
                                  jx_s("later", v->now ? v->spec.size : NULL)));
    workload_put_probe(w, VOLUME_CLASSES, &classes, "/apis/storage.k8s.io/v1/storageclasses", "10m");
    workload_put_probe(w, VOLUME_EVENTS, &events, events_url, calm ? "10m" : "15s");
}

/* ---- rules ------------------------------------------------------------------------------------------------------- */

static void read_shape(struct volume *v)
{
    struct problems *p = &v->w.call.problems;
    struct spec *s = &v->spec;

    jx_bind_all(jx_at(v->w.call.req->composite, "spec"), "spec", fields, s, p);
    if (s->resources)
        jx_bind_all(s->resources, "spec.resources", resources_fields, s, p);
    if (s->requests)
        jx_bind_all(s->requests, "spec.resources.requests", requests_fields, s, p);
    if (s->size_doc && s->storage_doc && !json_equal(s->size_doc, s->storage_doc))
        problems_add(p,
                     "spec.size: \"%.32s\" and spec.resources.requests.storage: \"%.32s\" are two sizes; "
                     "leave one out",
                     json_is_string(s->size_doc) ? json_string_value(s->size_doc) : "?",
                     json_is_string(s->storage_doc) ? json_string_value(s->storage_doc) : "?");
}

/* "20" of "20GB", as a number of Gi; 20 when there is none that makes sense. */
static int gibibytes_meant(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    long n = digits && digits < 6 ? strtol(text, NULL, 10) : 0;

    return n ? (int)n : 20;
}

/* A quantity without a unit is bytes to Kubernetes, and the least volume of Cinder to who wrote "20". */
static void check_bytes(struct volume *v, const char *path, const char *text)
{
    struct call *c = &v->w.call;
    long long gib = (long long)quantity_gib(&v->size);

    if (v->size.bytes < 1)
        problems_add(&c->problems, "%s: \"%.32s\" is no size of a volume; the least is 1Gi", path, text);
    else if (v->size.bytes < 1 << 20)
        problems_add(&c->problems, "%s: \"%.32s\" is %.0f bytes; write for example %dGi", path, text,
                     v->size.bytes, gibibytes_meant(text));
    else if (gib > GIB_MOST)
        problems_add(&c->problems, "%s: \"%.32s\" is more than any volume has; did you mean %dGi?", path,
                     text, gibibytes_meant(text));
    else if (!quantity_whole_gib(&v->size))
        problems_add(&c->advice, "%s: %.32s becomes %lldGi: Cinder makes whole GiB; write %lldGi", path, text,
                     gib, gib);
    if (gib > GIB_QUOTA && gib <= GIB_MOST)
        problems_add(
            &c->advice,
            "%s: %.32s is more than the %d GiB that a project's volumes may have together at first: ask "
            "Cleura for more if your quota was not raised",
            path, text, GIB_QUOTA);
}

/* 21474836480 is 20 GiB, and 20 was meant to be. */
static void tell_number(struct problems *p, const char *path, double n)
{
    struct quantity q = { .bytes = n };
    int64_t gib = n < 1 << 20 ? (int64_t)(n > 0 ? n : 0) : quantity_gib(&q);

    problems_add(p, "%s: %.0f is a number of bytes; write a text with a unit, for example %dGi", path, n,
                 gib > 0 && gib <= GIB_MOST ? (int)gib : 20);
}

static void check_size(struct volume *v)
{
    struct problems *p = &v->w.call.problems;
    struct spec *s = &v->spec;
    const json_t *doc = s->size_doc ? s->size_doc : s->storage_doc;
    const char *path = doc == s->size_doc ? "spec.size" : "spec.resources.requests.storage";
    const char *text = json_string_value(doc);

    v->size_path = path;
    if (!doc)
        problems_add(p, "spec.size is required: for example 20Gi");
    else if (json_is_number(doc))
        tell_number(p, path, json_number_value(doc));
    else if (!text)
        problems_add(p, "%s must be a text such as 20Gi", path);
    else if (!quantity_parse(text, &v->size))
        problems_add(p, "%s: \"%.32s\" is not a size; write for example %dGi", path, text,
                     gibibytes_meant(text));
    else
        check_bytes(v, path, text);
    s->size = text;
}

static void check_mode(struct volume *v, const char *path, const char *mode)
{
    struct problems *p = &v->w.call.problems;

    if (!strcmp(mode, "ReadWriteOnce") || !strcmp(mode, "ReadWriteOncePod"))
        return;
    if (!strcmp(mode, "ReadWriteMany") || !strcmp(mode, "ReadOnlyMany"))
        problems_add(
            p,
            "%s: %s is not possible: Cinder volumes attach to one node, and a pod on a second node would not "
            "start; use ReadWriteOnce, and an object store or a server of files in a pod to share data",
            path, mode);
    else
        problems_add(p, "%s: \"%.32s\" is not an access mode; use ReadWriteOnce or ReadWriteOncePod", path,
                     mode);
}

static void check_access(struct volume *v)
{
    const struct spec *s = &v->spec;
    struct problems *p = &v->w.call.problems;
    size_t i;
    json_t *mode;

    if (s->access_mode && s->access_modes)
        problems_add(p, "spec.accessMode and spec.accessModes say the same thing; leave one out");
    if (s->access_mode)
        check_mode(v, "spec.accessMode", s->access_mode);
    if (s->access_modes && json_array_size(s->access_modes) != 1)
        problems_add(p, "spec.accessModes must have one entry: ReadWriteOnce or ReadWriteOncePod");
    json_array_foreach (s->access_modes, i, mode) {
        CLEAN(free) char *path = x_asprintf("spec.accessModes[%zu]", i);

        if (json_is_string(mode))
            check_mode(v, path, json_string_value(mode));
        else
            problems_add(p, "%s must be a text", path);
    }
}

static void check_class(struct volume *v)
{
    const char *class = v->spec.storage_class;
    struct problems *p = &v->w.call.problems;

    if (class && !*class)
        problems_add(
            p,
            "spec.storageClassName: an empty storage class disables provisioning; leave the field out to get "
            "the cluster's default class");
    else if (class && !words_dns_name(class))
        problems_add(p, "spec.storageClassName: \"%.80s\" is not a storage class's name", class);
}

/* A claim can grow only once it is bound. */
static void hold_growth(struct volume *v, const char *have, const struct quantity *before)
{
    problems_add(
        &v->w.call.advice,
        "%s: the volume grows to %.32s when it is there; until its first pod is scheduled %.32s is asked for",
        v->size_path, v->spec.size, have);
    v->now = have;
    v->size = *before;
}

static void check_growth(struct volume *v, const json_t *at)
{
    const char *have = jx_str(at, "requested", NULL), *path = v->size_path, *want = v->spec.size;
    struct problems *p = &v->w.call.problems;
    struct quantity before;

    if (!want || !v->size.bytes || !have || !quantity_parse(have, &before) || v->size.bytes == before.bytes)
        return;
    if (v->size.bytes < before.bytes)
        problems_add(p, "%s: volumes can only grow: %.32s -> %.32s is not possible; set it to %.32s", path,
                     have, want, have);
    else if (!strcmp(jx_str(at, "phase", ""), "Pending"))
        hold_growth(v, have, &before);
    else if (v->class && !jx_bool(v->class, "expandable", true))
        problems_add(
            p,
            "%s: storage class %.64s does not let volumes grow; set it back to %.32s, or make a new volume",
            path, v->class_name, have);
}

/* Against what is in the cluster: a change that was rejected must not stand in the way of mending it. */
static void check_change(struct volume *v)
{
    static const char hint[] = "make a new volume and copy the data";
    struct workload *w = &v->w;
    const struct spec *s = &v->spec;
    const json_t *at = w->seen[WORKLOAD_OBJECT].at_provider;
    json_auto_t *before = workload_before(w, WORKLOAD_OBJECT);

    if (!before)
        return;
    workload_fixed_place(w, before);
    workload_fixed(w, "spec.storageClassName", s->storage_class, jx_str(at, "storageClassName", NULL), hint);
    if (!s->storage_class && jx_at(before, "object.spec.storageClassName"))
        problems_add(&w->call.problems,
                     "spec.storageClassName cannot be left out any more: it is fixed when the volume is "
                     "created; set it "
                     "to \"%.64s\"",
                     jx_str(before, "object.spec.storageClassName", ""));
    workload_fixed(w, s->access_modes ? "spec.accessModes" : "spec.accessMode", access_mode(s),
                   json_string_value(json_array_get(jx_at(at, "accessModes"), 0)), hint);
    workload_fixed(w, "spec.volumeMode", s->volume_mode ? s->volume_mode : "Filesystem",
                   jx_str(at, "volumeMode", NULL), hint);
    check_growth(v, at);
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
    read_shape(v);
    workload_spec(&v->w, &v->spec.w);
    workload_check_name(&v->w);
    workload_check_maps(&v->w, v->spec.labels, v->spec.annotations);
    check_size(v);
    check_access(v);
    check_class(v);
    find_class(v);
    check_change(v);
    verdict = workload_verdict(&v->w);
    if (verdict == WORKLOAD_RENDER)
        compose(v);
    if (verdict != WORKLOAD_REFUSE)
        tell(v);
    workload_end(&v->w);
}

const struct kind kind_volume = { "Volume", render_volume, parts };
const struct kind kind_xvolume = { "XVolume", render_volume, parts };
