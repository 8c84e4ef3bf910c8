/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/quantity.h"
#include "lib/buf.h"
#include <math.h>

/* Largest first: the server takes the largest that leaves a whole number. */
static const struct suffix {
    const char *text;
    double factor;
    bool binary;
} suffixes[] = {
    { "Ei", 0x1p60, true }, { "Pi", 0x1p50, true }, { "Ti", 0x1p40, true }, { "Gi", 0x1p30, true },
    { "Mi", 0x1p20, true }, { "Ki", 0x1p10, true }, { "E", 1e18, false },   { "P", 1e15, false },
    { "T", 1e12, false },   { "G", 1e9, false },    { "M", 1e6, false },    { "k", 1e3, false },
    { "", 1, false },       { "m", 1e-3, false },   { "u", 1e-6, false },   { "n", 1e-9, false },
};

/* Beyond this a double no longer counts in ones. */
static const double exact = 0x1p53;

static bool is_exponent(const char *text)
{
    text += *text == 'e' || *text == 'E';
    text += *text == '+' || *text == '-';
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* The suffix of a number that is read already; NULL when it is none. An exponent is read with the number. */
static const struct suffix *suffix_at(const char *text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++)
        if (!strcmp(text, suffixes[i].text))
            return &suffixes[i];
    return NULL;
}

/* The value and the suffix it was given with, NULL for an exponent; NAN when 'text' is no quantity. */
static double read_quantity(const char *text, const struct suffix **ret_suffix)
{
    size_t sign = *text == '+' || *text == '-', digits = strspn(text + sign, "0123456789.");
    CLEAN(free) char *number = x_strndup(text, sign + digits);
    const char *rest = text + sign + digits;
    char *end;
    double n = strtod(number, &end);

    *ret_suffix = suffix_at(rest);
    if (*end || strspn(number + sign, ".") == digits)
        return NAN;
    if (!*ret_suffix && (*rest == 'e' || *rest == 'E') && is_exponent(rest))
        return n * pow(10, strtod(rest + 1, NULL));
    return *ret_suffix ? n * (*ret_suffix)->factor : NAN;
}

double quantity_value(const char *text)
{
    const struct suffix *suffix;

    return read_quantity(text, &suffix);
}

int64_t quantity_bytes(const char *text)
{
    double n = quantity_value(text);

    return isfinite(n) && n >= 0 && n < 9e18 ? (int64_t)n : -1;
}

int64_t quantity_gib(const char *text)
{
    const int64_t gib = INT64_C(1) << 30;
    int64_t bytes = quantity_bytes(text);

    return bytes <= gib ? 1 : (bytes - 1) / gib + 1;
}

char *quantity_canonical(const char *text)
{
    const struct suffix *suffix;
    double n = read_quantity(text, &suffix);
    bool binary = suffix && suffix->binary && fabs(n) >= 1024;

    if (isnan(n))
        return NULL;
    if (!suffix || fabs(n) >= exact || n == 0)
        return x_strdup(n == 0 ? "0" : text);
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        double whole = n / suffixes[i].factor;

        if ((suffixes[i].binary == binary || suffixes[i].factor == 1) && whole == floor(whole))
            return x_asprintf("%.0f%s", whole, suffixes[i].text);
    }
    return x_strdup(text);
}
