/* SPDX-License-Identifier: Apache-2.0 */
/* Gathered problems. */
#undef NDEBUG
#include "lib/problems.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void they_are_joined_in_order(void **state)
{
    CLEAN(problems_free) struct problems p = { 0 };
    CLEAN(free) char *none = problems_join(&p), *two = NULL;

    (void)state;
    assert_string_equal(none, "");
    problems_add(&p, "first %d", 1);
    problems_add(&p, "second");
    two = problems_join(&p);
    assert_string_equal(two, "first 1; second");
}

static void there_is_a_limit_that_is_told(void **state)
{
    CLEAN(problems_free) struct problems p = { 0 };
    CLEAN(free) char *all = NULL;

    (void)state;
    for (int i = 0; i < PROBLEMS_MAX + 3; i++)
        problems_add(&p, "p");
    assert_int_equal(p.n, PROBLEMS_MAX);
    assert_int_equal(p.unlisted, 3);
    all = problems_join(&p);
    assert_non_null(strstr(all, "p; and 3 more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_joined_in_order),
        cmocka_unit_test(there_is_a_limit_that_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
