/* SPDX-License-Identifier: Apache-2.0 */
/* Gateway: the entry into a cluster.  Composed are the Gateway, an EnvoyProxy when its load balancer needs one, the namespace, and probes of
 * the Service that Envoy Gateway makes of it and of the classes there are.  The GatewayClass itself is only named. */
#include "function/render/gateway.h"
#include "function/render/gwapi_programs.h"
#include "function/render/kind.h"
#include "function/render/octavia_events.h"

static const struct part parts[] = {
    [GATEWAY_OBJECT] = { "gateway", "-gateway" },
    [GATEWAY_NAMESPACE] = { "namespace", "-gateway-namespace" },
    [GATEWAY_PROXY] = { "envoy-proxy", "-gateway-envoy-proxy" },
    [GATEWAY_SERVICE] = { "service", "-gateway-service" },
    [GATEWAY_CLASSES] = { "classes", "-gateway-classes" },
    [GATEWAY_ENVOY] = { "envoy", "-gateway-envoy" },
    [GATEWAY_EVENTS] = { "events", "-gateway-events" },
    [GATEWAY_SHOOT] = { "shoot-info", "-gateway-shoot-info" },
    [GATEWAY_BUNDLE] = { "gateway-api", "-gateway-api" },
    [GATEWAY_PARTS] = { NULL, "" },
};
_Static_assert((int)GATEWAY_PARTS <= (int)WORKLOAD_PARTS_MAX, "room for each part");

/* ---- EnvoyProxy ---- */

static json_t *envoy_service(const struct gateway *g)
{
    return jx_object(jx_w("type", "LoadBalancer"), jx_s("externalTrafficPolicy", g->policy),
                     jx_s("loadBalancerIP", g->floating_ip),
                     jx_O("loadBalancerSourceRanges", json_array_size(g->ranges) ? g->ranges : NULL),
                     jx_O("annotations", json_object_size(g->settings) ? g->settings : NULL));
}

static json_t *envoy_proxy(const struct gateway *g)
{
    json_t *deployment = g->replicas.set ? jx_object(jx_i("replicas", g->replicas.value)) : NULL;
    json_t *kubernetes =
        jx_object(jx_o("envoyDeployment", deployment), jx_o("envoyService", envoy_service(g)));

    return jx_object(jx_o("provider", jx_object(jx_w("type", "Kubernetes"), jx_o("kubernetes", kubernetes))));
}

static void put_proxy(struct gateway *g)
{
    static const char *const versions[] = { "gateway.envoyproxy.io/v1alpha1", NULL };
    static struct inside_kind kind = { .kind = "EnvoyProxy",
                                       .resource = "envoyproxies",
                                       .versions = versions,
                                       .discovered = true,
                                       .ready = gwapi_envoy_proxy_ready,
                                       .projection = gwapi_envoy_proxy_projection };

    workload_put_object(&g->w, GATEWAY_PROXY, &kind, workload_metadata(&g->w, NULL, NULL), envoy_proxy(g),
                        NULL);
}

/* ---- Gateway ---- */

static json_t *infrastructure(const struct gateway *g, bool proxy)
{
    json_t *annotations = proxy ? json_object_get(g->infrastructure, "annotations") : g->octavia.annotations;
    json_t *labels = json_object_get(g->infrastructure, "labels"), *ref = NULL;

    if (proxy)
        ref = jx_object(jx_w("group", "gateway.envoyproxy.io"), jx_w("kind", "EnvoyProxy"),
                        jx_s("name", g->w.call.names.own));
    if (!ref && !json_object_size(annotations) && !json_object_size(labels))
        return NULL;
    return jx_object(jx_O("labels", json_object_size(labels) ? labels : NULL),
                     jx_O("annotations", json_object_size(annotations) ? annotations : NULL),
                     jx_o("parametersRef", ref));
}

static void put_gateway(struct gateway *g)
{
    static const char *const versions[] = { "gateway.networking.k8s.io/v1", NULL };
    static struct inside_kind kind = { .kind = "Gateway",
                                       .resource = "gateways",
                                       .versions = versions,
                                       .discovered = true,
                                       .ready = gwapi_gateway_ready,
                                       .projection = gwapi_gateway_projection };
    json_t *spec = jx_object(jx_s("gatewayClassName", g->class), jx_O("listeners", g->listeners),
                             jx_o("infrastructure", infrastructure(g, gateway_needs_proxy(g))));

    workload_put_object(&g->w, GATEWAY_OBJECT, &kind, workload_metadata(&g->w, NULL, NULL), spec, NULL);
}

/* ---- probes ---- */

/* What Envoy Gateway made of it, in whichever namespace: it can be told to use its own or the Gateway's. */
static char *made_path(const struct gateway *g, const char *collection)
{
    return x_asprintf("%s?labelSelector=gateway.envoyproxy.io%%2Fowning-gateway-namespace%%3D%s%%2C"
                      "gateway.envoyproxy.io%%2Fowning-gateway-name%%3D%s",
                      collection, g->w.spec.ns, g->w.call.names.own);
}

static void put_service(struct gateway *g)
{
    static struct inside_probe probe = { .ready = gwapi_services_ready,
                                         .projection = gwapi_services_projection };
    CLEAN(free) char *path = made_path(g, "/api/v1/services");

    workload_put_probe(&g->w, GATEWAY_SERVICE, &probe, path, "1m");
}

static void put_envoy(struct gateway *g)
{
    static struct inside_probe probe = { .ready = gwapi_envoys_ready, .projection = gwapi_envoys_projection };
    CLEAN(free) char *path = made_path(g, "/apis/apps/v1/deployments");

    workload_put_probe(&g->w, GATEWAY_ENVOY, &probe, path, "1m");
}

static void put_classes(struct gateway *g)
{
    static struct inside_probe probe = { .ready = gwapi_classes_ready,
                                         .projection = gwapi_classes_projection };

    workload_put_probe(&g->w, GATEWAY_CLASSES, &probe, "/apis/gateway.networking.k8s.io/v1/gatewayclasses",
                       strcmp(jx_str(gateway_class(g), "accepted", ""), "True") != 0 ? "15s" : "1m");
}

/* Octavia's errors are told in events alone: of no use once there is an address. */
static void put_events(struct gateway *g)
{
    const json_t *service = gateway_service(g);
    const char *other;

    if (!service || gateway_address(g, &other))
        return;
    CLEAN(free)
    char *path = octavia_events_path(jx_str(service, "namespace", ""), jx_str(service, "name", ""));
    workload_put_probe(&g->w, GATEWAY_EVENTS, &octavia_events, path, "15s");
    if (octavia_events_warn(&g->w.seen[GATEWAY_EVENTS]))
        workload_put_probe(&g->w, GATEWAY_SHOOT, &octavia_shoot_info, OCTAVIA_SHOOT_INFO_PATH, "1h");
}

static void put_bundle(struct gateway *g)
{
    static struct inside_probe probe = { .ready = gwapi_bundle_ready,
                                         .projection = gwapi_bundle_projection,
                                         .accept =
                                             "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" };

    if (gateway_needs_bundle(g))
        workload_put_probe(&g->w, GATEWAY_BUNDLE, &probe,
                           "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
                           "gateways.gateway.networking.k8s.io",
                           "5m");
}

static void compose(struct gateway *g)
{
    workload_put_namespace(&g->w);
    if (gateway_needs_proxy(g))
        put_proxy(g);
    put_gateway(g);
    put_service(g);
    put_envoy(g);
    put_classes(g);
    put_events(g);
    put_bundle(g);
}

/* ---- what cannot be changed ---- */

static void check_changes(struct gateway *g)
{
    json_auto_t *gateway = workload_before(&g->w, GATEWAY_OBJECT),
                *proxy = workload_before(&g->w, GATEWAY_PROXY);
    const json_t *by_proxy = jx_at(proxy, "object.spec.provider.kubernetes.envoyService.annotations"),
                 *direct = jx_at(gateway, "object.spec.infrastructure.annotations");

    workload_fixed_place(&g->w, gateway);
    if (gateway)
        octavia_check_fixed(&g->octavia, by_proxy ? by_proxy : direct, "spec.octavia", &g->w.call.problems);
}

static void render_gateway(const struct fn_request *req, struct fn_response *r)
{
    struct gateway whole = { 0 }, *g = &whole;
    enum workload_verdict verdict;

    workload_begin(&g->w, req, r, "Gateway", parts);
    gateway_spec_read(g);
    gateway_rules(g);
    check_changes(g);
    verdict = workload_verdict(&g->w);
    if (verdict == WORKLOAD_RENDER)
        compose(g);
    if (verdict != WORKLOAD_REFUSE)
        gateway_status(g);
    gateway_spec_free(g);
    workload_end(&g->w);
}

const struct kind kind_gateway = { "Gateway", render_gateway, parts };
const struct kind kind_xgateway = { "XGateway", render_gateway, parts };
