/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of objects this program knows, and what people may call them. */
#pragma once
#include "provider/store/store.h"
#include <stdbool.h>

enum kind_role {
    KIND_COMPOSITE, /* rendered by the function */
    KIND_COMPOSED,  /* what composites become */
    KIND_OTHER,     /* read by the provider: Secret */
    KIND_IGNORED,   /* needed in a cluster only: Namespace */
};

struct kind_info {
    const char *kind, *api_version;
    enum kind_role role;
    bool cluster; /* no namespace */
};

/* The i-th kind, composites first; NULL behind the last. */
const struct kind_info *kinds_at(size_t i);

/* By any name a person uses: "Shoot", "shoots", "httproute"; NULL when unknown. */
const struct kind_info *kinds_find(const char *name);
/* By an object's own apiVersion and kind, whatever the version. */
const struct kind_info *kinds_of(const json_t *object);

/* The nearest kind to a word, or NULL. */
const char *kinds_nearest(const char *name);

/* All objects of a kind, in one namespace or (NULL) everywhere. */
MUST_CHECK int kinds_list(struct store *s, const struct kind_info *kind, const char *ns, json_t **ret_items,
                          struct err *e);

/* One object. -1 with ERR_NOT_FOUND. */
MUST_CHECK int kinds_get(struct store *s, const struct kind_info *kind, const char *ns, const char *name,
                         json_t **ret, struct err *e);

/* Is it a Shoot or XShoot: something that others can live in? */
bool kinds_is_shoot(const json_t *object);

/* "Shoot/my-cluster". The caller frees. */
char *kinds_label(const json_t *object);
