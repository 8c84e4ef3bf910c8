/* SPDX-License-Identifier: Apache-2.0 */
/* The subresource /scale of workloads. */
#undef NDEBUG
#include "tests/unit/sim/shootapi_call.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SETS    "/apis/apps/v1/namespaces/default/statefulsets"
#define SCALE   SETS "/db/scale"
#define MERGE   "application/merge-patch+json"
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup_set, teardown)

static int setup_set(void **state)
{
    (void)setup(state);
    assert_int_equal(
        call("POST", SETS,
             "{'apiVersion':'apps/"
             "v1','kind':'StatefulSet','metadata':{'name':'db'},'spec':{'replicas':2,'selector':{"
             "'matchLabels':{'app':'db'}},'template':{'metadata':{'labels':{'app':'db'}},'spec':{'containers'"
             ":[{'name':"
             "'c','image':'i'}]}}}}"),
        201);
    return 0;
}

static int replicas(const char *target)
{
    assert_int_equal(call("GET", target, ""), 200);
    return (int)jx_int(reply.doc, "spec.replicas", -1);
}

static void it_says_how_many_there_are(void **state)
{
    (void)state;
    assert_int_equal(replicas(SCALE), 2);
    assert_string_equal(got("kind"), "Scale");
    assert_string_equal(got("apiVersion"), "autoscaling/v1");
    assert_string_equal(got("status.selector"), "app=db");
    assert_int_equal(call("GET", SETS "/web/scale", ""), 404);
    assert_int_equal(call("GET", "/apis/apps/v1/namespaces/default/daemonsets/db/scale", ""), 404);
}

static void it_is_written_by_patch_and_by_update(void **state)
{
    CLEAN(free) char *old = NULL;
    CLEAN(free) char *body = NULL;

    (void)state;
    assert_int_equal(call_as("PATCH", SCALE, MERGE, "{'spec':{'replicas':5}}"), 200);
    assert_string_equal(got("kind"), "Scale");
    assert_int_equal(jx_int(reply.doc, "spec.replicas", -1), 5);
    assert_int_equal(replicas(SETS "/db"), 5);
    assert_int_equal(jx_int(reply.doc, "metadata.generation", 0), 2);
    assert_int_equal(call_as("PATCH", SCALE "?dryRun=All", MERGE, "{'spec':{'replicas':9}}"), 200);
    assert_int_equal(replicas(SETS "/db"), 5);
    old = x_strdup(got("metadata.resourceVersion"));
    body = x_asprintf(
        "{'apiVersion':'autoscaling/v1','kind':'Scale','metadata':{'name':'db','resourceVersion':'%s'},"
        "'spec':{'replicas':1}}",
        old);
    assert_int_equal(call("PUT", SCALE, body), 200);
    assert_int_equal(replicas(SETS "/db"), 1);
    assert_int_equal(call("PUT", SCALE, body), 409);
}

static void wrong_scales_are_refused(void **state)
{
    (void)state;
    assert_int_equal(call_as("PATCH", SCALE, MERGE, "{'spec':{'replicas':-1}}"), 422);
    assert_int_equal(call_as("PATCH", SCALE, MERGE, "{'spec':{'replicas':'two'}}"), 400);
    assert_int_equal(
        call_as("PATCH", SCALE, "application/json-patch+json", "[{'op':'remove','path':'/nothing'}]"), 422);
    assert_int_equal(call_as("PATCH", SCALE "?fieldManager=me", "application/apply-patch+yaml", "{}"), 415);
    assert_int_equal(call("DELETE", SCALE, ""), 405);
    assert_int_equal(replicas(SETS "/db"), 2);
}

static void it_is_listed(void **state)
{
    const json_t *one;
    bool found = false;
    size_t i;

    (void)state;
    assert_int_equal(call("GET", "/apis/apps/v1", ""), 200);
    json_array_foreach (jx_at(reply.doc, "resources"), i, one)
        found = found || (!strcmp(jx_str(one, "name", ""), "deployments/scale") &&
                          !strcmp(jx_str(one, "kind", ""), "Scale") &&
                          !strcmp(jx_str(one, "group", ""), "autoscaling"));
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_says_how_many_there_are),
        TEST(it_is_written_by_patch_and_by_update),
        TEST(wrong_scales_are_refused),
        TEST(it_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
