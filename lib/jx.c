/* SPDX-License-Identifier: Apache-2.0 */
/* Building and reading JSON documents. */
#include "lib/jx.h"
#include "lib/buf.h"
#include <stdarg.h>
#include <stdint.h>

json_t *jx_pack_at(const char *file, int line, const char *fmt, ...)
{
    json_error_t error;
    json_t *doc;
    va_list ap;

    va_start(ap, fmt);
    doc = json_vpack_ex(&error, 0, fmt, ap);
    va_end(ap);
    if (!doc) {
        fprintf(stderr, "%s:%d: jx_pack(\"%s\"): %s\n", file, line, fmt, error.text);
        abort();
    }
    return doc;
}

struct jx_member jx_s(const char *key, const char *text)
{
    json_t *value = text ? json_string_nocheck(text) : NULL;

    if (text && !value)
        abort();
    return (struct jx_member){ key, value };
}

void jx_add_to(json_t *object, const struct jx_member members[])
{
    for (; members->key; members++)
        if (members->value && json_object_set_new_nocheck(object, members->key, members->value) < 0)
            abort();
}

json_t *jx_object_of(const struct jx_member members[])
{
    json_t *object = json_object();

    if (!object)
        abort();
    jx_add_to(object, members);
    return object;
}

void jx_set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0)
        abort();
}

void jx_share(json_t *object, const char *key, const json_t *value)
{
    union {
        const json_t *in;
        json_t *out;
    } shared = { .in = value }; /* jansson counts references in a value it shares */

    if (json_object_set(object, key, shared.out) < 0)
        abort();
}

void jx_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) < 0)
        abort();
}

/* Length of the valid UTF-8 sequence at 's' (at most 'n' bytes), 0 when there is none. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    size_t len = s[0] < 0x80             ? 1
                 : (s[0] & 0xe0) == 0xc0 ? 2
                 : (s[0] & 0xf0) == 0xe0 ? 3
                 : (s[0] & 0xf8) == 0xf0 ? 4
                                         : 0;
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned code;

    if (len == 0 || len > n)
        return 0;
    code = len == 1 ? s[0] : s[0] & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    if (code == 0 || code < least[len] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    return len;
}

json_t *jx_textn(const char *s, size_t n)
{
    json_t *clean = json_stringn(s, n);
    CLEAN(buf_free) struct buf mended = buf_max(SIZE_MAX / 2);

    if (clean && !memchr(s, '\0', n))
        return clean;
    json_decref(clean);
    for (size_t i = 0; i < n;) {
        size_t len = utf8_length((const unsigned char *)s + i, n - i);

        (void)(len ? buf_add(&mended, s + i, len) : buf_adds(&mended, "\xef\xbf\xbd"));
        i += len ? len : 1;
    }
    clean = json_string(buf_text(&mended));
    if (!clean)
        abort();
    return clean;
}

json_t *jx_text(const char *s) { return jx_textn(s, strlen(s)); }

size_t jx_cut(const char *s, size_t n)
{
    size_t length = strnlen(s, n + 1);

    if (length <= n)
        return length;
    while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}

bool jx_lists(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *one = json_string_value(json_array_get(list, i));

        if (one && !strcmp(one, text))
            return true;
    }
    return false;
}

json_t *jx_at(const json_t *doc, const char *path)
{
    json_t *at = NULL;

    while (doc) {
        size_t n = (size_t)(strchrnul(path, '.') - path);

        at = json_object_getn(doc, path, n);
        if (!path[n])
            return at;
        path += n + 1;
        doc = at;
    }
    return NULL;
}

const char *jx_str(const json_t *doc, const char *path, const char *otherwise)
{
    const char *s = json_string_value(jx_at(doc, path));
    return s ? s : otherwise;
}

json_int_t jx_int(const json_t *doc, const char *path, json_int_t otherwise)
{
    const json_t *v = jx_at(doc, path);
    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

bool jx_bool(const json_t *doc, const char *path, bool otherwise)
{
    const json_t *v = jx_at(doc, path);
    return json_is_boolean(v) ? json_is_true(v) : otherwise;
}

json_t *jx_make_object(json_t *doc, const char *key)
{
    json_t *at = json_object_get(doc, key);

    if (!json_is_object(at)) {
        at = json_object();
        jx_set(doc, key, at);
    }
    return at;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **jx_keys(const json_t *object, size_t *ret_n)
{
    const char **keys = x_alloc(json_object_size(object) * sizeof(*keys)), *key;
    size_t n = 0;
    json_t *v;

    json_object_foreach ((json_t *)(uintptr_t)object, key, v)
        keys[n++] = key;
    qsort(keys, n, sizeof(*keys), by_bytes);
    *ret_n = n;
    return keys;
}

/* jansson itself allows 2048 levels; a scan that ignores brackets inside strings is enough to refuse earlier. */
static bool too_deep(const char *bytes, size_t n)
{
    int depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];

        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[') && ++depth > JX_MAX_DEPTH)
            return true;
        else if (!quoted && (c == '}' || c == ']'))
            depth--;
    }
    return false;
}

json_t *jx_parse(const char *bytes, size_t n, struct err *e)
{
    json_error_t error;
    json_t *doc;

    if (n > JX_MAX_BYTES || too_deep(bytes, n)) {
        err_set(e, ERR_INVALID, "JSON is larger than %d bytes or deeper than %d levels", JX_MAX_BYTES,
                JX_MAX_DEPTH);
        return NULL;
    }
    doc = json_loadb(bytes, n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (!doc) /* error.text may quote the document, which may be a secret: tell the place only */
        err_set(e, ERR_INVALID, "not valid JSON at line %d, column %d", error.line, error.column);
    return doc;
}
