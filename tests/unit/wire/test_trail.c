/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in messages. */
#undef NDEBUG
#include "function/wire/trail.h"
#include "tests/unit/wire/wire_bytes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void key(struct trail *t, struct bytes b) { trail_key(t, span_of(&b)); }

static void steps_are_joined_from_the_inside(void **state)
{
    struct trail t;

    (void)state;
    trail_start(&t);
    assert_string_equal(trail_text(&t), "");
    key(&t, RAW("name"));
    assert_string_equal(trail_text(&t), "name");
    trail_index(&t, 2);
    assert_string_equal(trail_text(&t), "[2].name");
    trail_index(&t, 10);
    assert_string_equal(trail_text(&t), "[10][2].name");
    key(&t, RAW("workers"));
    key(&t, RAW(""));
    key(&t, RAW("spec"));
    assert_string_equal(trail_text(&t), "spec.\"\".workers[10][2].name");
}

static void what_is_no_text_is_not_shown(void **state)
{
    struct trail t;

    (void)state;
    trail_start(&t);
    key(&t, RAW("a\n\x1b[0m\x7f\0b"));
    key(&t, RAW("\xc3\xa9"));
    key(&t, RAW("\xc3("));
    assert_string_equal(trail_text(&t), "?(.\xc3\xa9.a??[0m??b");
}

static void long_keys_are_cut_between_characters(void **state)
{
    struct bytes fits = { .n = TRAIL_KEY_MAX }, euros = { .n = 66 };
    struct trail t;
    char want[100];

    (void)state;
    memset(fits.at, 'x', fits.n);
    trail_start(&t);
    key(&t, fits);
    assert_int_equal(strlen(trail_text(&t)), TRAIL_KEY_MAX);
    for (size_t i = 0; i < euros.n; i += 3)
        memcpy(euros.at + i, "\xe2\x82\xac", 3);
    trail_start(&t);
    key(&t, euros);
    (void)snprintf(want, sizeof(want), "%.63s...", (const char *)euros.at);
    assert_string_equal(trail_text(&t), want);
}

static void outermost_steps_of_a_long_path_are_left_out(void **state)
{
    struct trail t;
    size_t n;

    (void)state;
    trail_start(&t);
    for (size_t i = 0; i < 100; i++)
        key(&t, RAW("step"));
    n = strlen(trail_text(&t));
    assert_true(n <= TRAIL_MAX && n > TRAIL_MAX - 10);
    assert_memory_equal(trail_text(&t), "...", 3);
    assert_string_equal(trail_text(&t) + n - 14, "step.step.step");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_joined_from_the_inside),
        cmocka_unit_test(what_is_no_text_is_not_shown),
        cmocka_unit_test(long_keys_are_cut_between_characters),
        cmocka_unit_test(outermost_steps_of_a_long_path_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
