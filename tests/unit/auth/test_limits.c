/* SPDX-License-Identifier: Apache-2.0 */
/* The token bucket and the back-off: pure time. */
#undef NDEBUG
#include "lib/clock.h"
#include "provider/auth/internal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int take_all(struct bucket *b, int64_t now)
{
    int64_t wait;
    int n = 0;

    while (n < 1000 && bucket_take(b, now, &wait))
        n++;
    return n;
}

static void a_bucket_gives_a_burst_and_then_its_rate(void **state)
{
    struct bucket b = { .per_second = 2 };
    int64_t now = CLOCK_HOUR, wait = 0;

    (void)state;
    assert_int_equal(20, take_all(&b, now));
    assert_int_equal(6, take_all(&b, now + 3 * CLOCK_SECOND));
    assert_false(bucket_take(&b, now + 3 * CLOCK_SECOND, &wait));
    assert_in_range(wait, 1, 501);
    assert_true(bucket_take(&b, now + 3 * CLOCK_SECOND + wait, &wait));
    assert_int_equal(20, take_all(&b, now + CLOCK_HOUR));
}

static void no_rate_is_no_limit(void **state)
{
    struct bucket b = { .per_second = 0 };

    (void)state;
    assert_int_equal(1000, take_all(&b, 1));
}

static void failures_double_the_wait_up_to_the_most(void **state)
{
    (void)state;
    assert_int_equal(1000, auth_backoff(0, 60000));
    assert_int_equal(1000, auth_backoff(1, 60000));
    assert_int_equal(4000, auth_backoff(3, 60000));
    assert_int_equal(60000, auth_backoff(50, 60000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_gives_a_burst_and_then_its_rate),
        cmocka_unit_test(no_rate_is_no_limit),
        cmocka_unit_test(failures_double_the_wait_up_to_the_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
