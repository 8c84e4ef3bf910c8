/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text: of trees the bytes are jansson's, whatever the tree; without a tree they are the same. */
#undef NDEBUG
#include "lib/jx_write.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_as_jansson_writes_it(const json_t *doc)
{
    CLEAN(free) char *ours = jx_dump(doc);
    CLEAN(free) char *theirs = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

    assert_non_null(theirs);
    assert_string_equal(ours, theirs);
}

static void every_byte_is_escaped_as_jansson_does(void **state)
{
    char all[257] = { 0 };
    json_auto_t *ascii = NULL, *nul = json_stringn("a\0b", 3),
                *wide = json_string("\xc3\xa5 \xe2\x82\xac \xf0\x9f\x98\x80"), *object = json_object();

    (void)state;
    for (int i = 1; i < 128; i++)
        all[i - 1] = (char)i;
    ascii = json_string(all);
    assert_as_jansson_writes_it(ascii);
    assert_as_jansson_writes_it(nul);
    assert_as_jansson_writes_it(wide);
    jx_set(object, all, json_string(""));
    assert_as_jansson_writes_it(object);
}

static void numbers_and_words_too(void **state)
{
    static const json_int_t integers[] = { 0, 1, -1, 9, 10, -10, 1000000, INT64_MAX, INT64_MIN };
    static const double reals[] = { 0.0, -0.0, 0.1, 1e300, -1e-300, 3.0, 12345.678, 1e17 };
    json_auto_t *list = jx_pack("[n, b, b, {}, []]", 1, 0);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(integers); i++)
        jx_append(list, json_integer(integers[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(reals); i++)
        jx_append(list, json_real(reals[i]));
    assert_as_jansson_writes_it(list);
    for (size_t i = 0; i < json_array_size(list); i++)
        assert_as_jansson_writes_it(json_array_get(list, i));
}

/* Fewer and more members than are sorted in place, keys that start alike. */
static void keys_are_sorted_by_their_bytes(void **state)
{
    static const char *const odd[] = { "", "a", "aa", "a.b", "a-b", "B", "\xc3\xa5", "~", "1", "10", "2" };
    json_auto_t *object = json_object();

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(odd); i++) {
        jx_set(object, odd[i], json_integer((json_int_t)i));
        assert_as_jansson_writes_it(object);
    }
    for (int i = 200; i > 0; i--) {
        CLEAN(free) char *key = x_asprintf("k%d", i * 7919 % 1000);

        jx_set(object, key, json_object());
        assert_as_jansson_writes_it(object);
    }
    (void)json_object_setn_new(object, "nul\0key", 7, json_true());
    assert_as_jansson_writes_it(object);
}

static void depth_is_no_matter(void **state)
{
    json_t *doc = json_string("deep");

    (void)state;
    for (int i = 0; i < JX_MAX_DEPTH; i++)
        doc = i % 2 ? jx_pack("{s:o, s:i}", "x", doc, "a", i) : jx_pack("[i, o]", i, doc);
    assert_as_jansson_writes_it(doc);
    json_decref(doc);
}

static void members_are_written_as_they_come(void **state)
{
    CLEAN(jx_writer) struct jx_writer w = jx_writer();
    json_auto_t *shared = jx_pack("{s:[i]}", "b", 1);
    CLEAN(free) char *text = NULL;

    (void)state;
    jx_open(&w, NULL, '{');
    jx_write_text(&w, "a", "quo\"te \xc3\xa5\n");
    jx_write_text(&w, "absent", NULL);
    jx_write_int(&w, "int", (struct jx_opt_int){ true, -7 });
    jx_write_int(&w, "absent", (struct jx_opt_int){ false, 7 });
    jx_write_bool(&w, "no", (struct jx_opt_bool){ true, false });
    jx_write_bool(&w, "absent", (struct jx_opt_bool){ false, true });
    jx_write_doc(&w, "tree", shared);
    jx_write_doc(&w, "absent", NULL);
    jx_open(&w, "list", '[');
    jx_write_text(&w, NULL, "x");
    jx_open(&w, NULL, '{');
    jx_close(&w);
    jx_write_bool(&w, NULL, (struct jx_opt_bool){ true, true });
    jx_close(&w);
    jx_close(&w);
    text = jx_written(&w);
    assert_string_equal(text, "{\"a\":\"quo\\\"te \xc3\xa5\\n\",\"int\":-7,\"no\":false,\"tree\":{\"b\":[1]},"
                              "\"list\":[\"x\",{},true]}");
}

static void what_stays_empty_can_be_left_out(void **state)
{
    CLEAN(jx_writer) struct jx_writer w = jx_writer();
    CLEAN(free) char *text = NULL;

    (void)state;
    jx_open(&w, NULL, '{');
    jx_open(&w, "first", '{');
    jx_close_unless_empty(&w);
    jx_open(&w, "outer", '{');
    jx_open(&w, "inner", '[');
    jx_close_unless_empty(&w);
    jx_close_unless_empty(&w);
    jx_open(&w, "full", '{');
    jx_write_text(&w, "a", "");
    jx_open(&w, "inner", '[');
    jx_close_unless_empty(&w);
    jx_close_unless_empty(&w);
    jx_open(&w, "last", '{');
    jx_close_unless_empty(&w);
    jx_close(&w);
    text = jx_written(&w);
    assert_string_equal(text, "{\"full\":{\"a\":\"\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_escaped_as_jansson_does),
        cmocka_unit_test(numbers_and_words_too),
        cmocka_unit_test(keys_are_sorted_by_their_bytes),
        cmocka_unit_test(depth_is_no_matter),
        cmocka_unit_test(members_are_written_as_they_come),
        cmocka_unit_test(what_stays_empty_can_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
