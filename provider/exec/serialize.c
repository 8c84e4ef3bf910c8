/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text as Go writes it. */
#include "provider/exec/serialize.h"
#include <math.h>
#include <stdint.h>

static const char *short_escape(unsigned char c)
{
    static const char *const escapes[256] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n",    ['\r'] = "\\r",    ['\t'] = "\\t",
        ['\b'] = "\\b", ['\f'] = "\\f",  ['<'] = "\\u003c", ['>'] = "\\u003e", ['&'] = "\\u0026",
    };
    return escapes[c];
}

/* U+2028 and U+2029 end lines in old JavaScript: Go escapes them. */
static bool is_line_separator(const char *s, size_t n)
{
    return n >= 3 && memcmp(s, "\xe2\x80", 2) == 0 && (s[2] == '\xa8' || s[2] == '\xa9');
}

void serialize_string(struct buf *out, const char *s, size_t n)
{
    (void)buf_adds(out, "\"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (short_escape(c)) {
            (void)buf_adds(out, short_escape(c));
        } else if (c < 0x20) {
            (void)buf_addf(out, "\\u%04x", c);
        } else if (is_line_separator(s + i, n - i)) {
            (void)buf_adds(out, s[i + 2] == '\xa8' ? "\\u2028" : "\\u2029");
            i += 2;
        } else {
            (void)buf_add(out, s + i, 1);
        }
    }
    (void)buf_adds(out, "\"");
}

/* The fewest digits that read back as 'd'. */
static int shortest_precision(double d)
{
    char text[SERIALIZE_NUMBER];
    int precision = 0;

    do
        (void)snprintf(text, sizeof(text), "%.*e", precision, d);
    while (strtod(text, NULL) != d && precision++ < 17);
    return precision;
}

/* Not by "%f", which would go on with digits the double does not stand for: 123456789012345683968 for
 * 12345678901234568e4. */
char *serialize_plain_number(double d)
{
    CLEAN(buf_free) struct buf out = buf_max(SIZE_MAX / 2);
    int precision = shortest_precision(d), point;
    CLEAN(free) char *scientific = x_asprintf("%.*e", precision, fabs(d));
    int exponent = (int)strtol(strchr(scientific, 'e') + 1, NULL, 10);

    if (precision) /* d.ddd becomes dddd */
        memmove(scientific + 1, scientific + 2, (size_t)precision);
    (void)buf_adds(&out, signbit(d) ? "-" : "");
    for (point = exponent; point < 0; point++)
        (void)buf_adds(&out, point == exponent ? "0." : "0");
    for (int i = 0; i <= precision; i++)
        (void)buf_addf(&out, i == exponent + 1 && i > 0 ? ".%c" : "%c", scientific[i]);
    for (int i = precision; i < exponent; i++)
        (void)buf_adds(&out, "0");
    return buf_take(&out);
}

void serialize_number(double d, char text[SERIALIZE_NUMBER])
{
    double size = fabs(d);

    if (size == 0 || (size >= 1e-6 && size < 1e21)) {
        CLEAN(free) char *plain = serialize_plain_number(d);

        (void)snprintf(text, SERIALIZE_NUMBER, "%s", plain);
        return;
    }
    (void)snprintf(text, SERIALIZE_NUMBER, "%.*e", shortest_precision(d), d);
    if (strncmp(text + strlen(text) - 4, "e-0", 3) == 0) { /* Go cleans e-07 to e-7 */
        size_t n = strlen(text);

        text[n - 2] = text[n - 1];
        text[n - 1] = '\0';
    }
}

static void add_value(struct buf *out, const json_t *value);

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_object(struct buf *out, const json_t *object)
{
    CLEAN(free) const char **keys = x_alloc((json_object_size(object) + 1) * sizeof(*keys));
    const char *key;
    json_t *member;
    size_t n = 0;

    json_object_foreach ((json_t *)(uintptr_t)object, key, member)
        keys[n++] = key;
    qsort(keys, n, sizeof(*keys), by_name);
    (void)buf_adds(out, "{");
    for (size_t i = 0; i < n; i++) {
        if (i)
            (void)buf_adds(out, ",");
        serialize_string(out, keys[i], strlen(keys[i]));
        (void)buf_adds(out, ":");
        add_value(out, json_object_get(object, keys[i]));
    }
    (void)buf_adds(out, "}");
}

static void add_array(struct buf *out, const json_t *array)
{
    const json_t *element;
    size_t i;

    (void)buf_adds(out, "[");
    json_array_foreach (array, i, element) {
        if (i)
            (void)buf_adds(out, ",");
        add_value(out, element);
    }
    (void)buf_adds(out, "]");
}

static void add_value(struct buf *out, const json_t *value)
{
    char number[SERIALIZE_NUMBER];

    switch (json_typeof(value)) {
    case JSON_OBJECT: add_object(out, value); break;
    case JSON_ARRAY: add_array(out, value); break;
    case JSON_STRING: serialize_string(out, json_string_value(value), json_string_length(value)); break;
    case JSON_INTEGER: (void)buf_addf(out, "%lld", (long long)json_integer_value(value)); break;
    case JSON_REAL:
        serialize_number(json_real_value(value), number);
        (void)buf_adds(out, number);
        break;
    case JSON_TRUE: (void)buf_adds(out, "true"); break;
    case JSON_FALSE: (void)buf_adds(out, "false"); break;
    case JSON_NULL: (void)buf_adds(out, "null"); break;
    }
}

char *serialize(const json_t *value)
{
    CLEAN(buf_free) struct buf out = buf_max(SIZE_MAX / 2);

    add_value(&out, value);
    return buf_take(&out);
}
