/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sim/helper.h"

static const struct life_timing timing = { .create = 600000, .stale = 5000, .settle = 30000, .retry = 30000 };

static struct life created(void)
{
    struct life l = { 0 };

    life_request(&l, WORK_CREATE, &timing, 0);
    life_advance(&l, &timing, 605000);
    assert_int_equal(l.state, OP_SUCCEEDED);
    return l;
}

static void create_goes_through_all_stages(void **state)
{
    struct life l = { 0 };
    char text[4096];
    int last = 0;

    (void)state;
    life_request(&l, WORK_CREATE, &timing, 0);
    life_advance(&l, &timing, 4999);
    assert_int_equal(l.type, OP_NONE);
    life_advance(&l, &timing, 5000);
    assert_int_equal(l.type, OP_CREATE);
    assert_int_equal(l.state, OP_PROCESSING);
    assert_int_equal(l.progress, 0);
    life_description(&l, text, sizeof(text));
    assert_string_equal(text, "Reconciliation of Shoot cluster initialized.");
    for (int64_t now = 5000; now < 605000; now += 1000) {
        life_advance(&l, &timing, now);
        assert_true(l.progress >= last);
        assert_int_equal(l.api, l.progress >= 40 ? API_UP : API_NONE);
        last = l.progress;
    }
    assert_int_equal(last, 99);
    assert_false(l.created);
    life_advance(&l, &timing, 605000);
    assert_int_equal(l.state, OP_SUCCEEDED);
    assert_int_equal(l.progress, 100);
    assert_int_equal(l.updated, 605000);
    assert_true(l.created);
    assert_false(life_busy(&l));
}

static void descriptions_are_sometimes_long(void **state)
{
    struct life l = { .type = OP_CREATE, .state = OP_PROCESSING, .progress = 45 };
    char text[4096];

    (void)state;
    life_description(&l, text, sizeof(text));
    assert_true(strlen(text) > 1024);
    life_description(&l, text, 40);
    assert_int_equal(strlen(text), 39);
    l.progress = 20;
    life_description(&l, text, sizeof(text));
    assert_string_equal(text, "Deploying Shoot infrastructure, Deploying main and events etcd");
}

static void one_big_step_equals_many_small_ones(void **state)
{
    struct life small = { 0 }, big = { 0 };

    (void)state;
    life_request(&small, WORK_CREATE, &timing, 0);
    life_request(&big, WORK_CREATE, &timing, 0);
    for (int64_t now = 0; now <= 777777; now += 777)
        life_advance(&small, &timing, now);
    life_advance(&big, &timing, 777777);
    assert_memory_equal(&small, &big, sizeof(big));
}

static void a_change_shows_the_old_success_first(void **state)
{
    struct life l = created();

    (void)state;
    life_request(&l, WORK_UPDATE, &timing, 700000);
    life_advance(&l, &timing, 704999);
    assert_int_equal(l.state, OP_SUCCEEDED);
    assert_int_equal(l.updated, 605000);
    assert_true(life_busy(&l));
    life_advance(&l, &timing, 705000);
    assert_int_equal(l.type, OP_RECONCILE);
    assert_int_equal(l.state, OP_PROCESSING);
    assert_int_equal(l.updated, 705000);
}

static void changes_during_an_operation_follow_it(void **state)
{
    struct life l = created();

    (void)state;
    life_request(&l, WORK_UPDATE, &timing, 700000);
    life_advance(&l, &timing, 710000);
    life_request(&l, WORK_ROLL, &timing, 711000);
    life_advance(&l, &timing, 825000);
    assert_int_equal(l.started, 825000);
    assert_int_equal(l.work, WORK_ROLL);
    assert_int_equal(l.state, OP_PROCESSING);
}

static void hibernation_and_waking(void **state)
{
    struct life l = created();

    (void)state;
    l.hibernate = true;
    life_request(&l, WORK_HIBERNATE, &timing, 700000);
    life_advance(&l, &timing, 740000);
    assert_false(l.hibernated);
    assert_int_equal(l.api, API_UP);
    life_advance(&l, &timing, 755000);
    assert_int_equal(l.api, API_ASLEEP);
    assert_false(l.hibernated);
    life_advance(&l, &timing, 795000);
    assert_true(l.hibernated);
    l.hibernate = false;
    life_request(&l, WORK_WAKE, &timing, 800000);
    life_advance(&l, &timing, 900000);
    assert_int_equal(l.state, OP_PROCESSING);
    assert_true(l.hibernated);
    assert_int_equal(l.api, API_UP);
    life_advance(&l, &timing, 955000);
    assert_false(l.hibernated);
}

static void errors_freeze_the_progress_and_are_retried(void **state)
{
    struct life l = created();
    char text[512];

    (void)state;
    l.trouble = (struct life_trouble){ .times = 2, .at = 0.5, .state = OP_ERROR, .text = "no router." };
    life_request(&l, WORK_UPDATE, &timing, 700000);
    life_advance(&l, &timing, 770000);
    assert_int_equal(l.state, OP_ERROR);
    assert_int_equal(l.progress, 50);
    life_description(&l, text, sizeof(text));
    assert_string_equal(text, "no router. Operation will be retried.");
    life_advance(&l, &timing, 795000);
    assert_int_equal(l.state, OP_PROCESSING);
    assert_int_equal(l.progress, 0);
    assert_int_equal(l.failure.times > 0, 1);
    life_advance(&l, &timing, 855000);
    assert_int_equal(l.state, OP_ERROR);
    life_advance(&l, &timing, 1005000);
    assert_int_equal(l.state, OP_SUCCEEDED);
    assert_int_equal(l.failure.times, 0);
}

static void errors_become_failures_after_twelve_hours(void **state)
{
    struct life l = created();

    (void)state;
    l.trouble = (struct life_trouble){ .times = 100000, .at = 0.5, .state = OP_ERROR };
    life_request(&l, WORK_UPDATE, &timing, 700000);
    life_advance(&l, &timing, 11 * CLOCK_HOUR);
    assert_int_not_equal(l.state, OP_FAILED);
    life_advance(&l, &timing, 13 * CLOCK_HOUR);
    assert_int_equal(l.state, OP_FAILED);
}

static void failures_wait_for_somebody(void **state)
{
    struct life l = { .trouble = { .times = 1, .at = 0.25, .state = OP_FAILED, .codes = { "ERR_X" } } };

    (void)state;
    life_request(&l, WORK_CREATE, &timing, 0);
    life_advance(&l, &timing, 100 * CLOCK_HOUR);
    assert_int_equal(l.state, OP_FAILED);
    assert_int_equal(l.progress, 25);
    assert_string_equal(l.failure.codes[0], "ERR_X");
    life_request(&l, WORK_RECONCILE, &timing, 100 * CLOCK_HOUR);
    life_advance(&l, &timing, 101 * CLOCK_HOUR);
    assert_int_equal(l.type, OP_CREATE);
    assert_int_equal(l.state, OP_SUCCEEDED);
}

static void deletion_ends_in_nothing(void **state)
{
    struct life l = created();

    (void)state;
    l.remove = true;
    life_request(&l, WORK_DELETE, &timing, 700000);
    life_advance(&l, &timing, 704999);
    assert_int_equal(l.type, OP_CREATE);
    life_advance(&l, &timing, 870000);
    assert_int_equal(l.type, OP_DELETE);
    assert_int_equal(l.api, API_GONE);
    assert_false(l.gone);
    life_advance(&l, &timing, 945000);
    assert_int_equal(l.state, OP_SUCCEEDED);
    assert_false(l.gone);
    life_advance(&l, &timing, 946000);
    assert_true(l.gone);
}

static void deletion_interrupts_a_create(void **state)
{
    struct life l = { 0 };

    (void)state;
    life_request(&l, WORK_CREATE, &timing, 0);
    life_advance(&l, &timing, 100000);
    l.remove = true;
    life_request(&l, WORK_DELETE, &timing, 100000);
    life_advance(&l, &timing, 105000);
    assert_int_equal(l.type, OP_DELETE);
    assert_int_equal(l.progress, 0);
}

static void rotation_has_its_order(void **state)
{
    struct life l = created();

    (void)state;
    assert_int_equal(life_rotate_complete(&l, 700000), -1);
    assert_int_equal(life_rotate_prepare(&l, 700000), 0);
    assert_int_equal(life_rotate_prepare(&l, 700000), -1);
    assert_int_equal(l.stage, CA_PREPARE);
    life_advance(&l, &timing, 705000);
    assert_int_equal(l.stage, CA_PREPARING);
    life_advance(&l, &timing, 1005000);
    assert_int_equal(l.stage, CA_PREPARED);
    assert_int_equal(l.state, OP_SUCCEEDED); /* the operation tells nothing of it */
    assert_int_equal(life_rotate_complete(&l, 1100000), 0);
    life_advance(&l, &timing, 1405000);
    assert_int_equal(l.stage, CA_COMPLETED);
    assert_int_equal(life_rotate_prepare(&l, 1500000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_goes_through_all_stages),
        cmocka_unit_test(descriptions_are_sometimes_long),
        cmocka_unit_test(one_big_step_equals_many_small_ones),
        cmocka_unit_test(a_change_shows_the_old_success_first),
        cmocka_unit_test(changes_during_an_operation_follow_it),
        cmocka_unit_test(hibernation_and_waking),
        cmocka_unit_test(errors_freeze_the_progress_and_are_retried),
        cmocka_unit_test(errors_become_failures_after_twelve_hours),
        cmocka_unit_test(failures_wait_for_somebody),
        cmocka_unit_test(deletion_ends_in_nothing),
        cmocka_unit_test(deletion_interrupts_a_create),
        cmocka_unit_test(rotation_has_its_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
