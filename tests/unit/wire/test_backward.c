/* SPDX-License-Identifier: Apache-2.0 */
/* The buffer that is written from its end. */
#undef NDEBUG
#include "function/wire/backward.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void last_write_comes_first(void **state)
{
    CLEAN(backward_free) struct backward b = backward_max(100);

    (void)state;
    assert_int_equal(backward_size(&b), 0);
    backward_bytes(&b, "world", 5);
    backward_byte(&b, ' ');
    backward_bytes(&b, "hello", 5);
    backward_bytes(&b, NULL, 0);
    assert_int_equal(backward_size(&b), 11);
    assert_memory_equal(b.at, "hello world", 11);
    assert_false(b.overflow);
}

static void content_survives_growing(void **state)
{
    CLEAN(backward_free) struct backward b = backward_max(1 << 20);

    (void)state;
    for (unsigned i = 0; i < 100000; i++)
        backward_bytes(&b, &i, sizeof(i));
    assert_int_equal(backward_size(&b), 400000);
    for (unsigned i = 0; i < 100000; i++)
        assert_memory_equal(b.at + (size_t)(99999 - i) * sizeof(i), &i, sizeof(i));
}

static void large_write_fits_at_once(void **state)
{
    CLEAN(backward_free) struct backward b = backward_max(1 << 20);
    static const char large[100000] = "x";

    (void)state;
    backward_byte(&b, '.');
    backward_bytes(&b, large, sizeof(large));
    assert_int_equal(backward_size(&b), sizeof(large) + 1);
    assert_memory_equal(b.at, large, sizeof(large));
    assert_int_equal(b.at[sizeof(large)], '.');
}

static void nothing_passes_the_maximum(void **state)
{
    CLEAN(backward_free) struct backward b = backward_max(5000), exact = backward_max(5);
    CLEAN(backward_free) struct backward none = backward_max(0);
    static const char filling[4998] = "x";

    (void)state;
    backward_bytes(&b, filling, sizeof(filling));
    backward_bytes(&b, "ab", 2);
    assert_int_equal(backward_size(&b), 5000);
    assert_false(b.overflow);
    backward_byte(&b, 'c');
    assert_true(b.overflow);
    assert_int_equal(backward_size(&b), 5000);
    assert_memory_equal(b.at, "ab", 2);
    backward_bytes(&exact, "world", 5);
    assert_int_equal(backward_size(&exact), 5);
    assert_false(exact.overflow);
    backward_byte(&none, 'c');
    assert_true(none.overflow);
    assert_int_equal(backward_size(&none), 0);
}

/* What fits after a hole does not fill it. */
static void overflow_is_for_good(void **state)
{
    CLEAN(backward_free) struct backward b = backward_max(4);

    (void)state;
    backward_bytes(&b, "abc", 3);
    backward_bytes(&b, "de", 2);
    assert_true(b.overflow);
    backward_byte(&b, 'f');
    backward_bytes(&b, "x", SIZE_MAX);
    backward_tagged(&b, 0x0a, 1);
    backward_tagged(&b, 0x0a, 1000);
    assert_true(b.overflow);
    assert_true(backward_size(&b) <= 4);
    backward_free(&b);
    assert_false(b.overflow);
    assert_int_equal(backward_size(&b), 0);
}

static void varints(void **state)
{
    static const struct {
        uint64_t value;
        const char *bytes;
        size_t n;
    } rows[] = {
        { 0, "\x00", 1 },
        { 1, "\x01", 1 },
        { 127, "\x7f", 1 },
        { 128, "\x80\x01", 2 },
        { 300, "\xac\x02", 2 },
        { 16383, "\xff\x7f", 2 },
        { 16384, "\x80\x80\x01", 3 },
        { UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CLEAN(backward_free) struct backward b = backward_max(100);

        backward_varint(&b, rows[i].value);
        assert_int_equal(backward_size(&b), rows[i].n);
        assert_memory_equal(b.at, rows[i].bytes, rows[i].n);
        backward_tagged(&b, 0x7f, rows[i].value);
        assert_int_equal(backward_size(&b), 2 * rows[i].n + 1);
        assert_int_equal(b.at[0], 0x7f);
        assert_memory_equal(b.at + 1, rows[i].bytes, rows[i].n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_write_comes_first),   cmocka_unit_test(content_survives_growing),
        cmocka_unit_test(large_write_fits_at_once), cmocka_unit_test(nothing_passes_the_maximum),
        cmocka_unit_test(overflow_is_for_good),     cmocka_unit_test(varints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
