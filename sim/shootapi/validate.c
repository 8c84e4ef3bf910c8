/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/validate.h"
#include "lib/buf.h"
#include "sim/shootapi/pattern.h"
#include <stdarg.h>

/* More violations than this help nobody. */
enum { MAX_VIOLATIONS = 20, MAX_FIELD = 512 };

/* Where we are and what was found. */
struct check {
    json_t *found;
    bool custom;           /* the built-in kinds' own rules look for what is there twice */
    char field[MAX_FIELD]; /* "spec.listeners[0].port" */
};

static void report(struct check *c, const char *reason, const char *fmt, ...) PRINTF(3, 4);

static void report(struct check *c, const char *reason, const char *fmt, ...)
{
    CLEAN(free) char *message = NULL;
    va_list ap;

    va_start(ap, fmt);
    message = x_vasprintf(fmt, ap);
    va_end(ap);
    if (json_array_size(c->found) < MAX_VIOLATIONS)
        jx_append(c->found, jx_pack("{s:s, s:o, s:o}", "reason", reason, "message", jx_text(message), "field",
                                    jx_text(c->field)));
}

/* ---- one value against one keyword each ---- */

typedef void keyword_check(struct check *c, const json_t *rule, const json_t *value);

static bool is_type(const char *type, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT: return !strcmp(type, "object");
    case JSON_ARRAY: return !strcmp(type, "array");
    case JSON_STRING: return !strcmp(type, "string");
    case JSON_INTEGER: return !strcmp(type, "integer") || !strcmp(type, "number");
    case JSON_REAL: return !strcmp(type, "number");
    case JSON_TRUE:
    case JSON_FALSE: return !strcmp(type, "boolean");
    case JSON_NULL: break;
    }
    return false;
}

static const char *const type_names[] = {
    [JSON_OBJECT] = "object", [JSON_ARRAY] = "array",  [JSON_STRING] = "string", [JSON_INTEGER] = "integer",
    [JSON_REAL] = "number",   [JSON_TRUE] = "boolean", [JSON_FALSE] = "boolean", [JSON_NULL] = "null"
};

static void check_type(struct check *c, const json_t *rule, const json_t *value)
{
    const char *type = json_string_value(rule);

    if (type && !is_type(type, value))
        report(c, "FieldValueTypeInvalid", "Invalid value: \"%s\": %s in body must be of type %s: \"%s\"",
               type_names[json_typeof(value)], c->field, type, type_names[json_typeof(value)]);
}

static void check_enum(struct check *c, const json_t *rule, const json_t *value)
{
    CLEAN(buf_free) struct buf allowed = buf_max(4096);
    CLEAN(free) char *text = jx_dump(value);
    const json_t *one;
    size_t i;

    json_array_foreach (rule, i, one) {
        CLEAN(free) char *word = jx_dump(one);

        if (json_equal(one, value))
            return;
        (void)buf_addf(&allowed, "%s%s", i ? ", " : "", word);
    }
    report(c, "FieldValueNotSupported", "Unsupported value: %s: supported values: %s", text,
           buf_text(&allowed));
}

/* 'beyond' is -1 below a minimum, 1 above a maximum. */
static void check_bound(struct check *c, const json_t *rule, const json_t *value, int beyond)
{
    CLEAN(free) char *bound = NULL, *text = NULL;

    if (!json_is_number(value) || (json_number_value(value) - json_number_value(rule)) * beyond <= 0)
        return;
    bound = jx_dump(rule);
    text = jx_dump(value);
    report(c, "FieldValueInvalid", "Invalid value: %s: %s in body should be %s than or equal to %s", text,
           c->field, beyond < 0 ? "greater" : "less", bound);
}

static void check_minimum(struct check *c, const json_t *rule, const json_t *value)
{
    check_bound(c, rule, value, -1);
}

static void check_maximum(struct check *c, const json_t *rule, const json_t *value)
{
    check_bound(c, rule, value, 1);
}

static void check_min_length(struct check *c, const json_t *rule, const json_t *value)
{
    if (json_is_string(value) && (json_int_t)json_string_length(value) < json_integer_value(rule))
        report(c, "FieldValueInvalid", "Invalid value: \"%s\": %s in body should be at least %d chars long",
               json_string_value(value), c->field, (int)json_integer_value(rule));
}

static void check_max_length(struct check *c, const json_t *rule, const json_t *value)
{
    if (json_is_string(value) && (json_int_t)json_string_length(value) > json_integer_value(rule))
        report(c, "FieldValueTooLong", "Too long: may not be more than %d bytes",
               (int)json_integer_value(rule));
}

static void check_min_items(struct check *c, const json_t *rule, const json_t *value)
{
    if (json_is_array(value) && (json_int_t)json_array_size(value) < json_integer_value(rule))
        report(c, "FieldValueInvalid", "Invalid value: %zu: %s in body should have at least %d items",
               json_array_size(value), c->field, (int)json_integer_value(rule));
}

static void check_max_items(struct check *c, const json_t *rule, const json_t *value)
{
    if (json_is_array(value) && (json_int_t)json_array_size(value) > json_integer_value(rule))
        report(c, "FieldValueTooMany", "Too many: %zu: must have at most %d item%s", json_array_size(value),
               (int)json_integer_value(rule), json_integer_value(rule) == 1 ? "" : "s");
}

static void check_max_properties(struct check *c, const json_t *rule, const json_t *value)
{
    if (json_is_object(value) && (json_int_t)json_object_size(value) > json_integer_value(rule))
        report(c, "FieldValueTooMany", "Too many: %zu: must have at most %d items", json_object_size(value),
               (int)json_integer_value(rule));
}

static void check_pattern(struct check *c, const json_t *rule, const json_t *value)
{
    const char *text = json_string_value(value), *pattern = json_string_value(rule);

    if (text && pattern && !pattern_matches(pattern, text))
        report(c, "FieldValueInvalid", "Invalid value: \"%s\": %s in body should match '%s'", text, c->field,
               pattern);
}

static void check_required(struct check *c, const json_t *rule, const json_t *value)
{
    size_t length = strlen(c->field);
    const json_t *name;
    size_t i;

    json_array_foreach (rule, i, name) {
        if (!json_is_object(value) || !json_is_string(name) ||
            json_object_get(value, json_string_value(name)))
            continue;
        (void)snprintf(c->field + length, sizeof(c->field) - length, "%s%s", length ? "." : "",
                       json_string_value(name));
        report(c, "FieldValueRequired", "Required value");
        c->field[length] = '\0';
    }
}

/* What tells an element from the others: these of its members, or NULL for all of it. New reference. */
static json_t *identity(const json_t *keys, json_t *item)
{
    json_t *some = json_object();
    const json_t *key;
    size_t i;

    if (!keys) {
        json_decref(some);
        return json_incref(item);
    }
    json_array_foreach (keys, i, key)
        if (json_is_string(key) && json_object_get(item, json_string_value(key)))
            jx_share(some, json_string_value(key), json_object_get(item, json_string_value(key)));
    return some;
}

static void check_unique(struct check *c, const json_t *keys, const json_t *list)
{
    size_t length = strlen(c->field);

    for (size_t i = 0; c->custom && i < json_array_size(list); i++) {
        json_auto_t *one = identity(keys, json_array_get(list, i));

        for (size_t k = 0; k < i; k++) {
            json_auto_t *other = identity(keys, json_array_get(list, k));
            CLEAN(free) char *text = json_equal(one, other) ? jx_dump(one) : NULL;

            if (!text)
                continue;
            (void)snprintf(c->field + length, sizeof(c->field) - length, "[%zu]", i);
            report(c, "FieldValueDuplicate", "Duplicate value: %s", text);
            c->field[length] = '\0';
            break;
        }
    }
}

static void check_set(struct check *c, const json_t *rule, const json_t *value)
{
    if (!strcmp(json_string_value(rule), "set"))
        check_unique(c, NULL, value);
}

static const struct {
    const char *name;
    keyword_check *run;
} keywords[] = {
    { "type", check_type },
    { "enum", check_enum },
    { "minimum", check_minimum },
    { "maximum", check_maximum },
    { "minLength", check_min_length },
    { "maxLength", check_max_length },
    { "minItems", check_min_items },
    { "maxItems", check_max_items },
    { "maxProperties", check_max_properties },
    { "pattern", check_pattern },
    { "required", check_required },
    { "x-kubernetes-list-map-keys", check_unique },
    { "x-kubernetes-list-type", check_set },
};

/* ---- the whole document ---- */

static void check_value(struct check *c, const json_t *schema, json_t *value);

static void check_children(struct check *c, const json_t *schema, json_t *value)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *rest = json_object_get(schema, "additionalProperties");
    size_t length = strlen(c->field), i;
    const char *name;
    json_t *child;

    json_object_foreach (value, name, child) {
        const json_t *declared = json_object_get(properties, name);

        (void)snprintf(c->field + length, sizeof(c->field) - length, "%s%s", length ? "." : "", name);
        check_value(c, declared ? declared : rest, child);
    }
    json_array_foreach (value, i, child) {
        (void)snprintf(c->field + length, sizeof(c->field) - length, "[%zu]", i);
        check_value(c, json_object_get(schema, "items"), child);
    }
    c->field[length] = '\0';
}

static bool takes_both(const json_t *schema) { return jx_bool(schema, "x-kubernetes-int-or-string", false); }

static void check_value(struct check *c, const json_t *schema, json_t *value)
{
    if (!json_is_object(schema) || (json_is_null(value) && jx_bool(schema, "nullable", false)) ||
        (takes_both(schema) && (json_is_string(value) || json_is_integer(value))))
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(keywords); i++) {
        const json_t *rule = json_object_get(schema, keywords[i].name);
        size_t before = json_array_size(c->found);

        if (rule)
            keywords[i].run(c, rule, value);
        if (json_array_size(c->found) > before && strstr(keywords[i].name, "Length"))
            break; /* a text of a wrong length is not matched with a pattern, too */
    }
    check_children(c, schema, value);
}

json_t *validate_object(const struct kind *kind, json_t *doc)
{
    struct check c = { .found = json_array(), .custom = kind->flags & KIND_CUSTOM };

    if (kind->schema)
        check_value(&c, kind->schema, doc);
    return c.found;
}
