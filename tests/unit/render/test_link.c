/* SPDX-License-Identifier: Apache-2.0 */
/* One line that says why not, and who must act. */
#undef NDEBUG
#include "function/render/link.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct link_advice own[] = { { "NotOurs", "choose another name" }, { 0 } };

static void what_the_provider_says_comes_with_what_to_do(void **state)
{
    static const struct {
        struct observed seen;
        const char *reason, *text;
    } cases[] = {
        { { .not_synced = true, .synced_reason = "ReconcileError", .synced_message = "boom" },
          "ReconcileError",
          "Thing: boom" },
        { { .not_synced = true, .synced_reason = "", .synced_message = "" }, "ReconcileError", "Thing: " },
        { { .not_synced = true, .synced_reason = "NotOurs", .synced_message = "there" },
          "NotOurs",
          "Thing: there; choose another name" },
        { { .not_ready = true, .ready_reason = "Unavailable", .ready_message = "" },
          "Unavailable",
          "Thing: Unavailable; nothing to do: it is tried again" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct link l = { .met = true };

        assert_true(link_troubled(&l, &cases[i].seen, "Thing", own));
        assert_false(l.met);
        assert_string_equal(l.reason, cases[i].reason);
        assert_string_equal(l.text, cases[i].text);
    }
}

static void what_needs_nobody_is_no_trouble(void **state)
{
    const struct observed waiting = { .not_ready = true,
                                      .ready_reason = "Creating",
                                      .ready_message = "soon" },
                          fine = { .ready = true, .ready_reason = "Unavailable" };
    struct link l = { .met = true };

    (void)state;
    assert_false(link_troubled(&l, &waiting, "Thing", own));
    assert_false(link_troubled(&l, &fine, "Thing", own));
    assert_true(l.met);
}

static void a_link_becomes_a_condition(void **state)
{
    CLEAN(fn_response_free) struct fn_response r;
    struct link l = { .met = true };
    json_auto_t *expected = jx_pack("[{s:s, s:s, s:s, s:s}]", "type", "ThingReady", "status", "False",
                                    "reason", "Unknown", "message", "3 of 4");

    (void)state;
    fn_response_init(&r);
    link_unmet(&l, "", "%d of %d", 3, 4);
    link_condition(&r, "ThingReady", &l);
    assert_true(json_equal(r.conditions, expected));
}

static void somebody_elses_sentence_goes_on_without_its_full_stop(void **state)
{
    (void)state;
    assert_int_equal(link_sentence("It is not there.", 300), strlen("It is not there"));
    assert_int_equal(link_sentence("It is", 300), 5);
    assert_int_equal(link_sentence("", 300), 0);
    assert_int_equal(link_sentence("a\xc3\xa5", 2), 1); /* whole characters */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_provider_says_comes_with_what_to_do),
        cmocka_unit_test(what_needs_nobody_is_no_trouble),
        cmocka_unit_test(a_link_becomes_a_condition),
        cmocka_unit_test(somebody_elses_sentence_goes_on_without_its_full_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
