/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between two trees. */
#undef NDEBUG
#include "lib/jx_diff.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void differs(const char *expected, const char *actual, enum jx_diff_mode mode, const char *want)
{
    json_auto_t *a = jx_parse(expected, strlen(expected), NULL), *b = jx_parse(actual, strlen(actual), NULL);
    CLEAN(free) char *text = jx_diff(a, b, mode);

    assert_non_null(a);
    assert_non_null(b);
    if (want)
        assert_string_equal(text, want);
    else
        assert_null(text);
}

static void equal_trees_give_nothing(void **state)
{
    (void)state;
    differs("{\"a\": [1, {\"b\": null}]}", "{\"a\": [1, {\"b\": null}]}", JX_DIFF_ALL, NULL);
    differs("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1.0}", JX_DIFF_ALL, NULL);
    assert_null(jx_diff(NULL, NULL, JX_DIFF_ALL));
}

static void every_difference_has_its_path(void **state)
{
    (void)state;
    differs("{\"a\": {\"b\": [1, 2]}, \"c\": \"x\"}", "{\"a\": {\"b\": [1, 3, 4]}, \"d\": true}", JX_DIFF_ALL,
            "a.b[1]:\n  expected 2\n  got      3\n"
            "a.b[2]:\n  expected nothing\n  got      4\n"
            "c:\n  expected \"x\"\n  got      nothing\n"
            "d:\n  expected nothing\n  got      true\n");
    differs("1", "\"1\"", JX_DIFF_ALL, "(top):\n  expected 1\n  got      \"1\"\n");
    differs("{\"a\": null}", "{}", JX_DIFF_ALL, "a:\n  expected null\n  got      nothing\n");
}

static void a_subset_looks_only_at_its_own_keys(void **state)
{
    (void)state;
    differs("{\"a\": {\"b\": 1}}", "{\"a\": {\"b\": 1, \"c\": 2}, \"d\": 3}", JX_DIFF_SUBSET, NULL);
    differs("{\"a\": null}", "{}", JX_DIFF_SUBSET, NULL);
    differs("{\"a\": null}", "{\"a\": 0}", JX_DIFF_SUBSET, "a:\n  expected null\n  got      0\n");
    differs("[{\"a\": 1}]", "[{\"a\": 1, \"b\": 2}]", JX_DIFF_SUBSET, NULL);
    differs("[]", "[1]", JX_DIFF_SUBSET, "[0]:\n  expected nothing\n  got      1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_trees_give_nothing),
        cmocka_unit_test(every_difference_has_its_path),
        cmocka_unit_test(a_subset_looks_only_at_its_own_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
