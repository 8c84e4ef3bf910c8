/* SPDX-License-Identifier: Apache-2.0 */
/* A Shoot's composed resources.  What was observed once is always emitted again: to leave it out would
 * delete it. */
#include "function/render/shoot_compose.h"
#include "function/render/shoot_body.h"
#include "lib/jx.h"

enum { OWN_KUBECONFIG_SECONDS = 3600 /* the provider's own, renewed in memory */ };

void shoot_put(struct shoot_state *st, enum naming_id id, json_t *resource)
{
    jx_set(st->r->desired, naming_key(id), jx_pack("{s:o}", "resource", resource));
}

const struct shoot_programs *shoot_programs_for(const struct shoot_state *st)
{
    return shoot_is_v2(&st->spec) ? &shoot_programs_v2 : &shoot_programs_v1;
}

json_t *shoot_json_headers(void) { return jx_pack("{s:[s]}", "Content-Type", "application/json"); }

json_t *shoot_text_of(json_t *doc)
{
    CLEAN(free) char *text = jx_dump(doc);

    json_decref(doc);
    return jx_text(text);
}

static json_t *bootstrap(const struct shoot_state *st)
{
    CLEAN(free) char *url = shoot_bootstrap_url(&st->spec);

    return requests_disposable(
        &st->rq, NAMING_BOOTSTRAP,
        jx_pack("{s:s, s:s, s:s}", "url", url, "method", "POST", "storeResponse", "None"));
}

static json_t *changes(const struct shoot_programs *p)
{
    json_t *list = json_array();

    for (size_t i = 0; i < SHOOT_CHANGES; i++) {
        const struct shoot_change *c = &p->changes[i];

        jx_append(list, jx_pack("{s:s, s:s, s:s, s:s, s:s*}", "name", c->name, "when", c->when, "method",
                                c->method, "url", c->url, "body", c->body));
    }
    return list;
}

static json_t *shoot_mappings(const struct shoot_programs *p)
{
    return jx_pack("[o, o, o]", requests_mapping("OBSERVE", "GET", p->observe_url, NULL),
                   requests_mapping("CREATE", "POST", ".payload.baseUrl", p->create_body),
                   requests_mapping("REMOVE", "DELETE", p->observe_url, NULL));
}

static json_t *custom(const char *logic) { return jx_pack("{s:s, s:s}", "type", "CUSTOM", "logic", logic); }

static json_t *shoot_request(const struct shoot_state *st)
{
    const struct shoot_programs *p = shoot_programs_for(st);
    CLEAN(free) char *base = shoot_collection_url(&st->spec);
    json_t *payload = jx_pack("{s:s, s:o}", "baseUrl", base, "body", shoot_text_of(shoot_body(&st->spec)));
    json_t *list =
        jx_pack("{s:s, s:s, s:s}", "url", ".payload.baseUrl", "key", p->list_key, "value", st->spec.name);
    json_t *fp = jx_pack("{s:o, s:o, s:o, s:o, s:o}", "payload", payload, "headers", shoot_json_headers(),
                         "mappings", shoot_mappings(p), "changes", changes(p), "observeList", list);

    /* differences are the business of 'changes' */
    jx_set(fp, "expectedResponseCheck", custom("true"));
    jx_set(fp, "settle", jx_pack("{s:s, s:s}", "fingerprint", p->fingerprint, "timeout", "60s"));
    jx_set(fp, "readinessCheck", custom(p->ready));
    jx_set(fp, "failureCheck", jx_text(p->failure));
    jx_set(fp, "statusProjection", jx_text(p->projection));
    jx_set(fp, "storeResponse", json_string("None"));
    jx_set(fp, "identity", jx_text(p->identity));
    if (st->spec.adopt.set)
        jx_set(fp, "adopt", jx_opt_bool(st->spec.adopt));
    jx_set(fp, "pollInterval", jx_text(st->spec.poll));
    jx_set(fp, "pollIntervalWhileNotReady", jx_text(st->in.poll_not_ready ? st->in.poll_not_ready : "15s"));
    return requests_request(&st->rq, NAMING_SHOOT, NULL, fp);
}

static json_t *provider_config(const struct shoot_state *st)
{
    CLEAN(free) char *url = shoot_url(&st->spec);
    CLEAN(free) char *kubeconfig = shoot_kubeconfig_url(&st->spec);
    json_t *shoot = jx_pack("{s:o, s:s, s:s, s:s, s:i}", "providerConfigRef",
                            requests_config_ref(&st->rq, st->rq.config_kind, st->rq.config_name),
                            "apiGeneration", st->spec.api_generation, "url", url, "kubeconfigUrl", kubeconfig,
                            "expirationSeconds", OWN_KUBECONFIG_SECONDS);

    return requests_provider_config(&st->rq, NAMING_PROVIDER_CONFIG,
                                    jx_pack("{s:s, s:o}", "auth", "CleuraShoot", "shoot", shoot));
}

json_t *shoot_inject(const struct shoot_state *st, const char *secret, const char *key, const char *program)
{
    return jx_pack("[{s:{s:s, s:s}, s:b, s:[{s:s, s:s, s:s}]}]", "secretRef", "name", secret, "namespace",
                   st->secret_namespace, "setOwnerReference", true, "keyMappings", "secretKey", key,
                   "responseJQ", program, "missingFieldStrategy", "preserve");
}

/* Whether the API server answers at all; who may ask is the ProviderConfig's matter. */
json_t *shoot_api_server(const struct shoot_state *st)
{
    char config[NAMING_SIZE];
    json_t *fp =
        jx_pack("{s:{s:s, s:s}, s:[o], s:o, s:o, s:s, s:s, s:s}", "payload", "baseUrl", "/readyz", "body",
                "{}", "mappings", requests_mapping("OBSERVE", "GET", ".payload.baseUrl", NULL),
                "expectedResponseCheck", custom("true"), "readinessCheck",
                custom(".response.statusCode == 200"), "storeResponse", "None", "pollInterval", "5m",
                "pollIntervalWhileNotReady", st->in.poll_not_ready ? st->in.poll_not_ready : "10s");
    json_t *doc;

    naming_object(&st->names, NAMING_PROVIDER_CONFIG, config);
    doc = requests_request(&st->rq, NAMING_API_SERVER, config, fp);
    jx_set(json_object_get(doc, "spec"), "managementPolicies", jx_pack("[s]", "Observe"));
    return doc;
}

static json_t *kubeconfig(const struct shoot_state *st)
{
    const struct shoot_programs *p = shoot_programs_for(st);
    CLEAN(free) char *url = shoot_kubeconfig_url(&st->spec);
    json_int_t seconds = shoot_kubeconfig_seconds(&st->spec);
    json_t *renewal = jx_pack("{s:s*, s:s*}", "certificate", p->certificate, "expiresAt", p->expires_at);

    return requests_disposable(
        &st->rq, NAMING_KUBECONFIG,
        jx_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:s, s:s}", "url", url, "method", "POST", "headers",
                shoot_json_headers(), "body", shoot_text_of(shoot_kubeconfig_body(&st->spec, seconds)),
                "expectedResponse", p->kubeconfig_expected, "secretInjectionConfigs",
                shoot_inject(st, st->secret, "kubeconfig", p->kubeconfig), "renewal", renewal,
                "statusProjection", p->kubeconfig_projection, "storeResponse", "None"));
}

json_t *shoot_protection(const struct shoot_state *st)
{

    return requests_protection(&st->rq, NAMING_PROTECTION,
                               "Deletion destroys the cluster with all its volumes and load balancers: "
                               "set spec.deletionProtection to false first");
}

bool shoot_is_applied(const struct shoot_state *st, const json_t *desired)
{
    const json_t *there = st->seen[NAMING_SHOOT].object;
    const char *have = jx_str(there, "spec.forProvider.payload.body", NULL);

    return there && !st->seen[NAMING_SHOOT].stale &&
           (!have || !strcmp(have, jx_str(desired, "spec.forProvider.payload.body", "")));
}

bool shoot_is_protected(const struct shoot_state *st)
{
    return !st->spec.deletion_protection.set || st->spec.deletion_protection.value;
}

void shoot_compose(struct shoot_state *st)
{
    bool prepared = st->seen[NAMING_BOOTSTRAP].ready || st->seen[NAMING_SHOOT].object;
    json_t *request;

    shoot_put(st, NAMING_BOOTSTRAP, bootstrap(st));
    shoot_put(st, NAMING_PROVIDER_CONFIG, provider_config(st));
    if (shoot_is_protected(st))
        shoot_put(st, NAMING_PROTECTION, shoot_protection(st));
    if (prepared) {
        request = shoot_request(st);
        st->applied = shoot_is_applied(st, request);
        shoot_put(st, NAMING_SHOOT, request);
    }
    if (prepared || st->seen[NAMING_API_SERVER].object)
        shoot_put(st, NAMING_API_SERVER, shoot_api_server(st));
    if ((st->seen[NAMING_SHOOT].ready && !shoot_sleeps(st)) || st->seen[NAMING_KUBECONFIG].object)
        shoot_put(st, NAMING_KUBECONFIG, kubeconfig(st));
}

void shoot_compose_again(struct shoot_state *st)
{
    for (enum naming_id id = 0; id < NAMING_N; id++)
        if (st->seen[id].object)
            jx_set(st->r->desired, naming_key(id), jx_pack("{s:b}", "keep", true));
    st->applied = true; /* what is there is all that will be */
}
