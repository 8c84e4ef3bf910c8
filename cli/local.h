/* SPDX-License-Identifier: Apache-2.0 */
/* Shoots by name: ours (in the store), or somebody else's (at Cleura only). */
#pragma once
#include "cli/probe.h"

/* The Shoot of that name in the options' namespace, or NULL when it is not in the store (or there is none). 0 always unless the
 * store cannot be read. */
MUST_CHECK int local_shoot(const struct options *o, const char *name, json_t **ret, struct err *e);

/* A view of one shoot at Cleura, for any number of looks on one login. */
struct look {
    struct session session;
    struct options options;
    struct place place;
    const char *name; /* at Cleura; borrowed */
};
/* 'shoot' is the stored composite or NULL; both it and 'name' are borrowed. */
MUST_CHECK int local_open(struct look *l, const struct options *o, const char *name, const json_t *shoot,
                          struct err *e);
void local_close(struct look *l);
static inline void local_close_clean(struct look *l) { local_close(l); }

/* The document Cleura has of the shoot. NULL with ERR_NOT_FOUND, ERR_AUTH, ERR_TRANSIENT ... */
MUST_CHECK json_t *local_look(struct look *l, struct err *e);

/* The other namespace of the store that has a Shoot of that name, or NULL. The caller frees. */
char *local_elsewhere(const struct options *o, const char *name);

/* ERR_CONFLICT that tells in which namespace the shoot is, or how to take it over when it is not in the store. Always -1. */
int local_not_ours(const struct options *o, const char *name, const char *verb, struct err *e);
