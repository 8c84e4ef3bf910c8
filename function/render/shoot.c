/* SPDX-License-Identifier: Apache-2.0 */
/* Shoot: a Gardener cluster at Cleura.  Composed are a bootstrap call, one Request that creates, changes
 * and removes the shoot, a ProviderConfig for what lives inside it, a probe of its API server, the
 * kubeconfig's Secret and a usage that keeps it from being deleted by mistake. */
#include "function/render/conditions.h"
#include "function/render/kind.h"
#include "function/render/shoot_body.h"
#include "function/render/shoot_offer.h"
#include "function/render/shoot_rules.h"
#include "function/render/shoot_state.h"
#include "function/render/shoot_upstream.h"
#include "lib/jx.h"

const struct part shoot_parts[] = {
    [SHOOT_BOOTSTRAP] = { "bootstrap", "-bootstrap" },
    [SHOOT_REQUEST] = { "shoot", "-shoot" },
    [SHOOT_CONFIG] = { "providerconfig", "" }, /* so that a shootRef finds it without a look-up */
    [SHOOT_API_SERVER] = { "api-server", "-api-server" },
    [SHOOT_KUBECONFIG] = { "kubeconfig", "-kubeconfig" },
    [SHOOT_PROTECTION] = { "protection", "-protection" },
    [SHOOT_OFFER] = { "offer", "-offer" },
    [SHOOT_LOGIN] = { "login", "-login" },
    [SHOOT_ABSENCE] = { "absence", "-absence" },
    [SHOOT_LOGIN_USE] = { "login-use", "-login-use" },
    [SHOOT_GATEWAY_NAMESPACE] = { "gateway-namespace", "-envoy-namespace" },
    [SHOOT_GATEWAY_ACCOUNT] = { "gateway-account", "-envoy-account" },
    [SHOOT_GATEWAY_RIGHTS] = { "gateway-rights", "-envoy-rights" },
    [SHOOT_GATEWAY_CRDS] = { "gateway-crds", "-envoy-crds" },
    [SHOOT_GATEWAY_JOB] = { "gateway-job", "-envoy-job" },
    [SHOOT_GATEWAY_PODS] = { "gateway-pods", "-envoy-pods" },
    [SHOOT_GATEWAY_CONTROLLER] = { "gateway-controller", "-envoy-controller" },
    [SHOOT_GATEWAY_CLASS] = { "gateway-class", "-envoy-class" },
    [SHOOT_GATEWAY_SERVICES] = { "gateway-services", "-envoy-services" },
    [SHOOT_GATEWAY_HELM] = { "gateway-helm", "-envoy-helm" },
    [SHOOT_GATEWAY_RELEASE] = { "gateway-release", "-envoy-release" },
    [SHOOT_PARTS] = { NULL, "" },
};

static void observe(struct shoot_state *st)
{
    for (int id = 0; id < SHOOT_PARTS; id++)
        observed_get(st->call.req, &shoot_parts[id], &st->seen[id]);
}

/* Where users find the kubeconfig. */
static void place_secret(struct shoot_state *st)
{
    const char *chosen = st->spec.kubeconfig_secret, *own = st->call.names.own;

    if (chosen)
        (void)snprintf(st->secret, sizeof(st->secret), "%.*s", (int)jx_cut(chosen, sizeof(st->secret) - 1),
                       chosen);
    else
        (void)snprintf(st->secret, sizeof(st->secret), "%.*s-kubeconfig", (int)jx_cut(own, 200), own);
    st->secret_namespace = st->call.names.ns
                               ? st->call.names.ns
                               : jx_str(st->call.req->composite, "spec.writeConnectionSecretToRef.namespace",
                                        "crossplane-system");
}

const char *shoot_state_body(struct shoot_state *st)
{
    if (!st->body)
        st->body = shoot_body(&st->spec);
    return st->body;
}

static void compose(struct shoot_state *st)
{
    shoot_gateway_plan(st);
    if (st->call.in.upstream)
        shoot_compose_upstream(st);
    else if (st->call.in.gardener)
        shoot_compose_gardener(st);
    else
        shoot_compose(st);
    shoot_gateway_compose(st);
    shoot_gateway_judge(st);
}

static void render_shoot(const struct fn_request *req, struct fn_response *r)
{
    struct shoot_state whole = { 0 }, *st = &whole;

    call_begin(&st->call, req, r);
    observe(st);
    shoot_spec_read(req->composite, &st->call.in, st->call.names.own, &st->spec, &st->call.problems);
    requests_init(&st->call.rq, &st->call.names, st->spec.config_kind, st->spec.config_name);
    place_secret(st);
    if (st->call.in.upstream)
        shoot_upstream_read(st);
    shoot_rules(st);
    if (st->seen[SHOOT_REQUEST].object)
        shoot_rules_change(st);
    shoot_offer_advise(st);
    conditions_verdict(r, &st->call.problems, &st->call.advice);
    if (!st->call.problems.n) {
        compose(st);
        shoot_status(st);
    } else if (st->seen[SHOOT_REQUEST].object) {
        conditions_lasting(r, &st->call.problems);
        shoot_compose_again(st);
        shoot_status(st);
    } else {
        conditions_refuse(r, &st->call.problems);
    }
    free(st->body);
    json_decref(st->stored);
    json_decref(st->have);
    shoot_gateway_free(st);
    call_end(&st->call);
    shoot_spec_free(&st->spec);
}

const struct kind kind_shoot = { "Shoot", render_shoot, shoot_parts };
const struct kind kind_xshoot = { "XShoot", render_shoot, shoot_parts };
