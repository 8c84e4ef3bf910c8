/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/shape.h"
#include "lib/buf.h"

/* ---- the built-in kinds ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && !strcmp(text + n - m, end);
}

/* ---- places ---- */

struct place place_root(const struct kind *kind)
{
    return (struct place){ .kind = kind, .schema = kind->schema };
}

struct place place_field(const struct place *at, const char *name)
{
    struct place next = { .kind = at->kind };
    const json_t *declared = json_object_get(json_object_get(at->schema, "properties"), name);

    (void)snprintf(next.path, sizeof(next.path), "%.*s%s%s", (int)sizeof(next.path) / 2, at->path,
                   *at->path ? "." : "", name);
    next.schema = declared ? declared : json_object_get(at->schema, "additionalProperties");
    if (!*at->path &&
        !strcmp(name, "metadata")) /* the same for all kinds, whatever a definition says of it */
        next.schema = at->kind->metadata;
    if (!json_is_object(next.schema))
        next.schema = NULL;
    return next;
}

struct place place_item(const struct place *at)
{
    struct place next = { .kind = at->kind, .schema = json_object_get(at->schema, "items") };

    (void)snprintf(next.path, sizeof(next.path), "%.*s[]", (int)sizeof(next.path) - 3, at->path);
    return next;
}

/* ---- lists and maps ---- */

static struct list_shape schema_list(const json_t *schema)
{
    const char *type = jx_str(schema, "x-kubernetes-list-type", "atomic");
    const json_t *keys = json_object_get(schema, "x-kubernetes-list-map-keys"), *key;
    const json_t *properties = jx_at(schema, "items.properties");
    struct list_shape list = { .type = !strcmp(type, "map")   ? LIST_MAP
                                       : !strcmp(type, "set") ? LIST_SET
                                                              : LIST_ATOMIC };
    size_t i;

    json_array_foreach (keys, i, key) {
        if (!json_is_string(key) || list.n == SHAPE_KEYS)
            continue;
        list.keys[list.n] = json_string_value(key);
        list.defaults[list.n++] =
            jx_str(json_object_get(properties, json_string_value(key)), "default", NULL);
    }
    return list;
}

/* Of a status the table of built-in types says nothing; what it has of lists are conditions. */
struct list_shape place_list(const struct place *at)
{
    if (at->schema)
        return schema_list(at->schema);
    return ends_with(at->path, "status.conditions")
               ? (struct list_shape){ .type = LIST_MAP, .n = 1, .keys = { "type" } }
               : (struct list_shape){ .type = LIST_ATOMIC };
}

bool place_is_atomic_map(const struct place *at)
{
    if (at->schema)
        return !strcmp(jx_str(at->schema, "x-kubernetes-map-type", ""), "atomic");
    return ends_with(at->path, "spec.claimRef"); /* of a PersistentVolume, which has no schema here */
}

char *list_element(const struct list_shape *list, const json_t *item)
{
    json_auto_t *keys = NULL;
    CLEAN(free) char *text = NULL;

    if (list->type == LIST_SET) {
        text = jx_dump(item);
        return x_asprintf("v:%s", text);
    }
    keys = json_object();
    for (size_t i = 0; i < list->n; i++) {
        const json_t *value = json_object_get(item, list->keys[i]);

        if (value)
            jx_share(keys, list->keys[i], value);
        else if (list->defaults[i])
            jx_set(keys, list->keys[i], json_string(list->defaults[i]));
    }
    text = jx_dump(keys);
    return x_asprintf("k:%s", text);
}

/* ---- whole documents against a schema ---- */

static bool keeps_unknown(const json_t *schema)
{
    return !schema || !json_object_get(schema, "properties") ||
           json_object_get(schema, "additionalProperties") ||
           jx_bool(schema, "x-kubernetes-preserve-unknown-fields", false);
}

static bool is_root_field(const struct place *at, const char *name)
{
    return !*at->path && (!strcmp(name, "apiVersion") || !strcmp(name, "kind") || !strcmp(name, "metadata"));
}

bool place_keeps(const struct place *at, const char *name)
{
    return keeps_unknown(at->schema) || is_root_field(at, name);
}

static char *undeclared(const struct place *at, json_t *value)
{
    json_t *child;
    const char *name;
    char *found = NULL;
    size_t i;

    if (!at->schema)
        return NULL;
    json_object_foreach (value, name, child) {
        struct place next = place_field(at, name);

        if (!next.schema && !place_keeps(at, name))
            return x_asprintf(".%s", next.path);
        found = undeclared(&next, child);
        if (found)
            return found;
    }
    json_array_foreach (value, i, child) {
        struct place next = place_item(at);

        found = undeclared(&next, child);
        if (found)
            return found;
    }
    return NULL;
}

char *shape_undeclared(const struct kind *kind, json_t *doc)
{
    struct place root = place_root(kind);

    return undeclared(&root, doc);
}

static void prune(const struct place *at, json_t *value)
{
    json_t *child;
    const char *name;
    void *safe;
    size_t i;

    if (!at->schema)
        return;
    json_object_foreach_safe (value, safe, name, child) {
        struct place next = place_field(at, name);

        if (!next.schema && !place_keeps(at, name))
            (void)json_object_del(value, name);
        else
            prune(&next, child);
    }
    json_array_foreach (value, i, child) {
        struct place next = place_item(at);

        prune(&next, child);
    }
}

void shape_prune(const struct kind *kind, json_t *doc)
{
    struct place root = place_root(kind);

    prune(&root, doc);
}

static void add_defaults(const json_t *schema, json_t *value)
{
    json_t *properties = json_object_get(schema, "properties"), *declared, *child;
    const json_t *rest = json_object_get(schema, "additionalProperties");
    const char *name;
    size_t i;

    if (json_is_object(value)) {
        json_object_foreach (properties, name, declared) {
            const json_t *otherwise = json_object_get(declared, "default");

            if (otherwise && !json_object_get(value, name))
                jx_set(value, name, json_deep_copy(otherwise));
        }
    }
    json_object_foreach (value, name, child) {
        declared = json_object_get(properties, name);
        add_defaults(declared ? declared : rest, child);
    }
    json_array_foreach (value, i, child) {
        add_defaults(json_object_get(schema, "items"), child);
    }
}

void shape_default(const struct kind *kind, json_t *doc)
{
    if (kind->schema)
        add_defaults(kind->schema, doc);
}
