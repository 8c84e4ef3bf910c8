/* SPDX-License-Identifier: Apache-2.0 */
/* Names and numbers. */
#undef NDEBUG
#include "lib/table.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct table_name colours[] = { { "red", 1 }, { "green", 2 }, { NULL, -1 } };

static void both_directions(void **state)
{
    (void)state;
    assert_int_equal(table_value(colours, "green"), 2);
    assert_int_equal(table_value(colours, "blue"), -1);
    assert_int_equal(table_value(colours, NULL), -1);
    assert_string_equal(table_name(colours, 1), "red");
    assert_null(table_name(colours, 3));
    assert_null(table_name(colours, -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
