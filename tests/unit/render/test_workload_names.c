/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the kinds in a shoot are called: a rename deletes a volume with its data, and makes an empty one. */
#undef NDEBUG
#include "function/render/kind.h"
#include "function/render/render.h"
#include "function/render/workload.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *kind, *key, *object;
} frozen[] = {
    { "Volume", "volume", "my-app-volume" },
    { "Volume", "namespace", "my-app-volume-namespace" },
    { "Volume", "storage-classes", "my-app-volume-storage-classes" },
    { "Volume", "events", "my-app-volume-events" },
    { "Volume", "attachments", "my-app-volume-attachments" },
    { "LoadBalancer", "loadbalancer", "my-app-loadbalancer" },
    { "LoadBalancer", "namespace", "my-app-loadbalancer-namespace" },
    { "LoadBalancer", "events", "my-app-loadbalancer-events" },
    { "LoadBalancer", "shoot-info", "my-app-loadbalancer-shoot-info" },
    { "Gateway", "gateway", "my-app-gateway" },
    { "Gateway", "namespace", "my-app-gateway-namespace" },
    { "Gateway", "envoy-proxy", "my-app-gateway-envoy-proxy" },
    { "Gateway", "service", "my-app-gateway-service" },
    { "Gateway", "classes", "my-app-gateway-classes" },
    { "Gateway", "envoy", "my-app-gateway-envoy" },
    { "Gateway", "events", "my-app-gateway-events" },
    { "Gateway", "shoot-info", "my-app-gateway-shoot-info" },
    { "Gateway", "gateway-api", "my-app-gateway-api" },
    { "HTTPRoute", "route", "my-app-httproute" },
    { "HTTPRoute", "namespace", "my-app-httproute-namespace" },
    { "HTTPRoute", "gateways", "my-app-httproute-gateways" },
    { "HTTPRoute", "envoy-gateway", "my-app-httproute-envoy-gateway" },
    { "HTTPRoute", "routes", "my-app-httproute-routes" },
    { "HTTPRoute", "endpoints", "my-app-httproute-endpoints" },
    { "HTTPRoute", "service", "my-app-httproute-service" },
    { "GRPCRoute", "route", "my-app-grpcroute" },
    { "GRPCRoute", "namespace", "my-app-grpcroute-namespace" },
    { "GRPCRoute", "gateways", "my-app-grpcroute-gateways" },
    { "GRPCRoute", "envoy-gateway", "my-app-grpcroute-envoy-gateway" },
    { "GRPCRoute", "routes", "my-app-grpcroute-routes" },
    { "GRPCRoute", "endpoints", "my-app-grpcroute-endpoints" },
    { "GRPCRoute", "service", "my-app-grpcroute-service" },
    { "TLSRoute", "route", "my-app-tlsroute" },
    { "TLSRoute", "namespace", "my-app-tlsroute-namespace" },
    { "TLSRoute", "gateways", "my-app-tlsroute-gateways" },
    { "TLSRoute", "envoy-gateway", "my-app-tlsroute-envoy-gateway" },
    { "TLSRoute", "routes", "my-app-tlsroute-routes" },
    { "TLSRoute", "endpoints", "my-app-tlsroute-endpoints" },
    { "TLSRoute", "service", "my-app-tlsroute-service" },
    { "TCPRoute", "route", "my-app-tcproute" },
    { "TCPRoute", "namespace", "my-app-tcproute-namespace" },
    { "TCPRoute", "gateways", "my-app-tcproute-gateways" },
    { "TCPRoute", "envoy-gateway", "my-app-tcproute-envoy-gateway" },
    { "TCPRoute", "routes", "my-app-tcproute-routes" },
    { "TCPRoute", "endpoints", "my-app-tcproute-endpoints" },
    { "TCPRoute", "service", "my-app-tcproute-service" },
    { "UDPRoute", "route", "my-app-udproute" },
    { "UDPRoute", "namespace", "my-app-udproute-namespace" },
    { "UDPRoute", "gateways", "my-app-udproute-gateways" },
    { "UDPRoute", "envoy-gateway", "my-app-udproute-envoy-gateway" },
    { "UDPRoute", "routes", "my-app-udproute-routes" },
    { "UDPRoute", "endpoints", "my-app-udproute-endpoints" },
    { "UDPRoute", "service", "my-app-udproute-service" },
};

static size_t n_frozen(const char *kind)
{
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_LENGTH(frozen); i++)
        n += !strcmp(frozen[i].kind, kind);
    return n;
}

static const struct part *part_of(const struct kind *kind, const char *key)
{
    for (const struct part *p = kind->parts; p->key; p++)
        if (!strcmp(p->key, key))
            return p;
    return NULL;
}

static void names_are_frozen(void **state)
{
    json_auto_t *c = jx_pack("{s:{s:s, s:s}}", "metadata", "name", "my-app", "namespace", "team-a");
    struct naming n;
    char name[NAMING_SIZE];

    (void)state;
    naming_init(c, &n);
    for (size_t i = 0; i < ARRAY_LENGTH(frozen); i++) {
        CLEAN(free) char *claims = x_asprintf("X%s", frozen[i].kind);
        const struct kind *kind = kind_find(frozen[i].kind);
        const struct part *part = kind ? part_of(kind, frozen[i].key) : NULL;

        if (!part)
            fail_msg("%s has no part %s", frozen[i].kind, frozen[i].key);
        naming_object(&n, part, name);
        assert_string_equal(name, frozen[i].object);
        assert_true(render_reads.observed(frozen[i].key));
        assert_ptr_equal(kind_find(claims)->parts, kind->parts);
    }
}

static void no_part_is_missing_here(void **state)
{
    static const char *const kinds[] = { "Volume",    "LoadBalancer", "Gateway",  "HTTPRoute",
                                         "GRPCRoute", "TLSRoute",     "TCPRoute", "UDPRoute" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        size_t n = 0;

        for (const struct part *p = kind_find(kinds[i])->parts; p->key; p++)
            n++;
        assert_int_equal(n, n_frozen(kinds[i]));
        assert_true(n <= WORKLOAD_PARTS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_frozen),
        cmocka_unit_test(no_part_is_missing_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
