/* SPDX-License-Identifier: Apache-2.0 */
/* EnvoyProxy and GatewayClass in a simulated shoot with Envoy Gateway: what they make of the Services. */
#include "tests/unit/sim/envoy_call.h"

static void a_proxy_shapes_the_service(void **state)
{
    CLEAN(free) char *name = NULL;
    const json_t *service;

    (void)state;
    (void)gateway(HTTP80, ",'infrastructure':{'annotations':{'a/b':'c'},'parametersRef':{'group':"
                          "'gateway.envoyproxy.io','kind':'EnvoyProxy','name':'p'}}");
    pass(0);
    pass(1);
    assert_string_equal(of_gateway("Accepted"), "False/InvalidParameters");
    assert_int_equal(
        call("POST", "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/default/envoyproxies",
             "{'apiVersion':'gateway.envoyproxy.io/v1alpha1','kind':'EnvoyProxy','metadata':{'name':'p'},"
             "'spec':{'provider':{'type':'Kubernetes','kubernetes':{'envoyDeployment':{'replicas':2},"
             "'envoyService':{'externalTrafficPolicy':'Cluster','annotations':{"
             "'loadbalancer.openstack.org/keep-floatingip':'true'}}}}}}"),
        201);
    pass(0);
    assert_string_equal(of_gateway("Accepted"), "True/Accepted");
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gateway-name=gw", "");
    service = json_array_get(jx_at(reply.doc, "items"), 0);
    assert_string_equal(jx_str(service, "spec.externalTrafficPolicy", ""), "Cluster");
    assert_string_equal(ctl_annotation(service, "loadbalancer.openstack.org/keep-floatingip"), "true");
    assert_string_equal(ctl_annotation(service, "a/b"), "c");
    name = x_strdup(ctl_name(service));
    (void)call("GET", "/apis/apps/v1/namespaces/envoy-gateway-system/deployments", "");
    assert_int_equal(jx_int(among(jx_at(reply.doc, "items"), "metadata.name", name), "spec.replicas", 0), 2);
}

static void a_proxy_asks_for_a_floating_ip(void **state)
{
    (void)state;
    (void)cloud_add_floating_ip(&cloud, &world.owner, "reserved");
    (void)call(
        "POST", "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/default/envoyproxies",
        "{'apiVersion':'gateway.envoyproxy.io/v1alpha1','kind':'EnvoyProxy','metadata':{'name':'p'},'spec':{"
        "'provider':{'type':'Kubernetes','kubernetes':{'envoyService':{'loadBalancerIP':'203.0.113.10'}}}}}");
    (void)gateway(
        HTTP80,
        ",'infrastructure':{'parametersRef':{'group':'gateway.envoyproxy.io','kind':'EnvoyProxy','name':"
        "'p'}}");
    pass(0);
    pass(1);
    pass(180);
    assert_string_equal(of_gateway("Programmed"), "True/Programmed");
    assert_int_equal(json_array_size(cloud.floating_ips), 1);
    (void)call("DELETE", GW, "");
    pass(0);
    pass(15);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
    assert_int_equal(json_array_size(cloud.floating_ips), 1); /* it is the user's */
}

static void another_controllers_class_stays_pending(void **state)
{
    (void)state;
    (void)call(
        "POST", G "/gatewayclasses",
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':'x'},'spec':{"
        "'controllerName':'example.org/controller'}}");
    (void)apply(GW "?fieldManager=me",
                "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':"
                "'gw'},'spec':{'gatewayClassName':'x','listeners':[" HTTP80 "]}}");
    pass(0);
    pass(3600);
    assert_string_equal(of_gateway("Accepted"), "Unknown/Pending");
    (void)call("GET", G "/gatewayclasses/x", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.conditions"), 0), "status", ""),
                        "Unknown");
}

/* One Service for all Gateways of a class, which goes with the last of them. */
static void a_class_can_merge_its_gateways(void **state)
{
    const json_t *service;
    CLEAN(free) char *address = NULL;

    (void)state;
    assert_int_equal(
        call("POST", "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/default/envoyproxies",
             "{'apiVersion':'gateway.envoyproxy.io/v1alpha1','kind':'EnvoyProxy','metadata':{'name':'all'},"
             "'spec':{'mergeGateways':true}}"),
        201);
    assert_int_equal(
        call("POST", G "/gatewayclasses",
             "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':"
             "'merged'},'spec':{'controllerName':'gateway.envoyproxy.io/gatewayclass-controller',"
             "'parametersRef':{'group':'gateway.envoyproxy.io','kind':'EnvoyProxy','name':'all',"
             "'namespace':'default'}}}"),
        201);
    for (int i = 0; i < 2; i++) {
        CLEAN(free)
        char *body =
            x_asprintf("{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':"
                       "'m%d'},'spec':{'gatewayClassName':'merged','listeners':[{'name':'tcp','protocol':"
                       "'TCP','port':%d}]}}",
                       i, 9000 + i);

        assert_int_equal(call("POST", GATEWAYS, body), 201);
    }
    pass(0);
    pass(5);
    pass(180);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gatewayclass=merged", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 1);
    service = json_array_get(jx_at(reply.doc, "items"), 0);
    assert_int_equal(json_array_size(jx_at(service, "spec.ports")), 2);
    assert_int_equal(strncmp(ctl_name(service), "envoy-merged-", 13), 0);
    address = x_strdup(jx_str(json_array_get(jx_at(service, "status.loadBalancer.ingress"), 0), "ip", ""));
    (void)call("GET", GATEWAYS "/m1", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.addresses"), 0), "value", ""),
                        address);
    assert_int_equal(call("DELETE", GATEWAYS "/m0", ""), 200);
    pass(5);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gatewayclass=merged", "");
    assert_int_equal(json_array_size(jx_at(json_array_get(jx_at(reply.doc, "items"), 0), "spec.ports")), 1);
    assert_int_equal(call("DELETE", GATEWAYS "/m1", ""), 200);
    pass(0);
    pass(60);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gatewayclass=merged", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 0);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_proxy_shapes_the_service),
        TEST(a_proxy_asks_for_a_floating_ip),
        TEST(another_controllers_class_stays_pending),
        TEST(a_class_can_merge_its_gateways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
