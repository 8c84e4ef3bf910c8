/* SPDX-License-Identifier: Apache-2.0 */
/* Where objects live: Kubernetes objects as JSON trees behind six calls.  Back ends: SQLite file, memory (and later the
 * Kubernetes API).  All follow Kubernetes' rules for metadata: the store assigns uid, resourceVersion, generation and
 * creationTimestamp; removal with finalizers present only sets deletionTimestamp; the object goes when the last
 * finalizer does.  Versions are opaque strings. */
#pragma once
#include "lib/err.h"
#include <jansson.h>
#include <stdint.h>

/* Names one object, or (name NULL) all of a kind in a namespace, or (ns NULL too) in all. ns "" is the cluster scope.
 * Objects are told apart by group, so all versions in api_version ("cleura.m.crossplane.io/v1alpha2") name the same one. */
struct store_ref {
    const char *api_version, *kind, *ns, *name;
};

struct store;

struct store_ops {
    /* Matching objects as a new array, sorted by namespace and name. */
    int (*list)(struct store *s, const struct store_ref *ref, json_t **ret_items, struct err *e);
    /* A new reference, or -1 with ERR_NOT_FOUND. */
    int (*get)(struct store *s, const struct store_ref *ref, json_t **ret_object, struct err *e);
    /* Everything of that kind that changed after *cursor ("" = from the beginning: everything), waiting at most
     * 'timeout_ms' for the first: [{"type": "PUT" | "REMOVED", "object": ...}] in order. *cursor (malloc'ed; the caller
     * frees the last one) becomes where to go on. */
    int (*watch)(struct store *s, const struct store_ref *ref, char **cursor, int timeout_ms,
                 json_t **ret_events, struct err *e);
    /* Create (no metadata.resourceVersion; ERR_CONFLICT if it exists) or replace everything but status (ERR_CONFLICT if
     * the version is not the current one, ERR_NOT_FOUND if it is gone). *ret_object (may be NULL): as stored. Nothing is
     * written, and the version stays, when nothing changed. */
    int (*put)(struct store *s, const json_t *object, json_t **ret_object, struct err *e);
    /* Replace only status; same rules. */
    int (*put_status)(struct store *s, const json_t *object, json_t **ret_object, struct err *e);
    /* Ask for removal; 0 also when it is already on its way. ERR_NOT_FOUND when there is none. */
    int (*remove)(struct store *s, const struct store_ref *ref, struct err *e);
    void (*free)(struct store *s);
};

struct store {
    const struct store_ops *ops;
};

/* 'now' gives the time for creation and deletion timestamps, in ms since 1970. */
struct store *store_memory(int64_t (*now)(void));
/* A file (made with mode 0600 when missing), crash-safe, usable by several processes. NULL with ERR_INVALID. */
struct store *store_sqlite(const char *path, int64_t (*now)(void), struct err *e);

static inline void store_free(struct store *s)
{
    if (s)
        s->ops->free(s);
}
DEFINE_CLEAN(struct store *, store_free)

/* The reference of an object; borrows its strings. ns "" when it has none. */
struct store_ref store_ref_of(const json_t *object);

/* The length of the group at the start of an apiVersion: 22 for "cleura.m.crossplane.io/v1alpha2", 0 for "v1". */
size_t store_group_length(const char *api_version);
