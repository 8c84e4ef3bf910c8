/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/validate.h"
#include "lib/buf.h"
#include <regex.h>
#include <stdarg.h>

/* More violations than this help nobody. */
enum { MAX_VIOLATIONS = 20, MAX_FIELD = 512 };

/* Where we are and what was found. */
struct check {
    json_t *found;
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
    return true;
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

static void check_minimum(struct check *c, const json_t *rule, const json_t *value)
{
    if (json_is_number(value) && json_number_value(value) < json_number_value(rule))
        report(c, "FieldValueInvalid", "Invalid value: %g: %s in body should be greater than or equal to %g",
               json_number_value(value), c->field, json_number_value(rule));
}

static void check_maximum(struct check *c, const json_t *rule, const json_t *value)
{
    if (json_is_number(value) && json_number_value(value) > json_number_value(rule))
        report(c, "FieldValueInvalid", "Invalid value: %g: %s in body should be less than or equal to %g",
               json_number_value(value), c->field, json_number_value(rule));
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
        report(c, "FieldValueTooMany", "Too many: %zu: must have at most %d items", json_array_size(value),
               (int)json_integer_value(rule));
}

static void check_max_properties(struct check *c, const json_t *rule, const json_t *value)
{
    if (json_is_object(value) && (json_int_t)json_object_size(value) > json_integer_value(rule))
        report(c, "FieldValueTooMany", "Too many: %zu: must have at most %d items", json_object_size(value),
               (int)json_integer_value(rule));
}

static void check_pattern(struct check *c, const json_t *rule, const json_t *value)
{
    const char *text = json_string_value(value);
    regex_t regex;

    /* The schemas are written for RE2; what POSIX cannot compile is not checked. */
    if (!text || regcomp(&regex, json_string_value(rule), REG_EXTENDED | REG_NOSUB) != 0)
        return;
    if (regexec(&regex, text, 0, NULL, 0) == REG_NOMATCH)
        report(c, "FieldValueInvalid", "Invalid value: \"%s\": %s in body should match '%s'", text, c->field,
               json_string_value(rule));
    regfree(&regex);
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
    if (!json_is_object(schema) || (takes_both(schema) && (json_is_string(value) || json_is_integer(value))))
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(keywords); i++) {
        const json_t *rule = json_object_get(schema, keywords[i].name);

        if (rule)
            keywords[i].run(c, rule, value);
    }
    check_children(c, schema, value);
}

json_t *validate_object(const struct kind *kind, json_t *doc)
{
    struct check c = { .found = json_array() };

    if (kind->schema)
        check_value(&c, kind->schema, doc);
    return c.found;
}
