/* SPDX-License-Identifier: Apache-2.0 */
/* Amounts that are the same, however they are written. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/exec/quantity.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void amounts(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } table[] = {
        { "\"1.5Gi\"", "\"1536Mi\"", true },
        { "\"1Ti\"", "\"1024Gi\"", true },
        { "\"1\"", "1", true },
        { "0.5", "\"500m\"", true },
        { "\"0.5\"", "\"500000u\"", true },
        { "\"1e3\"", "\"1k\"", true },
        { "\"12E-1\"", "\"1.2\"", true },
        { "\"1E\"", "\"1e18\"", true },
        { "\"-1.0\"", "-1", true },
        { "\"+.5\"", "\"5.e-1\"", true },
        { "\"0Gi\"", "\"0\"", true },
        { "\"1000000000000000000n\"", "\"1G\"", false }, /* 19 digits: not looked at */
        { "\"1Gi\"", "\"1G\"", false },
        { "\"1\"", "\"-1\"", false },
        { "\"1.5Gi\"", "\"1537Mi\"", false },
        { "\"\"", "\"\"", false },
        { "\".\"", "\".\"", false },
        { "\"1.1.1\"", "\"1.1.1\"", false },
        { "\"1 Gi\"", "\"1 Gi\"", false },
        { "\"1e\"", "\"1e\"", false },
        { "\"1e99999999999999999999\"", "\"1e99999999999999999999\"", false },
        { "\"Gi\"", "\"Gi\"", false },
        { "true", "true", false },
        { "{}", "1", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        json_auto_t *a = jx_parse(table[i].a, strlen(table[i].a), NULL);
        json_auto_t *b = jx_parse(table[i].b, strlen(table[i].b), NULL);

        if (quantity_same(a, b) != table[i].same || quantity_same(b, a) != table[i].same)
            fail_msg("%s and %s: not %d", table[i].a, table[i].b, table[i].same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(amounts) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
