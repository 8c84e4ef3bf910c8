/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on a Shoot's times: the maintenance window and the hibernation schedules. */
#include "function/render/shoot_rules.h"
#include "function/render/words.h"
#include "lib/jx.h"
#include <ctype.h>
#include <strings.h>

enum { DAY = 24 * 3600, WINDOW_LEAST = 30 * 60, WINDOW_MOST = 6 * 3600, CRON_FIELDS = 5 };

/* "220000+0100" as seconds of the day in UTC; -1 when it is none. */
static int window_time(const char *text)
{
    int d[10], n = 0;

    for (size_t i = 0; text[i]; i++) {
        if (i == 6 && (text[i] == '+' || text[i] == '-'))
            continue;
        if (i > 10 || !isdigit((unsigned char)text[i]))
            return -1;
        d[n++] = text[i] - '0';
    }
    if (n != 10 || strlen(text) != 11)
        return -1;
    int hours = d[0] * 10 + d[1], minutes = d[2] * 10 + d[3], seconds = d[4] * 10 + d[5];
    int offset = (d[6] * 10 + d[7]) * 3600 + (d[8] * 10 + d[9]) * 60;

    if (hours > 23 || minutes > 59 || seconds > 59 || offset > 14 * 3600)
        return -1;
    return ((hours * 3600 + minutes * 60 + seconds + (text[6] == '+' ? -offset : offset)) % DAY + DAY) % DAY;
}

static int check_window_time(struct shoot_state *st, const char *field, const char *text)
{
    int at = window_time(text);

    if (at < 0)
        problems_add(&st->call.problems,
                     "spec.maintenance.timeWindow.%s: \"%.32s\" is not in the form HHMMSS+ZZZZ; write for "
                     "example 220000+0100",
                     field, text);
    else if (text[6] == '-' && shoot_is_v2(&st->spec))
        problems_add(&st->call.problems,
                     "spec.maintenance.timeWindow.%s: \"%s\" has an offset west of Greenwich, which Cleura's "
                     "API v2 does not take; "
                     "write the same time as %02d%02d%02d+0000",
                     field, text, at / 3600, at / 60 % 60, at % 60);
    return at;
}

static void check_window(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    int begin, end, length;

    if (!s->window_begin || !s->window_end)
        return;
    begin = check_window_time(st, "begin", s->window_begin);
    end = check_window_time(st, "end", s->window_end);
    if (begin < 0 || end < 0)
        return;
    length = (end - begin + DAY) % DAY;
    if (length < WINDOW_LEAST || length > WINDOW_MOST)
        problems_add(&st->call.problems,
                     "spec.maintenance.timeWindow: %s to %s is %d minutes long; it must be from 30 minutes "
                     "to 6 hours, for example "
                     "220000+0100 to 230000+0100",
                     s->window_begin, s->window_end, length / 60);
}

/* "5" or "1-5" inside the bounds. Returns its length, 0 when it is none. */
static size_t cron_range(const char *text, int low, int high)
{
    char *end;
    long from, to;

    if (!isdigit((unsigned char)*text))
        return 0;
    from = to = strtol(text, &end, 10);
    if (*end == '-' && isdigit((unsigned char)end[1]))
        to = strtol(end + 1, &end, 10);
    return from < low || to > high || from > to ? 0 : (size_t)(end - text);
}

/* "MON" or "mon-fri" in a field of days or months, which their bounds tell. Its length, 0 when it is none. */
static size_t cron_names(const char *text, int high)
{
    static const char months[] = "jan feb mar apr may jun jul aug sep oct nov dec",
                      days[] = "sun mon tue wed thu fri sat";
    const char *names = high == 12 ? months : high == 6 ? days : "";
    size_t n = 0;

    for (;; n++) {
        char name[4] = { 0 };

        for (size_t i = 0; i < 3 && isalpha((unsigned char)text[n]); i++, n++)
            name[i] = (char)tolower((unsigned char)text[n]);
        if (!name[2] || !strstr(names, name) || isalpha((unsigned char)text[n]))
            return 0;
        if (text[n] != '-' || n > 3)
            return n;
    }
}

/* One item of a field: *, ?, a, a-b or a name of a day or month, with an optional /step. Its length, 0 when
 * it is none. Sunday is 0: Gardener knows no 7. */
static size_t cron_item(const char *text, int low, int high)
{
    size_t n = *text == '*' || *text == '?' ? 1 : cron_names(text, high), digits;

    if (!n)
        n = cron_range(text, low, high);
    if (!n || text[n] != '/')
        return n;
    digits = strspn(text + n + 1, "0123456789");
    return digits && strtol(text + n + 1, NULL, 10) > 0 ? n + 1 + digits : 0;
}

/* One field of a cron line: items between commas. */
static bool cron_field(const char *text, size_t n, int low, int high)
{
    for (size_t i = 0; i <= n; i++) {
        size_t item = cron_item(text + i, low, high);

        i += item;
        if (!item || i > n || (i < n && text[i] != ','))
            return false;
    }
    return true;
}

static bool is_cron(const char *text)
{
    static const int ranges[CRON_FIELDS][2] = { { 0, 59 }, { 0, 23 }, { 1, 31 }, { 1, 12 }, { 0, 6 } };
    int fields = 0;

    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t n = strcspn(text, " ");

        if (fields == CRON_FIELDS || !cron_field(text, n, ranges[fields][0], ranges[fields][1]))
            return false;
        fields++;
        text += n;
    }
    return fields == CRON_FIELDS;
}

/* The path of an earlier use of the same cron line in the list, or NULL. */
static const char *used_before(const struct shoot_spec *s, size_t i, bool is_end, const char *cron)
{
    for (size_t j = 0; j <= i; j++) {
        const struct shoot_schedule *h = &s->schedules[j];

        if (h->start && !strcmp(h->start, cron) && (j < i || is_end))
            return h->path;
        if (h->end && !strcmp(h->end, cron) && j < i)
            return h->path;
    }
    return NULL;
}

static void check_cron(struct shoot_state *st, size_t i, bool is_end)
{
    const struct shoot_schedule *h = &st->spec.schedules[i];
    const char *cron = is_end ? h->end : h->start, *field = is_end ? "end" : "start", *before;

    if (!cron)
        return;
    before = used_before(&st->spec, i, is_end, cron);
    if (!is_cron(cron))
        problems_add(&st->call.problems,
                     "%s.%s: \"%.64s\" is not a cron line of five fields; write for example \"%s\"", h->path,
                     field, cron, is_end ? "0 8 * * 1-5" : "0 20 * * 1-5");
    else if (before)
        problems_add(&st->call.problems,
                     "%s.%s: \"%.64s\" repeats a line of %s; every start and end must be another one",
                     h->path, field, cron, before);
}

/* A time zone's name as far as its shape and area tell: which cities there are changes each year. */
static bool is_zone(const char *name)
{
    static const char *const areas[] = { "Africa",    "America", "Antarctica", "Arctic", "Asia", "Atlantic",
                                         "Australia", "Brazil",  "Canada",     "Chile",  "Etc",  "Europe",
                                         "Indian",    "Mexico",  "Pacific",    "US" };
    const char *slash = strchr(name, '/');

    if (!words_only(name, "/_+-"))
        return false;
    for (size_t i = 0; slash && i < ARRAY_LENGTH(areas); i++)
        if (strlen(areas[i]) == (size_t)(slash - name) && !strncmp(areas[i], name, strlen(areas[i])))
            return slash[1];
    return !slash;
}

static void check_schedule(struct shoot_state *st, size_t i)
{
    const struct shoot_schedule *h = &st->spec.schedules[i];

    if (!h->start && !h->end)
        problems_add(&st->call.problems,
                     "%s has neither start nor end; write when to hibernate and when to wake up", h->path);
    else if (shoot_is_v2(&st->spec) && (!h->start || !h->end))
        problems_add(&st->call.problems, "%s.%s is required by Cleura's API v2; write for example \"%s\"",
                     h->path, h->start ? "end" : "start", h->start ? "0 8 * * 1-5" : "0 20 * * 1-5");
    check_cron(st, i, false);
    check_cron(st, i, true);
    if (st->call.in.gardener && h->location && !is_zone(h->location))
        problems_add(&st->call.problems,
                     "%s.location: \"%.64s\" is not a time zone; write for example Europe/Stockholm", h->path,
                     h->location);
    if (!st->call.in.gardener && h->location && strcasecmp(h->location, "UTC") != 0 &&
        strcasecmp(h->location, "Etc/UTC") != 0)
        problems_add(&st->call.problems,
                     "%s.location: \"%.64s\" cannot be sent: Cleura's API takes schedules in UTC; leave "
                     "location out and write "
                     "start and end in UTC",
                     h->path, h->location);
}

void shoot_rules_time(struct shoot_state *st)
{
    check_window(st);
    for (size_t i = 0; i < st->spec.n_schedules; i++)
        check_schedule(st, i);
    if (st->spec.n_schedules && st->spec.hibernated.set)
        problems_add(&st->call.advice,
                     "spec.hibernation.enabled is not enforced while there are schedules: they "
                     "switch it; leave it out");
}
