/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/builtin_schema.h"
#include "sim/shootapi/builtin_types.h"
#include <stdlib.h>

/* What the reader of one row works with: all types by name, and the place in the row. */
struct reader {
    json_t *all;
    const char *at;
};

static const struct {
    char letter;
    const char *schema;
} simple[] = {
    { 's', "{\"type\":\"string\"}" },
    { 'y', "{\"type\":\"string\",\"format\":\"byte\"}" },
    { 'i', "{\"type\":\"integer\",\"format\":\"int32\"}" },
    { 'l', "{\"type\":\"integer\",\"format\":\"int64\"}" },
    { 'n', "{\"type\":\"number\"}" },
    { 'b', "{\"type\":\"boolean\"}" },
    { 'q', "{\"x-quantity\":true}" },
    { 'x', "{\"x-kubernetes-int-or-string\":true}" },
    { 'a', "{\"x-kubernetes-preserve-unknown-fields\":true}" },
};

/* Up to one of 'ends', which is passed over; free() it. */
static char *take_until(struct reader *r, const char *ends)
{
    size_t n = strcspn(r->at, ends);
    char *text = x_strndup(r->at, n);

    r->at += n + (r->at[n] != '\0');
    return text;
}

static json_t *words(const char *text, char separator)
{
    json_t *list = json_array();

    while (*text) {
        const char *end = strchrnul(text, separator);

        jx_append(list, jx_textn(text, (size_t)(end - text)));
        text = *end ? end + 1 : end;
    }
    return list;
}

static json_t *read_type(struct reader *r);

static json_t *read_list(struct reader *r)
{
    CLEAN(free) char *keys = take_until(r, "]");
    const char *type = !*keys ? "atomic" : !strcmp(keys, "set") ? "set" : "map";
    json_t *list =
        jx_pack("{s:s, s:s, s:o}", "type", "array", "x-kubernetes-list-type", type, "items", read_type(r));

    if (!strcmp(type, "map"))
        jx_set(list, "x-kubernetes-list-map-keys", words(keys, ','));
    return list;
}

static json_t *read_map(struct reader *r)
{
    CLEAN(free) char *how = take_until(r, "}");

    return jx_pack("{s:s, s:s, s:o}", "type", "object", "x-kubernetes-map-type", *how ? "atomic" : "granular",
                   "additionalProperties", read_type(r));
}

/* "*(A|B)", "(A|B)=A" or "=A" behind a string's letter. */
static void read_string(struct reader *r, json_t *schema)
{
    bool strict = *r->at == '*';

    r->at += strict;
    if (*r->at == '(') {
        CLEAN(free) char *list = NULL;

        r->at++;
        list = take_until(r, ")");
        jx_set(schema, "enum", words(list, '|'));
        jx_set(schema, "x-empty", json_boolean(!strict));
    }
    if (*r->at == '=') {
        size_t n = strcspn(++r->at, " ");

        jx_set(schema, "default", jx_textn(r->at, n));
        r->at += n;
    }
}

/* A mistake in the table ends the program: there is a test that reads all of it. */
static json_t *read_name(struct reader *r)
{
    size_t n = strcspn(r->at, " ");
    CLEAN(free) char *name = x_strndup(r->at, n);
    json_t *type = json_object_get(r->all, name);

    if (!type)
        abort();
    r->at += n;
    return json_incref(type);
}

/* The table nests a few levels. */
static json_t *read_type(struct reader *r)
{
    char first = *r->at;

    if (first == '[' || first == '{') {
        r->at++;
        return first == '[' ? read_list(r) : read_map(r);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(simple); i++) {
        json_t *schema;

        if (simple[i].letter != first)
            continue;
        schema = json_loads(simple[i].schema, 0, NULL);
        r->at++;
        if (first == 's')
            read_string(r, schema);
        return schema;
    }
    return read_name(r);
}

static void read_row(json_t *all, json_t *type, const char *fields)
{
    struct reader r = { all, fields };
    json_t *properties = jx_make_object(type, "properties");

    while (*r.at) {
        CLEAN(free) char *name = take_until(&r, ":");

        jx_set(properties, name, read_type(&r));
        r.at += strspn(r.at, " ");
    }
}

json_t *builtin_schemas(void)
{
    json_t *all = json_object();

    for (const struct builtin_type *row = builtin_types; row->name; row++)
        jx_set(all, row->name + (*row->name == '@'),
               jx_pack("{s:s, s:s}", "type", "object", "x-kubernetes-map-type",
                       *row->name == '@' ? "atomic" : "granular"));
    for (const struct builtin_type *row = builtin_types; row->name; row++)
        read_row(all, json_object_get(all, row->name + (*row->name == '@')), row->fields);
    return all;
}
