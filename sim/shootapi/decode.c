/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/decode.h"
#include "lib/crypto.h"
#include "sim/shootapi/quantity.h"
#include "sim/shootapi/shape.h"
#include <stdint.h>

/* ---- one value ---- */

static const char *const type_names[] = {
    [JSON_OBJECT] = "object", [JSON_ARRAY] = "array",  [JSON_STRING] = "string", [JSON_INTEGER] = "number",
    [JSON_REAL] = "number",   [JSON_TRUE] = "boolean", [JSON_FALSE] = "boolean", [JSON_NULL] = "null"
};

static char *mismatch(const struct place *at, const json_t *value, const char *type)
{
    CLEAN(free) char *shown = json_is_number(value) ? jx_dump(value) : NULL;

    return x_asprintf("json: cannot unmarshal %s%s%.40s into Go struct field %.300s of type %s",
                      type_names[json_typeof(value)], shown ? " " : "", shown ? shown : "", at->path, type);
}

static bool fits_int32(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= INT32_MIN &&
           json_integer_value(value) <= INT32_MAX;
}

static bool is_int32(const struct place *at) { return !strcmp(jx_str(at->schema, "format", ""), "int32"); }

static char *read_string(const struct place *at, json_t *value)
{
    CLEAN(free) char *bytes = NULL;
    struct err e = { 0 };
    size_t n;

    if (!json_is_string(value))
        return mismatch(at, value, "string");
    if (strcmp(jx_str(at->schema, "format", ""), "byte") != 0)
        return NULL;
    bytes = crypto_base64_decode(json_string_value(value), &n, &e);
    return bytes ? NULL : x_strdup("illegal base64 data at input byte 0");
}

static char *read_integer(const struct place *at, json_t *value)
{
    bool fits = is_int32(at) ? fits_int32(value) : json_is_integer(value);

    return fits ? NULL : mismatch(at, value, jx_str(at->schema, "format", "int64"));
}

static char *read_number(const struct place *at, json_t *value)
{
    return json_is_number(value) ? NULL : mismatch(at, value, "float64");
}

static char *read_boolean(const struct place *at, json_t *value)
{
    return json_is_boolean(value) ? NULL : mismatch(at, value, "bool");
}

static char *read_object(const struct place *at, json_t *value)
{
    return json_is_object(value) ? NULL : mismatch(at, value, "map");
}

static char *read_array(const struct place *at, json_t *value)
{
    return json_is_array(value) ? NULL : mismatch(at, value, "slice");
}

static char *read_either(const struct place *at, json_t *value)
{
    return json_is_string(value) || fits_int32(value) ? NULL : mismatch(at, value, "int32");
}

static const struct {
    const char *type;
    char *(*read)(const struct place *at, json_t *value);
} readers[] = {
    { "string", read_string },   { "integer", read_integer }, { "number", read_number },
    { "boolean", read_boolean }, { "object", read_object },   { "array", read_array },
};

static char *read_value(const struct place *at, json_t *value)
{
    const char *type = jx_str(at->schema, "type", "");

    if (jx_bool(at->schema, "x-kubernetes-int-or-string", false))
        return read_either(at, value);
    for (size_t i = 0; i < ARRAY_LENGTH(readers); i++)
        if (!strcmp(readers[i].type, type))
            return readers[i].read(at, value);
    return NULL;
}

/* ---- what becomes of it ---- */

/* A number is as good as a text. Returns the new value, or NULL with the error. */
static json_t *read_quantity(const json_t *value, char **ret_error)
{
    CLEAN(free) char *text = json_is_string(value) ? x_strdup(json_string_value(value)) : jx_dump(value);
    CLEAN(free) char *kept = quantity_canonical(text);

    if (kept)
        return json_string(kept);
    *ret_error = x_strdup(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    return NULL;
}

/* What of a number is left in 32 bits. */
static void cut_number(const struct place *at, json_t *value)
{
    if (is_int32(at) && json_is_integer(value))
        (void)json_integer_set(value, (int32_t)(uint32_t)json_integer_value(value));
}

/* An element or a map's value that is null is the type's zero. New reference; NULL = it goes. */
static json_t *zero_of(const struct place *at)
{
    const char *type = jx_str(at->schema, "type", "");

    return !strcmp(type, "string") ? json_string("") : !strcmp(type, "object") ? json_object() : NULL;
}

/* A text that is one of some words, and may be empty. */
static bool is_unsaid(const struct place *at, const json_t *value)
{
    return jx_bool(at->schema, "x-empty", false) && json_is_string(value) && !json_string_length(value);
}

static char *read_children(const struct place *at, bool applied, json_t *value);

/* Whatever is to be put in place of 'value', in 'ret_next': itself, another, or NULL for nothing. */
static char *read_child(const struct place *at, bool is_field, bool applied, json_t *value, json_t **ret_next)
{
    char *error = NULL;

    *ret_next = NULL;
    if (json_is_null(value) || (is_field && is_unsaid(at, value))) {
        *ret_next = is_field ? NULL : zero_of(at);
        return NULL;
    }
    if (jx_bool(at->schema, "x-quantity", false)) {
        *ret_next = read_quantity(value, &error);
        return error;
    }
    if (applied)
        cut_number(at, value);
    error = at->schema ? read_value(at, value) : NULL;
    *ret_next = error ? NULL : json_incref(value);
    return error ? error : read_children(at, applied, value);
}

static char *read_fields(const struct place *at, bool applied, json_t *object)
{
    bool is_map = json_object_get(at->schema, "additionalProperties") != NULL;
    const char *name;
    json_t *child, *next;
    void *safe;

    json_object_foreach_safe (object, safe, name, child) {
        struct place below = place_field(at, name);
        char *error = read_child(&below, !is_map, applied, child, &next);

        if (error) {
            json_decref(next);
            return error;
        }
        if (next == child)
            json_decref(next);
        else if (next)
            jx_set(object, name, next);
        else
            (void)json_object_del(object, name);
    }
    return NULL;
}

static char *read_items(const struct place *at, bool applied, json_t *array)
{
    struct place below = place_item(at);
    json_t *child, *next;
    size_t i;

    json_array_foreach (array, i, child) {
        char *error = read_child(&below, false, applied, child, &next);

        if (error) {
            json_decref(next);
            return error;
        }
        if (next && json_array_set_new(array, i, next) < 0)
            abort();
    }
    return NULL;
}

/* As deep as a request may be. */
static char *read_children(const struct place *at, bool applied, json_t *value)
{
    return json_is_object(value)  ? read_fields(at, applied, value)
           : json_is_array(value) ? read_items(at, applied, value)
                                  : NULL;
}

char *decode_object(const struct kind *kind, json_t *doc, bool applied)
{
    struct place root = place_root(kind), metadata = place_field(&root, "metadata");

    if (kind->flags & KIND_CUSTOM)
        return read_children(&metadata, applied, json_object_get(doc, "metadata"));
    return read_children(&root, applied, doc);
}

/* ---- nulls of custom kinds ---- */

static bool null_goes(const json_t *schema, bool applied)
{
    return schema && !jx_bool(schema, "nullable", false) && (!applied || json_object_get(schema, "default"));
}

void decode_nulls(const json_t *schema, json_t *value, bool applied)
{
    const json_t *properties = json_object_get(schema, "properties"),
                 *rest = json_object_get(schema, "additionalProperties");
    const char *name;
    json_t *child;
    void *safe;
    size_t i;

    json_object_foreach_safe (value, safe, name, child) {
        const json_t *declared = json_object_get(properties, name);

        declared = declared ? declared : rest;
        if (json_is_null(child) && null_goes(declared, applied))
            (void)json_object_del(value, name);
        else
            decode_nulls(declared, child, applied);
    }
    json_array_foreach (value, i, child)
        decode_nulls(json_object_get(schema, "items"), child, applied);
}
