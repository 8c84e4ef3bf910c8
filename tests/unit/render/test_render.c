/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every kind and every document; what a Shoot becomes is in tests/render/shoot/. */
#undef NDEBUG
#include "function/render/conditions.h"
#include "function/render/kind.h"
#include "function/render/render.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *parse(const char *text)
{
    json_t *doc = jx_parse(text, strlen(text), NULL);

    assert_non_null(doc);
    return doc;
}

static const char shoot[] = "{\"apiVersion\": \"platform.cleura.crossplane.io/v1alpha1\", \"kind\": "
                            "\"Shoot\", \"metadata\": {\"name\": \"a\", "
                            "\"namespace\": \"n\"}, \"spec\": {\"region\": \"kna1\", \"projectId\": "
                            "\"0123456789abcdef0123456789abcdef\", \"kubernetes\": "
                            "{\"version\": \"1.33.7\"}, \"provider\": {\"workers\": [{\"name\": \"w\", "
                            "\"machine\": {\"type\": \"b.4c8gb\"}, \"labels\": "
                            "{%s}}]}}}";

static char *render_text(const char *labels)
{
    CLEAN(free)
    char *text =
        x_asprintf("%.*s%s%s", (int)(strstr(shoot, "%s") - shoot), shoot, labels, strstr(shoot, "%s") + 2);
    json_auto_t *composite = parse(text), *observed = parse("{\"shoot\": {\"status\": {}}}"), *all = NULL;
    struct fn_response r;
    struct err e;

    fn_response_init(&r);
    assert_int_equal(render(&(struct fn_request){ composite, observed, NULL }, &r, &e), 0);
    all = jx_pack("[O, O, O, O]", r.desired, r.status, r.conditions, r.results);
    fn_response_free(&r);
    return jx_dump(all);
}

static void every_listed_kind_is_known_and_no_other(void **state)
{
    (void)state;
    for (const char *const *k = render_kinds; *k; k++)
        assert_string_equal(kind_find(*k)->name, *k);
    assert_null(kind_find("shoot"));
    assert_null(kind_find(""));
}

static void an_unknown_composite_is_an_error(void **state)
{
    json_auto_t *other = parse("{\"apiVersion\": \"example.org/v1\", \"kind\": \"Shoot\"}");
    struct fn_response r;
    struct err e;

    (void)state;
    fn_response_init(&r);
    assert_int_equal(render(&(struct fn_request){ other, NULL, NULL }, &r, &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
    fn_response_free(&r);
}

static void an_operation_is_told_that_nothing_is_done_in_it(void **state)
{
    struct fn_response r;
    struct err e;

    (void)state;
    fn_response_init(&r);
    assert_int_equal(render(&(struct fn_request){ NULL, NULL, NULL }, &r, &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_non_null(
        strstr(e.text, "the request has no composite resource: this function renders composites (Shoot, "));
    assert_non_null(strstr(e.text, " of platform.cleura.crossplane.io) and does nothing in an Operation"));
    for (const char *const *k = render_kinds; *k; k++)
        assert_non_null(strstr(e.text, *k));
    assert_int_equal(json_object_size(r.desired), 0);
    fn_response_free(&r);
}

/* What the cluster is made of stays exactly as it is, however large it is, and without its being read. */
static void a_cluster_whose_spec_turned_bad_is_kept(void **state)
{
    json_auto_t *composite = parse("{\"apiVersion\": \"platform.cleura.crossplane.io/v1alpha1\", \"kind\": "
                                   "\"Shoot\", \"spec\": {\"no\": \"such field\"}}"),
                *observed = parse("{\"shoot\": {\"spec\": {\"a\": 1}}, \"protection\": {}, \"other\": {}}"),
                *desired = NULL;
    struct fn_response r;

    (void)state;
    fn_response_init(&r);
    assert_int_equal(render(&(struct fn_request){ composite, observed, NULL }, &r, NULL), 0);
    desired = parse("{\"shoot\": {\"keep\": true, \"ready\": false}, \"protection\": {\"keep\": true, "
                    "\"ready\": true}}");
    assert_true(json_equal(r.desired, desired));
    fn_response_free(&r);
}

static void the_same_spec_gives_the_same_bytes(void **state)
{
    CLEAN(free) char *a = render_text("\"x\": \"1\", \"b\": \"2\", \"m\": \"3\"");
    CLEAN(free) char *b = render_text("\"m\": \"3\", \"x\": \"1\", \"b\": \"2\"");

    (void)state;
    assert_string_equal(a, b);
}

/* Whatever the shape, an answer comes out and nothing is desired. */
static void odd_documents_are_refused(void **state)
{
    static const char *const specs[] = {
        "null",
        "[]",
        "{}",
        "{\"provider\": []}",
        "{\"provider\": {\"workers\": [1, null, {}]}}",
        "{\"provider\": {\"workers\": {}}}",
        "{\"hibernation\": {\"schedules\": [null]}}",
        "{\"networking\": {\"pods\": 5}}",
        "{\"region\": \"\", \"projectId\": \"\"}",
        "{\"maintenance\": {\"timeWindow\": {\"begin\": \"\", \"end\": \"+\"}}}",
        "{\"allowedCidrs\": [null]}",
        "{\"name\": \"\"}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(specs); i++) {
        CLEAN(free)
        char *text = x_asprintf(
            "{\"apiVersion\": \"platform.cleura.crossplane.io/v1alpha1\", \"kind\": \"Shoot\", \"spec\": %s}",
            specs[i]);
        json_auto_t *composite = parse(text), *weird = parse("[1]");
        struct fn_response r;
        struct err e;

        fn_response_init(&r);
        assert_int_equal(render(&(struct fn_request){ composite, NULL, weird }, &r, &e), 0);
        assert_int_equal(json_array_size(r.results), 1);
        assert_int_equal(jx_int(json_array_get(r.results, 0), "severity", 9), FN_FATAL);
        assert_int_equal(json_object_size(r.desired), 0);
        fn_response_free(&r);
    }
}

/* A case folder would be as large as what it shows. */
static void more_annotations_than_kubernetes_takes_are_refused(void **state)
{
    static const struct {
        size_t bytes;
        bool good;
    } cases[] = { { 262143, true }, { 262144, false } }; /* the key is one more */

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_auto_t *composite =
            parse("{\"apiVersion\": \"platform.cleura.crossplane.io/v1alpha1\", \"kind\": \"Volume\", "
                  "\"metadata\": {\"name\": \"a\", \"namespace\": \"n\"}, \"spec\": {\"shootRef\": "
                  "{\"name\": \"s\"}, \"size\": \"1Gi\", \"annotations\": {}}}");
        CLEAN(free) char *value = x_alloc(cases[i].bytes + 1);
        struct fn_response r;
        struct err e;

        memset(value, 'x', cases[i].bytes);
        jx_set(jx_at(composite, "spec.annotations"), "k", json_string(value));
        fn_response_init(&r);
        assert_int_equal(render(&(struct fn_request){ composite, NULL, NULL }, &r, &e), 0);
        assert_int_equal(json_array_size(r.results), cases[i].good ? 0 : 1);
        fn_response_free(&r);
    }
}

static void a_condition_is_cut_at_a_whole_character(void **state)
{
    char text[CONDITIONS_TEXT + 200];
    struct fn_response r;
    const char *message;

    (void)state;
    for (size_t i = 0; i + 1 < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa5", 2);
    text[sizeof(text) - 2] = '\0';
    fn_response_init(&r);
    conditions_set(&r, "Valid", "False", "Invalid", text);
    conditions_set(&r, "Advice", "False", "NoAdvice", "x");
    conditions_set(&r, "Valid", "False", "Invalid", text);
    assert_int_equal(json_array_size(r.conditions), 2);
    message = jx_str(json_array_get(r.conditions, 0), "message", "");
    assert_true(strlen(message) <= CONDITIONS_TEXT && strlen(message) > CONDITIONS_TEXT - 5);
    assert_string_equal(message + strlen(message) - 5, "\xc3\xa5...");
    fn_response_free(&r);
}

/* Names of the user are cut to fit; half a character would make the whole response unreadable. */
static void names_are_cut_at_whole_characters(void **state)
{
    (void)state;
    for (int shift = 0; shift < 2; shift++) {
        CLEAN(free) char *name = x_alloc(400), *text = NULL;
        json_auto_t *composite = NULL, *observed = parse("{\"shoot\": {}, \"kubeconfig\": {}}"), *all = NULL;
        struct fn_response r;

        name[0] = 'a';
        for (int i = shift; i + 2 < 399; i += 2)
            memcpy(name + i, "\xc3\xa5", 2);
        composite = jx_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:{s:s}}}", "apiVersion",
                            "platform.cleura.crossplane.io/v1alpha1", "kind", "Shoot", "metadata", "name",
                            name, "spec", "name", "a", "kubeconfig", "secretName", name);
        fn_response_init(&r);
        assert_int_equal(render(&(struct fn_request){ composite, observed, NULL }, &r, NULL), 0);
        all = jx_pack("[O, O, O, O]", r.desired, r.status, r.conditions, r.results);
        text = json_dumps(all, 0); /* fails when a text is not UTF-8 */
        assert_non_null(text);
        assert_non_null(strstr(text, "secretName"));
        fn_response_free(&r);
    }
}

static void problems_are_numbered_and_counted(void **state)
{
    struct problems p = { 0 };
    char *text;

    (void)state;
    problems_add(&p, "first");
    text = conditions_text(&p, 1000);
    assert_string_equal(text, "first");
    free(text);
    problems_add(&p, "second");
    problems_add(&p, "third");
    text = conditions_text(&p, 1000);
    assert_string_equal(text, "(1) first (2) second (3) third");
    free(text);
    text = conditions_text(&p, 60);
    assert_string_equal(text, "(1) first (2) second and 1 more");
    free(text);
    problems_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_listed_kind_is_known_and_no_other),
        cmocka_unit_test(an_unknown_composite_is_an_error),
        cmocka_unit_test(an_operation_is_told_that_nothing_is_done_in_it),
        cmocka_unit_test(a_cluster_whose_spec_turned_bad_is_kept),
        cmocka_unit_test(the_same_spec_gives_the_same_bytes),
        cmocka_unit_test(odd_documents_are_refused),
        cmocka_unit_test(more_annotations_than_kubernetes_takes_are_refused),
        cmocka_unit_test(a_condition_is_cut_at_a_whole_character),
        cmocka_unit_test(names_are_cut_at_whole_characters),
        cmocka_unit_test(problems_are_numbered_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
