/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPRoute, GRPCRoute, TLSRoute, TCPRoute and UDPRoute: the object itself in the version that the cluster serves, its namespace, and probes
 * of what explains a route that nobody takes. */
#include "function/render/route.h"
#include "function/render/gwapi_programs.h"
#include "function/render/kind.h"
#include "function/render/route_rules.h"

#define PARTS(suffix)                                                                                        \
    {                                                                                                        \
        [ROUTE_OBJECT] = { "route", suffix }, [ROUTE_NAMESPACE] = { "namespace", suffix "-namespace" },      \
        [ROUTE_GATEWAYS] = { "gateways", suffix "-gateways" },                                               \
        [ROUTE_CONTROLLER] = { "envoy-gateway", suffix "-envoy-gateway" },                                   \
        [ROUTE_ROUTES] = { "routes", suffix "-routes" },                                                     \
        [ROUTE_ENDPOINTS] = { "endpoints", suffix "-endpoints" },                                            \
        [ROUTE_SERVICE] = { "service", suffix "-service" }, [ROUTE_PARTS] = {                                \
            NULL,                                                                                            \
            ""                                                                                               \
        }                                                                                                    \
    }

static const struct part http_parts[] = PARTS("-httproute"), grpc_parts[] = PARTS("-grpcroute"),
                         tls_parts[] = PARTS("-tlsroute"), tcp_parts[] = PARTS("-tcproute"),
                         udp_parts[] = PARTS("-udproute");
_Static_assert((int)ROUTE_PARTS <= (int)WORKLOAD_PARTS_MAX, "room for each part");

struct document {
    struct workload_spec common;
    json_t *parents, *hostnames, *rules; /* judged by route_spec_read() */
};

static const struct jx_field fields[] = {
    WORKLOAD_FIELDS(struct document, common),
    JX_F_TREE(struct document, parents, "parentRefs"),
    JX_F_TREE(struct document, hostnames, "hostnames"),
    JX_F_TREE(struct document, rules, "rules"),
    { 0 },
};

static bool has_hostnames(const struct route_kind *kind)
{
    for (const struct shape *row = kind->spec; row->name; row++)
        if (!strcmp(row->name, "hostnames"))
            return true;
    return false;
}

static void read_spec(struct route *rt)
{
    struct workload *w = &rt->w;
    struct document doc = { 0 };
    json_t *spec = json_object_get(w->call.req->composite, "spec");

    if (!spec)
        problems_add(&w->call.problems, "spec is required");
    else
        jx_bind_all(spec, "spec", fields, &doc, &w->call.problems);
    workload_spec(w, &doc.common);
    rt->spec = route_spec_read(spec, rt->kind, &w->call.problems);
    if (doc.hostnames && !has_hostnames(rt->kind))
        problems_add(&w->call.problems,
                     "spec.hostnames: %s carries no host name, so a %s cannot match one; remove it, or use a "
                     "listener of "
                     "protocol TLS with a TLSRoute (by SNI), or an HTTPRoute",
                     rt->kind->protocols[0], rt->kind->kind);
}

/* ---- composing ---- */

#define APPLIED(kind_name, plural, versions_)                                                                \
    {                                                                                                        \
        .kind = (kind_name), .resource = (plural), .versions = (versions_), .discovered = true,              \
        .ready = gwapi_route_ready, .projection = gwapi_route_projection                                     \
    }

static const char *const v1[] = { "gateway.networking.k8s.io/v1", NULL };
static const char *const v1_or_alpha2[] = { "gateway.networking.k8s.io/v1",
                                            "gateway.networking.k8s.io/v1alpha2", NULL };
static const char *const v1_or_alpha3[] = { "gateway.networking.k8s.io/v1",
                                            "gateway.networking.k8s.io/v1alpha3",
                                            "gateway.networking.k8s.io/v1alpha2", NULL };

/* Everything of a kind that is the same for all its routes. */
struct row {
    const struct route_kind *kind;
    const struct part *parts;
    struct inside_kind applied;
};

static struct row http = { &route_http, http_parts, APPLIED("HTTPRoute", "httproutes", v1) };
static struct row grpc = { &route_grpc, grpc_parts, APPLIED("GRPCRoute", "grpcroutes", v1) };
static struct row tls = { &route_tls, tls_parts, APPLIED("TLSRoute", "tlsroutes", v1_or_alpha3) };
static struct row tcp = { &route_tcp, tcp_parts, APPLIED("TCPRoute", "tcproutes", v1_or_alpha2) };
static struct row udp = { &route_udp, udp_parts, APPLIED("UDPRoute", "udproutes", v1_or_alpha2) };

const char *route_version(const struct route *rt)
{
    const json_t *told = rt->w.seen[rt->w.seen[ROUTE_OBJECT].object ? ROUTE_OBJECT : ROUTE_ROUTES].object;
    const char *whole = jx_str(told, "status.apiVersion", ""), *slash = strchr(whole, '/');

    return slash && slash[1] ? slash + 1 : NULL;
}

static void put_controller(struct route *rt)
{
    static struct inside_probe probe = { .ready = gwapi_controller_ready,
                                         .projection = gwapi_controller_projection };

    if (rt->kind->reads)
        workload_put_probe(&rt->w, ROUTE_CONTROLLER, &probe,
                           "/apis/apps/v1/namespaces/envoy-gateway-system/deployments/envoy-gateway", "5m");
}

/* In all namespaces, for a Gateway may take routes from them. */
static void put_routes(struct route *rt)
{
    static struct inside_probe probe = { .ready = gwapi_routes_ready,
                                         .projection = gwapi_routes_projection,
                                         .versions = v1_or_alpha2 };
    CLEAN(free) char *path = NULL;

    if (!rt->kind->alone)
        return;
    path = x_asprintf("/apis/{apiVersion}/%s", rt->kind->plural);
    route_put_probe_of_parents(rt, ROUTE_ROUTES, &probe, path);
}

static void compose(struct route *rt, struct inside_kind *applied)
{
    workload_put_namespace(&rt->w);
    if (!route_is_held(rt))
        workload_put_object(&rt->w, ROUTE_OBJECT, applied, workload_metadata(&rt->w, NULL, NULL),
                            json_incref(rt->spec), NULL);
    route_put_gateways(rt);
    put_controller(rt);
    put_routes(rt);
    route_put_endpoints(rt);
    route_put_service(rt);
}

static void render_route(const struct fn_request *req, struct fn_response *r, struct row *row)
{
    struct route whole = { .kind = row->kind }, *rt = &whole;
    enum workload_verdict verdict;
    json_t *before;

    workload_begin(&rt->w, req, r, row->kind->kind, row->parts);
    read_spec(rt);
    workload_check_name(&rt->w);
    route_rules(&(struct route_check){ .kind = rt->kind,
                                       .spec = rt->spec,
                                       .ns = route_namespace(rt),
                                       .problems = &rt->w.call.problems,
                                       .advice = &rt->w.call.advice });
    before = workload_before(&rt->w, ROUTE_OBJECT);
    workload_fixed_place(&rt->w, before);
    json_decref(before);
    verdict = workload_verdict(&rt->w);
    if (verdict == WORKLOAD_RENDER)
        compose(rt, &row->applied);
    if (verdict != WORKLOAD_REFUSE)
        route_status(rt);
    json_decref(rt->spec);
    workload_end(&rt->w);
}

static void render_http(const struct fn_request *req, struct fn_response *r) { render_route(req, r, &http); }
static void render_grpc(const struct fn_request *req, struct fn_response *r) { render_route(req, r, &grpc); }
static void render_tls(const struct fn_request *req, struct fn_response *r) { render_route(req, r, &tls); }
static void render_tcp(const struct fn_request *req, struct fn_response *r) { render_route(req, r, &tcp); }
static void render_udp(const struct fn_request *req, struct fn_response *r) { render_route(req, r, &udp); }

const struct kind kind_httproute = { "HTTPRoute", render_http, http_parts };
const struct kind kind_xhttproute = { "XHTTPRoute", render_http, http_parts };
const struct kind kind_grpcroute = { "GRPCRoute", render_grpc, grpc_parts };
const struct kind kind_xgrpcroute = { "XGRPCRoute", render_grpc, grpc_parts };
const struct kind kind_tlsroute = { "TLSRoute", render_tls, tls_parts };
const struct kind kind_xtlsroute = { "XTLSRoute", render_tls, tls_parts };
const struct kind kind_tcproute = { "TCPRoute", render_tcp, tcp_parts };
const struct kind kind_xtcproute = { "XTCPRoute", render_tcp, tcp_parts };
const struct kind kind_udproute = { "UDPRoute", render_udp, udp_parts };
const struct kind kind_xudproute = { "XUDPRoute", render_udp, udp_parts };
