/* SPDX-License-Identifier: Apache-2.0 */
/* The API server without HTTP: verbs, errors, lists, watches. */
#undef NDEBUG
#include "lib/clock.h"
#include "sim/shootapi/watch.h"
#include "tests/unit/sim/shootapi_call.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CONFIG_MAPS "/api/v1/namespaces/default/configmaps"
#define MAP(name)   "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'" name "'},'data':{'k':'v'}}"

static void creates_reads_replaces_deletes(void **state)
{
    (void)state;
    assert_int_equal(call("POST", CONFIG_MAPS, MAP("a")), 201);
    assert_string_equal(got("metadata.namespace"), "default");
    assert_int_equal(call("GET", CONFIG_MAPS "/a", ""), 200);
    assert_string_equal(got("data.k"), "v");
    assert_int_equal(call("PUT", CONFIG_MAPS "/a",
                          "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a'},'data':{'k':'w'}}"),
                     200);
    assert_string_equal(got("data.k"), "w");
    assert_int_equal(call("DELETE", CONFIG_MAPS "/a", ""), 200);
    assert_string_equal(got("status"), "Success");
    assert_int_equal(call("GET", CONFIG_MAPS "/a", ""), 404);
}

struct failure {
    const char *method, *target, *body;
    int code;
    const char *reason, *message;
};

static const struct failure failures[] = {
    { "GET", CONFIG_MAPS "/no", "", 404, "NotFound", "configmaps \"no\" not found" },
    { "DELETE", CONFIG_MAPS "/no", "", 404, "NotFound", "configmaps \"no\" not found" },
    { "PUT", CONFIG_MAPS "/no", MAP("no"), 404, "NotFound", "configmaps \"no\" not found" },
    { "POST", CONFIG_MAPS, MAP("a"), 409, "AlreadyExists", "configmaps \"a\" already exists" },
    { "POST", "/api/v1/namespaces/no/configmaps", MAP("a"), 404, "NotFound", "namespaces \"no\" not found" },
    { "POST", CONFIG_MAPS, MAP("A_b"), 422, "Invalid", NULL },
    { "POST", CONFIG_MAPS, "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'a'}}", 400, "BadRequest",
      NULL },
    { "POST", CONFIG_MAPS, "{'kind':", 400, "BadRequest", NULL },
    { "POST", CONFIG_MAPS "?dryRun=Some", MAP("b"), 422, "Invalid", NULL },
    { "PUT", CONFIG_MAPS "/a",
      "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','resourceVersion':'1'}}", 409, "Conflict",
      NULL },
    { "DELETE", CONFIG_MAPS "/a", "{'preconditions':{'uid':'x'}}", 409, "Conflict", NULL },
    { "GET", CONFIG_MAPS "?labelSelector=a=b=c", "", 400, "BadRequest", NULL },
    { "GET", CONFIG_MAPS "?fieldSelector=data.k=v", "", 400, "BadRequest",
      "field label not supported: data.k" },
    { "GET", CONFIG_MAPS "?resourceVersion=999999", "", 504, "Timeout", NULL },
    { "GET", CONFIG_MAPS "?watch=1&resourceVersion=1", "", 410, "Expired", NULL },
    { "POST", "/api/v1/configmaps", MAP("a"), 405, "MethodNotAllowed", NULL },
};

static void errors_are_status_objects(void **state)
{
    (void)state;
    assert_int_equal(call("POST", CONFIG_MAPS, MAP("a")), 201);
    for (size_t i = 0; i < ARRAY_LENGTH(failures); i++) {
        const struct failure *f = &failures[i];

        print_message("%s %s\n", f->method, f->target);
        assert_int_equal(call(f->method, f->target, f->body), f->code);
        assert_string_equal(got("kind"), "Status");
        assert_string_equal(got("apiVersion"), "v1");
        assert_string_equal(got("status"), "Failure");
        assert_string_equal(got("reason"), f->reason);
        assert_int_equal(jx_int(reply.doc, "code", 0), f->code);
        if (f->message)
            assert_string_equal(got("message"), f->message);
    }
}

static void unknown_paths_are_plain_text(void **state)
{
    static const char *const paths[] = { "/apis/nobody/v1",
                                         "/api/v1/gadgets",
                                         "/api/v2",
                                         "/x",
                                         "/apis/apps/v2/deployments",
                                         "/api/v1/configmaps/a",
                                         "/api/v1/namespaces/x/nodes/y" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        assert_int_equal(call("GET", paths[i], ""), 404);
        assert_string_equal(reply.text, "404 page not found\n");
    }
}

static void a_list_comes_in_pages(void **state)
{
    CLEAN(free) char *next = NULL;

    (void)state;
    (void)call("POST", CONFIG_MAPS, MAP("a"));
    (void)call("POST", CONFIG_MAPS, MAP("b"));
    (void)call("POST", CONFIG_MAPS, MAP("c"));
    assert_int_equal(call("GET", CONFIG_MAPS "?limit=2", ""), 200);
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 2);
    assert_int_equal(jx_int(reply.doc, "metadata.remainingItemCount", 0), 1);
    next = x_asprintf(CONFIG_MAPS "?limit=2&continue=%s", got("metadata.continue"));
    assert_int_equal(call("GET", next, ""), 200);
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 1);
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "items"), 0), "metadata.name", ""), "c");
    assert_null(jx_at(reply.doc, "metadata.continue"));
}

static void selectors_select(void **state)
{
    static const struct {
        const char *query;
        size_t n;
    } cases[] = {
        { "labelSelector=app=web", 1 },
        { "labelSelector=app!=web", 1 },
        { "labelSelector=app in (web, db)", 1 },
        { "labelSelector=app notin (web)", 1 },
        { "labelSelector=app", 1 },
        { "labelSelector=!app", 1 },
        { "labelSelector=app=web,tier", 0 },
        { "fieldSelector=metadata.name=b", 1 },
        { "fieldSelector=metadata.name!=b", 1 },
    };

    (void)state;
    (void)call("POST", CONFIG_MAPS,
               "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','labels':{'app':'web'}}}");
    (void)call("POST", CONFIG_MAPS, MAP("b"));
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CLEAN(free) char *target = x_asprintf(CONFIG_MAPS "?%s", cases[i].query);

        print_message("%s\n", target);
        assert_int_equal(call("GET", target, ""), 200);
        assert_int_equal(json_array_size(jx_at(reply.doc, "items")), cases[i].n);
    }
}

/* One line of what the watch sends now; the caller frees. */
static char *watched(struct watch *w, int64_t now)
{
    struct buf out = buf_max(1 << 20);

    (void)watch_next(w, &api, now, &out);
    return buf_take(&out);
}

/* An event's "source" is its source's component, or the newer field. */
static void an_event_is_selected_by_who_tells_it(void **state)
{
#define EVENTS "/api/v1/namespaces/default/events"
#define OF     "'apiVersion':'v1','kind':'Event','involvedObject':{'kind':'Pod','name':'p','namespace':'default'}"
    static const struct {
        const char *query;
        size_t n;
    } cases[] = {
        { "?fieldSelector=source=kubelet", 1 },
        { "?fieldSelector=source=scheduler", 1 },
        { "?fieldSelector=source=nobody", 0 },
        { "?fieldSelector=involvedObject.kind=Pod,source!=kubelet", 1 },
    };

    (void)state;
    assert_int_equal(
        call("POST", EVENTS, "{" OF ",'metadata':{'name':'a'},'source':{'component':'kubelet'}}"), 201);
    assert_int_equal(
        call("POST", EVENTS, "{" OF ",'metadata':{'name':'b'},'reportingComponent':'scheduler'}"), 201);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CLEAN(free) char *target = x_asprintf(EVENTS "%s", cases[i].query);

        assert_int_equal(call("GET", target, ""), 200);
        assert_int_equal(json_array_size(jx_at(reply.doc, "items")), cases[i].n);
    }
}

static void a_watch_follows_a_selector(void **state)
{
    int64_t now = clock_monotonic();
    struct watch *w;
    CLEAN(free) char *first = NULL;
    CLEAN(free) char *second = NULL;
    CLEAN(free) char *third = NULL;

    (void)state;
    (void)call("POST", CONFIG_MAPS, MAP("a"));
    assert_int_equal(call("GET", CONFIG_MAPS "?watch=true&labelSelector=app=web&timeoutSeconds=30", ""), 200);
    w = TAKE(reply.watch);
    first = watched(w, now);
    assert_string_equal(first, "");
    (void)call_as("PATCH", CONFIG_MAPS "/a", "application/merge-patch+json",
                  "{'metadata':{'labels':{'app':'web'}}}");
    second = watched(w, now);
    assert_non_null(strstr(second, "\"type\":\"ADDED\""));
    (void)call_as("PATCH", CONFIG_MAPS "/a", "application/merge-patch+json", "{'metadata':{'labels':null}}");
    third = watched(w, now);
    assert_non_null(strstr(third, "\"type\":\"DELETED\""));
    assert_int_equal(watch_next(w, &api, now + 31 * CLOCK_SECOND, &(struct buf){ .max = 1000 }), WATCH_OVER);
    watch_free(w);
}

static void bookmarks_come_when_nothing_else_does(void **state)
{
    struct watch *w;
    CLEAN(free) char *text = NULL;

    (void)state;
    assert_int_equal(call("GET", CONFIG_MAPS "?watch=1&allowWatchBookmarks=true&timeoutSeconds=3600", ""),
                     200);
    w = TAKE(reply.watch);
    text = watched(w, clock_monotonic() + 2 * CLOCK_MINUTE);
    assert_non_null(strstr(text, "\"type\":\"BOOKMARK\""));
    watch_free(w);
}

static void finalizers_hold(void **state)
{
    (void)state;
    (void)call("POST", CONFIG_MAPS,
               "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','finalizers':['x/y']}}");
    assert_int_equal(call("DELETE", CONFIG_MAPS "/a", ""), 200);
    assert_string_equal(got("kind"), "ConfigMap");
    assert_string_not_equal(got("metadata.deletionTimestamp"), "(none)");
    assert_int_equal(call("GET", CONFIG_MAPS "/a", ""), 200);
    assert_int_equal(call_as("PATCH", CONFIG_MAPS "/a", "application/merge-patch+json",
                             "{'metadata':{'finalizers':null}}"),
                     200);
    assert_int_equal(call("GET", CONFIG_MAPS "/a", ""), 404);
}

#define JOBS "/apis/batch/v1/namespaces/default/jobs"
#define PODS "/api/v1/namespaces/default/pods"

/* A Job and a Pod it owns. */
static void make_job(void)
{
    CLEAN(free) char *pod = NULL;

    assert_int_equal(call("POST", JOBS, "{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'j'}}"),
                     201);
    pod = x_asprintf(
        "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','ownerReferences':[{'uid':'%s'}]}}",
        got("metadata.uid"));
    assert_int_equal(call("POST", PODS, pod), 201);
}

static void a_job_leaves_its_pods(void **state)
{
    (void)state;
    make_job();
    assert_int_equal(call("DELETE", JOBS "/j", ""), 200);
    assert_int_equal(call("GET", PODS "/p", ""), 200);
    assert_null(jx_at(reply.doc, "metadata.ownerReferences"));
}

static void a_job_takes_its_pods_when_told(void **state)
{
    (void)state;
    make_job();
    assert_int_equal(call("DELETE", JOBS "/j", "{'propagationPolicy':'Background'}"), 200);
    assert_int_equal(call("GET", PODS "/p", ""), 404);
}

#define CIRCLE                                                                                               \
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'%s','finalizers':['x/y'],"                    \
    "'ownerReferences':[{'uid':'%s'}]}}"

static void owners_in_a_circle_end(void **state)
{
    CLEAN(free) char *first = x_asprintf(CIRCLE, "a", "nobody");
    CLEAN(free) char *second = NULL;
    CLEAN(free) char *patch = NULL;

    (void)state;
    assert_int_equal(call("POST", CONFIG_MAPS, first), 201);
    second = x_asprintf(CIRCLE, "b", got("metadata.uid"));
    assert_int_equal(call("POST", CONFIG_MAPS, second), 201);
    patch = x_asprintf("{'metadata':{'ownerReferences':[{'uid':'%s'}]}}", got("metadata.uid"));
    assert_int_equal(call_as("PATCH", CONFIG_MAPS "/a", "application/merge-patch+json", patch), 200);
    assert_int_equal(call("DELETE", CONFIG_MAPS "/a", ""), 200);
    assert_int_equal(call("GET", CONFIG_MAPS "/b", ""), 200);
    assert_string_not_equal(got("metadata.deletionTimestamp"), "(none)");
}

static void upgrades_reach_the_nodes(void **state)
{
    (void)state;
    api_set_version(&api, "1.34.2");
    assert_int_equal(call("GET", "/version", ""), 200);
    assert_string_equal(got("gitVersion"), "v1.34.2");
    assert_int_equal(call("GET", "/api/v1/nodes/shoot-worker-z1-0", ""), 200);
    assert_string_equal(got("status.nodeInfo.kubeletVersion"), "v1.34.2");
}

static void applies(void **state)
{
    CLEAN(free) char *version = NULL;

    (void)state;
    assert_int_equal(apply(CONFIG_MAPS "/a", MAP("a")), 422);
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "details.causes"), 0), "field", ""),
                        "fieldManager");
    assert_int_equal(apply(CONFIG_MAPS "/a?fieldManager=me", MAP("b")), 400);
    assert_int_equal(apply(CONFIG_MAPS "/a?fieldManager=me&dryRun=All", MAP("a")), 201);
    assert_int_equal(call("GET", CONFIG_MAPS "/a", ""), 404);
    assert_int_equal(apply(CONFIG_MAPS "/a?fieldManager=me", MAP("a")), 201);
    version = x_strdup(got("metadata.resourceVersion"));
    assert_int_equal(apply(CONFIG_MAPS "/a?fieldManager=me", MAP("a")), 200);
    assert_string_equal(got("metadata.resourceVersion"), version);
    assert_int_equal(
        apply(CONFIG_MAPS "/a?fieldManager=you",
              "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a'},'data':{'k':'other'}}"),
        409);
    assert_int_equal(
        apply(CONFIG_MAPS "/a?fieldManager=you&force=true",
              "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a'},'data':{'k':'other'}}"),
        200);
    assert_string_equal(got("data.k"), "other");
}

#define GADGETS "/apis/example.org/v1/namespaces/default/gadgets"

static void define_gadgets(void)
{
    assert_int_equal(
        call(
            "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            "{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata':{'name':"
            "'gadgets.example.org'},'spec':{'group':'example.org','scope':'Namespaced','names':{'kind':'"
            "Gadget',"
            "'plural':'gadgets'},'versions':[{'name':'v1','served':true,'storage':true,'subresources':{'"
            "status':{}},"
            "'schema':{'openAPIV3Schema':{'type':'object','properties':{'spec':{'type':'object','properties':"
            "{'size':{'type':'integer','default':3}}},'status':{'type':'object',"
            "'x-kubernetes-preserve-unknown-fields':true}}}}}]}}"),
        201);
}

static void definitions_add_kinds(void **state)
{
    (void)state;
    assert_int_equal(call("GET", GADGETS, ""), 404);
    define_gadgets();
    assert_int_equal(
        call("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.example.org", ""), 200);
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.conditions"), 1), "type", ""),
                        "Established");
    assert_int_equal(call("GET", "/apis/example.org/v1", ""), 200);
    assert_int_equal(call("GET", GADGETS, ""), 200);
    assert_string_equal(got("kind"), "GadgetList");
    assert_int_equal(
        call("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.example.org", ""),
        200);
    assert_int_equal(call("GET", GADGETS, ""), 404);
}

static void schemas_default_and_refuse(void **state)
{
    (void)state;
    define_gadgets();
    assert_int_equal(call("POST", GADGETS,
                          "{'apiVersion':'example.org/v1','kind':'Gadget','metadata':{'name':'g'},"
                          "'spec':{'colour':'red'}}"),
                     201);
    assert_int_equal(jx_int(reply.doc, "spec.size", 0), 3);
    assert_null(jx_at(reply.doc, "spec.colour"));
    assert_string_equal(reply.warning, "299 - \"unknown field \\\"spec.colour\\\"\"");
    assert_int_equal(
        call("POST", GADGETS "?fieldValidation=Strict",
             "{'apiVersion':'example.org/v1','kind':'Gadget','metadata':{'name':'h'},'spec':{'colour':1}}"),
        400);
    assert_int_equal(
        apply(GADGETS "/g?fieldManager=me",
              "{'apiVersion':'example.org/v1','kind':'Gadget','metadata':{'name':'g'},'spec':{'colour':1}}"),
        500);
    assert_string_equal(got("message"),
                        "failed to create typed patch object (default/g; example.org/v1, Kind=Gadget): "
                        ".spec.colour: field not declared in schema");
}

static void status_is_written_apart(void **state)
{
    (void)state;
    define_gadgets();
    assert_int_equal(call("POST", GADGETS,
                          "{'apiVersion':'example.org/v1','kind':'Gadget','metadata':{'name':'g'},"
                          "'spec':{'size':1},'status':{'ready':true}}"),
                     201);
    assert_null(jx_at(reply.doc, "status"));
    assert_int_equal(call_as("PATCH", GADGETS "/g/status", "application/merge-patch+json",
                             "{'spec':{'size':9},'status':{'ready':true}}"),
                     200);
    assert_int_equal(jx_int(reply.doc, "spec.size", 0), 1);
    assert_true(jx_bool(reply.doc, "status.ready", false));
    assert_int_equal(jx_int(reply.doc, "metadata.generation", 0), 1);
    assert_int_equal(call_as("PATCH", GADGETS "/g", "application/merge-patch+json",
                             "{'spec':{'size':2},'status':{'ready':false}}"),
                     200);
    assert_true(jx_bool(reply.doc, "status.ready", false));
    assert_int_equal(jx_int(reply.doc, "metadata.generation", 0), 2);
}

static void a_namespace_takes_its_contents(void **state)
{
    (void)state;
    assert_int_equal(call("POST", "/api/v1/namespaces",
                          "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'shop'}}"),
                     201);
    assert_int_equal(call("POST", "/api/v1/namespaces/shop/configmaps", MAP("a")), 201);
    assert_int_equal(call("DELETE", "/api/v1/namespaces/shop", ""), 200);
    assert_string_equal(got("status.phase"), "Terminating");
    assert_int_equal(call("POST", "/api/v1/namespaces/shop/configmaps", MAP("b")), 403);
    (void)sleep(2);
    assert_int_equal(call("GET", "/api/v1/namespaces/shop", ""), 404);
    assert_int_equal(call("GET", "/api/v1/namespaces/shop/configmaps/a", ""), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(creates_reads_replaces_deletes, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_are_status_objects, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_paths_are_plain_text, setup, teardown),
        cmocka_unit_test_setup_teardown(a_list_comes_in_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(selectors_select, setup, teardown),
        cmocka_unit_test_setup_teardown(an_event_is_selected_by_who_tells_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_watch_follows_a_selector, setup, teardown),
        cmocka_unit_test_setup_teardown(bookmarks_come_when_nothing_else_does, setup, teardown),
        cmocka_unit_test_setup_teardown(finalizers_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_leaves_its_pods, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_takes_its_pods_when_told, setup, teardown),
        cmocka_unit_test_setup_teardown(owners_in_a_circle_end, setup, teardown),
        cmocka_unit_test_setup_teardown(upgrades_reach_the_nodes, setup, teardown),
        cmocka_unit_test_setup_teardown(applies, setup, teardown),
        cmocka_unit_test_setup_teardown(definitions_add_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(schemas_default_and_refuse, setup, teardown),
        cmocka_unit_test_setup_teardown(status_is_written_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_namespace_takes_its_contents, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
