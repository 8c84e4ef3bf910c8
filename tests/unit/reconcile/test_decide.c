/* SPDX-License-Identifier: Apache-2.0 */
/* Every combination of facts, against the promises that matter. */
#undef NDEBUG
#include "provider/reconcile/decide.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ALL(facts)       for (unsigned facts = 0; facts < 1u << FACT_BITS; facts++)
#define HAS(facts, fact) (((facts) & (fact)) != 0)

static void what_is_not_ours_is_never_touched(void **state)
{
    (void)state;
    ALL(f)
    {
        enum action a = decide_request(f)->action;

        if (HAS(f, FACT_PRESENT) && HAS(f, FACT_FOREIGN))
            assert_true(a == ACT_NOTHING || (a == ACT_FINISH && HAS(f, FACT_DELETING)));
    }
}

static void creation_needs_proven_absence_and_no_creation_in_flight(void **state)
{
    (void)state;
    ALL(f)
    if (decide_request(f)->action == ACT_CREATE)
        assert_true(!HAS(f, FACT_PRESENT) && !HAS(f, FACT_GRACE) && !HAS(f, FACT_DELETING) &&
                    HAS(f, FACT_MAY_CREATE));
}

static void absence_leads_to_creation(void **state)
{
    (void)state;
    ALL(f)
    if (!HAS(f, FACT_PRESENT) && !HAS(f, FACT_GRACE) && !HAS(f, FACT_DELETING) && HAS(f, FACT_MAY_CREATE))
        assert_int_equal(ACT_CREATE, decide_request(f)->action);
}

static void removal_only_of_what_is_there_ours_and_to_be_deleted(void **state)
{
    (void)state;
    ALL(f)
    if (decide_request(f)->action == ACT_REMOVE)
        assert_true(HAS(f, FACT_PRESENT) && !HAS(f, FACT_FOREIGN) && HAS(f, FACT_DELETING) &&
                    HAS(f, FACT_MAY_DELETE) && !HAS(f, FACT_REMOVE_SENT));
}

static void a_document_is_released_only_when_nothing_of_ours_is_left(void **state)
{
    (void)state;
    ALL(f)
    if (decide_request(f)->action == ACT_FINISH) {
        assert_true(HAS(f, FACT_DELETING));
        assert_true(!HAS(f, FACT_MAY_DELETE) || (!HAS(f, FACT_PRESENT) && !HAS(f, FACT_GRACE)) ||
                    (HAS(f, FACT_PRESENT) && HAS(f, FACT_FOREIGN)));
    }
}

static void nothing_is_sent_while_an_answer_may_be_old(void **state)
{
    (void)state;
    ALL(f)
    if (HAS(f, FACT_SETTLING) && HAS(f, FACT_PRESENT) && !HAS(f, FACT_DELETING)) {
        assert_int_equal(ACT_NOTHING, decide_request(f)->action);
        assert_string_not_equal("Available", decide_request(f)->ready);
    }
}

static void updates_need_the_permission(void **state)
{
    (void)state;
    ALL(f)
    if (!HAS(f, FACT_MAY_UPDATE))
        assert_true(decide_request(f)->action != ACT_UPDATE && decide_request(f)->action != ACT_CHANGE);
}

static void ready_is_neither_early_nor_forgotten(void **state)
{
    const unsigned against =
        FACT_DELETING | FACT_SETTLING | FACT_FAILED | FACT_CHANGE | FACT_DRIFT | FACT_FOREIGN;

    (void)state;
    ALL(f)
    {
        const char *ready = decide_request(f)->ready;
        bool available = ready && !strcmp(ready, "Available");

        if (HAS(f, FACT_PRESENT) && HAS(f, FACT_READY) && !(f & against))
            assert_true(available);
        if (!HAS(f, FACT_PRESENT) || HAS(f, FACT_DELETING) || HAS(f, FACT_SETTLING))
            assert_false(available);
        if (!HAS(f, FACT_READY) || HAS(f, FACT_FAILED))
            assert_false(available);
    }
}

static void a_failed_object_can_still_be_changed(void **state)
{
    (void)state;
    assert_int_equal(ACT_CHANGE,
                     decide_request(FACT_PRESENT | FACT_MAY_UPDATE | FACT_FAILED | FACT_CHANGE)->action);
}

static void disposables(void **state)
{
    (void)state;
    for (unsigned f = 0; f < 1u << DISPOSABLE_BITS; f++) {
        enum disposable_action a = decide_disposable(f);

        assert_int_equal(HAS(f, DISPOSABLE_DELETING), a == DISPOSABLE_FINISH);
        if (a == DISPOSABLE_CALL)
            assert_true(!HAS(f, DISPOSABLE_EXHAUSTED) && !HAS(f, DISPOSABLE_EARLY) &&
                        (!HAS(f, DISPOSABLE_DONE) || HAS(f, DISPOSABLE_DUE)));
    }
    assert_int_equal(DISPOSABLE_CALL, decide_disposable(0));
    assert_int_equal(DISPOSABLE_CALL, decide_disposable(DISPOSABLE_DONE | DISPOSABLE_DUE));
    assert_int_equal(DISPOSABLE_REST, decide_disposable(DISPOSABLE_DONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_ours_is_never_touched),
        cmocka_unit_test(creation_needs_proven_absence_and_no_creation_in_flight),
        cmocka_unit_test(absence_leads_to_creation),
        cmocka_unit_test(removal_only_of_what_is_there_ours_and_to_be_deleted),
        cmocka_unit_test(a_document_is_released_only_when_nothing_of_ours_is_left),
        cmocka_unit_test(nothing_is_sent_while_an_answer_may_be_old),
        cmocka_unit_test(updates_need_the_permission),
        cmocka_unit_test(ready_is_neither_early_nor_forgotten),
        cmocka_unit_test(a_failed_object_can_still_be_changed),
        cmocka_unit_test(disposables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
