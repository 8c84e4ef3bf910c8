/* SPDX-License-Identifier: Apache-2.0 */
/* Table-driven JSON object to struct conversion. */
#include "lib/jx_bind.h"
#include "lib/buf.h"
#include "lib/jx.h"
#include "lib/suggest.h"
#include <strings.h>

static const struct {
    const char *name;
    int lo, hi;
} type_info[] = {
    [JX_STR] = { "a string", JSON_STRING, JSON_STRING },
    [JX_INT] = { "an integer", JSON_INTEGER, JSON_INTEGER },
    [JX_BOOL] = { "true or false", JSON_TRUE, JSON_FALSE },
    [JX_OBJECT] = { "an object", JSON_OBJECT, JSON_OBJECT },
    [JX_ARRAY] = { "a list", JSON_ARRAY, JSON_ARRAY },
    [JX_TREE] = { "a value", JSON_OBJECT, JSON_NULL },
};

static bool listed(const char *const *one_of, const char *s)
{
    for (; one_of && *one_of; one_of++)
        if (!strcmp(*one_of, s))
            return true;
    return !one_of;
}

static void store(const struct jx_field *f, json_t *v, void *into)
{
    char *at = (char *)into + f->offset;

    switch (f->type) {
    case JX_STR: *(const char **)(void *)at = json_string_value(v); break;
    case JX_INT: *(struct jx_opt_int *)(void *)at = (struct jx_opt_int){ true, json_integer_value(v) }; break;
    case JX_BOOL: *(struct jx_opt_bool *)(void *)at = (struct jx_opt_bool){ true, json_is_true(v) }; break;
    case JX_OBJECT:
    case JX_ARRAY:
    case JX_TREE: *(json_t **)(void *)at = v; break;
    }
}

static void not_listed(const struct jx_field *f, const char *path, const char *value, struct problems *p)
{
    CLEAN(buf_free) struct buf allowed = buf_max(1024);

    for (const char *const *one = f->one_of; *one; one++)
        (void)buf_addf(&allowed, "%s%s", one == f->one_of ? "" : ", ", *one);
    problems_add(p, "%s.%s: \"%.64s\" is not allowed; use one of: %s", path, f->name, value,
                 buf_text(&allowed));
}

/* Has 'v' only quotes too many or too few? */
static const char *quotes_hint(const struct jx_field *f, const json_t *v)
{
    const char *text = json_string_value(v);
    bool number =
        text && *text && strspn(text + (*text == '-'), "0123456789") == strlen(text) - (*text == '-');
    bool truth = text && (!strcmp(text, "true") || !strcmp(text, "false"));

    if (f->type == JX_STR && (json_is_number(v) || json_is_boolean(v)))
        return "; put it in quotes";
    return (f->type == JX_INT && number) || (f->type == JX_BOOL && truth) ? "; leave the quotes out" : "";
}

static void bind_one(json_t *v, const char *path, const struct jx_field *f, void *into, struct problems *p)
{
    if (!v || json_is_null(v)) {
        if (f->flags & JX_REQUIRED)
            problems_add(p, "%s.%s is required", path, f->name);
        return;
    }
    if ((int)json_typeof(v) < type_info[f->type].lo || (int)json_typeof(v) > type_info[f->type].hi) {
        problems_add(p, "%s.%s must be %s%s", path, f->name, type_info[f->type].name, quotes_hint(f, v));
        return;
    }
    if (f->type == JX_STR && strlen(json_string_value(v)) != json_string_length(v)) {
        problems_add(p, "%s.%s holds a NUL (\\u0000); remove it", path, f->name);
        return;
    }
    if (f->type == JX_STR && !listed(f->one_of, json_string_value(v)))
        not_listed(f, path, json_string_value(v), p);
    store(f, v, into);
}

/* The known field that 'key' was meant to be, or NULL: a slip in each three letters. */
static const char *meant(const struct jx_field fields[], const char *key)
{
    size_t slips = strlen(key) / 3;
    struct suggest s = { .typed = key, .least = slips ? slips : 1 };

    for (const struct jx_field *f = fields; f->name; f++)
        if (!strcasecmp(f->name, key))
            return f->name;
    for (; fields->name; fields++)
        suggest_try(&s, fields->name);
    return s.best;
}

static void unknown_key(const char *path, const struct jx_field fields[], const char *key, struct problems *p)
{
    const char *name = meant(fields, key);

    problems_add(p, "%s.%.64s is not a known field%s%s%s", path, key, name ? "; did you mean " : "",
                 name ? name : "", name ? "?" : "");
}

static const struct jx_field *find(const struct jx_field fields[], const char *name)
{
    for (; fields->name; fields++)
        if (!strcmp(fields->name, name))
            return fields;
    return NULL;
}

/* In an order of their own: Crossplane sends maps in another one each time, and a text that changes is a new event. */
static void unknown_keys(json_t *doc, const char *path, const struct jx_field fields[], struct problems *p)
{
    size_t n;
    CLEAN(free) const char **keys = jx_keys(doc, &n);

    for (size_t i = 0; i < n; i++)
        if (!find(fields, keys[i]))
            unknown_key(path, fields, keys[i], p);
}

static size_t count(const struct jx_field fields[])
{
    size_t n = 0;

    while (fields[n].name)
        n++;
    if (n > JX_FIELDS_MAX)
        abort();
    return n;
}

void jx_bind_all(json_t *doc, const char *path, const struct jx_field fields[], void *into,
                 struct problems *p)
{
    json_t *values[JX_FIELDS_MAX] = { 0 }, *v;
    size_t n = count(fields);
    bool all_known = true;
    const char *key;

    if (!json_is_object(doc)) {
        problems_add(p, "%s must be an object", path);
        return;
    }
    /* documents have fewer members than tables have rows */
    json_object_foreach (doc, key, v) {
        const struct jx_field *f = find(fields, key);

        if (f)
            values[f - fields] = v;
        all_known = all_known && f;
    }
    if (!all_known)
        unknown_keys(doc, path, fields, p);
    for (size_t i = 0; i < n; i++)
        bind_one(values[i], path, &fields[i], into, p);
}

int jx_bind(json_t *doc, const char *path, const struct jx_field fields[], void *into, struct err *e)
{
    CLEAN(problems_free) struct problems p = { 0 };

    jx_bind_all(doc, path, fields, into, &p);
    return p.n ? err_set(e, ERR_INVALID, "%s", p.text[0]) : 0;
}
