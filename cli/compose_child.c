/* SPDX-License-Identifier: Apache-2.0 */
/* Composed objects: how they are made from what was rendered, found again, and in which order they go. */
#include "cli/compose.h"
#include "cli/kinds.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include <stdint.h>

#define LABEL_COMPOSITE "crossplane.io/composite"
#define NOTE_NAME       "crossplane.io/composition-resource-name"

enum { NAME_MAX_BYTES = 63, HASH_DIGITS = 12 };

int compose_list(struct store *store, json_t **ret, struct err *e)
{
    json_auto_t *all = json_array();
    const struct kind_info *kind;

    for (size_t i = 0; (kind = kinds_at(i)); i++) {
        json_auto_t *items = NULL;

        if (kind->role != KIND_COMPOSED)
            continue;
        if (kinds_list(store, kind, NULL, &items, e) < 0)
            return -1;
        (void)json_array_extend(all, items);
    }
    *ret = TAKE(all);
    return 0;
}

static const char *owner_uid(const json_t *object)
{
    size_t i;
    const json_t *owner;

    json_array_foreach (jx_at(object, "metadata.ownerReferences"), i, owner)
        if (jx_bool(owner, "controller", false))
            return jx_str(owner, "uid", "");
    return "";
}

static const char *note(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(jx_at(object, "metadata.annotations"), key));
    return value ? value : "";
}

json_t *compose_observed(const json_t *composite, const json_t *composed)
{
    json_t *mine = json_object();
    const char *uid = jx_str(composite, "metadata.uid", "?");
    size_t i;
    const json_t *object;

    json_array_foreach (composed, i, object)
        if (!strcmp(owner_uid(object), uid) && *note(object, NOTE_NAME))
            jx_share(mine, note(object, NOTE_NAME), object);
    return mine;
}

static bool has_owner(const json_t *object, const json_t *owners)
{
    size_t i, k;
    const json_t *reference, *owner;

    json_array_foreach (jx_at(object, "metadata.ownerReferences"), i, reference) {
        const char *kind = jx_str(reference, "kind", "");

        if (strcmp(kind, "Request") != 0 && strcmp(kind, "DisposableRequest") != 0)
            return true; /* whoever that is: not ours to judge */
        json_array_foreach (owners, k, owner)
            if (!strcmp(jx_str(reference, "uid", ""), jx_str(owner, "metadata.uid", "?")))
                return true;
    }
    return false;
}

json_t *compose_orphans(const json_t *secrets, const json_t *owners)
{
    json_t *orphans = json_array();
    size_t i;
    const json_t *secret;

    json_array_foreach (secrets, i, secret)
        if (json_array_size(jx_at(secret, "metadata.ownerReferences")) && !has_owner(secret, owners))
            jx_append(orphans, json_deep_copy(secret));
    return orphans;
}

int compose_dependents(struct store *store, const json_t *composite, json_t **ret, struct err *e)
{
    json_auto_t *all = json_array();
    const char *name = jx_str(composite, "metadata.name", ""),
               *ns = jx_str(composite, "metadata.namespace", "");
    const struct kind_info *kind;

    for (size_t i = 0; (kind = kinds_at(i)); i++) {
        json_auto_t *items = NULL;
        size_t n;
        const json_t *item;

        if (kind->role != KIND_COMPOSITE || !kinds_is_shoot(composite))
            continue;
        if (kinds_list(store, kind, ns, &items, e) < 0)
            return -1;
        json_array_foreach (items, n, item)
            if (!strcmp(jx_str(item, "spec.shootRef.name", ""), name))
                jx_append(all, json_deep_copy(item));
    }
    *ret = TAKE(all);
    return 0;
}

/* Crossplane's rule for a resource that was rendered without a name. */
static void default_name(const json_t *composite, const char *name, json_t *metadata)
{
    CLEAN(free) char *seed = x_asprintf("%s%s", jx_str(composite, "metadata.uid", ""), name);
    char hash[HASH_DIGITS + 1], text[NAME_MAX_BYTES + 1];

    crypto_sha256_hex(seed, strlen(seed), hash, HASH_DIGITS);
    (void)snprintf(text, sizeof(text), "%.*s-%s", NAME_MAX_BYTES - HASH_DIGITS - 1,
                   jx_str(composite, "metadata.name", ""), hash);
    jx_set(metadata, "name", json_string(text));
}

static void overlay(json_t *object, const json_t *from, const char *key)
{
    const json_t *values = json_object_get(json_object_get(from, "metadata"), key);

    if (json_is_object(values))
        (void)json_object_update(jx_make_object(json_object_get(object, "metadata"), key),
                                 (json_t *)(uintptr_t)values);
}

static void own(json_t *object, const json_t *composite, const char *name)
{
    json_t *metadata = json_object_get(object, "metadata");

    jx_set(jx_make_object(metadata, "labels"), LABEL_COMPOSITE,
           json_string(jx_str(composite, "metadata.name", "")));
    jx_set(jx_make_object(metadata, "annotations"), NOTE_NAME, json_string(name));
    jx_set(metadata, "ownerReferences",
           jx_pack("[{s:s, s:s, s:s, s:s, s:b, s:b}]", "apiVersion", jx_str(composite, "apiVersion", ""),
                   "kind", jx_str(composite, "kind", ""), "name", jx_str(composite, "metadata.name", ""),
                   "uid", jx_str(composite, "metadata.uid", ""), "controller", 1, "blockOwnerDeletion", 1));
}

json_t *compose_child(const json_t *composite, const char *name, const json_t *desired,
                      const json_t *observed)
{
    json_t *object = json_copy((json_t *)(uintptr_t)desired), *metadata;
    const char *ns = jx_str(composite, "metadata.namespace", NULL);

    metadata = observed ? json_deep_copy(json_object_get(observed, "metadata")) : json_object();
    if (!observed && jx_str(desired, "metadata.name", NULL))
        jx_share(metadata, "name", jx_at(desired, "metadata.name"));
    else if (!observed)
        default_name(composite, name, metadata);
    if (!observed && ns)
        jx_set(metadata, "namespace", json_string(ns));
    (void)json_object_del(object, "status");
    jx_set(object, "metadata", metadata);
    overlay(object, desired, "labels");
    overlay(object, desired, "annotations");
    own(object, composite, name);
    return object;
}

/* Is the named ProviderConfig one of the siblings? Then what uses it lives in the shoot. */
static bool composed_config(const json_t *siblings, const char *name)
{
    const char *key;
    const json_t *object;

    json_object_foreach ((json_t *)(uintptr_t)siblings, key, object)
        if (!strcmp(jx_str(object, "kind", ""), "ProviderConfig") &&
            !strcmp(jx_str(object, "metadata.name", ""), name))
            return true;
    return false;
}

int compose_tier(const json_t *object, const json_t *siblings)
{
    enum { AT_ONCE, IN_SHOOT, DISPOSABLE, ACCOUNT, CONFIG };
    const char *kind = jx_str(object, "kind", "");

    if (!strcmp(kind, "ProviderConfig"))
        return CONFIG;
    if (strcmp(kind, "Request") != 0 && strcmp(kind, "DisposableRequest") != 0)
        return AT_ONCE;
    if (composed_config(siblings, jx_str(object, "spec.providerConfigRef.name", "")))
        return IN_SHOOT;
    return !strcmp(kind, "Request") ? ACCOUNT : DISPOSABLE;
}
