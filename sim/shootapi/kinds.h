/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds the server knows: a fixed table, and what CustomResourceDefinitions add. */
#pragma once
#include "lib/jx.h"

struct objects;

enum {
    KIND_NAMESPACED = 1,
    KIND_STATUS = 2,     /* has the /status subresource */
    KIND_GENERATION = 4, /* metadata.generation counts changes outside metadata and status */
    KIND_ORPHANS = 8,    /* deleted without a policy, dependents stay (Job) */
    KIND_CUSTOM = 16,
    KIND_ALL = 32,        /* in `kubectl get all` */
    KIND_DEPRECATED = 64, /* every answer carries a warning */
    KIND_SCALE = 128      /* has the /scale subresource */
};

/* One kind in one version. */
struct kind {
    const char *group, *version, *kind, *plural, *singular;
    const char *short_names; /* "po,pods", "" for none */
    unsigned flags;
    /* "NAME=type:path|...", what `kubectl get` shows between name and age; may be NULL */
    const char *columns;
    /* "spec.nodeName status.phase": what field selectors may name besides metadata */
    const char *field_labels;
    /* JSON a new object's status starts with; NULL = none */
    const char *first_status;
    /* Of custom kinds: borrowed from the definition, may be NULL. Of built-in ones the schema alone, of those that
     * builtin_types.h lists. */
    const json_t *schema, *printer_columns;
    const json_t *metadata; /* the schema of every object's metadata */
};

struct kinds *kinds_new(void);
void kinds_free(struct kinds *k);

/* Read the custom kinds anew from the stored definitions. Pointers to custom kinds become invalid. */
void kinds_reload(struct kinds *k, struct objects *o);

/* All kinds: groups in order of preference, a group's versions best first. */
size_t kinds_count(const struct kinds *k);
const struct kind *kinds_at(const struct kinds *k, size_t i);

/* NULL when there is none. */
const struct kind *kinds_find(const struct kinds *k, const char *group, const char *version,
                              const char *plural);
/* The best version of a group; NULL when the group is unknown. */
const char *kinds_preferred(const struct kinds *k, const char *group);
bool kinds_has_version(const struct kinds *k, const char *group, const char *version);

/* "v1" or "apps/v1"; free() it. */
char *kind_api_version(const struct kind *kind);
