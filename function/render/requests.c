/* SPDX-License-Identifier: Apache-2.0 */
/* Building the documents of docs/REQUESTS.md. */
#include "function/render/requests.h"
#include "lib/jx.h"

static const struct {
    const char *group, *upstream, *usage_group;
} scopes[] = {
    { "cleura.m.crossplane.io/v1alpha2", "http.m.crossplane.io/v1alpha2",
      "protection.crossplane.io/v1beta1" },
    /* Crossplane 1.20 has no protection.crossplane.io yet, and an unknown kind would stop the whole
     * composite; this one is in both. */
    { "cleura.crossplane.io/v1alpha2", "http.crossplane.io/v1alpha2", "apiextensions.crossplane.io/v1beta1" },
};

const char *requests_group(const struct requests *rq)
{
    return rq->upstream ? scopes[rq->names->cluster].upstream : scopes[rq->names->cluster].group;
}

static json_t *object(const struct requests *rq, const char *kind, enum naming_id id, json_t *spec)
{
    json_t *doc;
    char name[NAMING_SIZE];

    naming_object(rq->names, id, name);
    doc = jx_pack("{s:s, s:s, s:{s:s}, s:o}", "apiVersion", requests_group(rq), "kind", kind, "metadata",
                  "name", name, "spec", spec);
    if (!rq->names->cluster)
        jx_set(json_object_get(doc, "metadata"), "namespace", jx_text(rq->names->ns));
    return doc;
}

json_t *requests_config_ref(const struct requests *rq, const char *kind, const char *name)
{
    json_t *ref = jx_pack("{s:o}", "name", jx_text(name));

    if (!rq->names->cluster)
        jx_set(ref, "kind", jx_text(kind));
    return ref;
}

json_t *requests_request(const struct requests *rq, enum naming_id id, const char *config,
                         json_t *for_provider)
{
    json_t *ref = config ? requests_config_ref(rq, "ProviderConfig", config)
                         : requests_config_ref(rq, rq->config_kind, rq->config_name);

    return object(rq, "Request", id,
                  jx_pack("{s:[s], s:o, s:o}", "managementPolicies", "*", "providerConfigRef", ref,
                          "forProvider", for_provider));
}

json_t *requests_disposable(const struct requests *rq, enum naming_id id, json_t *for_provider)
{
    return object(rq, "DisposableRequest", id,
                  jx_pack("{s:o, s:o}", "providerConfigRef",
                          requests_config_ref(rq, rq->config_kind, rq->config_name), "forProvider",
                          for_provider));
}

json_t *requests_provider_config(const struct requests *rq, enum naming_id id, json_t *spec)
{
    return object(rq, "ProviderConfig", id, spec);
}

json_t *requests_protection(const struct requests *rq, enum naming_id id, const char *reason)
{
    json_t *of = jx_pack("{s:s, s:s, s:{s:s}}", "apiVersion", rq->names->api_version, "kind", rq->names->kind,
                         "resourceRef", "name", rq->names->object);
    json_t *doc = object(rq, "Usage", id, jx_pack("{s:o, s:s}", "of", of, "reason", reason));

    jx_set(doc, "apiVersion", jx_text(scopes[rq->names->cluster].usage_group));
    return doc;
}

json_t *requests_mapping(const char *action, const char *method, const char *url, const char *body)
{
    return jx_pack("{s:s, s:s, s:s, s:s*}", "action", action, "method", method, "url", url, "body", body);
}
