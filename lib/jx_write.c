/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text.  jansson's own writer takes ten times as long, and bodies and fingerprints are written all the time; the
 * bytes are the same (tests/unit/lib/test_jx_write.c holds them against it). */
#include "lib/jx_write.h"
#include <stdint.h>

enum {
    FEW = 16, /* members that are sorted in place; with more qsort is faster */
    NUMBER = 64,
    USUAL = 2000, /* bytes of a body: not to be copied each time it outgrows its room */
};

struct member {
    const char *key;
    size_t n;
    const json_t *value;
};

static void write_value(struct buf *b, const json_t *v);

static char *room(struct buf *b, size_t n)
{
    char *at = buf_room(b, n);

    if (!at)
        abort();
    return at;
}

static void add(struct buf *b, const void *bytes, size_t n) { memcpy(room(b, n), bytes, n); }

static void add_char(struct buf *b, char c) { *room(b, 1) = c; }

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

/* The text in quotes, and what comes 'after' it. */
static void write_text(struct buf *b, const char *s, size_t n, const char *after)
{
    size_t written = 0;

    add_char(b, '"');
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)s[i] >= 0x20 && s[i] != '"' && s[i] != '\\')
            continue;
        add(b, s + written, i - written);
        write_escaped(b, s[i]);
        written = i + 1;
    }
    add(b, s + written, n - written);
    add(b, after, strlen(after));
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
    char text[NUMBER] = "";

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

static size_t collect(const json_t *object, struct member *list)
{
    const char *key;
    size_t length, n = 0;
    json_t *value;

    /* the header's iterators take what may be changed, and do not change it */
    json_object_keylen_foreach ((json_t *)(uintptr_t)object, key, length, value)
        list[n++] = (struct member){ key, length, value };
    return n;
}

static void write_object(struct buf *b, const json_t *v)
{
    size_t size = json_object_size(v), n;
    struct member few[FEW];
    CLEAN(free) struct member *many = size > FEW ? x_alloc(size * sizeof(*many)) : NULL;
    struct member *list = many ? many : few;

    n = collect(v, list);
    sort(list, n);
    add_char(b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            add_char(b, ',');
        write_text(b, list[i].key, list[i].n, "\":");
        write_value(b, list[i].value);
    }
    add_char(b, '}');
}

static void write_array(struct buf *b, const json_t *v)
{
    add_char(b, '[');
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (i)
            add_char(b, ',');
        write_value(b, json_array_get(v, i));
    }
    add_char(b, ']');
}

static void write_value(struct buf *b, const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT: write_object(b, v); break;
    case JSON_ARRAY: write_array(b, v); break;
    case JSON_STRING: write_text(b, json_string_value(v), json_string_length(v), "\""); break;
    case JSON_INTEGER: write_integer(b, json_integer_value(v)); break;
    case JSON_REAL: write_real(b, v); break;
    case JSON_TRUE: add(b, "true", 4); break;
    case JSON_FALSE: add(b, "false", 5); break;
    case JSON_NULL: add(b, "null", 4); break;
    }
}

/* ---- member by member -------------------------------------------------------------------------------------------- */

struct jx_writer jx_writer(void)
{
    struct jx_writer w = { .b = buf_max(JX_MAX_BYTES), .depth = 0 };

    (void)buf_reserve(&w.b, USUAL);
    return w;
}

static void bug(const char *what)
{
    fprintf(stderr, "lib/jx_write: %s\n", what);
    abort();
}

/* What stands before a value. */
static void begin(struct jx_writer *w, const char *key)
{
    bool comma = w->b.len > (w->depth ? w->open[w->depth - 1].start : 0);
    size_t n = key ? strlen(key) : 0;
    char *at = room(&w->b, comma + (key ? n + sizeof("\"\":") - 1 : 0));

    if (comma)
        *at++ = ',';
    if (!key)
        return;
    *at++ = '"';
    at = mempcpy(at, key, n);
    *at++ = '"';
    *at = ':';
}

void jx_open(struct jx_writer *w, const char *key, char bracket)
{
    size_t before = w->b.len;

    if (w->depth == JX_WRITER_DEPTH)
        bug("too deep");
    begin(w, key);
    add_char(&w->b, bracket);
    w->open[w->depth].before = before;
    w->open[w->depth].start = w->b.len;
    w->open[w->depth++].close = bracket == '{' ? '}' : ']';
}

void jx_close(struct jx_writer *w)
{
    if (!w->depth)
        bug("nothing is open");
    add_char(&w->b, w->open[--w->depth].close);
}

void jx_close_unless_empty(struct jx_writer *w)
{
    if (!w->depth || w->b.len > w->open[w->depth - 1].start)
        jx_close(w);
    else
        buf_cut(&w->b, w->open[--w->depth].before);
}

void jx_write_text(struct jx_writer *w, const char *key, const char *text)
{
    if (!text)
        return;
    begin(w, key);
    write_text(&w->b, text, strlen(text), "\"");
}

void jx_write_int(struct jx_writer *w, const char *key, struct jx_opt_int i)
{
    if (!i.set)
        return;
    begin(w, key);
    write_integer(&w->b, i.value);
}

void jx_write_bool(struct jx_writer *w, const char *key, struct jx_opt_bool b)
{
    if (!b.set)
        return;
    begin(w, key);
    add(&w->b, b.value ? "true" : "false", b.value ? 4 : 5);
}

void jx_write_doc(struct jx_writer *w, const char *key, const json_t *doc)
{
    if (!doc)
        return;
    begin(w, key);
    write_value(&w->b, doc);
}

char *jx_written(struct jx_writer *w)
{
    if (w->depth)
        bug("something is still open");
    return buf_take(&w->b);
}

/* ---- whole trees -------------------------------------------------------------------------------------------------- */

char *jx_dump(const json_t *doc)
{
    struct buf b = buf_max(SIZE_MAX / 2);

    write_value(&b, doc);
    return buf_take(&b);
}

static int take_text(const char *bytes, size_t n, void *buf)
{
    add(buf, bytes, n);
    return 0;
}

/* Not json_dumps(): its text is where jansson's values are, which may be an arena. */
char *jx_dump_as(const json_t *doc, size_t flags)
{
    struct buf b = buf_max(SIZE_MAX / 2);

    if (json_dump_callback(doc, take_text, &b, flags | JSON_ENCODE_ANY) < 0)
        abort();
    return buf_take(&b);
}

char *jx_dump_pretty(const json_t *doc) { return jx_dump_as(doc, JSON_SORT_KEYS | JSON_INDENT(2)); }
