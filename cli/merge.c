/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/merge.h"
#include "lib/jx.h"

static const char *const lists[] = { "clusters", "users", "contexts" };

int merge_check(const json_t *config, struct err *e)
{
    if (!json_is_object(config))
        return err_set(e, ERR_INVALID, "it is not a kubeconfig: no object");
    if (strcmp(jx_str(config, "kind", "Config"), "Config") != 0)
        return err_set(e, ERR_INVALID, "it is not a kubeconfig: kind is not Config");
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        const json_t *list = json_object_get(config, lists[i]);

        if (list && !json_is_null(list) && !json_is_array(list))
            return err_set(e, ERR_INVALID, "it is not a kubeconfig: %s is no list", lists[i]);
    }
    return 0;
}

static size_t find(const json_t *list, const char *name)
{
    size_t i;
    const json_t *entry;

    json_array_foreach (list, i, entry)
        if (!strcmp(jx_str(entry, "name", ""), name))
            return i;
    return json_array_size(list);
}

static void merge_list(json_t *into, const json_t *from, const char *key)
{
    json_t *list = json_object_get(into, key);
    size_t i;
    json_t *entry;

    if (!json_is_array(list)) {
        list = json_array();
        jx_set(into, key, list);
    }
    json_array_foreach (json_object_get(from, key), i, entry) {
        size_t at = find(list, jx_str(entry, "name", ""));

        if (at < json_array_size(list))
            (void)json_array_set_new(list, at, json_deep_copy(entry));
        else
            jx_append(list, json_deep_copy(entry));
    }
}

int merge_into(json_t *into, const json_t *from, bool use, struct err *e)
{
    if (merge_check(into, e) < 0)
        return -1;
    if (!jx_str(into, "apiVersion", NULL))
        jx_set(into, "apiVersion", json_string("v1"));
    if (!jx_str(into, "kind", NULL))
        jx_set(into, "kind", json_string("Config"));
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        merge_list(into, from, lists[i]);
    if (use && jx_str(from, "current-context", NULL))
        jx_share(into, "current-context", jx_at(from, "current-context"));
    return 0;
}
