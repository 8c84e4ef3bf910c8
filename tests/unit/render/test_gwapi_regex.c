/* SPDX-License-Identifier: Apache-2.0 */
/* What RE2 compiles, and what it does not: told apart as Go's regexp does, which Envoy Gateway asks. */
#undef NDEBUG
#include "function/render/gwapi_regex.h"
#include "lib/cleanup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const right[] = {
    "",
    "/api/v[0-9]+(/.*)?",
    "^a|b$",
    "a*?b+?c??",
    "a{2}b{2,}c{2,5}?",
    "a{,3}",
    "a{",
    "x{02}",
    "(?:a)(?i)b(?i-s:c)(?)",
    "(?P<id>[0-9]+)/(?<name>\\w+)",
    "[]a]",
    "[^]]",
    "[a-z-]",
    "[\\d-z]",
    "[[:alpha:]_]",
    "[[:^digit:]]",
    "[å-ö]",
    "\\d\\D\\s\\S\\w\\W\\b\\B\\A\\z",
    "\\.\\/\\-\\_",
    "\\x41\\x{1F600}\\12\\0",
    "\\pL\\p{Greek}\\P{^Lu}",
    "\\Q(*\\E",
    "\\Qabc",
    "()*",
    "^*",
    "(|a)",
    "(a{10}){100}",
    "a*(?i)*",
};

static const struct {
    const char *text, *says;
} wrong[] = {
    { "(a", "( is not closed" },
    { "a)", ") closes nothing" },
    { "[a-", "[ is not closed" },
    { "[", "[ is not closed" },
    { "[]", "[ is not closed" },
    { "[z-a]", "from the lesser" },
    { "[[:foo:]]", "[[:alpha:]]" },
    { "[\\b]", "no such escape between brackets" },
    { "[\\", "no such escape between brackets" },
    { "a\\", "ends in a backslash" },
    { "(a)\\1", "no references back" },
    { "\\8", "no references back" },
    { "\\Z", "no such escape" },
    { "\\C", "no such escape" },
    { "\\x4", "no such escape" },
    { "\\x{110000}", "no such escape" },
    { "\\x{41", "no such escape" },
    { "\\pQ", "class of letters" },
    { "\\p{", "class of letters" },
    { "(?=a)", "cannot look around" },
    { "(?!a)", "cannot look around" },
    { "(?<=a)b", "cannot look around" },
    { "(?<!a)b", "cannot look around" },
    { "(?>a)", "cannot look around" },
    { "(?#a)", "cannot look around" },
    { "(?i-)", "cannot look around" },
    { "(?", "cannot look around" },
    { "(?P<a b>c)", "the name of a group" },
    { "(?P<>c)", "the name of a group" },
    { "(?P<a", "the name of a group" },
    { "(?P<a>b)(?<a>c)", "the same name" },
    { "*a", "what is repeated" },
    { "a|*", "what is repeated" },
    { "(+a)", "what is repeated" },
    { "(?i)*", "what is repeated" },
    { "a**", "cannot be repeated" },
    { "a{2}{3}", "cannot be repeated" },
    { "a{1001}", "at most 1000" },
    { "a{99999999999999999999}", "at most 1000" },
    { "(a{100}){11}", "at most 1000" },
    { "a{3,2}", "at most 1000" },
};

static void what_compiles_is_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(right); i++)
        if (wrong_regex(right[i]))
            fail_msg("%s: %s", right[i], wrong_regex(right[i]));
}

static void what_does_not_is_told_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        const char *says = wrong_regex(wrong[i].text);

        if (!says || !strstr(says, wrong[i].says))
            fail_msg("%s: %s", wrong[i].text, says ? says : "(right)");
    }
}

static void groups_have_a_depth(void **state)
{
    char text[2 * 4096 + 1] = { 0 };

    (void)state;
    memset(text, '(', 100);
    memset(text + 100, ')', 100);
    assert_null(wrong_regex(text));
    memset(text, '(', 4096);
    memset(text + 4096, ')', 4096);
    assert_non_null(strstr(wrong_regex(text), "too many groups"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_compiles_is_right),
        cmocka_unit_test(what_does_not_is_told_why),
        cmocka_unit_test(groups_have_a_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
