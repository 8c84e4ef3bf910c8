/* SPDX-License-Identifier: Apache-2.0 */
/* Masking; whole responses are in tests/exec/c06*. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/exec/mask.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define P "{{s:ns:k}}"

static void bodies(void **state)
{
    static const char *const table[][3] = {
        /* value, body, masked body */
        { "\"sensitive-value\"", "Sensitive value is here.", "Sensitive value is here." },
        { "\"\"", "{\"a\": \"\"}", "{\"a\": \"\"}" },
        { "\"value\"", "{\"value\": \"value\"}", "{\"value\": \"" P "\"}" },
        { "\"value\"", "[\"value\",\"values\" , {\"a\":\"value\"}]",
          "[\"" P "\",\"values\" , {\"a\":\"" P "\"}]" },
        { "\"value\"", "\"value\"", "\"" P "\"" },
        { "\"a\\\"b\"", "{\"x\":\"a\\u0022b\"}", "{\"x\":\"" P "\"}" },
        { "30", "{\"a\":30,\"b\":\"30\",\"c\":300,\"d\":3e1,\"e\":-30}",
          "{\"a\":\"" P "\",\"b\":\"" P "\",\"c\":300,\"d\":\"" P "\",\"e\":-30}" },
        { "-30", "[-30,30, -30.0]", "[\"" P "\",30, \"" P "\"]" },
        { "true", "{\"a\":true}", "{\"a\":true}" },
        { "null", "{\"a\":null}", "{\"a\":null}" },
        { "{\"a\":{\"b\":1}}", "{\"z\":[{\"a\":{\"b\":1.0}}],\"y\":{\"a\":{\"b\":1},\"c\":2}}",
          "{\"y\":{\"a\":{\"b\":1},\"c\":2},\"z\":[\"" P "\"]}" },
        { "{\"a\":1}", "{\"a\": 1}", P },
        { "{\"a\":1}", "{\"s\": \"{\\\"a\\\":1}\"}", "{\"s\": \"" P "\"}" },
        { "{\"a\":1}", "{\"b\": 1}", "{\"b\": 1}" },
        { "\"short\"", "x=short, shorter, (short)", "x=" P ", shorter, (" P ")" },
        { "\"12345678\"", "x=123456789", "x=" P "9" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        CLEAN(masks_free) struct masks *m = masks_new();
        json_auto_t *value = jx_parse(table[i][0], strlen(table[i][0]), NULL);
        CLEAN(free) char *masked = NULL;

        masks_add(m, value, P);
        masked = masks_body(m, table[i][1]);
        assert_string_equal(masked, table[i][2]);
    }
}

static void headers(void **state)
{
    CLEAN(masks_free) struct masks *m = masks_new();
    json_auto_t *value = jx_pack("s", "sensitive-value");
    CLEAN(free) char *masked = NULL;

    (void)state;
    masks_add(m, value, P);
    masked = masks_header(m, "Bearer sensitive-value, sensitive-valuesensitive-value");
    assert_string_equal(masked, "Bearer " P ", " P P);
}

/* A longer value is masked before a shorter one that is part of it. */
static void longest_first(void **state)
{
    CLEAN(masks_free) struct masks *m = masks_new();
    json_auto_t *part = jx_pack("s", "abcdefgh"), *whole = jx_pack("s", "abcdefghijkl");
    CLEAN(free) char *masked = NULL;

    (void)state;
    masks_add(m, part, "{{part}}");
    masks_add(m, whole, "{{whole}}");
    masked = masks_header(m, "abcdefghijkl abcdefgh");
    assert_string_equal(masked, "{{whole}} {{part}}");
}

static void known_values(void **state)
{
    json_auto_t *values = jx_pack("{s:s, s:s}", P, "a-long-enough-token", "{{s:ns:short}}", "a");
    CLEAN(free) char *masked = mask_known(values, "https://x/a-long-enough-token/a");

    (void)state;
    assert_string_equal(masked, "https://x/" P "/a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(headers),
        cmocka_unit_test(longest_first),
        cmocka_unit_test(known_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
