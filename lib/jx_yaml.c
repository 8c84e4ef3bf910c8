/* SPDX-License-Identifier: Apache-2.0 */
/* Reading YAML; the only user of libyaml.  One pass over the parser's events builds the tree; what a document may
 * cost is bounded before it is built: bytes, depth, and what aliases copy. */
#include "lib/jx_yaml.h"
#include "lib/table.h"
#include "lib/yaml_scalar.h"
#include <stdarg.h>
#include <stdint.h>
#include <yaml.h>

/* What all aliases of a stream may add: far more than people write, far less than a "billion laughs" needs. */
enum { ALIAS_MAX_NODES = 50000, ALIAS_MAX_BYTES = 4 << 20 };

struct reader {
    const char *bytes, *end; /* the whole stream */
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    json_t *anchors;    /* of this document: name → finished node */
    size_t alias_nodes, alias_bytes;
    struct err *e;
};

static void reader_close(struct reader *r)
{
    yaml_event_delete(&r->event);
    yaml_parser_delete(&r->parser);
    json_decref(r->anchors);
}
static void reader_close_clean(struct reader *r) { reader_close(r); }

/* Always NULL. Never quotes the document: it may be a Secret. */
static json_t *fail(struct reader *r, const char *fmt, ...) PRINTF(2, 3);
static json_t *fail(struct reader *r, const char *fmt, ...)
{
    CLEAN(free) char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = x_vasprintf(fmt, ap);
    va_end(ap);
    err_set(r->e, ERR_INVALID, "not valid YAML at line %zu, column %zu: %s", r->event.start_mark.line + 1,
            r->event.start_mark.column + 1, text);
    return NULL;
}

/* The number of the last line up to 'last' that is indented with a tab, which libyaml calls anything else; 0 when neither that one nor
 * the one before it is. */
static size_t tab_line(const struct reader *r, size_t last)
{
    const char *line = r->bytes;
    size_t found = 0;

    for (size_t n = 1; n <= last && line < r->end; n++) {
        const char *end = memchr(line, '\n', (size_t)(r->end - line)), *text = line;

        while (text < r->end && *text == ' ')
            text++;
        if (text < r->end && *text == '\t' && n + 1 >= last)
            found = n;
        line = end ? end + 1 : r->end;
    }
    return found;
}

static int not_yaml(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    size_t line = p->problem_mark.line + 1, tab = tab_line(r, line);

    if (tab)
        return err_set(r->e, ERR_INVALID, "not valid YAML: line %zu begins with a tab; indent with spaces",
                       tab);
    return err_set(r->e, ERR_INVALID, "not valid YAML at line %zu, column %zu: %s%s%s", line,
                   p->problem_mark.column + 1, p->problem ? p->problem : "out of memory",
                   p->context ? ", " : "", p->context ? p->context : "");
}

static int next(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;

    yaml_event_delete(&r->event);
    if (yaml_parser_parse(&r->parser, &r->event))
        return 0;
    r->event.type = YAML_NO_EVENT;
    if (p->error == YAML_READER_ERROR)
        return err_set(r->e, ERR_INVALID, "not valid YAML at byte %zu: %s", p->problem_offset, p->problem);
    return not_yaml(r);
}

/* ---- scalars --------------------------------------------------------------------------------------------------- */

enum { TAG_NONE = 1, TAG_STR, TAG_INT, TAG_FLOAT, TAG_BOOL, TAG_NULL, TAG_MAP, TAG_SEQ };

static const struct table_name tags[] = {
    { "!", TAG_STR },
    { YAML_STR_TAG, TAG_STR },
    { YAML_INT_TAG, TAG_INT },
    { YAML_FLOAT_TAG, TAG_FLOAT },
    { YAML_BOOL_TAG, TAG_BOOL },
    { YAML_NULL_TAG, TAG_NULL },
    { YAML_MAP_TAG, TAG_MAP },
    { YAML_SEQ_TAG, TAG_SEQ },
    { NULL, 0 },
};

static int tag_of(struct reader *r, const yaml_char_t *tag)
{
    int value = tag ? table_value(tags, (const char *)tag) : TAG_NONE;

    if (!value)
        fail(r, "tags such as !custom are not supported; remove the tag");
    return value;
}

static bool tag_fits(int tag, const json_t *v)
{
    return tag == TAG_NONE || (tag == TAG_INT && json_is_integer(v)) ||
           (tag == TAG_FLOAT && json_is_number(v)) || (tag == TAG_BOOL && json_is_boolean(v)) ||
           (tag == TAG_NULL && json_is_null(v));
}

static json_t *scalar(struct reader *r)
{
    const char *text = (const char *)r->event.data.scalar.value;
    size_t n = r->event.data.scalar.length;
    int tag = tag_of(r, r->event.data.scalar.tag);
    bool quoted = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    json_t *v;

    if (!tag)
        return NULL;
    if (memchr(text, '\0', n))
        return fail(r, "a string holds a NUL character");
    if (tag == TAG_STR || (tag == TAG_NONE && quoted))
        return json_stringn(text, n);
    v = yaml_plain(text, n);
    if (!v)
        return fail(r, ".inf and .nan are no JSON numbers");
    if (tag_fits(tag, v))
        return v;
    json_decref(v);
    return fail(r, "the value does not fit its tag");
}

/* ---- aliases --------------------------------------------------------------------------------------------------- */

static bool weigh(struct reader *r, const json_t *v, int depth)
{
    const char *key;
    const json_t *child;
    size_t i;

    if (depth > JX_MAX_DEPTH || ++r->alias_nodes > ALIAS_MAX_NODES)
        return false;
    r->alias_bytes += json_string_length(v);
    if (r->alias_bytes > ALIAS_MAX_BYTES)
        return false;
    json_object_foreach ((json_t *)(uintptr_t)v, key, child) {
        r->alias_bytes += strlen(key);
        if (!weigh(r, child, depth + 1))
            return false;
    }
    json_array_foreach (v, i, child)
        if (!weigh(r, child, depth + 1))
            return false;
    return true;
}

/* A copy, so that changing one place of the tree never changes another. */
static json_t *alias(struct reader *r, int depth)
{
    const json_t *target = json_object_get(r->anchors, (const char *)r->event.data.alias.anchor);

    if (!target)
        return fail(r, "the alias stands before the end of what it refers to, or that does not exist");
    if (!weigh(r, target, depth))
        return fail(r, "aliases make the document too large or too deep");
    return json_deep_copy(target);
}

/* ---- collections ----------------------------------------------------------------------------------------------- */

static json_t *node(struct reader *r, int depth);

/* kubectl makes a string of what a plain key means, so that "on" becomes "true", and 010 "8". Whoever writes that has not meant it. */
static bool key_stays(struct reader *r, const char *text)
{
    json_auto_t *means = yaml_plain(text, strlen(text));

    if (means && yaml_plain_keeps(text, means))
        return true;
    if (json_is_null(means))
        fail(r, "the key %s means null, which kubectl refuses; put it in quotes", text);
    else if (json_is_boolean(means))
        fail(r, "kubectl reads the key %s as the boolean %s; put it in quotes", text,
             json_is_true(means) ? "true" : "false");
    else
        fail(r, "kubectl reads the key as a number, which it may write another way; put it in quotes");
    return false;
}

static char *key_text(struct reader *r)
{
    const char *text = (const char *)r->event.data.scalar.value;
    int tag;

    if (r->event.type != YAML_SCALAR_EVENT) {
        fail(r, "a key must be a string");
        return NULL;
    }
    if (r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && (!*text || !strcmp(text, "<<"))) {
        fail(r, *text ? "merge keys (<<) are not supported; write the fields out"
                      : "a key is missing before \":\"");
        return NULL;
    }
    tag = tag_of(r, r->event.data.scalar.tag);
    if (!tag)
        return NULL;
    if (strlen(text) != r->event.data.scalar.length) {
        fail(r, "a key holds a NUL character");
        return NULL;
    }
    if (r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag != TAG_STR && !key_stays(r, text))
        return NULL;
    return x_strdup(text);
}

static json_t *mapping(struct reader *r, int depth)
{
    json_auto_t *map = json_object();

    for (;;) {
        CLEAN(free) char *key = NULL;
        json_t *v;

        if (next(r) < 0)
            return NULL;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            return TAKE(map);
        key = key_text(r);
        if (!key)
            return NULL;
        if (json_object_get(map, key))
            return fail(r, "the key stands there a second time");
        v = next(r) < 0 ? NULL : node(r, depth + 1);
        if (!v)
            return NULL;
        jx_set(map, key, v);
    }
}

static json_t *sequence(struct reader *r, int depth)
{
    json_auto_t *list = json_array();

    for (;;) {
        json_t *v;

        if (next(r) < 0)
            return NULL;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return TAKE(list);
        v = node(r, depth + 1);
        if (!v)
            return NULL;
        jx_append(list, v);
    }
}

static json_t *collection(struct reader *r, int depth)
{
    bool map = r->event.type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *tag = map ? r->event.data.mapping_start.tag : r->event.data.sequence_start.tag;
    int value = tag_of(r, tag);

    if (!value)
        return NULL;
    if (value != TAG_NONE && value != (map ? TAG_MAP : TAG_SEQ))
        return fail(r, "the value does not fit its tag");
    if (depth > JX_MAX_DEPTH)
        return fail(r, "deeper than %d levels", JX_MAX_DEPTH);
    return map ? mapping(r, depth) : sequence(r, depth);
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return event->data.scalar.anchor;
    return event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.anchor
                                                   : event->data.sequence_start.anchor;
}

/* The current event starts a node; afterwards it is the node's last. */
static json_t *node(struct reader *r, int depth)
{
    CLEAN(free) char *anchor = NULL;
    json_t *v;

    if (r->event.type == YAML_ALIAS_EVENT)
        return alias(r, depth);
    if (anchor_of(&r->event))
        anchor = x_strdup((const char *)anchor_of(&r->event));
    v = r->event.type == YAML_SCALAR_EVENT ? scalar(r) : collection(r, depth);
    if (v && anchor)
        jx_share(r->anchors, anchor, v);
    return v;
}

/* ---- documents ------------------------------------------------------------------------------------------------- */

static int document(struct reader *r, json_t *documents)
{
    json_t *v;

    json_object_clear(r->anchors);
    v = next(r) < 0 ? NULL : node(r, 1);
    if (!v)
        return -1;
    if (json_is_null(v))
        json_decref(v);
    else
        jx_append(documents, v);
    return next(r); /* its end */
}

static json_t *all_documents(struct reader *r)
{
    json_auto_t *documents = json_array();

    for (;;) {
        if (next(r) < 0)
            return NULL;
        if (r->event.type == YAML_STREAM_END_EVENT)
            return TAKE(documents);
        if (r->event.type == YAML_DOCUMENT_START_EVENT && document(r, documents) < 0)
            return NULL;
    }
}

/* JSON is not quite YAML (tabs, escaped surrogate pairs): what is JSON is read as JSON. */
static json_t *as_json(const char *bytes, size_t n)
{
    size_t blank = 0;
    json_t *doc;

    while (blank < n && strchr(" \t\r\n", bytes[blank]) && bytes[blank])
        blank++;
    if (blank == n || bytes[blank] != '{')
        return NULL;
    doc = jx_parse(bytes, n, NULL);
    return doc ? json_pack("[o]", doc) : NULL;
}

json_t *jx_yaml_parse(const char *bytes, size_t n, struct err *e)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors begin a file with it */
    size_t skip = n >= strlen(mark) && !memcmp(bytes, mark, strlen(mark)) ? strlen(mark) : 0;
    CLEAN(reader_close) struct reader r = { .bytes = bytes + skip, .end = bytes + n, .e = e };
    json_t *documents;

    if (n > JX_MAX_BYTES) {
        err_set(e, ERR_INVALID, "YAML is larger than %d bytes", JX_MAX_BYTES);
        return NULL;
    }
    documents = as_json(r.bytes, n - skip);
    if (documents)
        return documents;
    if (!yaml_parser_initialize(&r.parser))
        abort();
    r.anchors = json_object();
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)r.bytes, n - skip);
    return all_documents(&r);
}
