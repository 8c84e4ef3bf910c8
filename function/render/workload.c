/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a spec that lives in a shoot into its Requests.  What the answers mean is in workload_status.c. */
#include "function/render/workload.h"
#include "function/render/desired.h"
#include "function/render/words.h"

enum { LABEL_MAX = 63 };

static const char manager[] = "cleura";

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
    size_t n;
    CLEAN(free) const char **keys = jx_keys(map, &n);

    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(map, keys[i]);

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
}

void workload_check_maps(struct workload *w, const json_t *labels, const json_t *annotations)
{
    check_map(w, "spec.labels", labels, true);
    check_map(w, "spec.annotations", annotations, false);
}

/* ---- what was rendered before ------------------------------------------------------------------------------------ */

static const char *payload(const json_t *request)
{
    return jx_str(request, "spec.forProvider.payload.body", "");
}

json_t *workload_before(const struct workload *w, int id)
{
    const char *text = payload(w->seen[id].object);

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

static json_t *apply_mapping(const char *action, const char *query)
{
    CLEAN(free)
    char *url =
        x_asprintf(".payload.baseUrl + \"/\" + .payload.body.object.metadata.name + \"?fieldManager=%s%s\"",
                   manager, query);
    json_t *mapping = requests_mapping(action, "PATCH", url, ".payload.body.object");

    jx_add(mapping, jx_o("headers", jx_pack("{s:[s]}", "Content-Type", "application/apply-patch+yaml")));
    return mapping;
}

static const char object_url[] = ".payload.baseUrl + \"/\" + .payload.body.object.metadata.name";

static json_t *any_object(const void *of)
{
    const struct workload_kind *k = of;
    json_t *mappings =
        jx_pack("[o, o, o, o]", requests_mapping("OBSERVE", "GET", object_url, NULL),
                apply_mapping("CREATE", "&force=true"), apply_mapping("UPDATE", "&force=true"),
                requests_mapping("REMOVE", "DELETE",
                                 ".payload.baseUrl + \"/\" + .payload.body.object.metadata.name + "
                                 "\"?propagationPolicy=Background\"",
                                 NULL));

    return jx_object(jx_o("mappings", mappings), jx_o("readinessCheck", requests_custom(k->ready)),
                     jx_s("failureCheck", k->failure), jx_s("statusProjection", k->projection),
                     jx_s("storeResponse", "None"), jx_s("identity", ".response.body.metadata.uid"));
}

/* "/apis/<version>/namespaces/<ns>/<resource>"; the core group has a place of its own. */
static char *collection_url(const struct workload *w, const struct workload_kind *k)
{
    const char *version = k->discovered ? "{apiVersion}" : k->versions[0];

    return x_asprintf("/%s/%s/namespaces/%s/%s", k->discovered || strchr(version, '/') ? "apis" : "api",
                      version, w->spec.ns, k->resource);
}

static json_t *versions_list(const struct workload_kind *k)
{
    json_t *list = json_array();

    for (const char *const *v = k->versions; *v; v++)
        jx_append(list, jx_text(*v));
    return list;
}

/* The payload: bodies are texts. Takes all. */
static json_t *payload_of(const char *url, json_t *object, json_t *place, json_t *want)
{
    json_auto_t *doc = jx_object(jx_o("object", object), jx_o("place", place), jx_o("want", want));
    CLEAN(free) char *text = jx_dump(doc);

    return jx_object(jx_s("baseUrl", url), jx_o("body", jx_text(text)));
}

void workload_put_object(struct workload *w, int id, struct workload_kind *kind, json_t *metadata,
                         json_t *spec, json_t *want)
{
    CLEAN(free) char *url = collection_url(w, kind);
    json_t *object = jx_object(jx_s("apiVersion", kind->discovered ? "{apiVersion}" : kind->versions[0]),
                               jx_s("kind", kind->kind), jx_o("metadata", metadata), jx_o("spec", spec));
    json_t *place = jx_object(jx_s("shoot", w->spec.shoot), jx_s("namespace", w->spec.ns));
    json_t *fp = json_copy(jx_fixed(&kind->any, any_object, kind)), *request;

    jx_add(fp, jx_o("payload", payload_of(url, object, place, want)),
           jx_o("apiVersions", kind->discovered ? versions_list(kind) : NULL),
           jx_o("adopt", jx_opt_bool(w->spec.adopt)), jx_s("pollInterval", w->spec.poll),
           jx_s("pollIntervalWhileNotReady", w->call.in.poll_not_ready ? w->call.in.poll_not_ready : "10s"));
    request = requests_request(&w->call.rq, &w->parts[id], fp);
    if (id == WORKLOAD_OBJECT)
        w->current = w->seen[id].object && !w->seen[id].stale &&
                     !strcmp(payload(w->seen[id].object), payload(request));
    desired_put(w->call.r, &w->parts[id], request);
}

/* Without force: it is everybody's. */
static json_t *any_namespace(const void *nothing)
{
    (void)nothing;
    return jx_object(
        jx_o("mappings", jx_pack("[o, o]", requests_mapping("OBSERVE", "GET", object_url, NULL),
                                 apply_mapping("CREATE", ""))),
        jx_o("expectedResponseCheck", requests_custom("true")),
        jx_o("readinessCheck", requests_custom(".response.body.metadata.deletionTimestamp == null")),
        jx_s("storeResponse", "None"), jx_w("pollInterval", "10m"));
}

void workload_put_namespace(struct workload *w)
{
    static struct jx_fixed any;
    json_t *fp = json_copy(jx_fixed(&any, any_namespace, NULL));
    json_t *object = jx_object(jx_w("apiVersion", "v1"), jx_w("kind", "Namespace"),
                               jx_o("metadata", jx_object(jx_s("name", w->spec.ns))));

    jx_add(fp, jx_o("payload", payload_of("/api/v1/namespaces", object, NULL, NULL)));
    desired_put(w->call.r, &w->parts[WORKLOAD_NAMESPACE],
                requests_provision(&w->call.rq, &w->parts[WORKLOAD_NAMESPACE], fp));
}

static json_t *any_probe(const void *of)
{
    const struct workload_probe *p = of;

    return jx_object(
        jx_o("mappings", jx_pack("[o]", requests_mapping("OBSERVE", "GET", ".payload.baseUrl", NULL))),
        jx_o("expectedResponseCheck", requests_custom("true")),
        jx_o("readinessCheck", requests_custom(p->ready)), jx_s("statusProjection", p->projection),
        jx_s("storeResponse", "None"));
}

void workload_put_probe(struct workload *w, int id, struct workload_probe *probe, const char *path,
                        const char *poll)
{
    json_t *fp = json_copy(jx_fixed(&probe->any, any_probe, probe));

    jx_add(fp, jx_o("payload", jx_object(jx_s("baseUrl", path), jx_w("body", "{}"))),
           jx_s("pollInterval", poll));
    desired_put(w->call.r, &w->parts[id], requests_probe(&w->call.rq, &w->parts[id], w->config, fp));
}
