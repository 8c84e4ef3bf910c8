/* SPDX-License-Identifier: Apache-2.0 */
/* Masking of secret values. */
#include "provider/exec/mask.h"
#include "lib/buf.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/exec/contains.h"
#include "provider/exec/document.h"
#include "provider/exec/jq_token.h"
#include "provider/exec/serialize.h"
#include "provider/exec/template.h"
#include <ctype.h>
#include <stdint.h>

enum {
    LONG = 16, /* bytes: a value this long is no word that stands in a text by chance */
    WORD = 8,  /* shorter values are replaced in plain text only where they stand alone */
};

struct mask {
    char *text, *placeholder;
    bool whole_only; /* a number: only where it is a whole token */
    json_t *object;  /* NULL = a text */
};

struct masks {
    struct mask *all;
    size_t n;
};

struct masks *masks_new(void) { return x_alloc(sizeof(struct masks)); }

void masks_free(struct masks *m)
{
    for (size_t i = 0; m && i < m->n; i++) {
        free(m->all[i].text);
        free(m->all[i].placeholder);
        json_decref(m->all[i].object);
    }
    if (m)
        free(m->all);
    free(m);
}

static int longest_first(const void *a, const void *b)
{
    size_t x = strlen(((const struct mask *)a)->text), y = strlen(((const struct mask *)b)->text);

    return x < y ? 1 : x > y ? -1 : 0;
}

static void add(struct masks *m, struct mask mask)
{
    m->all = x_realloc(m->all, (m->n + 1) * sizeof(*m->all));
    m->all[m->n++] = mask;
    qsort(m->all, m->n, sizeof(*m->all), longest_first);
}

/* The other spellings under which a long text may stand in a response: in base64, and escaped in JSON
 * inside a string. */
static void add_spellings(struct masks *m, const char *text, const char *placeholder)
{
    CLEAN(buf_free) struct buf escaped = buf_max(SIZE_MAX / 2);

    if (strlen(text) < LONG)
        return;
    template_escape(&escaped, text);
    add(m, (struct mask){ .text = crypto_base64(text, strlen(text)), .placeholder = x_strdup(placeholder) });
    if (strcmp(buf_text(&escaped), text) != 0)
        add(m, (struct mask){ .text = buf_take(&escaped), .placeholder = x_strdup(placeholder) });
}

void masks_add(struct masks *m, const json_t *value, const char *placeholder)
{
    struct mask mask = { .text = NULL };

    if (json_is_string(value) && json_string_length(value))
        mask.text = x_strdup(json_string_value(value));
    else if (json_is_number(value))
        mask = (struct mask){ .text = serialize_plain_number(json_number_value(value)), .whole_only = true };
    else if (json_is_object(value) && json_object_size(value))
        mask = (struct mask){ .text = serialize(value), .object = json_incref((json_t *)(uintptr_t)value) };
    if (!mask.text)
        return;
    mask.placeholder = x_strdup(placeholder);
    add_spellings(m, mask.text, placeholder);
    add(m, mask);
}

/* ---- plain texts --------------------------------------------------------------------------------------- */

static bool stands_alone(const char *text, const char *at, size_t n)
{
    return (at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[n]);
}

/* Every occurrence of at least 'least' bytes; shorter ones when they stand alone, if 'words'. */
static char *replace(const char *text, const struct mask *mask, size_t least, bool words)
{
    CLEAN(buf_free) struct buf out = buf_max(SIZE_MAX / 2);
    size_t n = strlen(mask->text);
    const char *from = text;

    if (n < least && !words)
        return x_strdup(text);
    for (const char *at = strstr(text, mask->text); at; at = strstr(at, mask->text)) {
        if (n >= least || stands_alone(text, at, n)) {
            (void)buf_add(&out, from, (size_t)(at - from));
            (void)buf_adds(&out, mask->placeholder);
            from = at + n;
        }
        at += n;
    }
    (void)buf_adds(&out, from);
    return buf_take(&out);
}

static char *replace_all(const struct masks *m, const char *text, size_t least, bool words)
{
    char *out = x_strdup(text);

    for (size_t i = 0; i < m->n; i++) {
        CLEAN(free) char *before = out;

        out = replace(before, &m->all[i], least, words);
    }
    return out;
}

char *masks_header(struct masks *m, const char *value) { return replace_all(m, value, 1, false); }

char *mask_known(const json_t *values, const char *text)
{
    CLEAN(masks_free) struct masks *m = masks_new();
    const json_t *value;
    const char *placeholder;

    json_object_foreach ((json_t *)(uintptr_t)values, placeholder, value)
        masks_add(m, value, placeholder);
    return replace_all(m, text, WORD, false);
}

/* ---- JSON ---------------------------------------------------------------------------------------------- */

static const struct mask *mask_of_string(const struct masks *m, const char *text)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->all[i].text, text) == 0)
            return &m->all[i];
    return NULL;
}

static const struct mask *mask_of_number(const struct masks *m, double d)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->all[i].whole_only && strtod(m->all[i].text, NULL) == d)
            return &m->all[i];
    return NULL;
}

static void add_quoted(struct buf *out, const char *text)
{
    json_auto_t *string = jx_text(text);
    CLEAN(free) char *quoted = jx_dump(string);

    (void)buf_adds(out, quoted);
}

/* A string token of valid JSON; an object's key stays. */
static void add_string(struct buf *out, const struct masks *m, const struct jq_token *token)
{
    json_auto_t *string = token->key ? NULL : json_loadb(token->text, token->len, JSON_DECODE_ANY, NULL);
    const char *text = json_string_value(string);
    const struct mask *mask = text ? mask_of_string(m, text) : NULL;
    CLEAN(free) char *masked = text && !mask ? replace_all(m, text, LONG, false) : NULL;

    if (mask)
        add_quoted(out, mask->placeholder);
    else if (masked && strcmp(masked, text) != 0)
        add_quoted(out, masked);
    else
        (void)buf_add(out, token->text, token->len);
}

/* A number token; a minus before it is a token of its own. */
static void add_number(struct buf *out, const struct masks *m, const char *body, const struct jq_token *token)
{
    bool negative = token->text > body && token->text[-1] == '-';
    CLEAN(free) char *digits = x_strndup(token->text - negative, token->len + negative);
    const struct mask *mask = mask_of_number(m, strtod(digits, NULL));

    if (!mask) {
        (void)buf_add(out, token->text, token->len);
        return;
    }
    out->len -= negative;
    add_quoted(out, mask->placeholder);
}

static char *mask_tokens(const struct masks *m, const char *body)
{
    CLEAN(buf_free) struct buf out = buf_max(SIZE_MAX / 2);
    struct jq_lexer lexer = jq_lexer_on(body);
    const char *from = body;

    for (;;) {
        struct jq_token token = jq_lexer_next(&lexer);

        if (token.kind == JQ_TOKEN_END || token.kind == JQ_TOKEN_TOO_DEEP)
            break;
        (void)buf_add(&out, from, (size_t)(token.text - from));
        if (token.kind == JQ_TOKEN_STRING)
            add_string(&out, m, &token);
        else if (token.kind == JQ_TOKEN_NUMBER)
            add_number(&out, m, body, &token);
        else
            (void)buf_add(&out, token.text, token.len);
        from = token.text + token.len;
    }
    (void)buf_adds(&out, from);
    return buf_take(&out);
}

/* Replaces every sub-tree equal to 'mask'; how many. */
static size_t mask_objects(json_t *tree, const struct mask *mask)
{
    json_t *member;
    const char *key;
    size_t n = 0, i;
    void *next;

    json_object_foreach_safe (tree, next, key, member) {
        if (!json_same(member, mask->object)) {
            n += mask_objects(member, mask);
            continue;
        }
        jx_set(tree, key, jx_text(mask->placeholder));
        n++;
    }
    json_array_foreach (tree, i, member) {
        if (!json_same(member, mask->object)) {
            n += mask_objects(member, mask);
            continue;
        }
        (void)json_array_set_new(tree, i, jx_text(mask->placeholder));
        n++;
    }
    return n;
}

char *masks_body(struct masks *m, const char *body)
{
    json_auto_t *tree = jx_parse(body, strlen(body), NULL);
    CLEAN(free) char *text = NULL;
    size_t n = 0;

    if (!tree)
        return replace_all(m, body, WORD, true);
    for (size_t i = 0; i < m->n; i++)
        if (m->all[i].object && json_same(tree, m->all[i].object))
            return x_strdup(m->all[i].placeholder);
    for (size_t i = 0; i < m->n; i++)
        n += m->all[i].object ? mask_objects(tree, &m->all[i]) : 0;
    text = n ? serialize(tree) : x_strdup(body);
    return mask_tokens(m, text);
}
