/* SPDX-License-Identifier: Apache-2.0 */
/* Gateways in a simulated shoot with Envoy Gateway: from their making to their end, and the Service of each. */
#include "sim/shootapi/remove.h"
#include "tests/unit/sim/envoy_call.h"

static void a_gateway_gets_its_address(void **state)
{
    const json_t *service;

    (void)state;
    assert_int_equal(gateway(HTTP80 "," TCP90, ""), 201);
    assert_string_equal(of_gateway("Accepted"), "Unknown/Pending");
    assert_null(json_object_get(among(jx_at(reply.doc, "status.conditions"), "type", "Accepted"),
                                "observedGeneration"));
    pass(0);
    pass(1);
    assert_string_equal(of_gateway("Accepted"), "True/Accepted");
    assert_string_equal(of_gateway("Programmed"), "False/AddressNotAssigned");
    pass(5);
    pass(180);
    assert_string_equal(of_gateway("Programmed"), "True/Programmed");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.addresses"), 0), "value", ""),
                        "203.0.113.10");
    assert_string_equal(of_listener("tcp", "Programmed"), "True/Programmed");
    assert_int_equal(attached("tcp"), 0);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gateway-name=gw", "");
    service = json_array_get(jx_at(reply.doc, "items"), 0);
    assert_int_equal(strncmp(ctl_name(service), "envoy-default-gw-", 17), 0);
    assert_string_equal(jx_str(service, "spec.externalTrafficPolicy", ""), "Local");
    assert_string_equal(jx_str(json_array_get(jx_at(service, "spec.ports"), 0), "name", ""), "http-80");
    assert_int_equal(jx_int(json_array_get(jx_at(service, "spec.ports"), 0), "targetPort", 0), 10080);
}

/* The first 48 characters of namespace and name, and a hash of both. */
static const struct {
    const char *ns, *name, *service;
} named[] = {
    { "default", "eg", "envoy-default-eg-e41e7b31" },
    { "my-app", "my-gateway", "envoy-my-app-my-gateway-5ddc25d4" },
    { "a-rather-long-namespace", "a-gateway-with-a-name-thats-long",
      "envoy-a-rather-long-namespace-a-gateway-with-a-name-th-" },
};

static void services_have_names_of_their_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(named); i++) {
        CLEAN(free)
        char *ns = x_asprintf("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'%s'}}", named[i].ns);
        CLEAN(free)
        char *body = x_asprintf(
            "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':'%s'},"
            "'spec':{'gatewayClassName':'eg','listeners':[" HTTP80 "]}}",
            named[i].name);
        CLEAN(free) char *target = x_asprintf(G "/namespaces/%s/gateways", named[i].ns);
        const json_t *service;
        size_t k;
        bool found = false;

        (void)call("POST", "/api/v1/namespaces", ns);
        assert_int_equal(call("POST", target, body), 201);
        pass(0);
        pass(1);
        (void)call("GET", SYSTEM "/services", "");
        json_array_foreach (jx_at(reply.doc, "items"), k, service)
            found = found || !strncmp(ctl_name(service), named[i].service, strlen(named[i].service));
        assert_true(found);
    }
}

static void nothing_is_written_without_a_cause(void **state)
{
    CLEAN(free) char *before = NULL;

    a_gateway_gets_its_address(state);
    backend();
    (void)route("HTTPRoute", "v1", "r", "{'parentRefs':[{'name':'gw'}]," TO_WEB "}");
    pass(0);
    pass(1);
    pass(1);
    (void)call("GET", GATEWAYS, "");
    before = x_strdup(got("metadata.resourceVersion"));
    pass(3600);
    (void)call("GET", GATEWAYS, "");
    assert_string_equal(got("metadata.resourceVersion"), before);
}

static void deletion_takes_the_service_along(void **state)
{
    a_gateway_gets_its_address(state);
    (void)call("DELETE", GW, "");
    pass(0);
    pass(15);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gateway-name=gw", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 0);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
    assert_int_equal(json_array_size(cloud.floating_ips), 0);
}

static void without_the_controller_the_load_balancer_stays(void **state)
{
    a_gateway_gets_its_address(state);
    (void)call("DELETE", "/apis/apps/v1/namespaces/envoy-gateway-system/deployments/envoy-gateway", "");
    (void)call("DELETE", GW, "");
    pass(0);
    pass(3600);
    assert_int_equal(json_array_size(cloud.load_balancers), 1);
}

static void status_can_be_written_again_and_again(void **state)
{
    CLEAN(free) char *before = NULL;

    a_gateway_gets_its_address(state);
    world.settings.eg_fault = EG_REWRITES;
    pass(0);
    (void)call("GET", GATEWAYS, "");
    before = x_strdup(got("metadata.resourceVersion"));
    (void)usleep(1100000); /* times in objects are real and have seconds only */
    pass(5);
    assert_string_equal(of_gateway("Programmed"), "True/Programmed");
    (void)call("GET", GATEWAYS, "");
    assert_string_not_equal(got("metadata.resourceVersion"), before);
}

/* A namespace is held by a Service until its load balancer is gone. */
static void a_namespace_waits_for_its_load_balancer(void **state)
{
    a_gateway_gets_its_address(state);
    assert_int_equal(call("DELETE", "/api/v1/namespaces/envoy-gateway-system", ""), 200);
    remove_tick(&api, clock_now() + 5000);
    pass(0);
    assert_int_equal(call("GET", "/api/v1/namespaces/envoy-gateway-system", ""), 200);
    pass(15);
    assert_int_equal(call("GET", "/api/v1/namespaces/envoy-gateway-system", ""), 404);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_gateway_gets_its_address),
        TEST(services_have_names_of_their_own),
        TEST(nothing_is_written_without_a_cause),
        TEST(deletion_takes_the_service_along),
        TEST(without_the_controller_the_load_balancer_stays),
        TEST(status_can_be_written_again_and_again),
        TEST(a_namespace_waits_for_its_load_balancer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
