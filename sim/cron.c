/* SPDX-License-Identifier: Apache-2.0 */
/* Five fields, numbers only: what the API's own pattern lets through and Gardener understands. */
#include "sim/cron.h"
#include "lib/clock.h"
#include <ctype.h>

/* One field as a set of numbers. */
static bool parse_range(const char **at, int max, uint64_t *set)
{
    long from = 0, to = max, step = 1;
    char *end;

    if (**at == '*') {
        (*at)++;
    } else {
        from = to = strtol(*at, &end, 10);
        if (end == *at || from > max || from < 0)
            return false;
        *at = end;
    }
    if (**at == '-') {
        to = strtol(*at + 1, &end, 10);
        if (end == *at + 1 || to > max || to < from)
            return false;
        *at = end;
    }
    if (**at == '/') {
        step = strtol(*at + 1, &end, 10);
        if (end == *at + 1 || step < 1)
            return false;
        *at = end;
    }
    for (; from <= to; from += step)
        *set |= UINT64_C(1) << from;
    return true;
}

static bool parse_field(const char **at, int max, uint64_t *set)
{
    *set = 0;
    for (*at += strspn(*at, " "); parse_range(at, max, set); (*at)++)
        if (**at != ',')
            return **at == '\0' || **at == ' ';
    return false;
}

static bool matches(const uint64_t set[5], int64_t when)
{
    time_t seconds = (time_t)(when / CLOCK_SECOND);
    struct tm tm;
    int now[5];

    if (!gmtime_r(&seconds, &tm))
        return false;
    now[0] = tm.tm_min;
    now[1] = tm.tm_hour;
    now[2] = tm.tm_mday;
    now[3] = tm.tm_mon + 1;
    now[4] = tm.tm_wday;
    for (int i = 0; i < 5; i++)
        if (!(set[i] >> now[i] & 1))
            return false;
    return true;
}

int64_t cron_last(const char *cron, int64_t from, int64_t to)
{
    static const int max[5] = { 59, 23, 31, 12, 7 };
    uint64_t set[5];
    int64_t least = to - CLOCK_HOUR * 24 * 7;

    for (int i = 0; i < 5; i++)
        if (!parse_field(&cron, max[i], &set[i]))
            return 0;
    if (cron[strspn(cron, " ")])
        return 0;
    set[4] |= set[4] >> 7 & 1; /* 7 is Sunday too */
    for (int64_t t = to - to % CLOCK_MINUTE; t > from && t > least; t -= CLOCK_MINUTE)
        if (matches(set, t))
            return t;
    return 0;
}
