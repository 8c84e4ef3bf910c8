/* SPDX-License-Identifier: Apache-2.0 */
/* The growing buffer. */
#undef NDEBUG
#include "lib/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void text_grows_and_stays_terminated(void **state)
{
    CLEAN(buf_free) struct buf b = buf_max(1 << 20);

    (void)state;
    assert_string_equal(buf_text(&b), "");
    for (int i = 0; i < 1000; i++)
        assert_int_equal(buf_addf(&b, "%03d,", i), 0);
    assert_int_equal(b.len, 4000);
    assert_memory_equal(b.data + 3996, "999,", 5);
    buf_reset(&b);
    assert_string_equal(buf_text(&b), "");
    assert_int_equal(b.len, 0);
}

static void nothing_passes_the_maximum(void **state)
{
    CLEAN(buf_free) struct buf b = buf_max(4);

    (void)state;
    assert_int_equal(buf_adds(&b, "abcd"), 0);
    assert_false(b.overflow);
    assert_int_equal(buf_add(&b, "e", 1), -1);
    assert_true(b.overflow);
    assert_string_equal(b.data, "abcd");
    assert_int_equal(buf_add(&b, "", 0), 0);
    buf_reset(&b);
    assert_false(b.overflow);
    assert_int_equal(buf_adds(&b, "abcde"), -1);
    assert_int_equal(buf_add(&b, "x", SIZE_MAX), -1);
    assert_int_equal(b.len, 0);
}

static void bytes_may_hold_zeros(void **state)
{
    CLEAN(buf_free) struct buf b = buf_max(10);

    (void)state;
    assert_int_equal(buf_add(&b, "a\0b", 3), 0);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.data, "a\0b\0", 4);
}

static void room_is_filled_by_the_caller(void **state)
{
    CLEAN(buf_free) struct buf b = buf_max(300);
    char *at;

    (void)state;
    assert_int_equal(buf_reserve(&b, 0), 0);
    assert_int_equal(b.len, 0);
    for (char c = 'a'; c <= 'z'; c++)
        *buf_room(&b, 1) = c;
    assert_string_equal(buf_text(&b), "abcdefghijklmnopqrstuvwxyz");
    at = buf_room(&b, 270);
    assert_non_null(at);
    memset(at, '.', 270);
    assert_int_equal(strlen(buf_text(&b)), 296);
    assert_null(buf_room(&b, 5));
    assert_true(b.overflow);
    assert_int_equal(buf_reserve(&b, SIZE_MAX), -1);
    assert_int_equal(b.len, 296);
    assert_non_null(buf_room(&b, 4));
}

static void what_came_last_can_be_cut(void **state)
{
    CLEAN(buf_free) struct buf b = buf_max(10);

    (void)state;
    buf_cut(&b, 0);
    assert_string_equal(buf_text(&b), "");
    assert_int_equal(buf_adds(&b, "abcdef"), 0);
    buf_cut(&b, 9);
    assert_string_equal(buf_text(&b), "abcdef");
    buf_cut(&b, 2);
    assert_string_equal(buf_text(&b), "ab");
    assert_int_equal(b.len, 2);
}

static void taking_empties(void **state)
{
    struct buf b = buf_max(10);
    CLEAN(free) char *nothing = buf_take(&b);
    CLEAN(free) char *something = NULL;

    (void)state;
    assert_string_equal(nothing, "");
    assert_int_equal(buf_adds(&b, "0123456789"), 0);
    something = buf_take(&b);
    assert_string_equal(something, "0123456789");
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.max, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows_and_stays_terminated),
        cmocka_unit_test(nothing_passes_the_maximum),
        cmocka_unit_test(bytes_may_hold_zeros),
        cmocka_unit_test(room_is_filled_by_the_caller),
        cmocka_unit_test(what_came_last_can_be_cut),
        cmocka_unit_test(taking_empties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
