/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/selector.h"
#include <ctype.h>

enum operator{ OP_IN, OP_NOT_IN, OP_EXISTS, OP_MISSING };

struct requirement {
    bool field;
    char *key;
    enum operator op;
    json_t *values; /* array of strings */
};

/* Longer selectors than this are not written by anybody. */
enum { MAX_REQUIREMENTS = 64 };

struct selector {
    struct requirement requirement[MAX_REQUIREMENTS];
    size_t n;
};

void selector_free(struct selector *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        free(s->requirement[i].key);
        json_decref(s->requirement[i].values);
    }
    free(s);
}

bool selector_empty(const struct selector *s) { return !s || s->n == 0; }

static const char *skip_space(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* A key or value: everything up to a character with a meaning. Returns its length. */
static size_t word_length(const char *at) { return strcspn(at, "=!,() \t"); }

static struct requirement *add(struct selector *s, const char *key, size_t n, enum operator op)
{
    struct requirement *r;

    if (s->n == MAX_REQUIREMENTS)
        return NULL;
    r = &s->requirement[s->n++];
    *r = (struct requirement){ .key = x_strndup(key, n), .op = op, .values = json_array() };
    return r;
}

/* "(a, b)" into r->values; NULL when malformed. */
static const char *parse_set(const char *at, struct requirement *r)
{
    at = skip_space(at);
    if (*at++ != '(')
        return NULL;
    for (;;) {
        size_t n;

        at = skip_space(at);
        n = word_length(at);
        jx_append(r->values, jx_textn(at, n));
        at = skip_space(at + n);
        if (*at == ')')
            return at + 1;
        if (*at++ != ',')
            return NULL;
    }
}

static const struct {
    const char *text;
    enum operator op;
} comparisons[] = { { "==", OP_IN }, { "=", OP_IN }, { "!=", OP_NOT_IN } };

static const struct {
    const char *text;
    enum operator op;
} set_words[] = { { "in", OP_IN }, { "notin", OP_NOT_IN } };

/* What follows the key of a requirement; NULL when malformed. */
static const char *parse_tail(const char *at, struct requirement *r)
{
    size_t n;

    at = skip_space(at);
    if (!*at || *at == ',')
        return at;
    for (size_t i = 0; i < ARRAY_LENGTH(comparisons); i++) {
        if (strncmp(at, comparisons[i].text, strlen(comparisons[i].text)) != 0)
            continue;
        at = skip_space(at + strlen(comparisons[i].text));
        n = word_length(at);
        r->op = comparisons[i].op;
        jx_append(r->values, jx_textn(at, n));
        return skip_space(at + n);
    }
    n = word_length(at);
    for (size_t i = 0; i < ARRAY_LENGTH(set_words); i++) {
        if (strlen(set_words[i].text) == n && !strncmp(at, set_words[i].text, n)) {
            r->op = set_words[i].op;
            at = parse_set(at + n, r);
            return at ? skip_space(at) : NULL;
        }
    }
    return NULL;
}

static const char *parse_one(struct selector *s, const char *at, bool field)
{
    struct requirement *r;
    bool missing = *at == '!';
    size_t n;

    at = skip_space(missing ? at + 1 : at);
    n = word_length(at);
    r = n ? add(s, at, n, missing ? OP_MISSING : OP_EXISTS) : NULL;
    if (!r)
        return NULL;
    r->field = field;
    at = missing ? skip_space(at + n) : parse_tail(at + n, r);
    if (at && field && json_array_size(r->values) == 0)
        return NULL;
    return at;
}

static int parse_list(struct selector *s, const char *text, bool field, struct err *e)
{
    const char *at = skip_space(text);

    while (*at) {
        at = parse_one(s, at, field);
        if (!at || (*at && *at != ','))
            return err_set(e, ERR_INVALID,
                           field ? "invalid selector: '%.200s'" : "unable to parse requirement: '%.200s'",
                           text);
        if (*at)
            at = skip_space(at + 1);
    }
    return 0;
}

static bool listed(const char *words, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = words; at && *at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
        if (strcspn(at, " ") == n && !strncmp(at, word, n))
            return true;
    return false;
}

/* The server has no index for other fields, and says so rather than search. */
static int check_fields(const struct selector *s, const struct kind *kind, struct err *e)
{
    for (size_t i = 0; i < s->n; i++) {
        const char *key = s->requirement[i].key;

        if (s->requirement[i].field && !listed("metadata.name metadata.namespace", key) &&
            !listed(kind->field_labels, key))
            return err_set(e, ERR_INVALID, "field label not supported: %.200s", key);
    }
    return 0;
}

struct selector *selector_parse(const struct kind *kind, const char *labels, const char *fields,
                                struct err *e)
{
    CLEAN(selector_free) struct selector *s = x_alloc(sizeof(*s));

    if (parse_list(s, labels, false, e) < 0 || parse_list(s, fields, true, e) < 0 ||
        check_fields(s, kind, e) < 0)
        return NULL;
    return TAKE(s);
}

static bool is_one_of(const json_t *values, const char *text)
{
    const json_t *value;
    size_t i;

    json_array_foreach (values, i, value) {
        if (!strcmp(json_string_value(value), text))
            return true;
    }
    return false;
}

/* The value a requirement is about, NULL when the object has none. Fields that are absent read as "". */
static const char *subject(const struct requirement *r, const json_t *doc)
{
    const json_t *value;

    if (!r->field)
        return json_string_value(json_object_get(jx_at(doc, "metadata.labels"), r->key));
    value = jx_at(doc, r->key);
    if (!strcmp(r->key, "source")) /* of events, the only kind that has it: who tells */
        return jx_str(value, "component", jx_str(doc, "reportingComponent", ""));
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    return json_is_string(value) ? json_string_value(value) : "";
}

static bool meets(const struct requirement *r, const json_t *doc)
{
    const char *text = subject(r, doc);

    switch (r->op) {
    case OP_IN: return text && is_one_of(r->values, text);
    case OP_NOT_IN: return !text || !is_one_of(r->values, text);
    case OP_EXISTS: return text != NULL;
    case OP_MISSING: return text == NULL;
    }
    return false;
}

bool selector_match(const struct selector *s, const json_t *doc)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (!meets(&s->requirement[i], doc))
            return false;
    return true;
}
