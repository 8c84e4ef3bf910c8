/* SPDX-License-Identifier: Apache-2.0 */
/* Services of type LoadBalancer in a simulated shoot, and what they leave in the cloud. */
#include "tests/unit/sim/workloads_call.h"

#define SERVICES "/api/v1/namespaces/default/services"
#define WEB      SERVICES "/web"

/* A Service 'web' of type LoadBalancer with these annotations and more spec. */
static int make(const char *annotations, const char *more)
{
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'v1','kind':'Service','metadata':{'name':'web','annotations':{%s}},"
                   "'spec':{'type':'LoadBalancer','ports':[{'port':80}]%s}}",
                   annotations, more);

    return apply(WEB "?fieldManager=me&force=true", body);
}

static const char *address(void)
{
    (void)call("GET", WEB, "");
    return jx_str(json_array_get(jx_at(reply.doc, "status.loadBalancer.ingress"), 0), "ip", "");
}

static void an_address_comes_after_one_to_three_minutes(void **state)
{
    const json_t *balancer;

    (void)state;
    assert_int_equal(make("", ""), 201);
    pass(0);
    assert_string_equal(event("EnsuringLoadBalancer"), "Ensuring load balancer");
    assert_string_equal(address(), "");
    assert_string_equal(json_string_value(json_array_get(jx_at(reply.doc, "metadata.finalizers"), 0)),
                        "service.kubernetes.io/load-balancer-cleanup");
    pass(59);
    assert_string_equal(address(), "");
    pass(121);
    assert_string_equal(address(), "203.0.113.10");
    assert_string_equal(event("EnsuredLoadBalancer"), "Ensured load balancer");
    balancer = json_array_get(cloud.load_balancers, 0);
    assert_string_equal(jx_str(balancer, "name", ""), "kube_service_shoot--pqrxyz--demo_default_web");
    assert_string_equal(jx_str(balancer, "provisioningStatus", ""), "ACTIVE");
    assert_string_equal(
        jx_str(json_array_get(cloud.floating_ips, 0), "description", ""),
        "Floating IP for Kubernetes external service default/web from cluster shoot--pqrxyz--demo");
}

static void nothing_is_written_without_a_cause(void **state)
{
    (void)state;
    (void)make("", "");
    pass(0);
    pass(180);
    (void)call("GET", WEB, "");
    for (int i = 0; i < 3; i++) {
        CLEAN(free) char *before = x_strdup(got("metadata.resourceVersion"));

        pass(3600);
        (void)call("GET", WEB, "");
        assert_string_equal(got("metadata.resourceVersion"), before);
    }
}

static void deletion_waits_for_octavia(void **state)
{
    (void)state;
    (void)make("", "");
    pass(0);
    pass(180);
    assert_int_equal(call("DELETE", WEB, ""), 200);
    pass(0);
    assert_int_equal(call("GET", WEB, ""), 200);
    assert_string_equal(event("DeletingLoadBalancer"), "Deleting load balancer");
    pass(15);
    assert_int_equal(call("GET", WEB, ""), 404);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
    assert_int_equal(json_array_size(cloud.floating_ips), 0);
}

static void a_floating_ip_can_be_kept_and_used_again(void **state)
{
    (void)state;
    (void)make("'loadbalancer.openstack.org/keep-floatingip':'true'", "");
    pass(0);
    pass(180);
    (void)call("DELETE", WEB, "");
    pass(0);
    pass(15);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
    assert_int_equal(json_array_size(cloud.floating_ips), 1);
    (void)make("", ",'loadBalancerIP':'203.0.113.10'");
    pass(0);
    pass(180);
    assert_string_equal(address(), "203.0.113.10");
    assert_int_equal(json_array_size(cloud.floating_ips), 1);
}

static void an_internal_one_has_no_floating_ip(void **state)
{
    (void)state;
    (void)make("'service.beta.kubernetes.io/openstack-internal-load-balancer':'true'", "");
    pass(0);
    pass(180);
    assert_string_equal(address(), "10.250.0.10");
    (void)make("", "");
    pass(0);
    assert_string_equal(address(), "203.0.113.10");
    (void)make("'service.beta.kubernetes.io/openstack-internal-load-balancer':'true'", "");
    pass(0);
    assert_string_equal(address(), "10.250.0.10");
    assert_int_equal(json_array_size(cloud.floating_ips), 0);
}

static void changing_the_type_removes_it(void **state)
{
    (void)state;
    (void)make("", "");
    pass(0);
    pass(180);
    assert_int_equal(call_as("PATCH", WEB, "application/merge-patch+json", "{'spec':{'type':'ClusterIP'}}"),
                     200);
    pass(0);
    pass(15);
    assert_string_equal(address(), "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "metadata.finalizers")), 0);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
}

static const struct {
    const char *annotations, *more, *message;
} refusals[] = {
    { "'loadbalancer.openstack.org/class':'gold'", "",
      "Error syncing load balancer: failed to ensure load balancer: invalid loadbalancer class \"gold\"" },
    { "'loadbalancer.openstack.org/proxy-protocol':'true','loadbalancer.openstack.org/"
      "x-forwarded-for':'true'",
      "",
      "Error syncing load balancer: failed to ensure load balancer: annotation "
      "loadbalancer.openstack.org/proxy-protocol and loadbalancer.openstack.org/x-forwarded-for cannot be "
      "used "
      "together" },
    { "'loadbalancer.openstack.org/load-balancer-id':'x'", "",
      "Error syncing load balancer: failed to ensure load balancer: failed to get load balancer x: Resource "
      "not "
      "found" },
};

static void what_is_wrong_becomes_an_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(refusals); i++) {
        print_message("%s%s\n", refusals[i].annotations, refusals[i].more);
        (void)setup_workloads(state);
        (void)make(refusals[i].annotations, refusals[i].more);
        pass(0);
        pass(180);
        assert_string_equal(event("SyncLoadBalancerFailed"), refusals[i].message);
        assert_string_equal(address(), "");
        (void)teardown_workloads(state);
    }
}

static void a_corrected_service_recovers(void **state)
{
    (void)state;
    (void)make("'loadbalancer.openstack.org/class':'gold'", "");
    pass(0);
    (void)make("", "");
    pass(0);
    pass(180);
    assert_string_equal(address(), "203.0.113.10");
}

static void a_foreign_address_is_refused_and_a_used_one(void **state)
{
    json_t *ip;

    (void)state;
    (void)make("", ",'loadBalancerIP':'192.0.2.1'");
    pass(0);
    pass(180);
    assert_non_null(strstr(event("SyncLoadBalancerFailed"), "error creating LB floatingip 192.0.2.1"));
    ip = cloud_add_floating_ip(&cloud, &world.owner, "");
    jx_set(ip, "loadBalancer", json_string("another"));
    (void)make("", ",'loadBalancerIP':'203.0.113.10'");
    pass(0);
    (void)call("GET", "/api/v1/namespaces/default/events", "");
    assert_non_null(among(jx_at(reply.doc, "items"), "message",
                          "Error syncing load balancer: failed to ensure load balancer: floating IP "
                          "203.0.113.10 is not available"));
}

static void quotas_are_met(void **state)
{
    (void)state;
    world.settings.quota_load_balancers = 0;
    (void)make("", "");
    pass(0);
    assert_non_null(strstr(event("SyncLoadBalancerFailed"), "Quota has been met"));
    world.settings.quota_load_balancers = 1;
    world.settings.quota_floating_ips = 0;
    pass(300);
    pass(180);
    (void)call("GET", "/api/v1/namespaces/default/events", "");
    assert_string_equal(address(), "");
    world.settings.quota_floating_ips = 1;
    pass(300);
    assert_string_equal(address(), "203.0.113.10"); /* retried by itself */
}

static void a_region_without_l4_has_none(void **state)
{
    (void)state;
    world.owner.region = "sto-com";
    (void)make("", "");
    pass(0);
    assert_non_null(strstr(event("SyncLoadBalancerFailed"), "not available in region sto-com"));
    assert_int_equal(call("GET", "/api/v1/namespaces/kube-system/configmaps/shoot-info", ""), 200);
    assert_string_equal(jx_str(reply.doc, "data.region", ""), "sto-com");
}

static void a_class_of_load_balancers_is_nobodys(void **state)
{
    (void)state;
    (void)make("", ",'loadBalancerClass':'example.org/fast'");
    pass(0);
    pass(3600);
    assert_string_equal(address(), "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "metadata.finalizers")), 0);
    assert_string_equal(event("EnsuringLoadBalancer"), "");
}

static void an_error_at_creation_is_tried_again(void **state)
{
    (void)state;
    world.settings.lb_outcome = LB_ERROR_ONCE;
    (void)make("", "");
    pass(0);
    pass(180);
    assert_non_null(strstr(event("SyncLoadBalancerFailed"), "has gone into ERROR state"));
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
    pass(5);
    pass(180);
    assert_string_equal(address(), "203.0.113.10");
}

static void a_deletion_can_be_stuck(void **state)
{
    (void)state;
    (void)make("", "");
    pass(0);
    pass(180);
    world.settings.lb_outcome = LB_STUCK;
    (void)call("DELETE", WEB, "");
    pass(0);
    pass(3600);
    assert_int_equal(call("GET", WEB, ""), 200);
    assert_non_null(strstr(event("SyncLoadBalancerFailed"), "failed to delete load balancer"));
    world.settings.lb_outcome = LB_OK;
    pass(300);
    assert_int_equal(call("GET", WEB, ""), 404);
}

static void a_controller_that_is_down_does_nothing(void **state)
{
    (void)state;
    world.settings.lb_down = true;
    (void)make("", "");
    pass(3600);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
    world.settings.lb_down = false;
    pass(0);
    assert_int_equal(json_array_size(cloud.load_balancers), 1);
}

static void a_load_balancer_is_shared_on_different_ports(void **state)
{
    CLEAN(free) char *body = NULL;

    (void)state;
    (void)make("", "");
    pass(0);
    pass(180);
    body = x_asprintf(
        "{'apiVersion':'v1','kind':'Service','metadata':{'name':'second','annotations':{"
        "'loadbalancer.openstack.org/load-balancer-id':'%s'}},'spec':{'type':'LoadBalancer','ports':"
        "[{'port':80}]}}",
        jx_str(json_array_get(cloud.load_balancers, 0), "id", ""));
    (void)call("POST", SERVICES, body);
    pass(0);
    assert_string_equal(
        event("SyncLoadBalancerFailed"),
        "Error syncing load balancer: failed to ensure load balancer: the listener port 80 already "
        "exists");
    (void)call_as("PATCH", SERVICES "/second", "application/json-patch+json",
                  "[{'op':'replace','path':'/spec/ports/0/port','value':81}]");
    pass(0);
    (void)call("GET", SERVICES "/second", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.loadBalancer.ingress"), 0), "ip", ""),
                        "203.0.113.10");
    (void)call("DELETE", SERVICES "/second", "");
    pass(0);
    pass(15);
    assert_int_equal(json_array_size(cloud.load_balancers), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKLOADS_TEST(an_address_comes_after_one_to_three_minutes),
        WORKLOADS_TEST(nothing_is_written_without_a_cause),
        WORKLOADS_TEST(deletion_waits_for_octavia),
        WORKLOADS_TEST(a_floating_ip_can_be_kept_and_used_again),
        WORKLOADS_TEST(an_internal_one_has_no_floating_ip),
        WORKLOADS_TEST(changing_the_type_removes_it),
        cmocka_unit_test(what_is_wrong_becomes_an_event),
        WORKLOADS_TEST(a_corrected_service_recovers),
        WORKLOADS_TEST(a_foreign_address_is_refused_and_a_used_one),
        WORKLOADS_TEST(quotas_are_met),
        WORKLOADS_TEST(a_region_without_l4_has_none),
        WORKLOADS_TEST(a_class_of_load_balancers_is_nobodys),
        WORKLOADS_TEST(an_error_at_creation_is_tried_again),
        WORKLOADS_TEST(a_deletion_can_be_stuck),
        WORKLOADS_TEST(a_controller_that_is_down_does_nothing),
        WORKLOADS_TEST(a_load_balancer_is_shared_on_different_ports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
