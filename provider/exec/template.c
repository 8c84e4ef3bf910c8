/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders: finding, allowing, resolving. */
#include "provider/exec/template.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/exec/jq_token.h"
#include <stdint.h>

enum { TEXT_MAX = 64 << 20 };

/* ---- the pattern \{\{\s*([^:{}\s]+):([^:{}\s]+):([^:{}\s]+)\s*\}\} ------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }
static bool is_part(char c) { return c && c != ':' && c != '{' && c != '}' && !is_blank(c); }

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* Behind the three parts that start at 'at', or NULL. */
static const char *after_parts(const char *at, const char *end)
{
    for (int part = 0; part < 3; part++) {
        const char *from = at;

        while (at < end && is_part(*at))
            at++;
        if (at == from)
            return NULL;
        if (part < 2 && (at == end || *at++ != ':'))
            return NULL;
    }
    return at;
}

static bool match_at(const char *at, const char *end, struct placeholder *ret)
{
    const char *from, *to, *close;

    if (end - at < 9 || at[0] != '{' || at[1] != '{')
        return false;
    from = skip_blanks(at + 2, end);
    to = after_parts(from, end);
    if (!to)
        return false;
    close = skip_blanks(to, end);
    if (end - close < 2 || close[0] != '}' || close[1] != '}')
        return false;
    *ret = (struct placeholder){ .at = at,
                                 .len = (size_t)(close + 2 - at),
                                 .id = x_strndup(from, (size_t)(to - from)) };
    return true;
}

bool placeholder_next(const char *text, const char *end, struct placeholder *ret)
{
    for (const char *at = text; at < end; at++) {
        at = memchr(at, '{', (size_t)(end - at));
        if (!at)
            return false;
        if (match_at(at, end, ret))
            return true;
    }
    return false;
}

/* ---- which placeholders are the object's own ----------------------------------------------------------- */

static void collect_from_text(json_t *ids, const char *text)
{
    const char *end = text + strlen(text);
    struct placeholder p;

    for (; placeholder_next(text, end, &p); text = p.at + p.len) {
        json_t *id = jx_text(p.id);

        jx_set(ids, json_string_value(id), json_true());
        json_decref(id);
        free(p.id);
    }
}

static void collect(json_t *ids, const json_t *tree)
{
    const json_t *member;
    const char *key;
    size_t i;

    if (json_is_string(tree))
        collect_from_text(ids, json_string_value(tree));
    json_array_foreach (tree, i, member)
        collect(ids, member);
    for (void *at = json_object_iter((json_t *)(uintptr_t)tree); at;
         at = json_object_iter_next((json_t *)(uintptr_t)tree, at)) {
        key = json_object_iter_key(at);
        collect_from_text(ids, key);
        collect(ids, json_object_iter_value(at));
    }
}

json_t *template_masks(const json_t *object)
{
    const json_t *configs = jx_at(object, "spec.forProvider.secretInjectionConfigs"), *config, *mapping;
    json_t *ids = json_object();
    size_t i, j;

    json_array_foreach (configs, i, config) {
        const char *name = jx_str(config, "secretRef.name", ""),
                   *ns = jx_str(config, "secretRef.namespace", "");

        json_array_foreach (jx_at(config, "keyMappings"), j, mapping) {
            CLEAN(free) char *id = x_asprintf("%s:%s:%s", name, ns, jx_str(mapping, "secretKey", ""));
            jx_set(ids, id, json_true());
        }
        if (jx_str(config, "secretKey", NULL)) {
            CLEAN(free) char *id = x_asprintf("%s:%s:%s", name, ns, jx_str(config, "secretKey", ""));
            jx_set(ids, id, json_true());
        }
    }
    return ids;
}

/* ---- Secrets ------------------------------------------------------------------------------------------- */

int template_check_namespace(const json_t *object, const char *ns, struct err *e)
{
    const char *own = jx_str(object, "metadata.namespace", "");

    if (!*own && *ns)
        return 0;
    if (!*ns)
        return err_set(e, ERR_INVALID, "a Secret is named without a namespace");
    if (strcmp(own, ns) == 0)
        return 0;
    return err_set(e, ERR_INVALID,
                   "a namespaced object may use Secrets of its own namespace (%s) only, not of %s", own, ns);
}

/* The decoded value behind "name:namespace:key". */
static int secret_value(const struct exec *x, const json_t *object, const char *id, char **ret, struct err *e)
{
    const char *colon = strchr(id, ':'), *key = strrchr(id, ':') + 1;
    CLEAN(free) char *name = x_strndup(id, (size_t)(colon - id));
    CLEAN(free) char *ns = x_strndup(colon + 1, (size_t)(key - colon) - 2);
    CLEAN(free) char *value = NULL;
    const json_t *secret, *encoded;
    size_t n = 0;

    if (template_check_namespace(object, ns, e) < 0)
        return err_wrap(e, "{{%s}}", id);
    secret = x->secret ? x->secret(x->secret_ctx, ns, name) : NULL;
    if (!secret)
        return err_set(e, ERR_NOT_FOUND, "failed to get secret %s:%s: Secret \"%s\" not found", name, ns,
                       name);
    encoded = json_object_get(jx_at(secret, "data"), key);
    if (!json_is_string(encoded))
        return err_set(e, ERR_NOT_FOUND, "failed to get secret %s:%s: it has no key \"%s\"", name, ns, key);
    value = crypto_base64_decode(json_string_value(encoded), &n, e);
    if (!value || memchr(value, '\0', n))
        return err_set(e, ERR_INVALID, "secret %s:%s: the value of key \"%s\" is not text", name, ns, key);
    *ret = TAKE(value);
    return 0;
}

/* ---- filling in ---------------------------------------------------------------------------------------- */

void template_escape(struct buf *out, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\')
            (void)buf_addf(out, "\\%c", c);
        else if (c == '\n')
            (void)buf_adds(out, "\\n");
        else if (c < 0x20)
            (void)buf_addf(out, "\\u%04x", c);
        else
            (void)buf_add(out, s, 1);
    }
}

/* What stands for a placeholder: 1 and *ret, 0 = leave it, -1 with 'e'. */
typedef int value_fn(const void *ctx, const char *id, char **ret, struct err *e);

struct filling {
    value_fn *value;
    const void *ctx;
    bool escape;          /* inside strings */
    bool restore_objects; /* a string that is one placeholder for an object becomes the object */
};

/* Moves a lexer along the text to tell whether a place is inside a string. */
static bool inside_string(struct jq_lexer *lexer, struct jq_token *token, const char *place)
{
    while (token->kind != JQ_TOKEN_END && token->kind != JQ_TOKEN_TOO_DEEP &&
           token->text + token->len <= place)
        *token = jq_lexer_next(lexer);
    return token->kind == JQ_TOKEN_STRING && token->text < place;
}

static bool is_object_text(const char *text)
{
    json_auto_t *doc = text[0] == '{' ? jx_parse(text, strlen(text), NULL) : NULL;

    return json_is_object(doc);
}

/* Returns how many bytes of the text behind the placeholder are dealt with as well. */
static size_t add_filled(struct buf *out, const struct filling *f, const struct jq_token *string,
                         const struct placeholder *p, const char *value)
{
    bool whole = string && string->len == p->len + 2 && string->text + 1 == p->at;

    if (whole && f->restore_objects && is_object_text(value)) {
        out->len--; /* the quote in front */
        (void)buf_adds(out, value);
        return 1; /* the quote behind */
    }
    if (string && f->escape)
        template_escape(out, value);
    else
        (void)buf_adds(out, value);
    return 0;
}

static int fill(const char *text, const struct filling *f, char **ret, struct err *e)
{
    CLEAN(buf_free) struct buf out = buf_max(TEXT_MAX);
    struct jq_lexer lexer = jq_lexer_on(text);
    struct jq_token token = jq_lexer_next(&lexer);
    const char *end = text + strlen(text);
    struct placeholder p;

    while (placeholder_next(text, end, &p)) {
        CLEAN(free) char *id = p.id, *value = NULL;
        bool quoted = inside_string(&lexer, &token, p.at);
        int found = f->value(f->ctx, id, &value, e);

        if (found < 0)
            return -1;
        (void)buf_add(&out, text, (size_t)(p.at - text));
        text = p.at + p.len;
        if (found)
            text += add_filled(&out, f, quoted ? &token : NULL, &p, value);
        else
            (void)buf_add(&out, p.at, p.len);
    }
    (void)buf_adds(&out, text);
    if (out.overflow)
        return err_set(e, ERR_INVALID, "a text with its placeholders resolved is larger than %d bytes",
                       TEXT_MAX);
    *ret = buf_take(&out);
    return 0;
}

/* ---- the three uses ------------------------------------------------------------------------------------ */

struct source {
    const struct exec *x;
    const json_t *object, *ids; /* what may be resolved */
};

static int own_value(const void *ctx, const char *id, char **ret, struct err *e)
{
    const struct source *s = ctx;

    if (!json_object_get(s->ids, id))
        return 0;
    return secret_value(s->x, s->object, id, ret, e) < 0 ? -1 : 1;
}

static int masked_value(const void *ctx, const char *id, char **ret, struct err *e)
{
    const struct source *s = ctx;

    (void)e;
    return json_object_get(s->ids, id) && secret_value(s->x, s->object, id, ret, NULL) == 0;
}

/* A text is JSON when it is with 0 for each placeholder: that is well formed inside and outside of
 * strings. */
static int stand_in(const void *ctx, const char *id, char **ret, struct err *e)
{
    (void)ctx, (void)id, (void)e;
    *ret = x_strdup("0");
    return 1;
}

static bool is_json(const char *text)
{
    const struct filling f = { .value = stand_in };
    CLEAN(free) char *filled = NULL;
    json_auto_t *doc = NULL;

    if (fill(text, &f, &filled, NULL) < 0 || !filled)
        return false;
    doc = jx_parse(filled, strlen(filled), NULL);
    return doc != NULL;
}

int template_resolve(const struct exec *x, const json_t *object, enum template_form form, const char *text,
                     char **ret, struct err *e)
{
    json_auto_t *own = json_object();
    const struct source source = { .x = x, .object = object, .ids = own };
    struct filling f = { .value = own_value, .ctx = &source };

    if (!strstr(text, "{{")) {
        *ret = x_strdup(text);
        return 0;
    }
    collect(own, jx_at(object, "spec.forProvider"));
    f.escape = form == TEMPLATE_PROGRAM || (form == TEMPLATE_JSON && is_json(text));
    return fill(text, &f, ret, e);
}

char *template_unmask(const struct exec *x, const json_t *object, const char *text)
{
    json_auto_t *masks = template_masks(object);
    const struct source source = { .x = x, .object = object, .ids = masks };
    struct filling f = { .value = masked_value, .ctx = &source, .restore_objects = true };
    char *plain = NULL;

    if (!json_object_size(masks) || !strstr(text, "{{"))
        return x_strdup(text);
    f.escape = is_json(text);
    if (fill(text, &f, &plain, NULL) < 0)
        return x_strdup(text);
    return plain;
}
