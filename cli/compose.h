/* SPDX-License-Identifier: Apache-2.0 */
/* Crossplane on a laptop: for each composite in the store, observed → render → desired, status and conditions.  A composite
 * is rendered again only when it or one of its composed objects changed.
 *
 * What differs from Crossplane: composed objects of a composite that is being deleted go one tier after the other (what
 * lives in a shoot, then the kubeconfig, then the shoot, then ProviderConfigs), where Crossplane relies on Usages. */
#pragma once
#include "provider/store/store.h"
#include <stdbool.h>

struct compose;

/* 'store' is borrowed. 'poll': how often to look at what is not ready yet (a duration; NULL = the function's default). */
struct compose *compose_new(struct store *store, const char *poll, int64_t (*now)(void));
void compose_free(struct compose *c);
DEFINE_CLEAN(struct compose *, compose_free)

/* One round over all composites; *ret_changed: something was written, so another round may have more to do. A composite
 * that cannot be rendered is a condition of it, not an error. */
MUST_CHECK int compose_step(struct compose *c, bool *ret_changed, struct err *e);

/* The composed objects of a composite by composed resource name, out of all objects of those kinds. New. */
json_t *compose_observed(const json_t *composite, const json_t *composed);

/* All objects of the composed kinds, in all namespaces. New. */
MUST_CHECK int compose_list(struct store *store, json_t **ret, struct err *e);

/* Composites of the same namespace whose shootRef names this one; none when it is no Shoot. New array. */
MUST_CHECK int compose_dependents(struct store *store, const json_t *composite, json_t **ret, struct err *e);

/* Those of 'secrets' that have owners, none of which is among 'owners'. New. */
json_t *compose_orphans(const json_t *secrets, const json_t *owners);

/* Can all of 'desired' be carried out here?  -1 with ERR_INVALID when one needs another provider. */
MUST_CHECK int compose_check(const json_t *desired, struct err *e);

/* The object to put for a desired resource: 'observed' is what is stored or NULL. Pure; new. */
json_t *compose_child(const json_t *composite, const char *name, const json_t *desired,
                      const json_t *observed);

/* When a composed object of a composite under deletion goes: lower numbers first. */
int compose_tier(const json_t *object, const json_t *siblings);

#define COMPOSE_FINALIZER "composite.apiextensions.crossplane.io"
