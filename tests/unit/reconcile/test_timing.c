/* SPDX-License-Identifier: Apache-2.0 */
/* Back-off, spread and the queue: pure time. */
#undef NDEBUG
#include "lib/clock.h"
#include "provider/reconcile/backoff.h"
#include "provider/reconcile/queue.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void failures_wait_longer_and_longer_up_to_a_minute(void **state)
{
    (void)state;
    assert_int_equal(1000, backoff_failure(1, 0.5));
    assert_int_equal(2000, backoff_failure(2, 0.5));
    assert_int_equal(32000, backoff_failure(6, 0.5));
    assert_int_equal(60000, backoff_failure(7, 0.5));
    assert_int_equal(60000, backoff_failure(1000000, 0.5));
}

static void the_wait_is_random_by_a_fifth(void **state)
{
    (void)state;
    assert_int_equal(800, backoff_failure(1, 0));
    assert_in_range(backoff_failure(1, 0.999), 1190, 1200);
}

static void objects_are_spread_over_a_tenth_of_the_interval(void **state)
{
    int64_t a = backoff_spread(60000, "uid-a"), b = backoff_spread(60000, "uid-b");

    (void)state;
    assert_in_range(a, 54000, 60000);
    assert_in_range(b, 54000, 60000);
    assert_int_not_equal(a, b);
    assert_int_equal(a, backoff_spread(60000, "uid-a"));
}

static void the_queue_gives_the_earliest(void **state)
{
    struct queue q = { 0 };
    struct queue_slot slots[200] = { { 0 } };
    int64_t last = 0;

    (void)state;
    for (size_t i = 0; i < 200; i++)
        queue_set(&q, &slots[i], (int64_t)(i * 7919 % 1009));
    for (size_t i = 0; i < 200; i += 3)
        queue_remove(&q, &slots[i]);
    for (struct queue_slot *s; (s = queue_first(&q)); queue_remove(&q, s)) {
        assert_true(s->due >= last);
        last = s->due;
    }
    assert_int_equal(0, q.n);
    queue_free(&q);
}

static void an_earlier_time_wins(void **state)
{
    struct queue q = { 0 };
    struct queue_slot slot = { 0 };

    (void)state;
    queue_set(&q, &slot, 100);
    queue_set(&q, &slot, 50);
    queue_set(&q, &slot, 70);
    assert_int_equal(1, q.n);
    assert_int_equal(50, queue_first(&q)->due);
    queue_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_wait_longer_and_longer_up_to_a_minute),
        cmocka_unit_test(the_wait_is_random_by_a_fifth),
        cmocka_unit_test(objects_are_spread_over_a_tenth_of_the_interval),
        cmocka_unit_test(the_queue_gives_the_earliest),
        cmocka_unit_test(an_earlier_time_wins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
