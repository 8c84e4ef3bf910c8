/* SPDX-License-Identifier: Apache-2.0 */
/* Error values. */
#undef NDEBUG
#include "lib/err.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void setting_fails_with_the_text(void **state)
{
    struct err e = { 0 };

    (void)state;
    assert_int_equal(err_set(&e, ERR_CONFLICT, "shoot \"%s\" is not ours", "a"), -1);
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_string_equal(e.text, "shoot \"a\" is not ours");
    assert_int_equal(err_set(NULL, ERR_INVALID, "nobody listens"), -1);
    assert_int_equal(err_wrap(NULL, "nobody listens"), -1);
}

static void context_goes_in_front_and_keeps_the_kind(void **state)
{
    struct err e = { 0 };

    (void)state;
    err_set(&e, ERR_AUTH, "no");
    assert_int_equal(err_wrap(&e, "login %d", 2), -1);
    err_wrap(&e, "apply");
    assert_int_equal(e.kind, ERR_AUTH);
    assert_string_equal(e.text, "apply: login 2: no");
}

static void long_texts_end_in_a_plus(void **state)
{
    struct err e = { 0 };
    char text[2000];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(e.text) - 1] = '\0';
    err_set(&e, ERR_INVALID, "%s", text);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
    assert_int_equal(e.text[sizeof(e.text) - 2], 'x');
    err_wrap(&e, "in front");
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
    assert_int_equal(e.text[sizeof(e.text) - 2], '+');
    assert_memory_equal(e.text, "in front: xxx", 13);
    text[sizeof(text) - 1] = '\0';
    text[sizeof(e.text) - 1] = 'x';
    err_set(&e, ERR_INVALID, "%s", text);
    assert_int_equal(e.text[sizeof(e.text) - 2], '+');
}

static void every_kind_has_a_policy(void **state)
{
    (void)state;
    for (int kind = 0; kind < ERR_N; kind++) {
        assert_non_null(err_policy[kind].reason);
        for (int other = 0; other < kind; other++)
            assert_int_not_equal(err_policy[kind].exit_code, err_policy[other].exit_code);
    }
    assert_int_equal(err_policy[ERR_NONE].exit_code, 0);
    assert_int_equal(err_policy[ERR_INVALID].exit_code, 2);
    assert_int_equal(err_policy[ERR_FAILED].exit_code, 8);
    assert_true(err_policy[ERR_TRANSIENT].retry);
    assert_false(err_policy[ERR_INVALID].retry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_fails_with_the_text),
        cmocka_unit_test(context_goes_in_front_and_keeps_the_kind),
        cmocka_unit_test(long_texts_end_in_a_plus),
        cmocka_unit_test(every_kind_has_a_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
