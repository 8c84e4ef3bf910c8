/* SPDX-License-Identifier: Apache-2.0 */
/* How Envoy Gateway comes into a shoot: applied over HTTP or by a Job that runs helm. */
#include "sim/workloads/crds.h"
#include "tests/unit/sim/workloads_call.h"

#define NS      "envoy-gateway-system"
#define JOBS    "/apis/batch/v1/namespaces/" NS "/jobs"
#define CLASSES "/apis/gateway.networking.k8s.io/v1/gatewayclasses"

static void make_namespace(void)
{
    assert_int_equal(call("POST", "/api/v1/namespaces",
                          "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'" NS "'}}"),
                     201);
}

static void make_job(const char *name, const char *container)
{
    CLEAN(free)
    char *body = x_asprintf("{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'%s'},'spec':{"
                            "'ttlSecondsAfterFinished':30,'template':{'spec':{'serviceAccountName':'"
                            "installer','restartPolicy':'Never','containers':[{"
                            "'name':'c',%s}]}}}}",
                            name, container);

    assert_int_equal(call("POST", JOBS, body), 201);
}

static void make_account(void)
{
    assert_int_equal(call("POST", "/api/v1/namespaces/" NS "/serviceaccounts",
                          "{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'installer'}}"),
                     201);
}

static void let_install(void)
{
    assert_int_equal(
        call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
             "{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'ClusterRoleBinding','metadata':{'name':"
             "'installer'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'ClusterRole','name':"
             "'cluster-admin'},'subjects':[{'kind':'ServiceAccount','name':'installer','namespace':'" NS
             "'}]}"),
        201);
}

static void make_class(void)
{
    (void)call(
        "POST", CLASSES,
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':'eg'},'spec':{"
        "'controllerName':'gateway.envoyproxy.io/gatewayclass-controller'}}");
}

/* "True", "Unknown", or "none" when there is no such class. */
static const char *class_accepted(void)
{
    if (call("GET", CLASSES "/eg", "") != 200)
        return "none";
    return jx_str(among(jx_at(reply.doc, "status.conditions"), "type", "Accepted"), "status", "");
}

/* For call(), which takes every single quote for a double one. free() it. */
static char *body_of(const json_t *doc)
{
    CLEAN(free) char *text = jx_dump(doc);
    struct buf body = buf_max(4 << 20);

    for (const char *at = text; *at; at++)
        (void)(*at == '\'' ? buf_adds(&body, "\\u0027") : buf_add(&body, at, 1));
    return buf_take(&body);
}

static void apply_definitions(int minor, bool standard)
{
    json_auto_t *all = crds_all(&(struct crd_bundle){ .minor = minor, .standard = standard });
    json_t *definition;
    size_t i;

    json_array_foreach (all, i, definition) {
        CLEAN(free) char *text = body_of(definition);
        CLEAN(free)
        char *target =
            x_asprintf("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/%s?fieldManager=me",
                       ctl_name(definition));

        assert_int_equal(apply(target, text), 201);
    }
}

static void make_deployment(const char *image)
{
    CLEAN(free)
    char *body = x_asprintf(
        "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'envoy-gateway','namespace':'" NS
        "'},'spec':{"
        "'selector':{'matchLabels':{'control-plane':'envoy-gateway'}},'template':{'metadata':{'labels':{"
        "'control-plane':'envoy-gateway'}},'spec':{'containers':[{'name':'envoy-gateway','image':'%s'}],'"
        "volumes':[{"
        "'name':'certs','secret':{'secretName':'envoy-gateway'}}]}}}}",
        image);

    assert_true(apply("/apis/apps/v1/namespaces/" NS "/deployments/envoy-gateway?fieldManager=me", body) <
                300);
}

static void applied_objects_become_a_controller(void **state)
{
    (void)state;
    make_namespace();
    apply_definitions(6, true);
    make_deployment("docker.io/envoyproxy/gateway:v1.9.0");
    make_class();
    pass(0);
    pass(600);
    assert_string_equal(class_accepted(), "Unknown"); /* it waits for its certificates */
    make_account();
    make_job("certgen",
             "'image':'docker.io/envoyproxy/gateway:v1.9.0','command':['envoy-gateway','certgen']");
    pass(0);
    pass(5);
    pass(30);
    assert_int_equal(call("GET", "/api/v1/namespaces/" NS "/secrets/envoy-gateway", ""), 200);
    pass(30);
    assert_int_equal(call("GET", JOBS "/certgen", ""), 404); /* its time to live is over */
    pass(5);
    pass(5);
    assert_string_equal(class_accepted(), "True");
}

static void a_helm_job_brings_everything(void **state)
{
    (void)state;
    make_namespace();
    make_account();
    let_install();
    make_job("install", "'image':'docker.io/alpine/helm:3','args':['helm upgrade --install eg "
                        "oci://docker.io/envoyproxy/gateway-helm --version v1.8.3 --wait']");
    pass(0);
    pass(5);
    assert_int_equal(call("GET", CLASSES, ""), 404);
    pass(30);
    make_class();
    pass(5);
    pass(5);
    assert_string_equal(class_accepted(), "True");
    assert_int_equal(call("GET", "/apis/gateway.networking.k8s.io/v1alpha2/tcproutes", ""), 200);
    assert_int_equal(call("GET", "/apis/gateway.networking.k8s.io/v1/tcproutes", ""), 404);
}

/* helm replaces the controller but never the definitions, so 1.9 finds no TCPRoute v1. */
static void a_helm_upgrade_keeps_the_definitions(void **state)
{
    a_helm_job_brings_everything(state);
    make_job("upgrade", "'image':'docker.io/alpine/helm:3','args':['helm upgrade --install eg "
                        "oci://docker.io/envoyproxy/gateway-helm --version v1.9.0 --wait']");
    pass(0);
    pass(5);
    pass(30);
    (void)call("GET", "/apis/apps/v1/namespaces/" NS "/deployments/envoy-gateway", "");
    assert_string_equal(
        jx_str(json_array_get(jx_at(reply.doc, "spec.template.spec.containers"), 0), "image", ""),
        "docker.io/envoyproxy/gateway:v1.9.0");
    assert_int_equal(call("GET", "/apis/gateway.networking.k8s.io/v1/tcproutes", ""), 404);
}

static void a_helm_uninstall_leaves_what_the_controller_made(void **state)
{
    a_helm_job_brings_everything(state);
    (void)call(
        "POST", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways",
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':'gw'},'spec':{"
        "'gatewayClassName':'eg','listeners':[{'name':'tcp','protocol':'TCP','port':9000}]}}");
    pass(0);
    pass(180);
    assert_int_equal(json_array_size(cloud.load_balancers), 1);
    make_job("remove",
             "'image':'docker.io/alpine/helm:3','args':['helm uninstall eg -n envoy-gateway-system']");
    pass(0);
    pass(5);
    pass(30);
    assert_int_equal(call("GET", "/apis/apps/v1/namespaces/" NS "/deployments/envoy-gateway", ""), 404);
    assert_int_equal(call("DELETE", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/gw", ""),
                     200);
    pass(3600);
    assert_int_equal(json_array_size(cloud.load_balancers), 1); /* nobody is left to remove it */
}

static void a_failed_job_brings_nothing(void **state)
{
    (void)state;
    world.settings.job_outcome = JOB_FAILS;
    make_namespace();
    make_account();
    let_install();
    make_job("install", "'image':'docker.io/alpine/helm:3','args':['helm upgrade --install eg "
                        "oci://docker.io/envoyproxy/gateway-helm --version v1.9.0']");
    for (int i = 0; i < 40; i++)
        pass(60);
    assert_int_equal(call("GET", CLASSES, ""), 404);
}

static const char *event_in_system(const char *reason)
{
    (void)call("GET", "/api/v1/namespaces/" NS "/events", "");
    return jx_str(among(jx_at(reply.doc, "items"), "reason", reason), "message", "");
}

static void an_installer_needs_its_account_and_its_rights(void **state)
{
    CLEAN(free) char *log = NULL;

    (void)state;
    make_namespace();
    make_job("install", "'image':'docker.io/alpine/helm:3','args':['helm upgrade --install eg "
                        "oci://docker.io/envoyproxy/gateway-helm --version v1.9.0']");
    pass(0);
    assert_non_null(strstr(event_in_system("FailedCreate"), "serviceaccount \"installer\" not found"));
    make_account();
    pass(0);
    pass(5); /* helm asks before it does anything */
    (void)call("GET", "/api/v1/namespaces/" NS "/pods", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "items"), 0), "status.phase", ""), "Failed");
    log = x_asprintf("/api/v1/namespaces/" NS "/pods/%s/log",
                     ctl_name(json_array_get(jx_at(reply.doc, "items"), 0)));
    (void)call("GET", log, "");
    assert_non_null(strstr(reply.text, "is forbidden"));
    let_install();
    pass(10);
    pass(5);
    pass(30);
    assert_int_equal(call("GET", CLASSES, ""), 200);
}

/* TCPRoute v1 is there, but 1.8 does not read it: no status, no hint. */
static void a_release_reads_only_its_versions(void **state)
{
    (void)state;
    world.settings.eg_installed = 8;
    world.settings.eg_bundle = 6;
    world.settings.eg_standard = true;
    pass(0);
    pass(5);
    make_class();
    (void)call(
        "POST", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways",
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':'gw'},'spec':{"
        "'gatewayClassName':'eg','listeners':[{'name':'tcp','protocol':'TCP','port':9000}]}}");
    assert_int_equal(
        call("POST", "/apis/gateway.networking.k8s.io/v1/namespaces/default/tcproutes",
             "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'TCPRoute','metadata':{'name':'r'},"
             "'spec':{'parentRefs':[{'name':'gw'}],'rules':[{'backendRefs':[{'name':'web','port':80}]}]}}"),
        201);
    pass(0);
    pass(60);
    (void)call("GET", "/apis/gateway.networking.k8s.io/v1/namespaces/default/tcproutes/r", "");
    assert_null(jx_at(reply.doc, "status.parents"));
    (void)call("GET", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/gw", "");
    assert_non_null(jx_at(reply.doc, "status.listeners"));
}

/* Definitions that come after the controller's start are seen after the next start. */
static void it_looks_for_kinds_once(void **state)
{
    const char *path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/tcproutes";

    (void)state;
    world.settings.eg_installed = 9;
    pass(0);
    assert_int_equal(call("DELETE",
                          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
                          "tcproutes.gateway.networking.k8s.io",
                          ""),
                     200);
    pass(5);
    make_class();
    pass(1);
    assert_string_equal(class_accepted(), "True");
    {
        json_auto_t *all = crds_all(&(struct crd_bundle){ .minor = 6, .standard = true });
        CLEAN(free) char *text = body_of(among(all, "metadata.name", "tcproutes.gateway.networking.k8s.io"));

        assert_int_equal(call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", text), 201);
    }
    (void)call(
        "POST", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways",
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':'gw'},'spec':{"
        "'gatewayClassName':'eg','listeners':[{'name':'tcp','protocol':'TCP','port':9000}]}}");
    (void)call("POST", path,
               "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'TCPRoute','metadata':{'name':'r'},"
               "'spec':{'parentRefs':[{'name':'gw'}],'rules':[{'backendRefs':[{'name':'web','port':80}]}]}}");
    pass(0);
    pass(60);
    (void)call("GET", "/apis/gateway.networking.k8s.io/v1/namespaces/default/tcproutes/r", "");
    assert_null(jx_at(reply.doc, "status.parents"));
    assert_int_equal(
        call_as("PATCH", "/apis/apps/v1/namespaces/" NS "/deployments/envoy-gateway",
                "application/merge-patch+json",
                "{'spec':{'template':{'metadata':{'annotations':{'kubectl.kubernetes.io/restartedAt':'now'"
                "}}}}}"),
        200);
    pass(0);
    pass(5);
    pass(1);
    (void)call("GET", "/apis/gateway.networking.k8s.io/v1/namespaces/default/tcproutes/r", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "status.parents")), 1);
}

/* A class stays while Gateways use it. */
static void a_class_in_use_is_held(void **state)
{
    (void)state;
    world.settings.eg_installed = 9;
    pass(0);
    pass(5);
    make_class();
    (void)call(
        "POST", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways",
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':'gw'},'spec':{"
        "'gatewayClassName':'eg','listeners':[{'name':'tcp','protocol':'TCP','port':9000}]}}");
    pass(0);
    pass(1);
    (void)call("DELETE", CLASSES "/eg", "");
    pass(10);
    assert_int_equal(call("GET", CLASSES "/eg", ""), 200);
    (void)call("DELETE", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/gw", "");
    pass(1);
    assert_int_equal(call("GET", CLASSES "/eg", ""), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKLOADS_TEST(applied_objects_become_a_controller),
        WORKLOADS_TEST(a_helm_job_brings_everything),
        WORKLOADS_TEST(a_helm_upgrade_keeps_the_definitions),
        WORKLOADS_TEST(a_failed_job_brings_nothing),
        WORKLOADS_TEST(a_helm_uninstall_leaves_what_the_controller_made),
        WORKLOADS_TEST(an_installer_needs_its_account_and_its_rights),
        WORKLOADS_TEST(a_release_reads_only_its_versions),
        WORKLOADS_TEST(it_looks_for_kinds_once),
        WORKLOADS_TEST(a_class_in_use_is_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
