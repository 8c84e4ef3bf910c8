/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/typed.h"
#include "lib/buf.h"
#include "sim/shootapi/shape.h"

enum { MAX_PATH = 1024 };

/* Where we are, also in the words of the messages: '.spec.ports[port=80,protocol="TCP"]'. */
struct spot {
    struct place at;
    char path[MAX_PATH];
};

/* ---- places in words ---- */

static struct spot spot_field(const struct spot *s, const char *name)
{
    struct spot next = { .at = place_field(&s->at, name) };

    (void)snprintf(next.path, sizeof(next.path), "%.*s.%s", MAX_PATH - 200, s->path, name);
    return next;
}

/* 'name="web"' for each key; what an element does not say has its default, or is not in the text. free() it. */
static char *keys_text(const struct list_shape *list, const json_t *item)
{
    struct buf text = buf_max(MAX_PATH);

    for (size_t i = 0; i < list->n; i++) {
        const json_t *value = json_object_get(item, list->keys[i]);
        CLEAN(free) char *shown = value ? jx_dump(value) : NULL;

        if (shown)
            (void)buf_addf(&text, "%s%s=%s", text.len ? "," : "", list->keys[i], shown);
        else if (list->defaults[i])
            (void)buf_addf(&text, "%s%s=\"%s\"", text.len ? "," : "", list->keys[i], list->defaults[i]);
    }
    return buf_take(&text);
}

static char *element_text(const struct list_shape *list, const json_t *item, size_t i)
{
    CLEAN(free) char *value = NULL;

    if (list->type == LIST_MAP)
        return keys_text(list, item);
    if (list->type == LIST_ATOMIC)
        return x_asprintf("%zu", i);
    value = jx_dump(item);
    return x_asprintf("=%s", value);
}

static struct spot spot_item(const struct spot *s, const struct list_shape *list, const json_t *item,
                             size_t i)
{
    struct spot next = { .at = place_item(&s->at) };
    CLEAN(free) char *text = element_text(list, item, i);

    (void)snprintf(next.path, sizeof(next.path), "%.*s[%.100s]", MAX_PATH - 200, s->path, text);
    return next;
}

/* ---- types ---- */

static const struct {
    const char *type, *expected;
} scalars[] = {
    { "string", "string" },
    { "boolean", "boolean" },
    { "integer", "numeric (int or float)" },
    { "number", "numeric (int or float)" },
    { "object", "map" },
    { "array", "list" },
};

static bool has_type(const json_t *value, const char *type)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT: return !strcmp(type, "object");
    case JSON_ARRAY: return !strcmp(type, "array");
    case JSON_STRING: return !strcmp(type, "string");
    case JSON_INTEGER:
    case JSON_REAL: return !strcmp(type, "integer") || !strcmp(type, "number");
    case JSON_TRUE:
    case JSON_FALSE: return !strcmp(type, "boolean");
    case JSON_NULL: break;
    }
    return true; /* null is as good as absent here */
}

static char *type_error(const struct spot *s, const json_t *value)
{
    const char *type = jx_str(s->at.schema, "type", "");
    CLEAN(free) char *shown = NULL;

    for (size_t i = 0; i < ARRAY_LENGTH(scalars); i++) {
        if (strcmp(scalars[i].type, type) != 0 || has_type(value, type))
            continue;
        shown = jx_dump(value);
        return x_asprintf("%s: expected %s, got %.200s", s->path, scalars[i].expected, shown);
    }
    return NULL;
}

/* ---- lists ---- */

static bool omits_all_keys(const struct list_shape *list, const json_t *item)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->defaults[i] || json_object_get(item, list->keys[i]))
            return false;
    return true;
}

/* An element that cannot be told from the others of a set or a keyed list. */
static char *element_error(const struct spot *s, const struct list_shape *list, const json_t *item, size_t i)
{
    if (json_is_null(item))
        return list->type == LIST_SET
                   ? x_asprintf("%s: element %zu: associative list without keys has an element that's an "
                                "explicit null",
                                s->path, i)
                   : x_asprintf("%s: element %zu: associative list with keys may not have a null element",
                                s->path, i);
    if (list->type == LIST_SET)
        return json_is_object(item) || json_is_array(item)
                   ? x_asprintf("%s: element %zu: associative list without keys has an element that's a map "
                                "type",
                                s->path, i)
                   : NULL;
    if (!json_is_object(item))
        return x_asprintf("%s: element %zu: associative list with keys may not have non-map elements",
                          s->path, i);
    if (omits_all_keys(list, item))
        return x_asprintf("%s: element %zu: associative list with keys has an element that omits all key "
                          "fields [\"%s\"] (and doesn't have default values for any key fields)",
                          s->path, i, list->keys[0]);
    return NULL;
}

static char *list_error(const struct spot *s, const struct list_shape *list, json_t *value)
{
    json_auto_t *seen = json_object();
    json_t *item;
    size_t i;

    if (list->type == LIST_ATOMIC)
        return NULL;
    json_array_foreach (value, i, item) {
        char *wrong = element_error(s, list, item, i);
        CLEAN(free) char *name = wrong ? NULL : list_element(list, item);
        CLEAN(free) char *shown = wrong ? NULL : element_text(list, item, i);

        if (wrong)
            return wrong;
        if (json_object_get(seen, name))
            return x_asprintf("%s: duplicate entries for key [%.200s]", s->path, shown);
        jx_set(seen, name, json_true());
    }
    return NULL;
}

/* ---- the whole document ---- */

static char *spot_error(const struct spot *s, json_t *value);

static char *field_error(const struct spot *s, const char *name, json_t *value)
{
    struct spot next = spot_field(s, name);

    if (!next.at.schema && !place_keeps(&s->at, name))
        return x_asprintf("%s: field not declared in schema", next.path);
    return spot_error(&next, value);
}

/* As deep as the schema, beyond which nothing is looked at. */
static char *spot_error(const struct spot *s, json_t *value)
{
    struct list_shape list = place_list(&s->at);
    const char *name;
    json_t *child;
    char *found;
    size_t i;

    if (!s->at.schema)
        return NULL;
    found = type_error(s, value);
    if (!found && json_is_array(value))
        found = list_error(s, &list, value);
    json_object_foreach (value, name, child) {
        found = found ? found : field_error(s, name, child);
    }
    json_array_foreach (value, i, child) {
        struct spot next = spot_item(s, &list, child, i);

        found = found ? found : spot_error(&next, child);
    }
    return found;
}

char *typed_error(const struct kind *kind, json_t *config)
{
    struct spot root = { .at = place_root(kind) };
    json_t *metadata = json_object_get(config, "metadata");

    return kind->schema ? spot_error(&root, config) : field_error(&root, "metadata", metadata);
}
