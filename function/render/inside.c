/* SPDX-License-Identifier: Apache-2.0 */
/* What is the same for all objects of a kind is made once and shared. */
#include "function/render/inside.h"
#include "function/render/requests.h"

static const char manager[] = "cleura";
static const char object_url[] = INSIDE_OBJECT_URL;

static json_t *apply_mapping(const char *action, const char *query)
{
    CLEAN(free) char *url = x_asprintf(INSIDE_OBJECT_URL " + \"?fieldManager=%s%s\"", manager, query);
    json_t *mapping = requests_mapping(action, "PATCH", url, ".payload.body.object");

    jx_add(mapping, jx_o("headers", jx_pack("{s:[s]}", "Content-Type", "application/apply-patch+yaml")));
    return mapping;
}

static json_t *mappings_of(const struct inside_kind *k)
{
    json_t *list = json_array();

    jx_append(list, requests_mapping("OBSERVE", "GET", object_url, NULL));
    jx_append(list, apply_mapping("CREATE", "&force=true"));
    if (!k->outdated)
        jx_append(list, apply_mapping("UPDATE", "&force=true"));
    /* what is replaced must be gone with all that belongs to it before there is another */
    jx_append(list, requests_mapping("REMOVE", "DELETE",
                                     k->outdated ? INSIDE_OBJECT_URL " + \"?propagationPolicy=Foreground\""
                                                 : INSIDE_OBJECT_URL " + \"?propagationPolicy=Background\"",
                                     NULL));
    return list;
}

static json_t *replacement(const struct inside_kind *k)
{
    return jx_pack("[o]",
                   jx_object(jx_w("name", "replace"), jx_s("when", k->outdated), jx_w("method", "DELETE"),
                             jx_s("url", INSIDE_OBJECT_URL " + \"?propagationPolicy=Foreground\"")));
}

static json_t *any_object(const void *of)
{
    const struct inside_kind *k = of;

    return jx_object(jx_o("mappings", mappings_of(k)), jx_o("changes", k->outdated ? replacement(k) : NULL),
                     /* differences are the business of 'changes' */
                     jx_o("expectedResponseCheck", k->outdated ? requests_custom("true") : NULL),
                     jx_o("readinessCheck", requests_custom(k->ready)), jx_s("failureCheck", k->failure),
                     jx_s("statusProjection", k->projection), jx_s("storeResponse", "None"),
                     jx_s("identity", k->outdated ? NULL : ".response.body.metadata.uid"));
}

/* "/apis/<version>/namespaces/<ns>/<resource>"; the core group has a place of its own. */
static char *collection_url(const struct inside_kind *k, const char *ns)
{
    const char *version = k->discovered ? "{apiVersion}" : k->versions[0];

    return x_asprintf("/%s/%s/%s%s%s%s", k->discovered || strchr(version, '/') ? "apis" : "api", version,
                      ns ? "namespaces/" : "", ns ? ns : "", ns ? "/" : "", k->resource);
}

static json_t *versions_list(const char *const *versions)
{
    json_t *list = json_array();

    for (const char *const *v = versions; *v; v++)
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

json_t *inside_apply(struct inside_kind *kind, const char *ns, json_t *metadata, json_t *rest, json_t *place,
                     json_t *want)
{
    CLEAN(free) char *url = collection_url(kind, ns);
    json_t *object = jx_object(jx_s("apiVersion", kind->discovered ? "{apiVersion}" : kind->versions[0]),
                               jx_s("kind", kind->kind), jx_o("metadata", metadata));
    json_t *fp = json_copy(jx_fixed(&kind->any, any_object, kind));

    (void)json_object_update(object, rest);
    json_decref(rest);
    jx_add(fp, jx_o("payload", payload_of(url, object, place, want)),
           jx_o("apiVersions", kind->discovered ? versions_list(kind->versions) : NULL));
    return fp;
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

json_t *inside_namespace(const char *name)
{
    static struct jx_fixed any;
    json_t *fp = json_copy(jx_fixed(&any, any_namespace, NULL));
    json_t *object = jx_object(jx_w("apiVersion", "v1"), jx_w("kind", "Namespace"),
                               jx_o("metadata", jx_object(jx_s("name", name))));

    jx_add(fp, jx_o("payload", payload_of("/api/v1/namespaces", object, NULL, NULL)));
    return fp;
}

static json_t *any_probe(const void *of)
{
    const struct inside_probe *p = of;
    json_t *headers = p->accept ? jx_pack("{s:[s]}", "Accept", p->accept) : NULL;

    return jx_object(
        jx_o("headers", headers), jx_o("apiVersions", p->versions ? versions_list(p->versions) : NULL),
        jx_o("mappings", jx_pack("[o]", requests_mapping("OBSERVE", "GET", ".payload.baseUrl", NULL))),
        jx_o("expectedResponseCheck", requests_custom("true")),
        jx_o("readinessCheck", requests_custom(p->ready)), jx_s("statusProjection", p->projection),
        jx_s("storeResponse", "None"));
}

json_t *inside_probe(struct inside_probe *probe, const char *path)
{
    json_t *fp = json_copy(jx_fixed(&probe->any, any_probe, probe));

    jx_add(fp, jx_o("payload", jx_object(jx_s("baseUrl", path), jx_w("body", "{}"))));
    return fp;
}

const char *inside_payload(const json_t *request)
{
    return jx_str(request, "spec.forProvider.payload.body", "");
}
