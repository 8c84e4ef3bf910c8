/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a spec that lives in a shoot into its Requests.  What the answers mean is in workload_status.c. */
#include "function/render/workload.h"
#include "function/render/desired.h"
#include "function/render/words.h"

enum { LABEL_MAX = 63, ANNOTATIONS_MAX = 256 << 10 };

void workload_begin(struct workload *w, const struct fn_request *req, struct fn_response *r, const char *noun,
                    const struct part *parts)
{
    *w = (struct workload){ .noun = noun, .parts = parts };
    call_begin(&w->call, req, r);
    for (int id = 0; parts[id].key; id++)
        observed_get(req, &parts[id], &w->seen[id]);
}

void workload_end(struct workload *w) { call_end(&w->call); }

/* ---- the spec ---------------------------------------------------------------------------------------------------- */

static const struct jx_field shoot_ref_fields[] = {
    JX_F_STR(struct workload_spec, shoot, "name", .flags = JX_REQUIRED),
    { 0 },
};

static void check_namespace(struct workload *w)
{
    const char *ns = w->spec.ns;

    if (!ns)
        problems_add(&w->call.problems,
                     "spec.namespace is required here: the namespace in the cluster, for example my-app");
    else if (!words_dns_label(ns) || strlen(ns) > LABEL_MAX)
        problems_add(&w->call.problems,
                     "spec.namespace: \"%.80s\" cannot name a namespace: use lower-case letters, digits and "
                     "hyphens inside, at most %d",
                     ns, LABEL_MAX);
}

static void check_shoot(struct workload *w)
{
    const char *name = w->spec.shoot;

    if (name && (!words_only(name, "-.") || strlen(name) > 253))
        problems_add(&w->call.problems,
                     "spec.shootRef.name: \"%.80s\" is not a Shoot's name; write the metadata.name of a "
                     "Shoot in the same namespace",
                     name);
    if (w->call.in.upstream)
        problems_add(&w->call.problems,
                     "input.executor: provider-http cannot reach into a cluster, since it cannot renew the "
                     "kubeconfig it would need; leave executor out, or make the %s in the cluster by other "
                     "means",
                     w->noun);
}

void workload_spec(struct workload *w, const struct workload_spec *bound)
{
    struct call *c = &w->call;

    w->spec = *bound;
    if (bound->shoot_ref)
        jx_bind_all(bound->shoot_ref, "spec.shootRef", shoot_ref_fields, &w->spec, &c->problems);
    if (!w->spec.ns)
        w->spec.ns = c->names.ns;
    if (!w->spec.poll)
        w->spec.poll = c->in.poll;
    input_duration("spec.pollInterval", bound->poll, &c->problems);
    check_shoot(w);
    check_namespace(w);
    naming_base_of(&c->names, w->spec.shoot ? w->spec.shoot : "", w->config);
    requests_init(&c->rq, &c->names, "ProviderConfig", w->config);
}

void workload_check_name(struct workload *w)
{
    const char *name = w->call.names.own;

    if (words_dns_label(name) && strlen(name) <= LABEL_MAX && !(*name >= '0' && *name <= '9'))
        return;
    problems_add(
        &w->call.problems,
        "%s: \"%.80s\" cannot name a %s in Kubernetes: use at most %d lower-case letters, digits and "
        "hyphens, beginning with a letter",
        name == w->call.names.object ? "metadata.name" : "spec.claimRef.name", name, w->noun, LABEL_MAX);
}

static void check_map(struct workload *w, const char *path, const json_t *map, bool labels)
{
    size_t n, bytes = 0;
    CLEAN(free) const char **keys = jx_keys(map, &n);

    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(map, keys[i]);

        bytes += strlen(keys[i]) + json_string_length(value);
        if (!words_key(keys[i]))
            problems_add(&w->call.problems,
                         "%s: \"%.80s\" is not a key that Kubernetes takes; write for example "
                         "example.com/tier",
                         path, keys[i]);
        if (!json_is_string(value))
            problems_add(&w->call.problems, "%s: the value of \"%.80s\" must be a text: put it in quotes",
                         path, keys[i]);
        else if (labels && !words_value(json_string_value(value)))
            problems_add(&w->call.problems,
                         "%s: \"%.80s\" is not a label's value: at most %d letters, digits, hyphens, dots "
                         "and underscores, letters or digits at both ends",
                         path, json_string_value(value), LABEL_MAX);
    }
    if (!labels && bytes > ANNOTATIONS_MAX)
        problems_add(&w->call.problems,
                     "%s has %zu bytes, and Kubernetes takes at most %d; large data belongs in a ConfigMap",
                     path, bytes, ANNOTATIONS_MAX);
}

void workload_check_maps(struct workload *w, const json_t *labels, const json_t *annotations)
{
    check_map(w, "spec.labels", labels, true);
    check_map(w, "spec.annotations", annotations, false);
}

/* ---- what was rendered before ------------------------------------------------------------------------------------ */

json_t *workload_before(const struct workload *w, int id)
{
    const char *text = inside_payload(w->seen[id].object);

    return *text && w->seen[id].at_provider ? jx_parse(text, strlen(text), NULL) : NULL;
}

void workload_fixed(struct workload *w, const char *path, const char *want, const char *have,
                    const char *hint)
{
    if (want && have && strcmp(want, have) != 0)
        problems_add(
            &w->call.problems,
            "%s: \"%.64s\" cannot replace \"%.64s\": it is fixed when the %s is created; set it back, or %s",
            path, want, have, w->noun, hint);
}

void workload_fixed_place(struct workload *w, const json_t *before)
{
    static const char hint[] = "make another one there and delete this one";

    workload_fixed(w, "spec.shootRef.name", w->spec.shoot, jx_str(before, "place.shoot", NULL), hint);
    workload_fixed(w, "spec.namespace", w->spec.ns, jx_str(before, "place.namespace", NULL), hint);
}

/* ---- composing --------------------------------------------------------------------------------------------------- */

enum workload_verdict workload_verdict(struct workload *w)
{
    struct call *c = &w->call;

    conditions_verdict(c->r, &c->problems, &c->advice);
    if (!c->problems.n)
        return WORKLOAD_RENDER;
    if (!w->seen[WORKLOAD_OBJECT].object) {
        conditions_refuse(c->r, &c->problems);
        return WORKLOAD_REFUSE;
    }
    conditions_lasting(c->r, &c->problems);
    for (int id = 0; w->parts[id].key; id++)
        if (w->seen[id].object)
            desired_keep(c->r, &w->parts[id]);
    w->current = w->lasting = true; /* what is there is all that will be */
    return WORKLOAD_KEEP;
}

json_t *workload_metadata(const struct workload *w, const json_t *labels, const json_t *annotations)
{
    json_t *all = labels ? json_deep_copy(labels) : json_object();

    if (!json_object_get(all, "app.kubernetes.io/managed-by"))
        jx_add(all, jx_w("app.kubernetes.io/managed-by", "cleura"));
    return jx_object(jx_s("name", w->call.names.own), jx_s("namespace", w->spec.ns), jx_o("labels", all),
                     jx_o("annotations", json_object_size(annotations) ? json_deep_copy(annotations) : NULL));
}

void workload_put_object(struct workload *w, int id, struct inside_kind *kind, json_t *metadata, json_t *spec,
                         json_t *want)
{
    json_t *place = jx_object(jx_s("shoot", w->spec.shoot), jx_s("namespace", w->spec.ns));
    json_t *fp = inside_apply(kind, w->spec.ns, metadata, jx_object(jx_o("spec", spec)), place, want),
           *request;

    jx_add(fp, jx_o("adopt", jx_opt_bool(w->spec.adopt)), jx_s("pollInterval", w->spec.poll),
           jx_s("pollIntervalWhileNotReady", w->call.in.poll_not_ready ? w->call.in.poll_not_ready : "10s"));
    request = requests_request(&w->call.rq, &w->parts[id], fp);
    if (id == WORKLOAD_OBJECT)
        w->current = w->seen[id].object && !w->seen[id].stale &&
                     !strcmp(inside_payload(w->seen[id].object), inside_payload(request));
    desired_put(w->call.r, &w->parts[id], request);
}

void workload_put_namespace(struct workload *w)
{
    json_t *fp = inside_namespace(w->spec.ns);

    /* a cluster that was made anew lacks it, and nothing else can be there until it is seen that it does */
    if (w->seen[WORKLOAD_OBJECT].not_synced)
        jx_add(fp, jx_w("pollInterval", "15s"));
    desired_put(w->call.r, &w->parts[WORKLOAD_NAMESPACE],
                requests_provision(&w->call.rq, &w->parts[WORKLOAD_NAMESPACE], fp));
}

void workload_put_probe(struct workload *w, int id, struct inside_probe *probe, const char *path,
                        const char *poll)
{
    json_t *fp = inside_probe(probe, path);

    jx_add(fp, jx_s("pollInterval", poll), jx_s("pollIntervalWhileNotReady", w->call.in.poll_not_ready));
    desired_put(w->call.r, &w->parts[id], requests_probe(&w->call.rq, &w->parts[id], w->config, fp));
}
