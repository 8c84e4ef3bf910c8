/* SPDX-License-Identifier: Apache-2.0 */
/* Building the documents of docs/REQUESTS.md. */
#include "function/render/requests.h"
#include "lib/jx.h"
#include "lib/jx_fixed.h"

static const struct {
    const char *group, *upstream, *usage_group, *helm_group;
} scopes[] = {
    { "cleura.m.crossplane.io/v1alpha2", "http.m.crossplane.io/v1alpha2", "protection.crossplane.io/v1beta1",
      "helm.m.crossplane.io/v1beta1" },
    /* Crossplane 1.20 has no protection.crossplane.io yet, and an unknown kind would stop the whole
     * composite; this one is in both. */
    { "cleura.crossplane.io/v1alpha2", "http.crossplane.io/v1alpha2", "apiextensions.crossplane.io/v1beta1",
      "helm.crossplane.io/v1beta1" },
};

const char *requests_group(const struct requests *rq)
{
    return rq->upstream ? scopes[rq->names->cluster].upstream : scopes[rq->names->cluster].group;
}

void requests_init(struct requests *rq, const struct naming *names, const char *config_kind,
                   const char *config_name)
{
    rq->names = names;
    rq->config_kind = config_kind;
    rq->config_name = config_name;
    rq->account = requests_config_ref(rq, config_kind, config_name);
    rq->ns = names->ns && !names->cluster ? jx_text(names->ns) : NULL;
}

void requests_free(struct requests *rq)
{
    json_decref(rq->account);
    json_decref(rq->ns);
}

static json_t *object(const struct requests *rq, json_t *kind, const struct part *part, json_t *spec)
{
    static struct jx_fixed groups[ARRAY_LENGTH(scopes)][2];
    struct jx_fixed *group = &groups[rq->names->cluster][rq->upstream];
    char name[NAMING_SIZE];

    naming_object(rq->names, part, name);
    return jx_object(
        jx_o("apiVersion", jx_fixed(group, jx_fixed_text, requests_group(rq))), jx_o("kind", kind),
        jx_o("metadata", jx_object(jx_s("name", name), jx_O("namespace", rq->ns))), jx_o("spec", spec));
}

json_t *requests_config_ref(const struct requests *rq, const char *kind, const char *name)
{
    return jx_object(jx_s("name", name), jx_s("kind", rq->names->cluster ? NULL : kind));
}

static json_t *policies(const void *policy) { return jx_pack("[s]", (const char *)policy); }

json_t *requests_request(const struct requests *rq, const struct part *part, json_t *for_provider)
{
    static struct jx_fixed all;

    return object(rq, jx_word("Request"), part,
                  jx_object(jx_o("managementPolicies", jx_fixed(&all, policies, "*")),
                            jx_O("providerConfigRef", rq->account), jx_o("forProvider", for_provider)));
}

static json_t *provision_policies(const void *nothing)
{
    (void)nothing;
    return jx_pack("[s, s]", "Observe", "Create");
}

json_t *requests_provision(const struct requests *rq, const struct part *part, json_t *for_provider)
{
    static struct jx_fixed provision;

    return object(rq, jx_word("Request"), part,
                  jx_object(jx_o("managementPolicies", jx_fixed(&provision, provision_policies, NULL)),
                            jx_O("providerConfigRef", rq->account), jx_o("forProvider", for_provider)));
}

json_t *requests_probe(const struct requests *rq, const struct part *part, const char *config,
                       json_t *for_provider)
{
    static struct jx_fixed observe;

    return object(rq, jx_word("Request"), part,
                  jx_object(jx_o("managementPolicies", jx_fixed(&observe, policies, "Observe")),
                            jx_o("providerConfigRef", requests_config_ref(rq, "ProviderConfig", config)),
                            jx_o("forProvider", for_provider)));
}

json_t *requests_account_probe(const struct requests *rq, const struct part *part, json_t *for_provider)
{
    static struct jx_fixed observe;

    return object(rq, jx_word("Request"), part,
                  jx_object(jx_o("managementPolicies", jx_fixed(&observe, policies, "Observe")),
                            jx_O("providerConfigRef", rq->account), jx_o("forProvider", for_provider)));
}

json_t *requests_disposable(const struct requests *rq, const struct part *part, json_t *for_provider)
{
    return object(rq, jx_word("DisposableRequest"), part,
                  jx_object(jx_O("providerConfigRef", rq->account), jx_o("forProvider", for_provider)));
}

json_t *requests_provider_config(const struct requests *rq, const struct part *part, json_t *spec)
{
    return object(rq, jx_word("ProviderConfig"), part, spec);
}

static json_t *usage(const struct requests *rq, const struct part *part, json_t *spec)
{
    static struct jx_fixed groups[ARRAY_LENGTH(scopes)];
    bool cluster = rq->names->cluster;
    json_t *doc = object(rq, jx_word("Usage"), part, spec);

    jx_add(doc, jx_o("apiVersion", jx_fixed(&groups[cluster], jx_fixed_text, scopes[cluster].usage_group)));
    return doc;
}

/* {"apiVersion", "kind", "resourceRef"} */
static json_t *used(const char *api_version, const char *kind, const char *name)
{
    return jx_object(jx_s("apiVersion", api_version), jx_s("kind", kind),
                     jx_o("resourceRef", jx_object(jx_s("name", name))));
}

json_t *requests_protection(const struct requests *rq, const struct part *part, json_t *reason)
{
    const struct naming *n = rq->names;

    return usage(rq, part,
                 jx_object(jx_o("of", used(n->api_version, n->kind, n->object)), jx_o("reason", reason)));
}

json_t *requests_use(const struct requests *rq, const struct part *part, const char *of_kind,
                     const struct part *of, const char *by_kind, const struct part *by)
{
    char used_name[NAMING_SIZE], user_name[NAMING_SIZE];

    naming_object(rq->names, of, used_name);
    naming_object(rq->names, by, user_name);
    return usage(rq, part,
                 jx_object(jx_o("of", used(requests_group(rq), of_kind, used_name)),
                           jx_o("by", used(requests_group(rq), by_kind, user_name)),
                           /* so that who deleted it need not come again */
                           jx_b("replayDeletion", true)));
}

static json_t *helm_object(const struct requests *rq, const char *kind, const struct part *part, json_t *spec)
{
    json_t *doc = object(rq, jx_text(kind), part, spec);

    jx_add(doc, jx_s("apiVersion", scopes[rq->names->cluster].helm_group));
    return doc;
}

json_t *requests_helm_config(const struct requests *rq, const struct part *part, json_t *spec)
{
    return helm_object(rq, "ProviderConfig", part, spec);
}

json_t *requests_release(const struct requests *rq, const struct part *part, const struct part *config,
                         const char *name, json_t *policies, json_t *for_provider)
{
    char config_name[NAMING_SIZE];
    json_t *doc;

    naming_object(rq->names, config, config_name);
    doc = helm_object(
        rq, "Release", part,
        jx_object(jx_o("managementPolicies", policies),
                  jx_o("providerConfigRef", requests_config_ref(rq, "ProviderConfig", config_name)),
                  jx_o("forProvider", for_provider)));
    jx_set(json_object_get(doc, "metadata"), "annotations",
           jx_pack("{s:s}", "crossplane.io/external-name", name));
    return doc;
}

json_t *requests_mapping(const char *action, const char *method, const char *url, const char *body)
{
    return jx_object(jx_s("action", action), jx_s("method", method), jx_s("url", url), jx_s("body", body));
}

json_t *requests_custom(const char *logic) { return jx_object(jx_s("type", "CUSTOM"), jx_s("logic", logic)); }
