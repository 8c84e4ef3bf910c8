/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server refuses about Services, fields that never change, and definitions of the Gateway API. */
#include "sim/workloads/crds.h"
#include "tests/unit/sim/workloads_call.h"

#define SERVICES    "/api/v1/namespaces/default/services"
#define DEFINITIONS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

/* 'message' NULL = accepted. */
static const struct {
    const char *name, *spec, *message;
} services[] = {
    { "web", "{'ports':[{'port':80}]}", NULL },
    { "web", "{'type':'ExternalName','externalName':'x'}", NULL },
    { "web", "{'clusterIP':'None'}", NULL },
    { "web", "{}", "spec.ports: Required value" },
    { "web", "{'ports':[{'port':0,'targetPort':80}]}",
      "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive" },
    { "web", "{'ports':[{'name':'a','port':80},{'port':81}]}", "spec.ports[1].name: Required value" },
    { "web", "{'ports':[{'name':'a','port':80},{'name':'b','port':80}]}",
      "spec.ports[1]: Duplicate value: {\"protocol\":\"TCP\",\"port\":80}" },
    { "web", "{'ports':[{'name':'a','port':80},{'name':'b','port':80,'protocol':'UDP'}]}", NULL },
    { "web", "{'ports':[{'name':'a','port':80},{'name':'a','port':81}]}",
      "spec.ports[1].name: Duplicate value: \"a\"" },
    { "1web", "{'ports':[{'port':80}]}",
      "metadata.name: Invalid value: \"1web\": a DNS-1035 label must consist of lower case alphanumeric "
      "characters or "
      "'-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or "
      "'abc-123', "
      "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')" },
    { "web", "{'ports':[{'port':80}],'loadBalancerSourceRanges':['10.0.0.0/8']}",
      "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'" },
    { "web", "{'ports':[{'port':80}],'externalTrafficPolicy':'Local'}",
      "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible "
      "services" },
};

static void wrong_services_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(services); i++) {
        CLEAN(free)
        char *body = x_asprintf("{'apiVersion':'v1','kind':'Service','metadata':{'name':'%s'},'spec':%s}",
                                services[i].name, services[i].spec);
        CLEAN(free)
        char *message = services[i].message ? x_asprintf("Service \"%s\" is invalid: %s", services[i].name,
                                                         services[i].message)
                                            : NULL;

        print_message("%s %s\n", services[i].name, services[i].spec);
        assert_int_equal(call("POST", SERVICES, body), message ? 422 : 201);
        if (message)
            assert_string_equal(got("message"), message);
        (void)call("DELETE", SERVICES "/web", "");
    }
}

static void fields_go_with_the_type(void **state)
{
    (void)state;
    (void)call("POST", SERVICES,
               "{'apiVersion':'v1','kind':'Service','metadata':{'name':'web'},'spec':{'type':'LoadBalancer','"
               "ports':[{"
               "'port':80}]}}");
    assert_int_equal(
        call_as("PATCH", SERVICES "/web", "application/merge-patch+json", "{'spec':{'type':'ClusterIP'}}"),
        200);
    assert_null(jx_at(reply.doc, "spec.externalTrafficPolicy"));
    assert_null(jx_at(json_array_get(jx_at(reply.doc, "spec.ports"), 0), "nodePort"));
}

static void templates_and_selectors_never_change(void **state)
{
    (void)state;
    (void)call("POST", "/apis/batch/v1/namespaces/default/jobs",
               "{'apiVersion':'batch/"
               "v1','kind':'Job','metadata':{'name':'j'},'spec':{'template':{'spec':{'containers':[{"
               "'name':'c','image':'a'}]}}}}");
    assert_int_equal(call_as("PATCH", "/apis/batch/v1/namespaces/default/jobs/j",
                             "application/merge-patch+json",
                             "{'spec':{'template':{'metadata':{'labels':{'a':'b'}}}}}"),
                     422);
    assert_string_equal(got("message"),
                        "Job.batch \"j\" is invalid: spec.template: Invalid value: field is immutable");
    assert_int_equal(call_as("PATCH", "/apis/batch/v1/namespaces/default/jobs/j",
                             "application/merge-patch+json", "{'spec':{'suspend':true}}"),
                     200);
}

static int put_definition(int minor, bool standard, const char *bundle)
{
    json_auto_t *all = crds_all(&(struct crd_bundle){ .minor = minor, .standard = standard });
    json_auto_t *doc = json_deep_copy(among(all, "metadata.name", "gateways.gateway.networking.k8s.io"));
    CLEAN(free) char *text = NULL;

    if (bundle)
        jx_set(jx_at(doc, "metadata.annotations"), "gateway.networking.k8s.io/bundle-version",
               json_string(bundle));
    text = jx_dump(doc);
    return apply(DEFINITIONS "/gateways.gateway.networking.k8s.io?fieldManager=me&force=true", text);
}

static void the_policy_guards_definitions(void **state)
{
    (void)state;
    world.settings.eg_installed = 9;
    world.settings.eg_standard = true;
    pass(0);
    assert_int_equal(put_definition(6, true, NULL), 200);
    assert_int_equal(put_definition(6, true, "v1.7.0"), 200);
    assert_int_equal(put_definition(6, false, NULL), 422);
    assert_non_null(strstr(got("message"),
                           "ValidatingAdmissionPolicy 'safe-upgrades.gateway.networking.k8s.io' with "
                           "binding 'safe-upgrades.gateway.networking.k8s.io' denied request: "
                           "Installing experimental CRDs on top of standard channel CRDs"));
    assert_int_equal(put_definition(5, true, NULL), 422);
    assert_int_equal(call("DELETE",
                          "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/"
                          "safe-upgrades.gateway.networking.k8s.io",
                          ""),
                     200);
    assert_int_equal(put_definition(6, false, NULL), 200);
    assert_int_equal(put_definition(5, true, "v1.2.0"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKLOADS_TEST(wrong_services_are_refused),
        WORKLOADS_TEST(fields_go_with_the_type),
        WORKLOADS_TEST(templates_and_selectors_never_change),
        WORKLOADS_TEST(the_policy_guards_definitions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
