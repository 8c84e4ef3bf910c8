/* SPDX-License-Identifier: Apache-2.0 */
/* An amount is m * 2^twos * 5^fives with an m that neither divides: so equal ones look alike, and nothing is rounded. */
#include "provider/exec/quantity.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 18, EXPONENT_MAX = 1000 };

struct amount {
    int64_t m;
    long twos, fives;
};

static const struct {
    const char *text;
    long tens, twos;
} suffixes[] = {
    { "", 0, 0 },    { "n", -9, 0 },  { "u", -6, 0 },  { "m", -3, 0 },  { "k", 3, 0 },   { "M", 6, 0 },
    { "G", 9, 0 },   { "T", 12, 0 },  { "P", 15, 0 },  { "E", 18, 0 },  { "Ki", 0, 10 }, { "Mi", 0, 20 },
    { "Gi", 0, 30 }, { "Ti", 0, 40 }, { "Pi", 0, 50 }, { "Ei", 0, 60 }, { NULL, 0, 0 },
};

/* The digits, with a point anywhere among them; *ret_tens becomes minus what stands behind it. */
static const char *read_digits(const char *s, int64_t *ret_m, long *ret_tens)
{
    int digits = 0;
    bool point = false;

    for (*ret_m = *ret_tens = 0; (*s >= '0' && *s <= '9') || (*s == '.' && !point); s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        if (++digits > DIGITS_MAX)
            return NULL;
        *ret_m = *ret_m * 10 + (*s - '0');
        *ret_tens -= point;
    }
    return digits ? s : NULL;
}

static bool read_suffix(const char *s, long *tens, long *twos)
{
    char *end;
    long exponent;

    for (size_t i = 0; suffixes[i].text; i++)
        if (!strcmp(s, suffixes[i].text)) {
            *tens += suffixes[i].tens;
            *twos += suffixes[i].twos;
            return true;
        }
    if ((*s != 'e' && *s != 'E') || !strchr("+-0123456789", s[1]) || !s[1])
        return false;
    exponent = strtol(s + 1, &end, 10);
    if (*end || exponent < -EXPONENT_MAX || exponent > EXPONENT_MAX)
        return false;
    *tens += exponent;
    return true;
}

static bool read_amount(const char *s, struct amount *a)
{
    bool minus = *s == '-';
    long tens;

    *a = (struct amount){ 0 };
    s = read_digits(s + (minus || *s == '+'), &a->m, &tens);
    if (!s || !read_suffix(s, &tens, &a->twos))
        return false;
    if (!a->m) {
        a->twos = 0;
        return true;
    }
    a->twos += tens;
    a->fives = tens;
    for (; a->m % 2 == 0; a->m /= 2)
        a->twos++;
    for (; a->m % 5 == 0; a->m /= 5)
        a->fives++;
    a->m = minus ? -a->m : a->m;
    return true;
}

static bool amount_of(const json_t *v, struct amount *a)
{
    char *text = json_is_number(v) ? json_dumps(v, JSON_ENCODE_ANY) : NULL;
    bool is = (text || json_is_string(v)) && read_amount(text ? text : json_string_value(v), a);

    free(text);
    return is;
}

bool quantity_same(const json_t *a, const json_t *b)
{
    struct amount x, y;

    return amount_of(a, &x) && amount_of(b, &y) && x.m == y.m && x.twos == y.twos && x.fives == y.fives;
}
