/* SPDX-License-Identifier: Apache-2.0 */
/* Writing YAML: block style, lists not indented, as kubectl prints it.  What is written reads back as the same tree,
 * here and with other readers of YAML 1.1 and 1.2. */
#include "lib/buf.h"
#include "lib/jx_yaml.h"
#include "lib/yaml_scalar.h"
#include <ctype.h>
#include <stdint.h>

enum {
    DUMP_MAX = 8 * JX_MAX_BYTES, /* escapes make up to four bytes of one; indentation the rest */
    SIMPLE_KEY_MAX = 512,        /* YAML allows 1024 characters before the colon */
};

static void value(struct buf *out, const json_t *v, int indent);
static void block(struct buf *out, const json_t *v, int indent, bool started);

static void spaces(struct buf *out, int n) { (void)buf_addf(out, "%*s", n, ""); }

/* The code point at *s, which is valid UTF-8; moves on behind it. */
static unsigned decode(const char **s)
{
    const unsigned char *b = (const unsigned char *)*s;
    int n = b[0] < 0x80 ? 1 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    unsigned code = n == 1 ? b[0] : b[0] & (0xffu >> (n + 1));

    for (int i = 1; i < n; i++)
        code = code << 6 | (b[i] & 0x3fu);
    *s += n;
    return code;
}

/* Can it stand in a file as it is? */
static bool printable(unsigned code)
{
    return (code >= 0x20 && code < 0x7f) ||
           (code > 0xa0 && code != 0x2028 && code != 0x2029 && code != 0xfeff && (code & 0xfffe) != 0xfffe);
}

static void double_quoted(struct buf *out, const char *s)
{
    (void)buf_adds(out, "\"");
    while (*s) {
        const char *start = s;
        unsigned code = decode(&s);

        if (code == '"' || code == '\\')
            (void)buf_addf(out, "\\%c", (int)code);
        else if (printable(code))
            (void)buf_add(out, start, (size_t)(s - start));
        else if (code == '\n' || code == '\t')
            (void)buf_adds(out, code == '\n' ? "\\n" : "\\t");
        else
            (void)buf_addf(out, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
    }
    (void)buf_adds(out, "\"");
}

static bool plain_allowed(const char *s)
{
    size_t n = strlen(s);
    json_auto_t *read = NULL;

    if (!n || strchr("-?:,[]{}#&*!|>'\"%@`~=< ", *s) || s[n - 1] == ' ' || s[n - 1] == ':')
        return false;
    if (*s == '.' && !isalpha((unsigned char)s[1])) /* "..." ends a document */
        return false;
    if (strstr(s, ": ") || strstr(s, " #"))
        return false;
    for (const char *at = s; *at; at++)
        if (*at < 0x20 || *at > 0x7e)
            return false;
    if (yaml_plain_ambiguous(s))
        return false;
    read = yaml_plain(s, n);
    return json_is_string(read);
}

/* The text as a literal block keeps its shape; only its first line must not begin with white space. */
static bool literal_allowed(const char *s)
{
    if (!strchr(s, '\n') || strchr(" \t\n", *s))
        return false;
    while (*s) {
        unsigned code = decode(&s);

        if (!printable(code) && code != '\n' && code != '\t')
            return false;
    }
    return true;
}

static void literal(struct buf *out, const char *s, int indent)
{
    size_t n = strlen(s);
    bool ends = s[n - 1] == '\n', more = ends && n > 1 && s[n - 2] == '\n';

    (void)buf_adds(out, !ends ? "|-\n" : more ? "|+\n" : "|\n");
    while (*s) {
        size_t line = strcspn(s, "\n");

        if (line)
            spaces(out, indent);
        (void)buf_add(out, s, line);
        (void)buf_adds(out, "\n");
        s += line + (s[line] == '\n');
    }
}

static void string(struct buf *out, const char *s, int indent)
{
    if (literal_allowed(s)) {
        literal(out, s, indent);
        return;
    }
    if (plain_allowed(s))
        (void)buf_adds(out, s);
    else
        double_quoted(out, s);
    (void)buf_adds(out, "\n");
}

static void key(struct buf *out, const char *s, int indent)
{
    size_t start = out->len;

    if (plain_allowed(s))
        (void)buf_adds(out, s);
    else
        double_quoted(out, s);
    if (out->len - start > SIMPLE_KEY_MAX) { /* cannot be told from a value without a mark */
        CLEAN(free) char *text = x_strdup(out->data + start);

        out->len = start;
        (void)buf_addf(out, "? %s\n", text);
        spaces(out, indent);
    }
    (void)buf_adds(out, ":");
}

static bool is_empty(const json_t *v) { return json_object_size(v) == 0 && json_array_size(v) == 0; }

/* What stands behind "key:": a scalar on the same line, a collection below. */
static void behind_key(struct buf *out, const json_t *v, int indent)
{
    bool below = !is_empty(v);

    (void)buf_adds(out, below ? "\n" : " ");
    if (below)
        block(out, v, json_is_array(v) ? indent : indent + 2, false);
    else
        value(out, v, indent + 2);
}

/* A collection that is not empty. 'started': its first line already stands at the right column. */
static void block(struct buf *out, const json_t *v, int indent, bool started)
{
    const char *name;
    const json_t *child;
    size_t i;

    json_object_foreach ((json_t *)(uintptr_t)v, name, child) {
        spaces(out, started ? 0 : indent);
        started = false;
        key(out, name, indent);
        behind_key(out, child, indent);
    }
    json_array_foreach (v, i, child) {
        spaces(out, started ? 0 : indent);
        started = false;
        (void)buf_adds(out, "- ");
        value(out, child, indent + 2);
    }
}

static void value(struct buf *out, const json_t *v, int indent)
{
    CLEAN(free) char *text = NULL;

    if (json_is_string(v)) {
        string(out, json_string_value(v), indent);
    } else if (!is_empty(v)) {
        block(out, v, indent, true);
    } else {
        text = jx_dump_as(v, 0); /* {}, [], numbers and words are the same in YAML */
        (void)buf_addf(out, "%s\n", text);
    }
}

char *jx_yaml_dump(const json_t *doc)
{
    struct buf out = buf_max(DUMP_MAX);

    value(&out, doc, json_is_string(doc) ? 2 : 0);
    if (out.overflow)
        abort();
    return buf_take(&out);
}
