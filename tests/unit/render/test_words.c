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

static void an_address_is_no_hosts_name(void **state)
{
    (void)state;
    assert_true(words_host_name("game.example.com"));
    assert_true(words_host_name("1.2.3.4.example"));
    assert_false(words_host_name("203.0.113.7"));
    assert_false(words_host_name("a_b"));
    assert_false(words_host_name(""));
}

static void only_what_is_listed_is_more_than_letters_and_digits(void **state)
{
    (void)state;
    assert_true(words_only("b.4c8gb", "."));
    assert_false(words_only("b.4c8gb", "-_"));
    assert_false(words_only("", "-"));
}

static void dns_names_are_labels_with_dots(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        { "a", true },
        { "game.example.com", true },
        { "a.b-c.1", true },
        { "", false },
        { "a..b", false },
        { ".a", false },
        { "a.", false },
        { "*.example.com", false },
        { "Game.example.com", false },
        { "a_b", false },
        { "-a.b", false },
        { X63 ".a", true },
        { X63 "x.a", false },
        { X63 "." X63 "." X63 "." X63, false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        if (words_dns_name(cases[i].text) != cases[i].good)
            fail_msg("%s", cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_judged_as_kubernetes_does),
        cmocka_unit_test(dns_names_are_labels_with_dots),
        cmocka_unit_test(an_address_is_no_hosts_name),
        cmocka_unit_test(only_what_is_listed_is_more_than_letters_and_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
