/* SPDX-License-Identifier: Apache-2.0 */
/* A Job that installs Envoy Gateway line by line, in one pod that starts its container again: what goes wrong, and how it
 * heals. */
#include "tests/unit/sim/workloads_call.h"

#define NS      "envoy-gateway-system"
#define JOBS    "/apis/batch/v1/namespaces/" NS "/jobs"
#define PODS    "/api/v1/namespaces/" NS "/pods"
#define SECRETS "/api/v1/namespaces/" NS "/secrets"
#define CRDS    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define CLASSES "/apis/gateway.networking.k8s.io/v1/gatewayclasses"
#define ROLES   "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"

#define FORGET                                                                                               \
    "kubectl delete secret -n " NS " -l \\\"owner=helm,name=eg,status in (pending-install,pending-upgrade)"  \
    "\\\" --ignore-not-found\\n"

/* Six lines, so each has 5 of the 30 seconds. */
static char *script(const char *version, const char *channel)
{
    return x_asprintf(
        "set -u\\n"
        "helm template eg-crds oci://docker.io/envoyproxy/gateway-crds-helm --version %s --set "
        "crds.gatewayAPI.enabled=true --set crds.gatewayAPI.channel=%s --set crds.envoyGateway.enabled=true "
        "> "
        "/tmp/crds.yaml\\n"
        "kubectl apply --server-side --force-conflicts --field-manager=cleura -f /tmp/crds.yaml\\n"
        "kubectl wait --for=condition=Established --timeout=2m crd/gateways.gateway.networking.k8s.io "
        "crd/tcproutes.gateway.networking.k8s.io\\n" FORGET
        "helm upgrade --install eg oci://docker.io/envoyproxy/gateway-helm --version %s -n " NS
        " --skip-crds --wait --timeout 10m\\n",
        version, channel, version);
}

static void make_job(const char *name, const char *text)
{
    CLEAN(free)
    char *body = x_asprintf(
        "{'apiVersion':'batch/"
        "v1','kind':'Job','metadata':{'name':'%s'},'spec':{'backoffLimit':100,'template':{"
        "'spec':{'serviceAccountName':'installer','restartPolicy':'OnFailure','containers':[{'name':'helm',"
        "'image':'docker.io/alpine/"
        "k8s:1.33.4','command':['sh','-ec'],'args':['%s'],'terminationMessagePolicy':"
        "'FallbackToLogsOnError'}]}}}}",
        name, text);

    assert_int_equal(call("POST", JOBS, body), 201);
}

static void install_with(const char *name, const char *version, const char *channel)
{
    CLEAN(free) char *text = script(version, channel);

    make_job(name, text);
}

static void make_account(void)
{
    (void)call("POST", "/api/v1/namespaces",
               "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'" NS "'}}");
    assert_int_equal(call("POST", "/api/v1/namespaces/" NS "/serviceaccounts",
                          "{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'installer'}}"),
                     201);
}

static void let_install(void)
{
    assert_int_equal(
        call("POST", ROLES,
             "{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'ClusterRoleBinding','metadata':{"
             "'name':'installer'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':"
             "'ClusterRole','name':'cluster-admin'},'subjects':[{'kind':'ServiceAccount','name':"
             "'installer','namespace':'" NS "'}]}"),
        201);
}

static void wait_seconds(int n)
{
    while (n-- > 0)
        pass(1);
}

static const char *job_is(const char *name, const char *type)
{
    CLEAN(free) char *path = x_asprintf(JOBS "/%s", name);

    (void)call("GET", path, "");
    return jx_str(among(jx_at(reply.doc, "status.conditions"), "type", type), "status", "");
}

/* The first container of the only pod. */
static const json_t *container(void)
{
    (void)call("GET", PODS "?labelSelector=job-name", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 1);
    return json_array_get(jx_at(json_array_get(jx_at(reply.doc, "items"), 0), "status.containerStatuses"), 0);
}

static void expect_message(const char *part)
{
    const char *message = jx_str(container(), "lastState.terminated.message", "");

    if (!strstr(message, part))
        print_error("\"%s\" is not in \"%s\"\n", part, message);
    assert_non_null(strstr(message, part));
}

static const char *image_of_controller(void)
{
    (void)call("GET", "/apis/apps/v1/namespaces/" NS "/deployments/envoy-gateway", "");
    return jx_str(json_array_get(jx_at(reply.doc, "spec.template.spec.containers"), 0), "image", "");
}

/* "deployed", "pending-install"; "" when there is no such revision. */
static const char *release(const char *revision)
{
    CLEAN(free) char *path = x_asprintf(SECRETS "/sh.helm.release.v1.eg.v%s", revision);

    (void)call("GET", path, "");
    return ctl_label(reply.doc, "status");
}

static void a_script_installs_line_by_line(void **state)
{
    (void)state;
    make_account();
    let_install();
    install_with("install", "v1.9.0", "standard");
    wait_seconds(5 + 10);
    assert_int_equal(call("GET", CRDS "/tcproutes.gateway.networking.k8s.io", ""), 404);
    wait_seconds(8);
    assert_int_equal(call("GET", CRDS "/tcproutes.gateway.networking.k8s.io", ""), 200);
    assert_string_equal(release("1"), "");
    wait_seconds(10);
    assert_string_equal(release("1"), "pending-install");
    wait_seconds(3); /* now it waits for the controller */
    assert_string_equal(image_of_controller(), "docker.io/envoyproxy/gateway:v1.9.0");
    assert_string_equal(job_is("install", "Complete"), "");
    wait_seconds(6);
    assert_string_equal(release("1"), "deployed");
    assert_string_equal(job_is("install", "Complete"), "True");
    assert_string_equal(ctl_annotation(reply.doc, "x"), "");
    assert_int_equal(call("GET", CLASSES, ""), 200);
}

static void without_rights_it_fails_until_it_has_them(void **state)
{
    (void)state;
    make_account();
    install_with("install", "v1.9.0", "experimental");
    wait_seconds(40);
    expect_message("Error from server (Forbidden): customresourcedefinitions.apiextensions.k8s.io "
                   "\"envoypatchpolicies.gateway.envoyproxy.io\" is forbidden: User "
                   "\"system:serviceaccount:" NS
                   ":installer\" cannot patch resource \"customresourcedefinitions\" in "
                   "API group \"apiextensions.k8s.io\" at the cluster scope");
    assert_true(jx_int(container(), "restartCount", 0) > 0);
    assert_int_equal(jx_int(container(), "lastState.terminated.exitCode", 0), 1);
    (void)call("GET", JOBS "/install", "");
    assert_int_equal(jx_int(reply.doc, "status.failed", 0), 0); /* restarts are no failed pods */
    let_install();
    wait_seconds(120);
    assert_string_equal(job_is("install", "Complete"), "True");
}

static void a_container_that_fails_again_and_again_backs_off(void **state)
{
    (void)state;
    make_account();
    install_with("install", "v1.9.0", "experimental");
    wait_seconds(5 + 15 + 3);
    assert_int_equal(jx_int(container(), "restartCount", 0), 1); /* the first time at once */
    assert_non_null(jx_at(container(), "state.running"));
    wait_seconds(15);
    assert_string_equal(jx_str(container(), "state.waiting.reason", ""), "CrashLoopBackOff");
    assert_non_null(strstr(jx_str(container(), "state.waiting.message", ""),
                           "back-off 10s restarting failed container=helm pod=install-"));
    wait_seconds(10);
    assert_int_equal(jx_int(container(), "restartCount", 0), 2);
    wait_seconds(15);
    assert_non_null(strstr(jx_str(container(), "state.waiting.message", ""), "back-off 20s"));
}

static void another_channel_is_refused_at_its_line(void **state)
{
    (void)state;
    make_account();
    let_install();
    install_with("first", "v1.9.0", "standard");
    wait_seconds(60);
    assert_string_equal(job_is("first", "Complete"), "True");
    assert_int_equal(call("DELETE", JOBS "/first?propagationPolicy=Background", ""), 200);
    install_with("second", "v1.9.0", "experimental");
    wait_seconds(40);
    expect_message(
        "The customresourcedefinitions \"udproutes.gateway.networking.k8s.io\" is invalid: : "
        "ValidatingAdmissionPolicy 'safe-upgrades.gateway.networking.k8s.io' with binding "
        "'safe-upgrades.gateway.networking.k8s.io' denied request: Installing experimental CRDs on top of "
        "standard channel CRDs is prohibited by default.");
}

static void one_that_was_killed_leaves_a_pending_release(void **state)
{
    (void)state;
    world.settings.job_outcome = JOB_KILLED_ONCE;
    make_account();
    let_install();
    make_job("install", "helm upgrade --install eg oci://docker.io/envoyproxy/gateway-helm --version v1.9.0");
    wait_seconds(6);
    assert_string_equal(jx_str(container(), "state.terminated.reason", ""), "OOMKilled");
    assert_string_equal(release("1"), "pending-install");
    wait_seconds(5);
    expect_message("Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress");
    assert_int_equal(call("DELETE", JOBS "/install?propagationPolicy=Background", ""), 200);
    make_job("again",
             FORGET "helm upgrade --install eg oci://docker.io/envoyproxy/gateway-helm --version v1.9.0");
    world.settings.job_outcome = JOB_SUCCEEDS;
    wait_seconds(50);
    assert_string_equal(job_is("again", "Complete"), "True");
    assert_string_equal(release("1"), "deployed");
}

static void registries_fail_in_their_own_words(void **state)
{
    static const struct {
        const char *version;
        enum pull_outcome pull;
        const char *message;
    } rows[] = {
        { "v1.9.0", PULL_NOT_FOUND, "docker.io/envoyproxy/gateway-crds-helm:v1.9.0: not found" },
        { "v1.9.99", PULL_OK, "docker.io/envoyproxy/gateway-crds-helm:v1.9.99: not found" },
        { "v1.9.0", PULL_RATE_LIMITED,
          "429: toomanyrequests: You have reached your unauthenticated pull rate limit" },
        { "v1.9.0", PULL_UNREACHABLE, "dial tcp: lookup registry-1.docker.io: i/o timeout" },
    };

    (void)state;
    make_account();
    let_install();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        world.settings.chart_pull = rows[i].pull;
        install_with("install", rows[i].version, "standard");
        wait_seconds(20);
        expect_message(rows[i].message);
        assert_int_equal(call("DELETE", JOBS "/install?propagationPolicy=Background", ""), 200);
        pass(0);
    }
    world.settings.chart_pull = PULL_SLOW;
    install_with("install", "v1.9.0", "standard");
    wait_seconds(300);
    assert_int_equal(call("GET", CRDS "/tcproutes.gateway.networking.k8s.io", ""), 404);
    wait_seconds(400);
    assert_string_equal(job_is("install", "Complete"), "True");
}

static void an_image_that_cannot_be_pulled(void **state)
{
    (void)state;
    make_account();
    let_install();
    world.settings.image_pull = PULL_NOT_FOUND;
    install_with("install", "v1.9.0", "standard");
    pass(0);
    assert_string_equal(jx_str(container(), "state.waiting.reason", ""), "ErrImagePull");
    assert_non_null(strstr(jx_str(container(), "state.waiting.message", ""),
                           "failed to resolve reference \"docker.io/alpine/k8s:1.33.4\": "
                           "docker.io/alpine/k8s:1.33.4: not found"));
    wait_seconds(3);
    assert_string_equal(jx_str(container(), "state.waiting.reason", ""), "ImagePullBackOff");
    (void)call("GET", JOBS "/install", "");
    assert_int_equal(jx_int(reply.doc, "status.active", 0), 1);
    assert_int_equal(jx_int(reply.doc, "status.ready", 9), 0);
    world.settings.image_pull = PULL_OK;
    wait_seconds(60);
    assert_string_equal(job_is("install", "Complete"), "True");
}

static void an_upgrade_is_a_revision_more(void **state)
{
    a_script_installs_line_by_line(state);
    install_with("same", "v1.9.0", "standard");
    wait_seconds(60);
    assert_string_equal(release("2"), "deployed");
    assert_string_equal(release("1"), "superseded");
}

static void what_is_not_helms_is_not_taken(void **state)
{
    (void)state;
    make_account();
    let_install();
    assert_int_equal(
        call("POST", "/api/v1/namespaces/" NS "/configmaps",
             "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'envoy-gateway-config'}}"),
        201);
    install_with("install", "v1.9.0", "standard");
    wait_seconds(40);
    expect_message("Unable to continue with install: ConfigMap \"envoy-gateway-config\" in namespace \"" NS
                   "\" exists and cannot be imported into the current release: invalid ownership metadata");
}

/* It takes a refusal for "there is none". */
static void an_uninstall_without_rights_does_nothing_and_succeeds(void **state)
{
    a_script_installs_line_by_line(state);
    assert_int_equal(call("DELETE", ROLES "/installer", ""), 200);
    make_job("remove", "helm uninstall eg -n " NS " --ignore-not-found --wait");
    wait_seconds(40);
    assert_string_equal(job_is("remove", "Complete"), "True");
    assert_string_equal(image_of_controller(), "docker.io/envoyproxy/gateway:v1.9.0");
    make_job("asking", "kubectl auth can-i \\\"*\\\" \\\"*\\\" -A");
    wait_seconds(40);
    assert_string_equal(job_is("asking", "Complete"), "");
    let_install();
    wait_seconds(60);
    assert_string_equal(job_is("asking", "Complete"), "True");
    make_job("again", "helm uninstall eg -n " NS " --ignore-not-found --wait");
    wait_seconds(40);
    assert_string_equal(image_of_controller(), "");
    assert_string_equal(release("1"), "");
    assert_int_equal(call("GET", CRDS "/gateways.gateway.networking.k8s.io", ""), 200); /* as always */
}

#define PODS_OF_CONTROLLER "/api/v1/namespaces/" NS "/pods?labelSelector=control-plane=envoy-gateway"

/* A new annotation on its pods makes the controller start anew; and what helm leaves can be deleted by its labels. */
static void annotations_restart_and_labels_clean_up(void **state)
{
    CLEAN(free) char *before = NULL;

    a_script_installs_line_by_line(state);
    (void)call("GET", PODS_OF_CONTROLLER, "");
    before = x_strdup(ctl_uid(json_array_get(jx_at(reply.doc, "items"), 0)));
    make_job(
        "channel",
        "helm upgrade --install eg oci://docker.io/envoyproxy/gateway-helm --version v1.9.0 --wait -n " NS
        " --set-string \\\"deployment.pod.annotations.example\\\\.org/channel=standard\\\"");
    wait_seconds(60);
    assert_string_equal(job_is("channel", "Complete"), "True");
    (void)call("GET", PODS_OF_CONTROLLER, "");
    assert_string_not_equal(ctl_uid(json_array_get(jx_at(reply.doc, "items"), 0)), before);
    assert_string_equal(ctl_annotation(json_array_get(jx_at(reply.doc, "items"), 0), "example.org/channel"),
                        "standard");
    make_job("remove",
             "helm uninstall eg -n " NS " --wait\\n"
             "kubectl delete secret,serviceaccount,role -n " NS " -l app.kubernetes.io/instance=eg\\n"
             "kubectl delete clusterrole,mutatingwebhookconfiguration -l app.kubernetes.io/instance=eg\\n"
             "kubectl delete secret -n " NS " -l control-plane=envoy-gateway --ignore-not-found");
    wait_seconds(60);
    assert_string_equal(job_is("remove", "Complete"), "True");
    (void)call("GET", SECRETS, "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 0);
    (void)call("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 0);
}

static void restarts_are_counted_against_the_limit(void **state)
{
    (void)state;
    make_account();
    assert_int_equal(
        call("POST", JOBS,
             "{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'j','annotations':{"
             "'simulator.cleura.cloud/job':'fails'}},'spec':{'backoffLimit':2,'template':{'spec':{"
             "'restartPolicy':'OnFailure','containers':[{'name':'c','image':'i'}]}}}}"),
        201);
    wait_seconds(5 + 30 + 20);
    assert_int_equal(jx_int(container(), "restartCount", 0), 1);
    assert_string_equal(job_is("j", "Failed"), "");
    wait_seconds(30);
    assert_string_equal(job_is("j", "FailureTarget"), "True");
    assert_string_equal(job_is("j", "Failed"), "True");
    assert_int_equal(jx_int(reply.doc, "status.failed", 0), 1);
    (void)call("GET", PODS, "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKLOADS_TEST(a_script_installs_line_by_line),
        WORKLOADS_TEST(without_rights_it_fails_until_it_has_them),
        WORKLOADS_TEST(a_container_that_fails_again_and_again_backs_off),
        WORKLOADS_TEST(another_channel_is_refused_at_its_line),
        WORKLOADS_TEST(one_that_was_killed_leaves_a_pending_release),
        WORKLOADS_TEST(registries_fail_in_their_own_words),
        WORKLOADS_TEST(an_image_that_cannot_be_pulled),
        WORKLOADS_TEST(an_upgrade_is_a_revision_more),
        WORKLOADS_TEST(what_is_not_helms_is_not_taken),
        WORKLOADS_TEST(an_uninstall_without_rights_does_nothing_and_succeeds),
        WORKLOADS_TEST(annotations_restart_and_labels_clean_up),
        WORKLOADS_TEST(restarts_are_counted_against_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
