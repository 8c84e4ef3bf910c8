/* SPDX-License-Identifier: Apache-2.0 */
/* Merging by schema: server-side apply and the strategic merge patch. The schema-less patches are in
 * patch.c. */
#include "sim/shootapi/merge.h"

/* The index of the item with this element name; the array's size when there is none. */
static size_t index_of(const struct list_shape *list, json_t *items, const char *element)
{
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item) {
        CLEAN(free) char *other = list_element(list, item);

        if (!strcmp(other, element))
            return i;
    }
    return json_array_size(items);
}

/* ---- server-side apply ---- */

static json_t *merge(const struct place *at, json_t *live, json_t *config);

static json_t *merge_objects(const struct place *at, json_t *live, json_t *config)
{
    json_t *merged = json_copy(live), *value;
    const char *name;

    json_object_foreach (config, name, value) {
        struct place next = place_field(at, name);

        /* no field is owned by saying nothing about it; custom kinds judge it first */
        if (!json_is_null(value) || at->kind->flags & KIND_CUSTOM)
            jx_set(merged, name, merge(&next, json_object_get(live, name), value));
    }
    return merged;
}

static json_t *merge_items(const struct place *at, const struct list_shape *list, json_t *live,
                           json_t *config)
{
    json_t *merged = json_copy(live), *item;
    struct place next = place_item(at);
    size_t i;

    json_array_foreach (config, i, item) {
        CLEAN(free) char *element = list_element(list, item);
        size_t where = index_of(list, merged, element);

        if (where == json_array_size(merged))
            jx_append(merged, json_deep_copy(item));
        else if (list->type == LIST_MAP)
            (void)json_array_set_new(merged, where, merge(&next, json_array_get(merged, where), item));
    }
    return merged;
}

static json_t *merge(const struct place *at, json_t *live, json_t *config)
{
    struct list_shape list;

    if (json_is_object(live) && json_is_object(config) && !place_is_atomic_map(at))
        return merge_objects(at, live, config);
    if (json_is_array(live) && json_is_array(config)) {
        list = place_list(at);
        if (list.type != LIST_ATOMIC)
            return merge_items(at, &list, live, config);
    }
    return json_deep_copy(config);
}

json_t *merge_apply(const struct kind *kind, json_t *live, json_t *config)
{
    struct place root = place_root(kind);
    json_auto_t *merged = merge_objects(&root, live, config);

    return json_deep_copy(merged); /* unchanged branches were shared with 'live' */
}

/* ---- pruning ---- */

static void prune(const struct place *at, json_t *value, json_t *last, const json_t *keep);

static void prune_field(const struct place *at, json_t *object, const char *name, json_t *last,
                        const json_t *keep)
{
    struct place next = place_field(at, name);

    if (!keep)
        (void)json_object_del(object, name);
    else
        prune(&next, json_object_get(object, name), last, keep);
}

static void prune_item(const struct place *at, json_t *items, const char *element, json_t *last,
                       const json_t *keep)
{
    struct list_shape list = place_list(at);
    struct place next = place_item(at);
    size_t where = list.type == LIST_ATOMIC ? json_array_size(items) : index_of(&list, items, element);

    if (where == json_array_size(items))
        return;
    if (!keep)
        (void)json_array_remove(items, where);
    else
        prune(&next, json_array_get(items, where), last, keep);
}

static void prune(const struct place *at, json_t *value, json_t *last, const json_t *keep)
{
    const char *name;
    json_t *child;

    json_object_foreach (last, name, child) {
        const json_t *kept = json_object_get(keep, name);

        if (!strncmp(name, "f:", 2) && json_is_object(value))
            prune_field(at, value, name + 2, child, kept);
        else if (*name != '.' && json_is_array(value))
            prune_item(at, value, name, child, kept);
    }
}

void merge_prune(const struct kind *kind, json_t *doc, const json_t *last, const json_t *keep)
{
    struct place root = place_root(kind);
    json_auto_t *copy = json_deep_copy(last);

    prune(&root, doc, copy, keep);
}

/* ---- strategic merge patch ---- */

static json_t *strategic(const struct place *at, json_t *target, json_t *patch);

static bool is_directive(const char *name) { return *name == '$'; }

static const char *patch_word(const json_t *patch)
{
    const char *word = json_is_object(patch) ? json_string_value(json_object_get(patch, "$patch")) : NULL;

    return word ? word : "";
}

static void retain_keys(json_t *object, const json_t *keys)
{
    const char *name;
    json_t *value;
    void *safe;

    if (!json_is_array(keys))
        return;
    json_object_foreach_safe (object, safe, name, value) {
        bool kept = false;

        for (size_t i = 0; i < json_array_size(keys); i++)
            kept = kept || (json_is_string(json_array_get(keys, i)) &&
                            !strcmp(json_string_value(json_array_get(keys, i)), name));
        if (!kept)
            (void)json_object_del(object, name);
    }
}

/* "$deleteFromPrimitiveList/finalizers": [...] */
static void delete_primitives(json_t *object, const char *directive, const json_t *values)
{
    const char *slash = strchr(directive, '/');
    json_t *list = slash ? json_object_get(object, slash + 1) : NULL;

    if (strncmp(directive, "$deleteFromPrimitiveList/", 25) != 0)
        return;
    for (size_t i = json_array_size(list); i-- > 0;)
        for (size_t k = 0; k < json_array_size(values); k++)
            if (json_equal(json_array_get(list, i), json_array_get(values, k)))
                (void)json_array_remove(list, i);
}

static json_t *strategic_object(const struct place *at, json_t *target, json_t *patch)
{
    bool replace = !strcmp(patch_word(patch), "replace");
    json_auto_t *result = json_is_object(target) && !replace ? json_deep_copy(target) : json_object();
    json_t *value;
    const char *name;

    json_object_foreach (patch, name, value) {
        struct place next = place_field(at, name);

        if (is_directive(name))
            delete_primitives(result, name, value);
        else if (json_is_null(value) || !strcmp(patch_word(value), "delete"))
            (void)json_object_del(result, name);
        else
            jx_set(result, name, strategic(&next, json_object_get(result, name), value));
    }
    retain_keys(result, json_object_get(patch, "$retainKeys"));
    return json_incref(result);
}

static json_t *strategic_items(const struct place *at, const struct list_shape *list, json_t *target,
                               json_t *patch)
{
    json_t *result = json_deep_copy(target), *item;
    struct place next = place_item(at);
    size_t i;

    json_array_foreach (patch, i, item) {
        CLEAN(free) char *element = list_element(list, item);
        size_t where = index_of(list, result, element);
        bool found = where < json_array_size(result);

        if (!strcmp(patch_word(item), "delete")) {
            if (found)
                (void)json_array_remove(result, where);
        } else if (found && list->type == LIST_MAP) {
            (void)json_array_set_new(result, where, strategic(&next, json_array_get(result, where), item));
        } else if (!found && strcmp(patch_word(item), "replace") != 0) {
            jx_append(result, strategic(&next, NULL, item));
        }
    }
    return result;
}

static bool replaces(const json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++)
        if (!strcmp(patch_word(json_array_get(items, i)), "replace"))
            return true;
    return false;
}

static json_t *strategic(const struct place *at, json_t *target, json_t *patch)
{
    json_auto_t *empty = NULL;
    struct list_shape list;

    if (json_is_object(patch))
        return strategic_object(at, target, patch);
    list = place_list(at);
    if (!json_is_array(patch) || list.type == LIST_ATOMIC)
        return json_deep_copy(patch);
    empty = json_array();
    return strategic_items(at, &list, json_is_array(target) && !replaces(patch) ? target : empty, patch);
}

json_t *merge_strategic(const struct kind *kind, json_t *target, json_t *patch)
{
    struct place root = place_root(kind);

    return strategic(&root, target, patch);
}
