/* SPDX-License-Identifier: Apache-2.0 */
/* How programs are varied to see whether a null went into a URL; the judgement is in tests/exec/c04*. */
#undef NDEBUG
#include "lib/cleanup.h"
#include "provider/exec/jq_scan.h"
#include "provider/exec/nulls.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define M(path) "(" path " | if . == null then \"" NULLS_MARKER "\" else . end)"

static void marked(void **state)
{
    static const char *const table[][2] = {
        { ".payload.baseUrl", ".payload.baseUrl" },
        { "(.a + .response.body.id)", "(.a + " M(".response.body.id") ")" },
        { ".response.body[\"id\"].x + 1", M(".response.body[\"id\"].x") " + 1" },
        { ".response.body.\"a b\"[.response.n]?", M(".response.body.\"a b\"[.response.n]?") },
        { "\"x\\(.response.id)y\"", "\"x\\(" M(".response.id") ")y\"" },
        { ".x.response.id", ".x.response.id" },
        { "$x.response.id", "$x.response.id" },
        { "f(1).response", "f(1).response" },
        { "\".response.id\"", "\".response.id\"" },
        { "if .response.id then .response.id else 1 end",
          "if " M(".response.id") " then " M(".response.id") " else 1 end" },
        { ".response.items[0].id | tostring", M(".response.items[0].id") " | tostring" },
        { ".response # .response\n", M(".response") " # .response\n" },
        { "[.response.a, .response.b] | join(\"/\")",
          "[" M(".response.a") ", " M(".response.b") "] | join(\"/\")" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        CLEAN(free) char *got = nulls_marked(table[i][0]);

        assert_string_equal(got, table[i][1]);
    }
}

static void concern(void **state)
{
    (void)state;
    assert_true(nulls_concern(".a + .response.id"));
    assert_true(nulls_concern(".[\"response\"].id"));
    assert_true(nulls_concern("\"\\(.response)\""));
    assert_false(nulls_concern(".payload.baseUrl + \"/response\""));
    assert_false(nulls_concern(".payload # .response"));
    assert_false(nulls_concern(".responses"));
}

static void collapse(void **state)
{
    CLEAN(free) char *got = jq_collapse("  a \n\t b  \"c   d\" \n");
    CLEAN(free) char *empty = jq_collapse(" \n ");

    (void)state;
    assert_string_equal(got, "a b \"c d\"");
    assert_string_equal(empty, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(marked), cmocka_unit_test(concern),
                                        cmocka_unit_test(collapse) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
