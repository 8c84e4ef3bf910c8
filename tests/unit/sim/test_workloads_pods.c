/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs, Deployments and EndpointSlices in a simulated shoot. */
#include "tests/unit/sim/workloads_call.h"

#define JOBS        "/apis/batch/v1/namespaces/default/jobs"
#define DEPLOYMENTS "/apis/apps/v1/namespaces/default/deployments"
#define PODS        "/api/v1/namespaces/default/pods"

static void make_job(const char *annotations, const char *spec)
{
    CLEAN(free)
    char *body = x_asprintf(
        "{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'j','annotations':{%s}},'spec':{"
        "'template':{'spec':{'containers':[{'name':'c','image':'i'}],'restartPolicy':'Never'}}%s}}",
        annotations, spec);

    assert_int_equal(call("POST", JOBS, body), 201);
}

/* The reason of a condition that is True; "" when it is not. */
static const char *condition(const char *target, const char *type)
{
    const json_t *found;

    (void)call("GET", target, "");
    found = among(jx_at(reply.doc, "status.conditions"), "type", type);
    return strcmp(jx_str(found, "status", ""), "True") != 0 ? "" : jx_str(found, "reason", "");
}

static size_t count(const char *target)
{
    (void)call("GET", target, "");
    return json_array_size(jx_at(reply.doc, "items"));
}

static void a_job_runs_and_completes(void **state)
{
    (void)state;
    make_job("", "");
    pass(0);
    pass(5);
    (void)call("GET", JOBS "/j", "");
    assert_int_equal(jx_int(reply.doc, "status.active", 0), 1);
    assert_int_equal(jx_int(reply.doc, "status.ready", 0), 1);
    assert_string_equal(condition(JOBS "/j", "Complete"), "");
    pass(30);
    assert_string_equal(condition(JOBS "/j", "Complete"), "CompletionsReached");
    assert_int_equal(jx_int(reply.doc, "status.succeeded", 0), 1);
    (void)call("GET", PODS "?labelSelector=job-name=j", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "items"), 0), "status.phase", ""),
                        "Succeeded");
    pass(360000);
    assert_int_equal(call("GET", JOBS "/j", ""), 200);
}

static void a_job_that_fails_is_tried_again_and_given_up(void **state)
{
    (void)state;
    make_job("'simulator.cleura.cloud/job':'fails'", ",'backoffLimit':1");
    pass(0);
    pass(5);
    pass(30);
    (void)call("GET", JOBS "/j", "");
    assert_int_equal(jx_int(reply.doc, "status.failed", 0), 1);
    assert_int_equal(count(PODS), 1);
    pass(10);
    assert_int_equal(count(PODS), 2);
    pass(5);
    pass(30);
    assert_string_equal(condition(JOBS "/j", "Failed"), "BackoffLimitExceeded");
    assert_string_equal(event("BackoffLimitExceeded"), "Job has reached the specified backoff limit");
}

static void a_job_that_hangs_meets_its_deadline(void **state)
{
    (void)state;
    world.settings.job_outcome = JOB_HANGS;
    make_job("", ",'activeDeadlineSeconds':900");
    pass(0);
    pass(5);
    pass(894);
    assert_string_equal(condition(JOBS "/j", "Failed"), "");
    pass(1);
    assert_string_equal(condition(JOBS "/j", "Failed"), "DeadlineExceeded");
}

static void a_finished_job_goes_when_its_time_is_over(void **state)
{
    (void)state;
    make_job("", ",'ttlSecondsAfterFinished':30");
    pass(0);
    pass(5);
    pass(30);
    assert_string_equal(condition(JOBS "/j", "Complete"), "CompletionsReached");
    pass(30);
    assert_int_equal(call("GET", JOBS "/j", ""), 404);
    assert_int_equal(count(PODS), 0);
}

static void make_deployment(const char *replicas, const char *image)
{
    CLEAN(free)
    char *body = x_asprintf(
        "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'replicas':%s,"
        "'selector':{'matchLabels':{'app':'d'}},'template':{'metadata':{'labels':{'app':'d'}},"
        "'spec':{'containers':[{'name':'c','image':'%s'}]}}}}",
        replicas, image);

    (void)apply(DEPLOYMENTS "/d?fieldManager=me&force=true", body);
}

static void a_deployment_becomes_available(void **state)
{
    (void)state;
    make_deployment("2", "a");
    pass(0);
    (void)call("GET", DEPLOYMENTS "/d", "");
    assert_int_equal(jx_int(reply.doc, "status.observedGeneration", 0), 1);
    assert_string_equal(condition(DEPLOYMENTS "/d", "Available"), "");
    pass(5);
    assert_string_equal(condition(DEPLOYMENTS "/d", "Available"), "MinimumReplicasAvailable");
    assert_int_equal(jx_int(reply.doc, "status.availableReplicas", 0), 2);
    make_deployment("1", "b");
    pass(0);
    assert_int_equal(count(PODS), 1);
    assert_string_equal(condition(DEPLOYMENTS "/d", "Available"), "");
    assert_int_equal(jx_int(reply.doc, "status.observedGeneration", 0), 2);
    assert_int_equal(call("DELETE", DEPLOYMENTS "/d", ""), 200);
    pass(0);
    assert_int_equal(count(PODS), 0);
}

static void a_deployment_that_hangs_says_so_after_ten_minutes(void **state)
{
    const json_t *progressing;

    (void)state;
    world.settings.scheduling = false;
    make_deployment("1", "a");
    pass(0);
    pass(599);
    assert_string_equal(condition(DEPLOYMENTS "/d", "Progressing"), "ReplicaSetUpdated");
    pass(1);
    (void)call("GET", DEPLOYMENTS "/d", "");
    progressing = among(jx_at(reply.doc, "status.conditions"), "type", "Progressing");
    assert_string_equal(jx_str(progressing, "status", ""), "False");
    assert_string_equal(jx_str(progressing, "reason", ""), "ProgressDeadlineExceeded");
    world.settings.scheduling = true;
    pass(0);
    pass(5);
    assert_string_equal(condition(DEPLOYMENTS "/d", "Progressing"), "NewReplicaSetAvailable");
}

static void endpoints_follow_pods(void **state)
{
    const json_t *slice;

    (void)state;
    (void)call("POST", "/api/v1/namespaces/default/services",
               "{'apiVersion':'v1','kind':'Service','metadata':{'name':'s'},'spec':{'selector':{'app':'d'},'"
               "ports':[{"
               "'port':80,'targetPort':8080}]}}");
    make_deployment("1", "a");
    pass(0);
    pass(5);
    assert_int_equal(count("/apis/discovery.k8s.io/v1/namespaces/default/"
                           "endpointslices?labelSelector=kubernetes.io/service-name=s"),
                     1);
    slice = json_array_get(jx_at(reply.doc, "items"), 0);
    assert_true(jx_bool(json_array_get(jx_at(slice, "endpoints"), 0), "conditions.ready", false));
    assert_int_equal(jx_int(json_array_get(jx_at(slice, "ports"), 0), "port", 0), 8080);
    make_deployment("0", "a");
    pass(0);
    (void)count("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices");
    assert_int_equal(json_array_size(jx_at(json_array_get(jx_at(reply.doc, "items"), 0), "endpoints")), 0);
}

static void there_are_as_many_nodes_as_the_setting_says(void **state)
{
    (void)state;
    world.settings.nodes = 3;
    pass(0);
    assert_int_equal(count("/api/v1/nodes"), 3);
    make_deployment("3", "a");
    pass(0);
    pass(5);
    assert_int_equal(count(PODS "?fieldSelector=spec.nodeName=shoot-worker-z1-2"), 1); /* spread */
    assert_int_equal(call("DELETE", "/api/v1/nodes/shoot-worker-z1-1", ""), 200);
    pass(3600);
    assert_int_equal(count("/api/v1/nodes"), 2);
    world.settings.nodes = 1;
    pass(0);
    assert_int_equal(count("/api/v1/nodes"), 1);
}

static void nothing_is_written_without_a_cause(void **state)
{
    CLEAN(free) char *before = NULL;

    endpoints_follow_pods(state);
    make_deployment("2", "a");
    make_job("", "");
    pass(0);
    pass(5);
    pass(30);
    (void)call("GET", PODS, "");
    before = x_strdup(got("metadata.resourceVersion"));
    pass(3600);
    (void)call("GET", PODS, "");
    assert_string_equal(got("metadata.resourceVersion"), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKLOADS_TEST(a_job_runs_and_completes),
        WORKLOADS_TEST(a_job_that_fails_is_tried_again_and_given_up),
        WORKLOADS_TEST(a_job_that_hangs_meets_its_deadline),
        WORKLOADS_TEST(a_finished_job_goes_when_its_time_is_over),
        WORKLOADS_TEST(a_deployment_becomes_available),
        WORKLOADS_TEST(a_deployment_that_hangs_says_so_after_ten_minutes),
        WORKLOADS_TEST(endpoints_follow_pods),
        WORKLOADS_TEST(there_are_as_many_nodes_as_the_setting_says),
        WORKLOADS_TEST(nothing_is_written_without_a_cause),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
