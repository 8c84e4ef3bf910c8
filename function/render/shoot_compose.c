/* SPDX-License-Identifier: Apache-2.0 */
/* A Shoot's composed resources.  What was observed once is always emitted again: to leave it out would
 * delete it. */
#include "function/render/shoot_compose.h"
#include "function/render/desired.h"
#include "function/render/shoot_body.h"
#include "function/render/shoot_offer.h"
#include "lib/jx.h"

enum { OWN_KUBECONFIG_SECONDS = 3600 /* the provider's own, renewed in memory */ };

void shoot_put(struct shoot_state *st, enum shoot_part id, json_t *resource)
{
    desired_put(st->call.r, &shoot_parts[id], resource);
}

const struct shoot_programs *shoot_programs_for(const struct shoot_state *st)
{
    return shoot_is_v2(&st->spec) ? &shoot_programs_v2 : &shoot_programs_v1;
}

json_t *shoot_json_headers(void) { return jx_pack("{s:[s]}", "Content-Type", "application/json"); }

json_t *shoot_fixed(const struct shoot_state *st, struct shoot_fixed *f,
                    json_t *(*make)(const void *programs))
{
    return jx_fixed(&f->by_generation[shoot_is_v2(&st->spec)], make, shoot_programs_for(st));
}

static json_t *bootstrap(const struct shoot_state *st)
{
    CLEAN(free) char *url = shoot_bootstrap_url(&st->spec);

    return requests_disposable(
        &st->call.rq, &shoot_parts[SHOOT_BOOTSTRAP],
        jx_object(jx_s("url", url), jx_w("method", "POST"), jx_w("storeResponse", "None")));
}

static json_t *changes(const struct shoot_programs *p)
{
    json_t *list = json_array();

    for (size_t i = 0; i < SHOOT_CHANGES; i++) {
        const struct shoot_change *c = &p->changes[i];

        jx_append(list, jx_object(jx_s("name", c->name), jx_s("when", c->when), jx_s("method", c->method),
                                  jx_s("url", c->url), jx_s("body", c->body)));
    }
    return list;
}

static json_t *mappings(const struct shoot_programs *p)
{
    return jx_pack("[o, o, o]", requests_mapping("OBSERVE", "GET", p->observe_url, NULL),
                   requests_mapping("CREATE", "POST", ".payload.baseUrl", p->create_body),
                   requests_mapping("REMOVE", "DELETE", p->observe_url, NULL));
}

/* What the shoot's Request is for any shoot. */
static json_t *any_request(const void *programs)
{
    const struct shoot_programs *p = programs;

    return jx_object(jx_o("headers", shoot_json_headers()), jx_o("mappings", mappings(p)),
                     jx_o("changes", changes(p)),
                     /* differences are the business of 'changes' */
                     jx_o("expectedResponseCheck", requests_custom("true")),
                     jx_o("settle", jx_object(jx_s("fingerprint", p->fingerprint), jx_s("timeout", "60s"))),
                     jx_o("readinessCheck", requests_custom(p->ready)), jx_s("failureCheck", p->failure),
                     jx_s("statusProjection", p->projection), jx_s("storeResponse", "None"),
                     jx_s("identity", p->identity));
}

static json_t *shoot_request(struct shoot_state *st)
{
    static struct shoot_fixed any;
    CLEAN(free) char *base = shoot_collection_url(&st->spec);
    json_t *fp = json_copy(shoot_fixed(st, &any, any_request));

    jx_add(
        fp, jx_o("payload", jx_object(jx_s("baseUrl", base), jx_s("body", shoot_state_body(st)))),
        jx_o("observeList",
             jx_object(jx_w("url", ".payload.baseUrl"), jx_s("key", shoot_programs_for(st)->list_key),
                       jx_s("value", st->spec.name))),
        jx_o("adopt", jx_opt_bool(st->spec.adopt)), jx_s("pollInterval", st->spec.poll),
        jx_s("pollIntervalWhileNotReady", st->call.in.poll_not_ready ? st->call.in.poll_not_ready : "15s"));
    return requests_request(&st->call.rq, &shoot_parts[SHOOT_REQUEST], fp);
}

static json_t *provider_config(const struct shoot_state *st)
{
    CLEAN(free) char *url = shoot_url(&st->spec);
    CLEAN(free) char *kubeconfig = shoot_kubeconfig_url(&st->spec);
    json_t *shoot =
        jx_object(jx_O("providerConfigRef", st->call.rq.account),
                  jx_s("apiGeneration", st->spec.api_generation), jx_s("url", url),
                  jx_s("kubeconfigUrl", kubeconfig), jx_i("expirationSeconds", OWN_KUBECONFIG_SECONDS));

    return requests_provider_config(&st->call.rq, &shoot_parts[SHOOT_CONFIG],
                                    jx_object(jx_w("auth", "CleuraShoot"), jx_o("shoot", shoot)));
}

json_t *shoot_key(const char *key, const char *program)
{
    json_t *mapping = jx_object(jx_s("secretKey", key), jx_s("responseJQ", program),
                                jx_s("missingFieldStrategy", "preserve"));

    return jx_pack("[o]", mapping);
}

json_t *shoot_inject(const struct shoot_state *st, const char *secret, json_t *keys)
{
    json_t *ref = jx_object(jx_s("name", secret), jx_s("namespace", st->secret_namespace));

    return jx_pack(
        "[o]", jx_object(jx_o("secretRef", ref), jx_b("setOwnerReference", true), jx_o("keyMappings", keys)));
}

static json_t *any_probe(const void *nothing)
{
    (void)nothing;
    return jx_object(
        jx_o("payload", jx_object(jx_s("baseUrl", "/readyz"), jx_s("body", "{}"))),
        jx_o("mappings", jx_pack("[o]", requests_mapping("OBSERVE", "GET", ".payload.baseUrl", NULL))),
        jx_o("expectedResponseCheck", requests_custom("true")),
        jx_o("readinessCheck", requests_custom(".response.statusCode == 200")), jx_s("storeResponse", "None"),
        jx_s("pollInterval", "5m"));
}

/* Whether the API server answers at all; who may ask is the ProviderConfig's matter. */
json_t *shoot_api_server(const struct shoot_state *st)
{
    static struct jx_fixed any;
    char config[NAMING_SIZE];
    json_t *fp = json_copy(jx_fixed(&any, any_probe, NULL));

    jx_add(fp, jx_s("pollIntervalWhileNotReady",
                    st->call.in.poll_not_ready ? st->call.in.poll_not_ready : "10s"));
    naming_object(&st->call.names, &shoot_parts[SHOOT_CONFIG], config);
    return requests_probe(&st->call.rq, &shoot_parts[SHOOT_API_SERVER], config, fp);
}

static json_t *any_kubeconfig(const void *programs)
{
    const struct shoot_programs *p = programs;

    return jx_object(
        jx_s("method", "POST"), jx_o("headers", shoot_json_headers()),
        jx_s("expectedResponse", p->kubeconfig_expected),
        jx_o("renewal", jx_object(jx_s("certificate", p->certificate), jx_s("expiresAt", p->expires_at))),
        jx_s("statusProjection", p->kubeconfig_projection), jx_s("storeResponse", "None"));
}

json_t *shoot_kubeconfig_key(const void *programs)
{
    return shoot_key("kubeconfig", ((const struct shoot_programs *)programs)->kubeconfig);
}

static json_t *kubeconfig(const struct shoot_state *st)
{
    static struct shoot_fixed any, key;
    CLEAN(free) char *url = shoot_kubeconfig_url(&st->spec);
    CLEAN(free) char *body = shoot_kubeconfig_body(&st->spec, shoot_kubeconfig_seconds(&st->spec));
    json_t *fp = json_copy(shoot_fixed(st, &any, any_kubeconfig));

    jx_add(fp, jx_s("url", url), jx_s("body", body),
           jx_o("secretInjectionConfigs",
                shoot_inject(st, st->secret, shoot_fixed(st, &key, shoot_kubeconfig_key))));
    return requests_disposable(&st->call.rq, &shoot_parts[SHOOT_KUBECONFIG], fp);
}

#define PROTECTED                                                                                            \
    "Deletion destroys the cluster with all its volumes and load balancers: "                                \
    "set spec.deletionProtection to false first"

/* Of a claim that is being deleted Crossplane passes nothing on to its composite any more. */
json_t *shoot_protection(const struct shoot_state *st)
{
    const struct naming *n = st->call.rq.names;
    const struct part *part = &shoot_parts[SHOOT_PROTECTION];
    CLEAN(free) char *text = NULL;

    if (!n->claimed)
        return requests_protection(&st->call.rq, part, jx_word(PROTECTED));
    text =
        x_asprintf(PROTECTED ", and when the claim is already being deleted, in %s %s", n->kind, n->object);
    return requests_protection(&st->call.rq, part, jx_text(text));
}

bool shoot_is_applied(const struct shoot_state *st, const json_t *desired)
{
    const json_t *there = st->seen[SHOOT_REQUEST].object;
    const char *have = jx_str(there, "spec.forProvider.payload.body", NULL);

    return there && !st->seen[SHOOT_REQUEST].stale &&
           (!have || !strcmp(have, jx_str(desired, "spec.forProvider.payload.body", "")));
}

bool shoot_is_protected(const struct shoot_state *st)
{
    return !st->spec.deletion_protection.set || st->spec.deletion_protection.value;
}

void shoot_compose(struct shoot_state *st)
{
    bool prepared = st->seen[SHOOT_BOOTSTRAP].ready || st->seen[SHOOT_REQUEST].object;
    json_t *request;

    shoot_put(st, SHOOT_BOOTSTRAP, bootstrap(st));
    shoot_put(st, SHOOT_CONFIG, provider_config(st));
    if (shoot_is_protected(st))
        shoot_put(st, SHOOT_PROTECTION, shoot_protection(st));
    if (prepared) {
        request = shoot_request(st);
        st->applied = shoot_is_applied(st, request);
        shoot_put(st, SHOOT_REQUEST, request);
    }
    if (prepared || st->seen[SHOOT_API_SERVER].object)
        shoot_put(st, SHOOT_API_SERVER, shoot_api_server(st));
    if ((st->seen[SHOOT_REQUEST].ready && !shoot_sleeps(st)) || st->seen[SHOOT_KUBECONFIG].object)
        shoot_put(st, SHOOT_KUBECONFIG, kubeconfig(st));
    shoot_offer_put(st);
}

void shoot_compose_again(struct shoot_state *st)
{
    shoot_gateway_recall(st);
    for (enum shoot_part id = 0; id < SHOOT_PARTS; id++)
        if (st->seen[id].object && shoot_gateway_may_stay(st, id))
            desired_keep(st->call.r, &shoot_parts[id]);
    shoot_gateway_judge(st);
    st->applied = true; /* what is there is all that will be */
}
