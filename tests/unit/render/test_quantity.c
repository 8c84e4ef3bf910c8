/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' quantities. */
#undef NDEBUG
#include "function/render/quantity.h"
#include "lib/cleanup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void sizes_are_rounded_up_to_gib(void **state)
{
    static const struct {
        const char *text;
        int64_t gib;
        bool whole;
    } sizes[] = {
        { "20Gi", 20, true },
        { "10G", 10, false },
        { "1", 1, false },
        { "1024Mi", 1, true },
        { "1025Mi", 2, false },
        { "1.5Ti", 1536, true },
        { "1e9", 1, false },
        { "0", 0, true },
        { "500m", 1, false },
        { "2Pi", 2097152, true },
        { "1073741824", 1, true },
        { "1E", 931322575, false },
        { "99999999999E", INT64_MAX / (1 << 30), false },
    };
    struct quantity q;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        if (!quantity_parse(sizes[i].text, &q))
            fail_msg("%s is a quantity", sizes[i].text);
        if (sizes[i].gib != INT64_MAX / (1 << 30) && quantity_gib(&q) != sizes[i].gib)
            fail_msg("%s is %lld Gi", sizes[i].text, (long long)quantity_gib(&q));
        if (sizes[i].gib != INT64_MAX / (1 << 30))
            assert_int_equal(quantity_whole_gib(&q), sizes[i].whole);
        assert_true(quantity_gib(&q) >= 0);
    }
}

static void what_is_no_quantity_is_refused(void **state)
{
    static const char *const texts[] = { "",     "Gi",    "-1Gi", "20 Gi",
                                         "20GB", "20gi",  "1.Gi", ".5Gi",
                                         "1..5", "1.5.5", "0x10", "1e",
                                         "1e99", "1e9Gi", " 1Gi", "1111111111111111111111111111Gi" };
    struct quantity q;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        if (quantity_parse(texts[i], &q))
            fail_msg("\"%s\" is no quantity", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_rounded_up_to_gib),
        cmocka_unit_test(what_is_no_quantity_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
