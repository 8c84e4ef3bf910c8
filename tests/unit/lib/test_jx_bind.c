/* SPDX-License-Identifier: Apache-2.0 */
/* From JSON to a struct. */
#undef NDEBUG
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct thing {
    const char *name, *size;
    struct jx_opt_int count;
    struct jx_opt_bool on;
    json_t *tree, *list, *object;
};

static const char *const sizes[] = { "small", "large", NULL };
static const struct jx_field fields[] = {
    JX_F_STR(struct thing, name, "name", .flags = JX_REQUIRED),
    JX_F_STR(struct thing, size, "size", .one_of = sizes),
    JX_F_INT(struct thing, count, "count"),
    JX_F_BOOL(struct thing, on, "on"),
    JX_F_TREE(struct thing, tree, "tree"),
    JX_F_ARRAY(struct thing, list, "list"),
    JX_F_OBJECT(struct thing, object, "object"),
    { .name = NULL },
};

static json_t *doc_of(const char *text)
{
    json_t *doc = jx_parse(text, strlen(text), NULL);

    assert_non_null(doc);
    return doc;
}

static void a_good_document_fills_the_struct(void **state)
{
    struct thing t = { 0 };
    struct err e = { 0 };
    json_auto_t *doc = doc_of(
        "{\"name\":\"a\",\"size\":\"large\",\"count\":0,\"on\":false,\"tree\":1,\"list\":[],\"object\":{}}");

    (void)state;
    assert_int_equal(jx_bind(doc, "spec", fields, &t, &e), 0);
    assert_string_equal(t.name, "a");
    assert_string_equal(t.size, "large");
    assert_true(t.count.set);
    assert_int_equal(t.count.value, 0);
    assert_true(t.on.set);
    assert_false(t.on.value);
    assert_true(json_is_integer(t.tree));
    assert_true(json_is_array(t.list));
    assert_true(json_is_object(t.object));
}

static void absent_and_null_stay_unset(void **state)
{
    struct thing t = { 0 };
    struct err e = { 0 };
    json_auto_t *doc = doc_of("{\"name\":\"a\",\"count\":null}");

    (void)state;
    assert_int_equal(jx_bind(doc, "spec", fields, &t, &e), 0);
    assert_false(t.count.set);
    assert_false(t.on.set);
    assert_null(t.size);
}

static void problem(const char *text, const char *want)
{
    struct thing t = { 0 };
    struct err e = { 0 };
    json_auto_t *doc = doc_of(text);

    assert_int_equal(jx_bind(doc, "spec", fields, &t, &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_string_equal(e.text, want);
}

static void each_violation_names_its_path(void **state)
{
    (void)state;
    problem("{}", "spec.name is required");
    problem("{\"name\":null}", "spec.name is required");
    problem("{\"name\":1}", "spec.name must be a string; put it in quotes");
    problem("{\"name\":\"a\",\"count\":1.5}", "spec.count must be an integer");
    problem("{\"name\":\"a\",\"count\":\"-12\"}", "spec.count must be an integer; leave the quotes out");
    problem("{\"name\":\"a\",\"count\":\"1h\"}", "spec.count must be an integer");
    problem("{\"name\":\"a\",\"count\":\"\"}", "spec.count must be an integer");
    problem("{\"name\":\"a\",\"on\":\"true\"}", "spec.on must be true or false; leave the quotes out");
    problem("{\"name\":\"a\",\"on\":\"yes\"}", "spec.on must be true or false");
    problem("{\"name\":\"a\",\"list\":{}}", "spec.list must be a list");
    problem("{\"name\":\"a\",\"object\":[]}", "spec.object must be an object");
    problem("{\"name\":\"a\",\"nmae\":1}", "spec.nmae is not a known field; did you mean name?");
    problem("{\"Name\":\"a\",\"name\":\"a\"}", "spec.Name is not a known field; did you mean name?");
    problem("{\"names\":\"a\",\"name\":\"a\"}", "spec.names is not a known field; did you mean name?");
    problem("{\"game\":\"a\",\"name\":\"a\"}", "spec.game is not a known field; did you mean name?");
    problem("{\"other\":\"a\",\"name\":\"a\"}", "spec.other is not a known field");
    problem("{\"name\":\"a\",\"size\":\"huge\"}",
            "spec.size: \"huge\" is not allowed; use one of: small, large");
    problem("[]", "spec must be an object");
}

static void all_violations_come_together(void **state)
{
    CLEAN(problems_free) struct problems p = { 0 };
    struct thing t = { 0 };
    json_auto_t *doc = doc_of("{\"size\":1,\"count\":true,\"other\":0}");

    (void)state;
    jx_bind_all(doc, "spec", fields, &t, &p);
    assert_int_equal(p.n, 4);
}

static void the_order_of_a_map_is_no_news(void **state)
{
    static const char *const orders[] = { "{\"name\":\"a\",\"b\":1,\"a\":1,\"c\":1}",
                                          "{\"c\":1,\"a\":1,\"name\":\"a\",\"b\":1}" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
        CLEAN(problems_free) struct problems p = { 0 };
        struct thing t = { 0 };
        json_auto_t *doc = doc_of(orders[i]);

        jx_bind_all(doc, "spec", fields, &t, &p);
        assert_int_equal(p.n, 3);
        assert_string_equal(p.text[0], "spec.a is not a known field");
        assert_string_equal(p.text[2], "spec.c is not a known field");
    }
}

/* What is bound is a C string: "kna1\0x" would be taken for "kna1". */
static void a_nul_in_a_text_is_a_violation(void **state)
{
    struct thing t = { 0 };
    struct err e = { 0 };
    json_auto_t *doc = json_object();

    (void)state;
    json_object_set_new(doc, "name", json_stringn("kna1\0x", 6));
    assert_int_equal(jx_bind(doc, "spec", fields, &t, &e), -1);
    assert_string_equal(e.text, "spec.name holds a NUL (\\u0000); remove it");
    assert_null(t.name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_document_fills_the_struct), cmocka_unit_test(absent_and_null_stay_unset),
        cmocka_unit_test(each_violation_names_its_path),    cmocka_unit_test(all_violations_come_together),
        cmocka_unit_test(the_order_of_a_map_is_no_news),    cmocka_unit_test(a_nul_in_a_text_is_a_violation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
