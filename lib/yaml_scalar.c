/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/yaml_scalar.h"
#include "lib/table.h"
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>

enum { IS_NULL = 1, IS_TRUE, IS_FALSE, IS_NO_NUMBER };
enum { NUMBER_MAX = 128 }; /* no number anybody writes is longer */

/* As go-yaml v2 has them, which kubectl and the API server read with. */
static const struct table_name words[] = {
    { "", IS_NULL },          { "~", IS_NULL },
    { "null", IS_NULL },      { "Null", IS_NULL },
    { "NULL", IS_NULL },      { "true", IS_TRUE },
    { "True", IS_TRUE },      { "TRUE", IS_TRUE },
    { "y", IS_TRUE },         { "Y", IS_TRUE },
    { "yes", IS_TRUE },       { "Yes", IS_TRUE },
    { "YES", IS_TRUE },       { "on", IS_TRUE },
    { "On", IS_TRUE },        { "ON", IS_TRUE },
    { "false", IS_FALSE },    { "False", IS_FALSE },
    { "FALSE", IS_FALSE },    { "n", IS_FALSE },
    { "N", IS_FALSE },        { "no", IS_FALSE },
    { "No", IS_FALSE },       { "NO", IS_FALSE },
    { "off", IS_FALSE },      { "Off", IS_FALSE },
    { "OFF", IS_FALSE },      { ".nan", IS_NO_NUMBER },
    { ".NaN", IS_NO_NUMBER }, { ".NAN", IS_NO_NUMBER },
    { ".inf", IS_NO_NUMBER }, { ".Inf", IS_NO_NUMBER },
    { ".INF", IS_NO_NUMBER }, { NULL, 0 },
};

static json_t *word(const char *text, bool *ret_found)
{
    const char *unsigned_text = *text == '-' || *text == '+' ? text + 1 : text;
    int value = table_value(words, text);

    if (!value && table_value(words, unsigned_text) == IS_NO_NUMBER)
        value = IS_NO_NUMBER;
    *ret_found = value != 0;
    return value == IS_NULL                        ? json_null()
           : value == IS_TRUE || value == IS_FALSE ? json_boolean(value == IS_TRUE)
                                                   : NULL;
}

static int base_of(const char **digits)
{
    static const struct table_name prefixes[] = { { "0x", 16 }, { "0X", 16 }, { "0o", 8 }, { "0O", 8 },
                                                  { "0b", 2 },  { "0B", 2 },  { NULL, 0 } };
    char two[3];
    int base;

    (void)snprintf(two, sizeof(two), "%.2s", *digits);
    base = table_value(prefixes, two);

    if (base) {
        *digits += 2;
        return base;
    }
    return (*digits)[0] == '0' && (*digits)[1] && !strpbrk(*digits, "89") ? 8 : 10;
}

static json_t *integer(const char *text)
{
    const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
    int base = base_of(&digits);
    char signed_digits[NUMBER_MAX + 2], *end;
    long long value;

    if (!isxdigit((unsigned char)*digits))
        return NULL;
    (void)snprintf(signed_digits, sizeof(signed_digits), "%s%s", *text == '-' ? "-" : "", digits);
    if (base == 16 && strpbrk(digits, "xX")) /* strtoll would take a second 0x */
        return NULL;
    errno = 0;
    value = strtoll(signed_digits, &end, base);
    return *end || errno ? NULL : json_integer(value);
}

static bool looks_like_float(const char *s)
{
    size_t whole, fraction = 0;

    s += *s == '-' || *s == '+';
    whole = strspn(s, "0123456789");
    s += whole;
    if (*s == '.') {
        fraction = strspn(s + 1, "0123456789");
        s += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        s += *s == '-' || *s == '+';
        if (!isdigit((unsigned char)*s))
            return false;
        s += strspn(s, "0123456789");
    }
    return !*s;
}

static json_t *number(const char *text)
{
    json_t *value = integer(text);
    double real;

    if (value || !looks_like_float(text))
        return value;
    real = strtod(text, NULL);
    if (!isfinite(real))
        return NULL;
    if (fabs(real) < 9e15 && (double)(json_int_t)real == real) /* exact up to 2^53 */
        return json_integer((json_int_t)real);
    return json_real(real);
}

json_t *yaml_plain(const char *text, size_t n)
{
    char copy[NUMBER_MAX] = "";
    size_t len = 0;
    bool found = false;
    json_t *value;

    if (memchr(text, '\0', n))
        return NULL;
    value = n < sizeof(copy) ? word(text, &found) : NULL;
    if (found)
        return value;
    if (n < sizeof(copy) && n && strchr("+-.0123456789", *text)) {
        for (size_t i = 0; i < n; i++)
            if (text[i] != '_') /* 1_000 */
                copy[len++] = text[i];
        copy[len] = '\0';
        value = number(copy);
    }
    return value ? value : json_stringn(text, n);
}

/* The shortest text that reads back as the number, which is what Go writes. */
static char *shortest(double real)
{
    char text[NUMBER_MAX];
    int precision = 0;

    do
        (void)snprintf(text, sizeof(text), "%.*g", ++precision, real);
    while (precision < DBL_DECIMAL_DIG && strtod(text, NULL) != real);
    return x_strdup(text);
}

bool yaml_plain_keeps(const char *text, const json_t *value)
{
    CLEAN(free) char *again = json_is_real(value) ? shortest(json_real_value(value)) : jx_dump(value);

    return json_is_string(value) || (!json_is_null(value) && !strcmp(again, text));
}

bool yaml_plain_ambiguous(const char *text)
{
    static const char *const booleans[] = { "y", "n", "yes", "no", "on", "off", "=" };

    for (size_t i = 0; i < ARRAY_LENGTH(booleans); i++)
        if (!strcasecmp(text, booleans[i]))
            return true;
    /* dates, times and base 60 have only these; so have versions and addresses, which then are quoted needlessly */
    return isdigit((unsigned char)*text) && !text[strspn(text, "0123456789-:.TZtz +_")];
}
