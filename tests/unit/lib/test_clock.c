/* SPDX-License-Identifier: Apache-2.0 */
/* Times and durations. */
#undef NDEBUG
#include "lib/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void time_is(const char *text, int64_t want)
{
    struct err e = { 0 };
    int64_t got = -1;

    if (clock_parse(text, &got, &e) < 0)
        fail_msg("%s: %s", text, e.text);
    assert_int_equal(got, want);
}

static void no_time(const char *text)
{
    struct err e = { 0 };
    int64_t got = 7;

    if (clock_parse(text, &got, &e) == 0)
        fail_msg("%s was read as %lld", text, (long long)got);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_int_equal(got, 7);
}

static void times_are_read(void **state)
{
    (void)state;
    time_is("1970-01-01T00:00:00Z", 0);
    time_is("2026-11-22T08:00:00Z", INT64_C(1795334400000));
    time_is("2026-11-22T08:00:00z", INT64_C(1795334400000));
    time_is("2026-11-22T09:30:00+01:30", INT64_C(1795334400000));
    time_is("2026-11-22T03:00:00-05:00", INT64_C(1795334400000));
    time_is("2026-11-22T08:00:00.5Z", INT64_C(1795334400500));
    time_is("2026-11-22T08:00:00.123999999Z", INT64_C(1795334400123));
    time_is("2024-02-29T00:00:00Z", INT64_C(1709164800000));
    time_is("1969-12-31T23:59:59Z", -1000);
}

static void nonsense_is_no_time(void **state)
{
    (void)state;
    no_time("");
    no_time("tomorrow");
    no_time("2026-11-22");
    no_time("2026-11-22T08:00:00");
    no_time("2026-11-22T08:00:00Zx");
    no_time("2026-11-22T08:00:00+0100");
    no_time("2026-13-22T08:00:00Z");
    no_time("2026-11-22T08:00:00*01:00");
}

static void times_are_written(void **state)
{
    char text[CLOCK_TEXT];

    (void)state;
    clock_text(INT64_C(1795334400999), text);
    assert_string_equal(text, "2026-11-22T08:00:00Z");
    clock_text(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    clock_text(INT64_MAX, text); /* beyond any calendar: no crash, some text */
    assert_int_equal(strlen(text) < CLOCK_TEXT, 1);
}

static void duration_is(const char *text, int64_t want)
{
    struct err e = { 0 };
    int64_t got = -1;

    if (clock_parse_duration(text, &got, &e) < 0)
        fail_msg("%s: %s", text, e.text);
    assert_int_equal(got, want);
}

static void durations_are_read(void **state)
{
    static const char *const bad[] = { "", "5", "s", "1x", "1h30", "-5m", " 5m", "5m ", "1e30h", "1 h", "." };

    (void)state;
    duration_is("0", 0);
    duration_is("0s", 0);
    duration_is("90s", 90000);
    duration_is("1h30m", 5400000);
    duration_is("1.5s", 1500);
    duration_is("250ms", 250);
    duration_is("1h1m1s1ms", 3661001);
    duration_is("1500us", 2);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct err e = { 0 };
        int64_t got = 7;

        if (clock_parse_duration(bad[i], &got, &e) == 0)
            fail_msg("\"%s\" was read as %lld", bad[i], (long long)got);
        assert_int_equal(e.kind, ERR_INVALID);
    }
}

static void clocks_run(void **state)
{
    int64_t before = clock_monotonic();

    (void)state;
    assert_true(clock_now() > INT64_C(1700000000000));
    assert_true(clock_monotonic() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),    cmocka_unit_test(nonsense_is_no_time),
        cmocka_unit_test(times_are_written), cmocka_unit_test(durations_are_read),
        cmocka_unit_test(clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
