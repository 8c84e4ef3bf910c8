/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/clock.h"
#include <ctype.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;

    if (clock_gettime(id, &ts) < 0)
        abort();
    return (int64_t)ts.tv_sec * CLOCK_SECOND + ts.tv_nsec / 1000000;
}

int64_t clock_now(void) { return read_clock(CLOCK_REALTIME); }
int64_t clock_monotonic(void) { return read_clock(CLOCK_MONOTONIC); }

void clock_text(int64_t when, char text[CLOCK_TEXT])
{
    time_t seconds = (time_t)(when / CLOCK_SECOND);
    struct tm tm;

    if (!gmtime_r(&seconds, &tm) || !strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm))
        (void)snprintf(text, CLOCK_TEXT, "%s", "0000-00-00T00:00:00Z");
}

/* "Z" or "+hh:mm", in milliseconds east of Greenwich. */
static int parse_offset(const char *s, int64_t *ret)
{
    int hours, minutes, used = 0;
    char sign;

    if (!strcmp(s, "Z") || !strcmp(s, "z")) {
        *ret = 0;
        return 0;
    }
    if (sscanf(s, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || s[used] ||
        (sign != '+' && sign != '-'))
        return -1;
    *ret = (hours * CLOCK_HOUR + minutes * CLOCK_MINUTE) * (sign == '-' ? -1 : 1);
    return 0;
}

int clock_parse(const char *text, int64_t *ret_when, struct err *e)
{
    struct tm tm = { 0 };
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    int64_t offset, fraction = 0, unit = 100;

    if (!rest)
        return err_set(e, ERR_INVALID, "\"%.40s\" is not a time such as 2026-11-22T08:00:00Z", text);
    if (*rest == '.')
        for (rest++; isdigit((unsigned char)*rest); rest++, unit /= 10)
            fraction += (*rest - '0') * unit;
    if (parse_offset(rest, &offset) < 0)
        return err_set(e, ERR_INVALID, "\"%.40s\" has no time zone such as Z or +01:00", text);
    *ret_when = (int64_t)timegm(&tm) * CLOCK_SECOND + fraction - offset;
    return 0;
}

static const struct {
    const char *name;
    double ms;
} duration_units[] = {
    { "ns", 1e-6 }, { "us", 1e-3 }, { "ms", 1 }, { "s", 1e3 }, { "m", 6e4 }, { "h", 3.6e6 }
};

static double unit_of(const char **at)
{
    size_t n = strspn(*at, "abcdefghijklmnopqrstuvwxyz");

    for (size_t i = 0; i < ARRAY_LENGTH(duration_units); i++) {
        if (strlen(duration_units[i].name) == n && !memcmp(*at, duration_units[i].name, n)) {
            *at += n;
            return duration_units[i].ms;
        }
    }
    return 0;
}

int clock_parse_duration(const char *text, int64_t *ret_ms, struct err *e)
{
    const char *at = text;
    double total = 0;

    if (!strcmp(text, "0")) {
        *ret_ms = 0;
        return 0;
    }
    do {
        char *end;
        double number, unit;

        if (!isdigit((unsigned char)*at))
            return err_set(e, ERR_INVALID, "\"%.40s\" is not a duration such as 30s, 5m or 1h30m", text);
        number = strtod(at, &end);
        at = end;
        unit = unit_of(&at);
        if (unit == 0)
            return err_set(e, ERR_INVALID, "\"%.40s\" is not a duration such as 30s, 5m or 1h30m", text);
        total += number * unit;
    } while (*at);
    if (total > 1e15)
        return err_set(e, ERR_INVALID, "duration \"%.40s\" is too long", text);
    *ret_ms = (int64_t)(total + 0.5);
    return 0;
}
