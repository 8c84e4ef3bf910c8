/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/usage.h"
#include "lib/jx.h"
#include "lib/log.h"
#include "provider/reconcile/object.h"
#include <search.h>

#define IN_USE "in-use.crossplane.io" /* as of all Crossplane's providers */

static void note_user(const void *node, VISIT visit, void *ctx)
{
    const struct object *o = *(struct object *const *)node;
    struct err none = { 0 };
    json_t *used = ctx;
    const json_t *config;

    if (visit != postorder && visit != leaf)
        return;
    config = loop_config(o->loop, o->doc, &none);
    if (config)
        jx_set(used, jx_str(config, "metadata.uid", ""), json_true());
}

/* The finalizers without ours. New reference. */
static json_t *others(const json_t *config)
{
    json_t *kept = json_array(), *one;
    size_t i;

    json_array_foreach (jx_at(config, "metadata.finalizers"), i, one)
        if (!json_is_string(one) || strcmp(json_string_value(one), IN_USE) != 0)
            jx_append(kept, json_incref(one));
    return kept;
}

/* Somebody else's write meanwhile is news, too, and brings us here again. */
static void write_hold(struct loop *l, const char *key, const json_t *config, bool hold)
{
    json_auto_t *changed = json_deep_copy(config);
    json_t *list = others(config), *stored = NULL;
    struct err e = { 0 };

    if (hold)
        jx_append(list, json_string(IN_USE));
    jx_set(jx_make_object(changed, "metadata"), "finalizers", list);
    if (l->store->ops->put(l->store, changed, &stored, &e) == 0)
        jx_set(l->configs, key, stored);
    else if (e.kind != ERR_CONFLICT && e.kind != ERR_NOT_FOUND)
        log_error("cannot write to the store", LS("object", key), LS("error", e.text));
}

void usage_run(struct loop *l)
{
    json_auto_t *used = json_object();
    json_auto_t *configs = json_copy(l->configs);
    const char *key;
    const json_t *config;

    twalk_r(l->objects, note_user, used);
    json_object_foreach (configs, key, config) {
        json_auto_t *without = others(config);
        bool held = json_array_size(without) != json_array_size(jx_at(config, "metadata.finalizers"));
        bool needed = json_object_get(used, jx_str(config, "metadata.uid", "")) != NULL;
        bool leaving = jx_at(config, "metadata.deletionTimestamp") != NULL;

        if (strcmp(jx_str(config, "spec.auth", ""), "CleuraShoot") != 0)
            continue;
        if (!held && needed && !leaving)
            write_hold(l, key, config, true);
        if (held && !needed && leaving)
            write_hold(l, key, config, false);
    }
}
