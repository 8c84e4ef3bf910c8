/* SPDX-License-Identifier: Apache-2.0 */
/* JSON trees. */
#undef NDEBUG
#include "lib/buf.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void paths_are_walked(void **state)
{
    json_auto_t *doc = jx_pack("{s:{s:{s:s}, s:i, s:b}, s:s}", "spec", "forProvider", "url", "/x", "n", 3,
                               "on", 1, "kind", "K");

    (void)state;
    assert_string_equal(jx_str(doc, "kind", NULL), "K");
    assert_string_equal(jx_str(doc, "spec.forProvider.url", NULL), "/x");
    assert_string_equal(jx_str(doc, "spec.forProvider.none", "other"), "other");
    assert_string_equal(jx_str(doc, "spec.n", "no string"), "no string");
    assert_null(jx_at(doc, "kind.x"));
    assert_null(jx_at(doc, "spec.forProvider.url.x"));
    assert_null(jx_at(NULL, "spec"));
    assert_int_equal(jx_int(doc, "spec.n", -1), 3);
    assert_int_equal(jx_int(doc, "kind", -1), -1);
    assert_true(jx_bool(doc, "spec.on", false));
    assert_true(jx_bool(doc, "spec.off", true));
}

static void what_is_no_text_is_not_the_text(void **state)
{
    json_auto_t *list = jx_pack("[i,n,s,[s]]", 7, "a", "b");

    (void)state;
    assert_true(jx_lists(list, "a"));
    assert_false(jx_lists(list, "b"));
    assert_false(jx_lists(list, ""));
    assert_false(jx_lists(NULL, "a"));
}

static void any_bytes_become_text(void **state)
{
    static const struct {
        const char *in, *out;
        size_t n;
    } cases[] = {
        { "plain \xc3\xa5", "plain \xc3\xa5", 8 },
        { "a\xff"
          "b",
          "a\xef\xbf\xbd"
          "b",
          3 },
        { "a\0b",
          "a\xef\xbf\xbd"
          "b",
          3 },
        { "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd", 2 },                 /* overlong */
        { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3 }, /* half of a surrogate pair */
        { "\xf0\x9f\x98", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3 }, /* cut */
        { "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 4 },
        { "", "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_auto_t *got = jx_textn(cases[i].in, cases[i].n);

        assert_string_equal(json_string_value(got), cases[i].out);
    }
}

static void text_is_cut_at_whole_characters(void **state)
{
    static const char text[] = "a\xc3\xa5\xf0\x9f\x98\x80";
    static const size_t at[] = { 0, 1, 1, 3, 3, 3, 3, 7, 7 };

    (void)state;
    for (size_t n = 0; n < ARRAY_LENGTH(at); n++)
        assert_int_equal(jx_cut(text, n), at[n]);
    assert_int_equal(jx_cut("", 5), 0);
}

static void what_is_not_json_is_refused(void **state)
{
    static const char *const bad[] = { "",     "{",   "{\"a\":1}x", "{\"a\":1,\"a\":2}", "\"\\u0000\"",
                                       "[1,]", "nul", "{1:2}",      "\"\xff\"" };
    struct err e = { 0 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        if (jx_parse(bad[i], strlen(bad[i]), &e))
            fail_msg("accepted %s", bad[i]);
        assert_int_equal(e.kind, ERR_INVALID);
    }
    assert_null(jx_parse("{\"token\":\n \"hunter2\" \"", 22, &e));
    assert_non_null(strstr(e.text, "line 2"));
    assert_null(strstr(e.text, "hunter2"));
}

static void depth_and_size_are_limited(void **state)
{
    CLEAN(free) char *large = x_alloc(JX_MAX_BYTES + 2);
    char deep[2 * JX_MAX_DEPTH + 3];
    struct err e = { 0 };
    json_t *doc;

    (void)state;
    memset(deep, '[', JX_MAX_DEPTH);
    memset(deep + JX_MAX_DEPTH, ']', JX_MAX_DEPTH);
    doc = jx_parse(deep, (size_t)2 * JX_MAX_DEPTH, &e);
    assert_non_null(doc);
    json_decref(doc);
    memset(deep, '[', JX_MAX_DEPTH + 1);
    memset(deep + JX_MAX_DEPTH + 1, ']', JX_MAX_DEPTH + 1);
    assert_null(jx_parse(deep, 2 * JX_MAX_DEPTH + 2, &e));
    memset(large, ' ', JX_MAX_BYTES + 1);
    large[0] = '1';
    assert_null(jx_parse(large, JX_MAX_BYTES + 1, &e));
}

static void brackets_inside_strings_do_not_count(void **state)
{
    CLEAN(buf_free) struct buf text = buf_max(4096);
    struct err e = { 0 };
    json_t *doc;

    (void)state;
    (void)buf_adds(&text, "[\"\\\"");
    for (int i = 0; i < 2 * JX_MAX_DEPTH; i++)
        (void)buf_adds(&text, "[{");
    (void)buf_adds(&text, "\"]");
    doc = jx_parse(text.data, text.len, &e);
    assert_non_null(doc);
    json_decref(doc);
}

static void equal_documents_give_equal_text(void **state)
{
    json_auto_t *a = jx_pack("{s:i, s:[b,n]}", "b", 1, "a", 0),
                *b = jx_pack("{s:[b,n], s:i}", "a", 0, "b", 1);
    CLEAN(free) char *ta = jx_dump(a), *tb = NULL;

    (void)state;
    tb = jx_dump(b);
    assert_string_equal(ta, "{\"a\":[false,null],\"b\":1}");
    assert_string_equal(ta, tb);
}

static void objects_are_made_on_the_way(void **state)
{
    json_auto_t *doc = jx_pack("{s:i}", "status", 1);

    (void)state;
    jx_set(jx_make_object(doc, "status"), "a", json_true());
    assert_ptr_equal(jx_make_object(doc, "status"), json_object_get(doc, "status"));
    assert_true(jx_bool(doc, "status.a", false));
}

static void an_object_has_the_members_that_have_a_value(void **state)
{
    json_auto_t *list = jx_pack("[i]", 1), *doc = NULL, *expected = NULL;

    (void)state;
    doc = jx_object(jx_s("text", "t"), jx_s("no text", NULL), jx_o("taken", json_array()),
                    jx_o("nothing", NULL), jx_O("shared", list), jx_O("not shared", NULL), jx_i("number", -5),
                    jx_b("on", true));
    jx_add(doc, jx_s("text", "another"), jx_s("more", ""));
    expected = jx_pack("{s:s, s:[], s:[i], s:i, s:b, s:s}", "text", "another", "taken", "shared", 1, "number",
                       -5, "on", 1, "more", "");
    assert_true(json_equal(doc, expected));
    assert_int_equal(list->refcount, 2);
}

static void sharing_does_not_take(void **state)
{
    json_auto_t *doc = json_object(), *list = json_array(), *value = json_string("v");

    (void)state;
    jx_share(doc, "a", value);
    jx_share(doc, "b", value);
    jx_append(list, json_integer(1));
    assert_int_equal(value->refcount, 3);
    assert_int_equal(json_array_size(list), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_text_is_not_the_text),
        cmocka_unit_test(paths_are_walked),
        cmocka_unit_test(any_bytes_become_text),
        cmocka_unit_test(text_is_cut_at_whole_characters),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(depth_and_size_are_limited),
        cmocka_unit_test(brackets_inside_strings_do_not_count),
        cmocka_unit_test(equal_documents_give_equal_text),
        cmocka_unit_test(objects_are_made_on_the_way),
        cmocka_unit_test(an_object_has_the_members_that_have_a_value),
        cmocka_unit_test(sharing_does_not_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
