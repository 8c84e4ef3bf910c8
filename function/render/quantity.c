/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/quantity.h"
#include "lib/cleanup.h"

enum { DIGITS_MAX = 24 };

static const double gib = 1 << 30;

static const struct {
    const char *suffix;
    double factor;
} units[] = {
    { "", 1 },        { "Ki", 0x1p10 }, { "Mi", 0x1p20 }, { "Gi", 0x1p30 }, { "Ti", 0x1p40 },
    { "Pi", 0x1p50 }, { "Ei", 0x1p60 }, { "m", 1e-3 },    { "k", 1e3 },     { "M", 1e6 },
    { "G", 1e9 },     { "T", 1e12 },    { "P", 1e15 },    { "E", 1e18 },
};

/* "e9", "E-3" */
static bool exponent(const char *text, double *factor)
{
    char *end;
    long power;

    if ((*text != 'e' && *text != 'E') || !text[1])
        return false;
    power = strtol(text + 1, &end, 10);
    if (*end || power < -9 || power > 18)
        return false;
    for (*factor = 1; power > 0; power--)
        *factor *= 10;
    for (; power < 0; power++)
        *factor /= 10;
    return true;
}

static bool unit(const char *text, double *factor)
{
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++)
        if (!strcmp(units[i].suffix, text)) {
            *factor = units[i].factor;
            return true;
        }
    return exponent(text, factor);
}

bool quantity_parse(const char *text, struct quantity *q)
{
    size_t n = strspn(text, "0123456789"), fraction = text[n] == '.' ? strspn(text + n + 1, "0123456789") : 0;
    char digits[DIGITS_MAX + 1];
    double factor;

    if (!n || (text[n] == '.' && !fraction))
        return false;
    if (fraction)
        n += 1 + fraction;
    if (n > DIGITS_MAX || !unit(text + n, &factor))
        return false;
    /* of "1e9" the digits only */
    memcpy(digits, text, n);
    digits[n] = '\0';
    q->bytes = strtod(digits, NULL) * factor;
    return true;
}

int64_t quantity_gib(const struct quantity *q)
{
    int64_t whole = q->bytes > 0x1p62 ? INT64_MAX / (1 << 30) : (int64_t)(q->bytes / gib);

    return (double)whole * gib < q->bytes ? whole + 1 : whole;
}

bool quantity_whole_gib(const struct quantity *q) { return (double)quantity_gib(q) * gib == q->bytes; }
