/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back at once, and JSON that lives in it. */
#undef NDEBUG
#include "lib/arena.h"
#include "lib/jx.h"
#include "lib/jx_alloc.h"
#include "lib/jx_fixed.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void what_comes_is_aligned_and_apart(void **state)
{
    CLEAN(arena_free) struct arena a = { 0 };
    char *one = arena_get(&a, 3), *two = arena_get(&a, 1), *large = arena_get(&a, 1 << 20);

    (void)state;
    assert_int_equal((uintptr_t)one % 16, 0);
    assert_int_equal((uintptr_t)two % 16, 0);
    assert_true(two >= one + 3);
    memset(large, 1, 1 << 20);
    assert_true(arena_has(&a, one) && arena_has(&a, two) && arena_has(&a, large + (1 << 20) - 1));
    assert_false(arena_has(&a, &a));
    assert_false(arena_has(&a, NULL));
}

static void nothing_is_somewhere_too(void **state)
{
    CLEAN(arena_free) struct arena a = { 0 };

    (void)state;
    assert_non_null(arena_get(&a, 0));
}

static void a_reset_keeps_a_block_of_bounded_size(void **state)
{
    CLEAN(arena_free) struct arena a = { 0 };
    char *first = arena_get(&a, 8), *large;

    (void)state;
    arena_reset(&a);
    assert_ptr_equal(arena_get(&a, 8), first);
    large = arena_get(&a, 2 * ARENA_KEEP);
    assert_true(arena_has(&a, large));
    arena_reset(&a);
    assert_false(arena_has(&a, large));
    assert_ptr_equal(arena_get(&a, 8), first);
}

static void a_release_leaves_what_goes_with_the_arena(void **state)
{
    CLEAN(arena_free) struct arena a = { 0 };
    json_t *heap = json_array(), *in;

    (void)state;
    json_incref(heap);
    (void)jx_alloc_from(&a);
    in = json_array();
    json_incref(in);
    jx_alloc_release(in);
    jx_alloc_release(heap);
    assert_int_equal(in->refcount, 2);
    assert_int_equal(heap->refcount, 1);
    (void)jx_alloc_from(NULL);
    jx_alloc_release(heap);
}

static json_t *make(const void *of) { return jx_pack("{s:[s]}", "made", (const char *)of); }

static void json_comes_from_the_arena_in_force(void **state)
{
    CLEAN(arena_free) struct arena a = { 0 };
    json_t *heap = json_string("before"), *in;
    struct arena *before = jx_alloc_from(&a);

    (void)state;
    assert_null(before);
    in = jx_pack("{s:s, s:o}", "a", "b", "old", heap);
    assert_true(arena_has(&a, in));
    json_decref(in); /* frees 'heap' on the heap, and nothing in the arena */
    assert_ptr_equal(jx_alloc_from(NULL), &a);
    in = json_string("after");
    assert_false(arena_has(&a, in));
    json_decref(in);
}

static void what_is_made_once_outlives_the_call_that_needs_it_first(void **state)
{
    static struct jx_fixed fixed;
    CLEAN(arena_free) struct arena a = { 0 };
    json_t *doc;

    (void)state;
    (void)jx_alloc_from(&a);
    doc = jx_fixed(&fixed, make, "x");
    assert_false(arena_has(&a, doc));
    (void)jx_alloc_from(NULL);
    arena_reset(&a);
    assert_string_equal(json_string_value(json_array_get(jx_at(doc, "made"), 0)), "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_is_aligned_and_apart),
        cmocka_unit_test(nothing_is_somewhere_too),
        cmocka_unit_test(a_reset_keeps_a_block_of_bounded_size),
        cmocka_unit_test(json_comes_from_the_arena_in_force),
        cmocka_unit_test(a_release_leaves_what_goes_with_the_arena),
        cmocka_unit_test(what_is_made_once_outlives_the_call_that_needs_it_first),
    };
    jx_alloc_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
