/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text as Go writes it. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/exec/serialize.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void numbers(void **state)
{
    static const struct {
        double d;
        const char *json, *plain;
    } table[] = {
        { 0, "0", "0" },
        { 1, "1", "1" },
        { -1.5, "-1.5", "-1.5" },
        { 123.45, "123.45", "123.45" },
        { 3.1, "3.1", "3.1" },
        { 0.1 + 0.2, "0.30000000000000004", "0.30000000000000004" },
        { 100, "100", "100" },
        { 1e20, "100000000000000000000", "100000000000000000000" },
        { 123456789012345680000.0, "123456789012345680000", "123456789012345680000" },
        { 1e21, "1e+21", "1000000000000000000000" },
        { 1.5e300, "1.5e+300", NULL },
        { 1e-6, "0.000001", "0.000001" },
        { 1e-7, "1e-7", "0.0000001" },
        { 1.25e-9, "1.25e-9", "0.00000000125" },
        { 1e-10, "1e-10", "0.0000000001" },
        { 5e-324, "5e-324", NULL },
        { 1.7976931348623157e308, "1.7976931348623157e+308", NULL },
        { 9007199254740993.0, "9007199254740992", "9007199254740992" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        CLEAN(free) char *plain = serialize_plain_number(table[i].d);
        char json[SERIALIZE_NUMBER];

        serialize_number(table[i].d, json);
        assert_string_equal(json, table[i].json);
        if (table[i].plain)
            assert_string_equal(plain, table[i].plain);
    }
}

static void documents(void **state)
{
    static const char *const table[][2] = {
        { "{\"b\": [1, 2.50, {}], \"a\": {\"z\": null, \"y\": true, \"x\": false}}",
          "{\"a\":{\"x\":false,\"y\":true,\"z\":null},\"b\":[1,2.5,{}]}" },
        { "\"<a> & \\u2028\\u2029 \\u0001\\b\\f\\n\\r\\t\\\"\\\\/\\u007f\"",
          "\"\\u003ca\\u003e \\u0026 \\u2028\\u2029 \\u0001\\b\\f\\n\\r\\t\\\"\\\\/\x7f\"" },
        { "{\"<\": \"\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa6\"}",
          "{\"\\u003c\":\"\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa6\"}" },
        { "9223372036854775807", "9223372036854775807" },
        { "[]", "[]" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        json_auto_t *doc = jx_parse(table[i][0], strlen(table[i][0]), NULL);
        CLEAN(free) char *text = serialize(doc);

        assert_string_equal(text, table[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(numbers), cmocka_unit_test(documents) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
