/* SPDX-License-Identifier: Apache-2.0 */
/* Did you mean. */
#undef NDEBUG
#include "cli/verb.h"
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

static void the_nearest_verb_is_meant(void **state)
{
    char endless[200];

    (void)state;
    assert_string_equal(suggest_nearest("lst", verbs_name), "list");
    assert_string_equal(suggest_nearest("delte", verbs_name), "delete");
    assert_string_equal(suggest_nearest("kubecofnig", verbs_name), "kubeconfig");
    assert_string_equal(suggest_nearest("desc", verbs_name), "describe");
    assert_null(suggest_nearest("xyzzy", verbs_name));
    assert_null(suggest_nearest("", verbs_name));
    memset(endless, 'a', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    (void)suggest_nearest(endless, verbs_name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_count_slips),
        cmocka_unit_test(the_nearest_verb_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
