/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that are made once. */
#undef NDEBUG
#include "lib/jx.h"
#include "lib/jx_fixed.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int made;

static json_t *make(const void *of)
{
    made++;
    return jx_pack("{s:s, s:{s:[i, b]}}", "name", (const char *)of, "deep", "list", 1, 1);
}

static void it_is_made_once(void **state)
{
    static struct jx_fixed one, other;
    json_t *doc = jx_fixed(&one, make, "a");

    (void)state;
    assert_int_equal(made, 1);
    assert_ptr_equal(jx_fixed(&one, make, "b"), doc);
    assert_int_equal(made, 1);
    assert_string_equal(jx_str(doc, "name", ""), "a");
    assert_string_equal(jx_str(jx_fixed(&other, make, "b"), "name", ""), "b");
}

/* Nor does anything in it, at any depth. */
static void it_outlives_whatever_held_it(void **state)
{
    static struct jx_fixed fixed;
    json_t *doc = jx_fixed(&fixed, make, "a"), *list = jx_at(doc, "deep.list");

    (void)state;
    for (int i = 0; i < 3; i++) {
        json_t *holder = jx_object(jx_O("doc", doc), jx_O("list", list), jx_o("taken", doc));

        json_decref(holder);
        json_decref(json_array_get(list, 0));
    }
    assert_int_equal(json_array_size(list), 2);
    assert_int_equal(json_integer_value(json_array_get(list, 0)), 1);
    assert_string_equal(jx_str(doc, "name", ""), "a");
}

static void it_is_known_as_such(void **state)
{
    static struct jx_fixed fixed;
    json_t *doc = jx_fixed(&fixed, make, "a");
    json_auto_t *other = jx_pack("{s:s}", "name", "a"), *copy = json_copy(doc);

    (void)state;
    assert_true(jx_is_fixed(doc) && jx_is_fixed(jx_at(doc, "deep.list")));
    assert_false(jx_is_fixed(other) || jx_is_fixed(copy));
}

static json_t *make_of_others(const void *of)
{
    static struct jx_fixed inner;

    (void)of;
    return jx_object(jx_O("inner", jx_fixed(&inner, make, "inner")), jx_w("word", "w"), jx_b("on", true));
}

static json_t *word(void) { return jx_word("always the same"); }

static void they_may_be_made_of_each_other(void **state)
{
    static struct jx_fixed outer;
    json_t *doc = jx_fixed(&outer, make_of_others, NULL);

    (void)state;
    assert_string_equal(jx_str(doc, "inner.name", ""), "inner");
    assert_string_equal(jx_str(doc, "word", ""), "w");
    assert_ptr_equal(word(), word());
    assert_string_equal(json_string_value(word()), "always the same");
}

static struct jx_fixed contested;

static void *share(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2000; i++) {
        json_auto_t *copy = json_copy(jx_fixed(&contested, make, "a"));

        jx_set(copy, "mine", json_integer(i));
    }
    return NULL;
}

static void threads_may_meet_at_the_first_use(void **state)
{
    pthread_t threads[4];

    (void)state;
    made = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, share, NULL), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(made, 1);
    assert_int_equal(json_object_size(contested.doc), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_once),
        cmocka_unit_test(it_outlives_whatever_held_it),
        cmocka_unit_test(it_is_known_as_such),
        cmocka_unit_test(they_may_be_made_of_each_other),
        cmocka_unit_test(threads_may_meet_at_the_first_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
