/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' words. */
#undef NDEBUG
#include "function/render/words.h"
#include "lib/cleanup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void words_are_judged_as_kubernetes_does(void **state)
{
    static const struct {
        const char *text;
        bool label, key, value;
    } cases[] = {
        { "", false, false, true },
        { "a", true, true, true },
        { "a-1", true, true, true },
        { "-a", false, false, false },
        { "a-", false, false, false },
        { "A", false, true, true },
        { "a.b_c", false, true, true },
        { "a b", false, false, false },
        { "\xc3\xa5", false, false, false },
        { X63, true, true, true },
        { X63 "x", true, false, false },
        { "example.com/tier", false, true, false },
        { "example.com/", false, false, false },
        { "/tier", false, false, false },
        { "Example.com/tier", false, false, false },
        { "a/b/c", false, false, false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        print_message("\"%s\"\n", cases[i].text);
        assert_int_equal(words_dns_label(cases[i].text), cases[i].label);
        assert_int_equal(words_key(cases[i].text), cases[i].key);
        assert_int_equal(words_value(cases[i].text), cases[i].value);
    }
}

static void only_what_is_listed_is_more_than_letters_and_digits(void **state)
{
    (void)state;
    assert_true(words_only("b.4c8gb", "."));
    assert_false(words_only("b.4c8gb", "-_"));
    assert_false(words_only("", "-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_judged_as_kubernetes_does),
        cmocka_unit_test(only_what_is_listed_is_more_than_letters_and_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
