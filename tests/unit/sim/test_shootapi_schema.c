/* SPDX-License-Identifier: Apache-2.0 */
/* What a definition's schema makes the server say, and the answers that are not objects. */
#undef NDEBUG
#include "lib/clock.h"
#include "sim/shootapi/pattern.h"
#include "sim/shootapi/special.h"
#include "tests/unit/sim/shootapi_call.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DEFINITIONS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define ROUTES      "/apis/example.org/v1/namespaces/default/routes"

/* A definition of Routes whose spec has these properties. */
static void define(const char *properties)
{
    CLEAN(free)
    char *body = x_asprintf(
        "{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata':{'name':"
        "'routes.example.org'},'spec':{'group':'example.org','scope':'Namespaced','names':{'kind':'Route','"
        "plural':"
        "'routes'},'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':"
        "'object',"
        "'properties':{'spec':{'type':'object','required':['port'],'properties':{%s}}}}}},"
        "{'name':'v1alpha2','served':true,'storage':false,'deprecated':true,'schema':{'openAPIV3Schema':{'"
        "type':"
        "'object','x-kubernetes-preserve-unknown-fields':true}}}]}}",
        properties);

    assert_int_equal(call("POST", DEFINITIONS, body), 201);
}

static int post_route(const char *spec)
{
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'example.org/v1','kind':'Route','metadata':{'name':'r'},'spec':%s}", spec);

    return call("POST", ROUTES, body);
}

static const struct {
    const char *spec, *message;
} violations[] = {
    { "{'port':'x'}",
      "spec.port: Invalid value: \"string\": spec.port in body must be of type integer: \"string\"" },
    { "{'port':0}", "spec.port: Invalid value: 0: spec.port in body should be greater than or equal to 1" },
    { "{'port':65536}",
      "spec.port: Invalid value: 65536: spec.port in body should be less than or equal to 65535" },
    { "{}", "spec.port: Required value" },
    { "{'port':1,'mode':'c'}", "spec.mode: Unsupported value: \"c\": supported values: \"a\", \"b\"" },
    { "{'port':1,'names':['A']}",
      "spec.names[0]: Invalid value: \"A\": spec.names[0] in body should match '^[a-z]+$'" },
    { "{'port':1,'names':['a','b','c']}", "spec.names: Too many: 3: must have at most 2 items" },
    { "{'port':0,'mode':'c'}",
      "[spec.port: Invalid value: 0: spec.port in body should be greater than or equal to 1, "
      "spec.mode: Unsupported value: \"c\": supported values: \"a\", \"b\"]" },
};

static void violations_are_told_together(void **state)
{
    (void)state;
    define("'port':{'type':'integer','minimum':1,'maximum':65535},'mode':{'type':'string','enum':['a','b']},"
           "'names':{'type':'array','maxItems':2,'items':{'type':'string','pattern':'^[a-z]+$'}},"
           "'either':{'x-kubernetes-int-or-string':true}");
    for (size_t i = 0; i < ARRAY_LENGTH(violations); i++) {
        CLEAN(free)
        char *message = x_asprintf("Route.example.org \"r\" is invalid: %s", violations[i].message);

        assert_int_equal(post_route(violations[i].spec), 422);
        assert_string_equal(got("message"), message);
        assert_string_equal(got("details.kind"), "Route");
        assert_true(json_array_size(jx_at(reply.doc, "details.causes")) > 0);
    }
    assert_int_equal(post_route("{'port':1,'mode':'a','names':['a'],'either':'80'}"), 201);
}

static void deprecated_versions_warn(void **state)
{
    (void)state;
    define("'port':{'type':'integer'}");
    assert_int_equal(call("GET", "/apis/example.org/v1/routes", ""), 200);
    assert_null(reply.warning);
    assert_int_equal(call("GET", "/apis/example.org/v1alpha2/routes", ""), 200);
    assert_string_equal(reply.warning, "299 - \"example.org/v1alpha2 Route is deprecated\"");
}

static void versions_are_listed_best_first(void **state)
{
    (void)state;
    define("'port':{'type':'integer'}");
    assert_int_equal(call("GET", "/apis/example.org", ""), 200);
    assert_string_equal(got("preferredVersion.version"), "v1");
    assert_int_equal(json_array_size(jx_at(reply.doc, "versions")), 2);
}

static void definitions_are_named_after_what_they_define(void **state)
{
    (void)state;
    assert_int_equal(
        call("POST", DEFINITIONS,
             "{'apiVersion':'apiextensions.k8s.io/"
             "v1','kind':'CustomResourceDefinition','metadata':{'name':'x'},"
             "'spec':{'group':'example.org','names':{'kind':'Route','plural':'routes'},'versions':[]}}"),
        422);
}

static void large_annotations_are_refused(void **state)
{
    CLEAN(free) char *value = x_alloc((256 << 10) + 1);
    CLEAN(free) char *body = NULL;

    (void)state;
    memset(value, 'x', 256 << 10);
    body = x_asprintf(
        "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','annotations':{'k':'%s'}}}", value);
    assert_int_equal(call("POST", "/api/v1/namespaces/default/configmaps", body), 422);
    assert_non_null(
        strstr(got("message"), "metadata.annotations: Too long: may not be more than 262144 bytes"));
}

#define ACCOUNTS "/api/v1/namespaces/default/serviceaccounts"

static void service_accounts_get_tokens(void **state)
{
    CLEAN(free) char *token = NULL;
    int64_t now = clock_now();

    (void)state;
    assert_int_equal(call("POST", ACCOUNTS "/bob/token", "{}"), 404);
    assert_int_equal(
        call("POST", ACCOUNTS, "{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'bob'}}"), 201);
    assert_int_equal(call("POST", ACCOUNTS "/bob/token", "{'spec':{'expirationSeconds':60}}"), 422);
    assert_int_equal(call("POST", ACCOUNTS "/bob/token", "{'spec':{'expirationSeconds':600}}"), 201);
    token = x_strdup(got("status.token"));
    assert_string_equal(special_token_user(&api, token, now), "system:serviceaccount:default:bob");
    assert_null(special_token_user(&api, token, now + 11 * CLOCK_MINUTE));
    assert_null(special_token_user(&api, "other", now));
}

static void logs_are_text(void **state)
{
    (void)state;
    assert_int_equal(call("POST", "/api/v1/namespaces/default/pods",
                          "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','annotations':"
                          "{'" SPECIAL_LOG_ANNOTATION "':'hello'}}}"),
                     201);
    assert_int_equal(call("GET", "/api/v1/namespaces/default/pods/p/log", ""), 200);
    assert_string_equal(reply.text, "hello");
}

static void patterns_are_those_of_go(void **state)
{
    static const struct {
        const char *pattern, *yes, *no;
    } cases[] = {
        { "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$", "x-a`^", "a b" },
        { "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$", "X.Y", "a\\b" },
        { "^(https?):\\/\\/(?:[a-z\\-]+\\.)+[a-z]+$", "https://a-b.example", "https:/a.b" },
        { "^[^\\]\\-a]$", "b", "]" },
        { "^[^\\]\\-a]$", "^", "-" },
        { "^[\\d.]+\\s\\w$", "1.2 a", "1.2a" },
        { "^a\\+\\{1\\}$", "a+{1}", "a{1}" },
        { "^[a-c]-[\\w-]$", "b--", "d-a" },
        { "^$|^\\x41$", "A", "x41" },
        { "^([0-9]{1,5}(h|m|s|ms)){1,4}$", "1m30s", "1.5s" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        print_message("%s\n", cases[i].pattern);
        assert_true(pattern_matches(cases[i].pattern, cases[i].yes));
        assert_false(pattern_matches(cases[i].pattern, cases[i].no));
    }
    assert_true(pattern_matches("(?=a)b", "what cannot be read forbids nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(violations_are_told_together, setup, teardown),
        cmocka_unit_test_setup_teardown(deprecated_versions_warn, setup, teardown),
        cmocka_unit_test_setup_teardown(versions_are_listed_best_first, setup, teardown),
        cmocka_unit_test_setup_teardown(definitions_are_named_after_what_they_define, setup, teardown),
        cmocka_unit_test_setup_teardown(large_annotations_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(service_accounts_get_tokens, setup, teardown),
        cmocka_unit_test_setup_teardown(logs_are_text, setup, teardown),
        cmocka_unit_test(patterns_are_those_of_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
