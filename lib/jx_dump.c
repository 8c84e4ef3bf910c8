/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text.  jansson's own writer takes ten times as long, and bodies and fingerprints are written all the time; the
 * bytes are the same (tests/unit/lib/test_jx_dump.c holds them against it). */
#include "lib/buf.h"
#include "lib/jx.h"
#include <stdint.h>

enum { FEW = 16 /* members that are sorted in place; with more qsort is faster */, NUMBER = 64 };

struct member {
    const char *key;
    size_t n;
    const json_t *value;
};

static void write_value(struct buf *b, const json_t *v);

static void add(struct buf *b, const void *bytes, size_t n)
{
    if (buf_add(b, bytes, n) < 0)
        abort();
}

/* How many bytes of 's' go as they are. */
static size_t plain(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n && (unsigned char)s[i] >= 0x20 && s[i] != '"' && s[i] != '\\')
        i++;
    return i;
}

static void write_escaped(struct buf *b, char c)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* the byte, then what stands for it */
    char text[8] = { '\\' };
    int n = 2;

    for (const char *form = short_forms; *form && !text[1]; form += 2)
        if (*form == c)
            text[1] = form[1];
    if (!text[1])
        n = snprintf(text, sizeof(text), "\\u%04X", (unsigned)(unsigned char)c);
    add(b, text, (size_t)n);
}

static void write_text(struct buf *b, const char *s, size_t n)
{
    add(b, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        size_t run = plain(s + i, n - i);

        add(b, s + i, run);
        i += run;
        if (i < n)
            write_escaped(b, s[i]);
    }
    add(b, "\"", 1);
}

static void write_integer(struct buf *b, json_int_t value)
{
    char text[NUMBER];
    size_t at = sizeof(text);
    /* negative numbers reach further than positive ones */
    json_int_t rest = value < 0 ? value : -value;

    do {
        text[--at] = (char)('0' - rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        text[--at] = '-';
    add(b, text + at, sizeof(text) - at);
}

static void write_real(struct buf *b, const json_t *v)
{
    char text[NUMBER];

    add(b, text, json_dumpb(v, text, sizeof(text), JSON_ENCODE_ANY));
}

static int by_key(const void *one, const void *other)
{
    const struct member *a = one, *b = other;
    int order = memcmp(a->key, b->key, a->n < b->n ? a->n : b->n);

    return order ? order : (a->n > b->n) - (a->n < b->n);
}

static void sort(struct member *list, size_t n)
{
    if (n > FEW) {
        qsort(list, n, sizeof(*list), by_key);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct member moving = list[i];
        size_t at = i;

        for (; at && by_key(&list[at - 1], &moving) > 0; at--)
            list[at] = list[at - 1];
        list[at] = moving;
    }
}

static void write_object(struct buf *b, const json_t *v)
{
    size_t n = json_object_size(v), i = 0;
    struct member few[FEW];
    CLEAN(free) struct member *many = n > FEW ? x_alloc(n * sizeof(*many)) : NULL;
    struct member *list = many ? many : few;
    const char *key;
    size_t length;
    json_t *value;

    /* the header's iterators take what may be changed, and do not change it */
    json_object_keylen_foreach((json_t *)(uintptr_t)v, key, length, value) list[i++] =
        (struct member){ key, length, value };
    sort(list, n);
    add(b, "{", 1);
    for (i = 0; i < n; i++) {
        if (i)
            add(b, ",", 1);
        write_text(b, list[i].key, list[i].n);
        add(b, ":", 1);
        write_value(b, list[i].value);
    }
    add(b, "}", 1);
}

static void write_array(struct buf *b, const json_t *v)
{
    add(b, "[", 1);
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (i)
            add(b, ",", 1);
        write_value(b, json_array_get(v, i));
    }
    add(b, "]", 1);
}

static void write_value(struct buf *b, const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT: write_object(b, v); break;
    case JSON_ARRAY: write_array(b, v); break;
    case JSON_STRING: write_text(b, json_string_value(v), json_string_length(v)); break;
    case JSON_INTEGER: write_integer(b, json_integer_value(v)); break;
    case JSON_REAL: write_real(b, v); break;
    case JSON_TRUE: add(b, "true", 4); break;
    case JSON_FALSE: add(b, "false", 5); break;
    case JSON_NULL: add(b, "null", 4); break;
    }
}

char *jx_dump(const json_t *doc)
{
    struct buf b = buf_max(SIZE_MAX / 2);

    write_value(&b, doc);
    return buf_take(&b);
}

char *jx_dump_pretty(const json_t *doc)
{
    char *text = json_dumps(doc, JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_INDENT(2));

    if (!text)
        abort();
    return text;
}
