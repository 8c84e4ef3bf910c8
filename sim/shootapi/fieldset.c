/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/fieldset.h"
#include "lib/buf.h"
#include <stdint.h>

json_t *fieldset_decode(const json_t *fields_v1)
{
    json_t *set = json_object(), *child;
    const char *name;

    json_object_foreach ((json_t *)(uintptr_t)fields_v1, name, child) {
        if (strcmp(name, ".") != 0)
            jx_set(set, name, json_object_size(child) ? fieldset_decode(child) : jx_pack("{s:{}}", "."));
        else
            jx_set(set, ".", json_object());
    }
    return set;
}

json_t *fieldset_encode(const json_t *set)
{
    json_t *fields = json_object(), *child;
    const char *name;

    if (json_object_size(set) == 1 && json_object_get(set, "."))
        return fields;
    json_object_foreach ((json_t *)(uintptr_t)set, name, child) {
        jx_set(fields, name, strcmp(name, ".") != 0 ? fieldset_encode(child) : json_object());
    }
    return fields;
}

static void mark(json_t *node) { jx_set(node, ".", json_object()); }

static json_t *field_node(json_t *node, const char *name)
{
    CLEAN(free) char *key = x_asprintf("f:%s", name);

    return jx_make_object(node, key);
}

/* ---- leaves ---- */

static void add_leaves(const struct place *at, json_t *value, json_t *node);

static void add_items(const struct place *at, const struct list_shape *list, json_t *value, json_t *node)
{
    struct place next = place_item(at);
    json_t *item;
    size_t i;

    json_array_foreach (value, i, item) {
        CLEAN(free) char *element = list_element(list, item);
        json_t *child = jx_make_object(node, element);

        mark(child);
        if (list->type == LIST_MAP)
            add_leaves(&next, item, child);
    }
}

static void add_leaves(const struct place *at, json_t *value, json_t *node)
{
    struct list_shape list;
    json_t *child;
    const char *name;

    if (json_object_size(value) && !place_is_atomic_map(at)) {
        json_object_foreach (value, name, child) {
            struct place next = place_field(at, name);

            add_leaves(&next, child, field_node(node, name));
        }
        return;
    }
    if (json_array_size(value)) {
        list = place_list(at);
        if (list.type != LIST_ATOMIC) {
            add_items(at, &list, value, node);
            return;
        }
    }
    mark(node);
}

json_t *fieldset_of(const struct kind *kind, json_t *doc)
{
    struct place root = place_root(kind);
    json_t *set = json_object();

    if (json_object_size(doc))
        add_leaves(&root, doc, set);
    return set;
}

/* ---- differences ---- */

/* Two sets under construction, at the same place. */
struct delta {
    json_t *changed, *removed;
};

static void compare(const struct place *at, json_t *old, json_t *new, struct delta d);

static struct delta delta_at(struct delta d, const char *key)
{
    return (struct delta){ jx_make_object(d.changed, key), jx_make_object(d.removed, key) };
}

/* jx_make_object() left branches in which nothing was marked. */
static void tidy(struct delta d, const char *key)
{
    if (json_object_size(json_object_get(d.changed, key)) == 0)
        (void)json_object_del(d.changed, key);
    if (json_object_size(json_object_get(d.removed, key)) == 0)
        (void)json_object_del(d.removed, key);
}

static void compare_field(const struct place *at, const char *name, json_t *old, json_t *new, struct delta d)
{
    CLEAN(free) char *key = x_asprintf("f:%s", name);
    struct place next = place_field(at, name);

    compare(&next, old, new, delta_at(d, key));
    tidy(d, key);
}

static void compare_objects(const struct place *at, json_t *old, json_t *new, struct delta d)
{
    const char *name;
    json_t *child;

    json_object_foreach (new, name, child) {
        compare_field(at, name, json_object_get(old, name), child, d);
    }
    json_object_foreach (old, name, child) {
        if (!json_object_get(new, name))
            compare_field(at, name, child, NULL, d);
    }
}

static json_t *item_like(const struct list_shape *list, json_t *items, const char *element)
{
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item) {
        CLEAN(free) char *other = list_element(list, item);

        if (!strcmp(other, element))
            return item;
    }
    return NULL;
}

static void compare_items(const struct place *at, const struct list_shape *list, json_t *old, json_t *new,
                          struct delta d)
{
    struct place next = place_item(at);
    json_t *item;
    size_t i;

    json_array_foreach (new, i, item) {
        CLEAN(free) char *element = list_element(list, item);
        json_t *before = item_like(list, old, element);
        struct delta inner = delta_at(d, element);

        if (!before)
            mark(inner.changed);
        if (list->type == LIST_MAP)
            compare(&next, before, item, inner);
        tidy(d, element);
    }
    json_array_foreach (old, i, item) {
        CLEAN(free) char *element = list_element(list, item);
        struct delta inner;

        if (item_like(list, new, element))
            continue;
        inner = delta_at(d, element);
        mark(inner.removed);
        if (list->type == LIST_MAP)
            compare(&next, item, NULL, inner);
        tidy(d, element);
    }
}

static void compare(const struct place *at, json_t *old, json_t *new, struct delta d)
{
    struct list_shape list = { .type = LIST_ATOMIC };

    if (old && new &&json_equal(old, new))
        return;
    if (json_is_object(old) && json_is_object(new) && json_object_size(old) && json_object_size(new) &&
        !place_is_atomic_map(at)) {
        compare_objects(at, old, new, d);
        return;
    }
    if (json_is_array(old) && json_is_array(new) && json_array_size(old) && json_array_size(new))
        list = place_list(at);
    if (list.type != LIST_ATOMIC) {
        compare_items(at, &list, old, new, d);
        return;
    }
    if (new)
        add_leaves(at, new, d.changed);
    if (old && (!new || json_typeof(old) != json_typeof(new)))
        add_leaves(at, old, d.removed);
}

void fieldset_compare(const struct kind *kind, json_t *old, json_t *new, json_t *changed, json_t *removed)
{
    struct place root = place_root(kind);

    compare_objects(&root, old, new, (struct delta){ changed, removed });
}

/* ---- algebra ---- */

void fieldset_add(json_t *set, const json_t *other)
{
    const char *name;
    json_t *child;

    json_object_foreach ((json_t *)(uintptr_t)other, name, child) {
        if (json_object_get(set, name))
            fieldset_add(json_object_get(set, name), child);
        else
            jx_set(set, name, json_deep_copy(child));
    }
}

void fieldset_subtract(json_t *set, const json_t *other)
{
    const char *name;
    json_t *child;

    json_object_foreach ((json_t *)(uintptr_t)other, name, child) {
        json_t *mine = json_object_get(set, name);

        if (!mine)
            continue;
        if (strcmp(name, ".") != 0)
            fieldset_subtract(mine, child);
        if (json_object_size(mine) == 0)
            (void)json_object_del(set, name);
    }
}

json_t *fieldset_intersect(const json_t *a, const json_t *b)
{
    json_t *both = json_object(), *child;
    const char *name;

    json_object_foreach ((json_t *)(uintptr_t)a, name, child) {
        const json_t *other = json_object_get(b, name);
        json_t *inner;

        if (!other)
            continue;
        inner = fieldset_intersect(child, other);
        if (!strcmp(name, ".") || json_object_size(inner))
            jx_set(both, name, inner);
        else
            json_decref(inner);
    }
    return both;
}

/* ---- texts ---- */

/* {"port":80,"protocol":"TCP"} becomes [port=80,protocol="TCP"]. */
static void add_key_text(struct buf *out, const char *json)
{
    json_auto_t *keys = json_loads(json, 0, NULL);
    const char *name, *separator = "[";
    json_t *value;

    json_object_foreach (keys, name, value) {
        CLEAN(free) char *text = jx_dump(value);

        (void)buf_addf(out, "%s%s=%s", separator, name, text);
        separator = ",";
    }
    (void)buf_adds(out, "]");
}

static char *extend(const char *prefix, const char *key)
{
    struct buf out = buf_max(JX_MAX_BYTES);

    (void)buf_adds(&out, prefix);
    if (!strncmp(key, "f:", 2))
        (void)buf_addf(&out, ".%s", key + 2);
    else if (!strncmp(key, "v:", 2))
        (void)buf_addf(&out, "[=%s]", key + 2);
    else
        add_key_text(&out, key + 2);
    return buf_take(&out);
}

static void list_paths(json_t *set, const char *prefix, json_t *paths)
{
    const char *name;
    json_t *child;

    json_object_foreach (set, name, child) {
        CLEAN(free) char *path = NULL;

        if (!strcmp(name, ".")) {
            jx_append(paths, jx_text(prefix));
            continue;
        }
        path = extend(prefix, name);
        list_paths(child, path, paths);
    }
}

json_t *fieldset_paths(const json_t *set)
{
    json_t *paths = json_array();

    list_paths((json_t *)(uintptr_t)set, "", paths);
    return paths;
}
