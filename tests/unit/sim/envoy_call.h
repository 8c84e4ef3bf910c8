/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated shoot with Envoy Gateway, and words for what is made and found in it; for the tests that include it. */
#pragma once
#include "tests/unit/sim/workloads_call.h"

#define G        "/apis/gateway.networking.k8s.io/v1"
#define GATEWAYS G "/namespaces/default/gateways"
#define GW       GATEWAYS "/gw"
#define SYSTEM   "/api/v1/namespaces/envoy-gateway-system"
#define TEST(t)  cmocka_unit_test_setup_teardown(t, setup_envoy, teardown_workloads)

/* Envoy Gateway 1.9 runs and its class is accepted. */
static inline int setup_envoy(void **state)
{
    (void)setup_workloads(state);
    world.settings.eg_installed = 9;
    world.settings.eg_ms = CLOCK_SECOND;
    pass(0);
    pass(5);
    assert_int_equal(
        call("POST", G "/gatewayclasses",
             "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':'eg'},"
             "'spec':{'controllerName':'gateway.envoyproxy.io/gatewayclass-controller'}}"),
        201);
    pass(0);
    pass(1);
    return 0;
}

/* The same with another version. */
static inline void restart_with(void **state, int minor)
{
    (void)teardown_workloads(state);
    (void)setup_workloads(state);
    world.settings.eg_installed = minor;
    pass(0);
    pass(5);
    (void)call("POST", G "/gatewayclasses",
               "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':'eg'},"
               "'spec':{'controllerName':'gateway.envoyproxy.io/gatewayclass-controller'}}");
    pass(0);
}

static inline int gateway(const char *listeners, const char *more)
{
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':'gw'},"
                   "'spec':{'gatewayClassName':'eg','listeners':[%s]%s}}",
                   listeners, more);

    return apply(GW "?fieldManager=me&force=true", body);
}

static inline int route(const char *kind, const char *version, const char *name, const char *spec)
{
    CLEAN(free) char *plural = x_asprintf("%ss", kind);
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'gateway.networking.k8s.io/%s','kind':'%s','metadata':{'name':'%s'},"
                   "'spec':%s}",
                   version, kind, name, spec);
    CLEAN(free) char *target = NULL;

    for (char *at = plural; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
    target =
        x_asprintf("/apis/gateway.networking.k8s.io/%s/namespaces/default/%s/%s?fieldManager=me&force=true",
                   version, plural, name);
    return apply(target, body);
}

/* A Service 'web' with port 80 and a pod behind it. */
static inline void backend(void)
{
    assert_int_equal(
        call("POST", "/api/v1/namespaces/default/services",
             "{'apiVersion':'v1','kind':'Service','metadata':{'name':'web'},'spec':{'selector':{'app':'w'"
             "},'ports':[{'port':80}]}}"),
        201);
    assert_int_equal(
        call("POST", "/api/v1/namespaces/default/pods",
             "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'w','labels':{'app':'w'}},'spec':{"
             "'containers':[{'name':'c','image':'i'}]}}"),
        201);
    pass(0);
    pass(5);
}

static inline const char *word_of(const json_t *conditions, const char *type, char text[128])
{
    const json_t *condition = among(conditions, "type", type);

    (void)snprintf(text, 128, "%s/%s", jx_str(condition, "status", ""), jx_str(condition, "reason", ""));
    return text;
}

/* "True/Accepted" */
static inline const char *of_gateway(const char *type)
{
    static char text[128];

    (void)call("GET", GW, "");
    return word_of(jx_at(reply.doc, "status.conditions"), type, text);
}

static inline const char *of_listener(const char *name, const char *type)
{
    static char text[128];

    (void)call("GET", GW, "");
    return word_of(jx_at(among(jx_at(reply.doc, "status.listeners"), "name", name), "conditions"), type,
                   text);
}

static inline int attached(const char *name)
{
    (void)call("GET", GW, "");
    return (int)jx_int(among(jx_at(reply.doc, "status.listeners"), "name", name), "attachedRoutes", -1);
}

/* The first parent's condition; "none" without parents. 'resource' "tcproutes/db". */
static inline const char *of_route(const char *version, const char *resource, const char *type)
{
    static char text[128];
    CLEAN(free)
    char *target = x_asprintf("/apis/gateway.networking.k8s.io/%s/namespaces/default/%s", version, resource);

    (void)call("GET", target, "");
    if (!json_array_size(jx_at(reply.doc, "status.parents")))
        return "none";
    return word_of(jx_at(json_array_get(jx_at(reply.doc, "status.parents"), 0), "conditions"), type, text);
}

#define HTTP80 "{'name':'http','protocol':'HTTP','port':80}"
#define TCP90  "{'name':'tcp','protocol':'TCP','port':9000}"
#define TO_WEB "'rules':[{'backendRefs':[{'name':'web','port':80}]}]"
