/* SPDX-License-Identifier: Apache-2.0 */
/* Did you mean. */
#undef NDEBUG
#include "lib/suggest.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void distances_count_slips(void **state)
{
    (void)state;
    assert_int_equal(suggest_distance("", ""), 0);
    assert_int_equal(suggest_distance("list", "list"), 0);
    assert_int_equal(suggest_distance("lst", "list"), 1);
    assert_int_equal(suggest_distance("lsit", "list"), 1);
    assert_int_equal(suggest_distance("lost", "list"), 1);
    assert_int_equal(suggest_distance("listt", "list"), 1);
    assert_int_equal(suggest_distance("", "list"), 4);
    assert_int_equal(suggest_distance("kubeconfig", "kubconfg"), 2);
}

static const char *word(size_t i)
{
    static const char *const words[] = { "list", "create", "delete", "describe", "kubeconfig", NULL };

    return words[i];
}

static void the_nearest_word_is_meant(void **state)
{
    char endless[200];

    (void)state;
    assert_string_equal(suggest_nearest("lst", word), "list");
    assert_string_equal(suggest_nearest("delte", word), "delete");
    assert_string_equal(suggest_nearest("kubecofnig", word), "kubeconfig");
    assert_string_equal(suggest_nearest("desc", word), "describe");
    assert_null(suggest_nearest("xyzzy", word));
    assert_null(suggest_nearest("", word));
    memset(endless, 'a', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    (void)suggest_nearest(endless, word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_count_slips),
        cmocka_unit_test(the_nearest_word_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
