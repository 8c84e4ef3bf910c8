/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/apply.h"
#include "lib/buf.h"
#include "sim/shootapi/fieldset.h"
#include "sim/shootapi/merge.h"
#include "sim/shootapi/status.h"

/* One entry of managedFields while we work on it. */
struct manager {
    json_t *entry; /* without fieldsV1 */
    json_t *set;   /* decoded */
};

/* More managers than this do not meet at one object; Kubernetes itself merges the oldest updaters beyond
 * 10. */
enum { MAX_MANAGERS = 64 };

struct managers {
    struct manager m[MAX_MANAGERS + 1];
    size_t n;
};

static void managers_free(struct managers *all)
{
    for (size_t i = 0; i < all->n; i++) {
        json_decref(all->m[i].entry);
        json_decref(all->m[i].set);
    }
    all->n = 0;
}
static inline void managers_free_clean(struct managers *all) { managers_free(all); }

/* ---- managedFields in and out ---- */

static void managers_read(struct managers *all, const json_t *doc)
{
    const json_t *entry;
    size_t i;

    all->n = 0;
    json_array_foreach (jx_at(doc, "metadata.managedFields"), i, entry) {
        json_t *copy;

        if (all->n == MAX_MANAGERS)
            return;
        copy = json_deep_copy(entry);
        (void)json_object_del(copy, "fieldsV1");
        all->m[all->n++] = (struct manager){ copy, fieldset_decode(json_object_get(entry, "fieldsV1")) };
    }
}

static void managers_write(const struct managers *all, json_t *doc)
{
    json_t *list = json_array();

    for (size_t i = 0; i < all->n; i++) {
        json_t *entry;

        if (json_object_size(all->m[i].set) == 0)
            continue;
        entry = json_copy(all->m[i].entry);
        jx_set(entry, "fieldsType", json_string("FieldsV1"));
        jx_set(entry, "fieldsV1", fieldset_encode(all->m[i].set));
        jx_append(list, entry);
    }
    jx_set(jx_make_object(doc, "metadata"), "managedFields", list);
}

static bool entry_is(const json_t *entry, const struct owner *owner, const char *operation)
{
    return !strcmp(jx_str(entry, "manager", ""), owner->manager) &&
           !strcmp(jx_str(entry, "operation", ""), operation) &&
           !strcmp(jx_str(entry, "subresource", ""), owner->subresource) &&
           /* an applier stays the same through versions, an updater does not */
           (!strcmp(operation, "Apply") || !strcmp(jx_str(entry, "apiVersion", ""), owner->api_version));
}

/* The entry of 'owner', made when missing. */
static struct manager *managers_own(struct managers *all, const struct owner *owner, const char *operation)
{
    struct manager *own;

    for (size_t i = 0; i < all->n; i++)
        if (entry_is(all->m[i].entry, owner, operation))
            return &all->m[i];
    own = &all->m[all->n++];
    own->entry = jx_pack("{s:o, s:s, s:s}", "manager", jx_text(owner->manager), "operation", operation,
                         "apiVersion", owner->api_version);
    if (*owner->subresource)
        jx_set(own->entry, "subresource", json_string(owner->subresource));
    own->set = json_object();
    return own;
}

/* ---- what can be owned ---- */

static const char *const unowned_metadata[] = { "name",
                                                "namespace",
                                                "creationTimestamp",
                                                "selfLink",
                                                "uid",
                                                "generation",
                                                "managedFields",
                                                "resourceVersion",
                                                "generateName",
                                                "deletionTimestamp",
                                                "deletionGracePeriodSeconds" };

static json_t *only_status(const json_t *doc)
{
    json_t *part = json_object(), *status = json_object_get(doc, "status");

    if (status)
        jx_share(part, "status", status);
    return part;
}

/* The part of a document a writer of this subresource is answerable for. New reference. */
static json_t *ownable(const struct kind *kind, json_t *doc, const char *subresource)
{
    json_auto_t *metadata = NULL;
    json_t *copy;

    if (!doc || !strcmp(subresource, "status"))
        return only_status(doc);
    copy = json_object();
    if (json_object_update(copy, doc) < 0)
        abort();
    (void)json_object_del(copy, "apiVersion");
    (void)json_object_del(copy, "kind");
    if (kind->flags & KIND_STATUS)
        (void)json_object_del(copy, "status");
    metadata = json_copy(json_object_get(copy, "metadata"));
    for (size_t i = 0; i < ARRAY_LENGTH(unowned_metadata); i++)
        (void)json_object_del(metadata, unowned_metadata[i]);
    if (json_object_size(metadata))
        jx_share(copy, "metadata", metadata);
    else
        (void)json_object_del(copy, "metadata");
    return copy;
}

/* ---- ordinary writes ---- */

void apply_track(const struct kind *kind, json_t *live, json_t *next, const struct owner *owner)
{
    json_auto_t *before = ownable(kind, live, owner->subresource);
    json_auto_t *after = ownable(kind, next, owner->subresource);
    json_auto_t *changed = json_object();
    json_auto_t *removed = json_object();
    CLEAN(managers_free) struct managers all;
    struct manager *own;

    fieldset_compare(kind, before, after, changed, removed);
    managers_read(&all, live);
    own = managers_own(&all, owner, "Update");
    for (size_t i = 0; i < all.n; i++) {
        if (&all.m[i] != own)
            fieldset_subtract(all.m[i].set, changed);
        fieldset_subtract(all.m[i].set, removed);
    }
    if (json_object_size(changed) || json_object_size(removed))
        jx_set(own->entry, "time", json_string(owner->time));
    fieldset_add(own->set, changed);
    managers_write(&all, next);
}

/* ---- server-side apply ---- */

/* What of 'changed' others own: into 'conflicts', and taken from them (it counts only when forced). */
static void gather_conflicts(struct managers *all, const struct manager *own, const json_t *changed,
                             json_t *conflicts)
{
    for (size_t i = 0; i < all->n; i++) {
        struct manager *other = &all->m[i];
        json_auto_t *both = other == own ? json_object() : fieldset_intersect(other->set, changed);
        json_auto_t *paths = fieldset_paths(both);

        for (size_t k = 0; k < json_array_size(paths); k++)
            jx_append(conflicts,
                      jx_pack("{s:O, s:O}", "manager", other->entry, "field", json_array_get(paths, k)));
        fieldset_subtract(other->set, both);
    }
}

/* Everything that stays whatever this applier no longer sends. New reference. */
static json_t *kept_fields(const struct managers *all, const struct manager *own, const json_t *sent)
{
    json_t *keep = json_deep_copy(sent);

    for (size_t i = 0; i < all->n; i++)
        if (&all->m[i] != own)
            fieldset_add(keep, all->m[i].set);
    return keep;
}

/* The same but for who owns what. */
static bool same_content(const json_t *a, const json_t *b)
{
    json_auto_t *x = json_deep_copy(a);
    json_auto_t *y = json_deep_copy(b);

    (void)json_object_del(json_object_get(x, "metadata"), "managedFields");
    (void)json_object_del(json_object_get(y, "metadata"), "managedFields");
    return json_equal(x, y);
}

/* 'config' as it may be merged: what this subresource owns, and which object it is. New reference. */
static json_t *mergeable(const json_t *config, json_t *owned)
{
    static const char *const identity[] = { "name", "namespace" };
    json_t *copy = json_copy(owned), *metadata = json_copy(json_object_get(owned, "metadata"));

    if (!metadata)
        metadata = json_object();
    for (size_t i = 0; i < ARRAY_LENGTH(identity); i++)
        if (json_object_get(json_object_get(config, "metadata"), identity[i]))
            jx_share(metadata, identity[i],
                     json_object_get(json_object_get(config, "metadata"), identity[i]));
    jx_share(copy, "apiVersion", json_object_get(config, "apiVersion"));
    jx_share(copy, "kind", json_object_get(config, "kind"));
    jx_set(copy, "metadata", metadata);
    return copy;
}

json_t *apply_config(const struct kind *kind, json_t *live, json_t *config, const struct owner *owner,
                     bool force, json_t **ret_conflicts)
{
    json_auto_t *owned = ownable(kind, config, owner->subresource);
    json_auto_t *sent = fieldset_of(kind, owned);
    json_auto_t *full = mergeable(config, owned);
    json_auto_t *nothing = json_object();
    json_auto_t *merged = merge_apply(kind, live ? live : nothing, full);
    json_auto_t *changed = json_object();
    json_auto_t *removed = json_object();
    json_auto_t *stays = fieldset_of(kind, full); /* with the name, so that nobody loses all of metadata */
    json_auto_t *keep = NULL;
    CLEAN(managers_free) struct managers all;
    struct manager *own;

    managers_read(&all, live);
    own = managers_own(&all, owner, "Apply");
    fieldset_compare(kind, live ? live : nothing, merged, changed, removed);
    *ret_conflicts = json_array();
    gather_conflicts(&all, own, changed, *ret_conflicts);
    if (json_array_size(*ret_conflicts) && !force)
        return NULL;
    keep = kept_fields(&all, own, stays);
    merge_prune(kind, merged, own->set, keep);
    if (!live || !json_equal(own->set, sent) || !same_content(live, merged))
        jx_set(own->entry, "time", json_string(owner->time));
    jx_set(own->entry, "apiVersion", json_string(owner->api_version));
    json_decref(own->set);
    own->set = json_incref(sent);
    managers_write(&all, merged);
    return json_incref(merged);
}

/* ---- conflicts in words ---- */

/* "kubectl" with subresource "status" using v1: appliers are named without version. */
static char *manager_text(const json_t *entry)
{
    struct buf text = buf_max(1024);
    const char *subresource = jx_str(entry, "subresource", "");

    (void)buf_addf(&text, "\"%s\"", jx_str(entry, "manager", ""));
    if (*subresource)
        (void)buf_addf(&text, " with subresource \"%s\"", subresource);
    if (!strcmp(jx_str(entry, "operation", ""), "Update"))
        (void)buf_addf(&text, " using %s", jx_str(entry, "apiVersion", ""));
    return buf_take(&text);
}

static void list_fields(const json_t *conflicts, struct buf *text)
{
    CLEAN(free) char *last = x_strdup("");
    const json_t *conflict;
    size_t i;

    json_array_foreach (conflicts, i, conflict) {
        char *who = manager_text(json_object_get(conflict, "manager"));

        if (strcmp(who, last) != 0)
            (void)buf_addf(text, "%sconflicts with %s:", i ? "\n" : "", who);
        (void)buf_addf(text, "\n- %s", jx_str(conflict, "field", ""));
        free(last);
        last = who;
    }
}

json_t *apply_conflict_status(const json_t *conflicts)
{
    CLEAN(buf_free) struct buf text = buf_max(JX_MAX_BYTES);
    const json_t *conflict = json_array_get(conflicts, 0);
    CLEAN(free) char *first = manager_text(json_object_get(conflict, "manager"));
    json_t *status;
    size_t i;

    if (json_array_size(conflicts) == 1)
        (void)buf_addf(&text, "conflict with %s: %s", first, jx_str(conflict, "field", ""));
    else
        list_fields(conflicts, &text);
    status =
        status_make(REASON_CONFLICT, NULL, "Apply failed with %zu conflict%s: %s", json_array_size(conflicts),
                    json_array_size(conflicts) == 1 ? "" : "s", buf_text(&text));
    json_array_foreach (conflicts, i, conflict) {
        CLEAN(free) char *who = manager_text(json_object_get(conflict, "manager"));
        CLEAN(free) char *message = x_asprintf("conflict with %s", who);

        status_add_cause(status, "FieldManagerConflict", message, jx_str(conflict, "field", ""));
    }
    return status;
}
