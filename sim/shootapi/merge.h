/* SPDX-License-Identifier: Apache-2.0 */
/* Documents put over documents. All results are new references; what goes in stays as it is. */
#pragma once
#include "sim/shootapi/shape.h"

/* Server-side apply: 'config' over 'live', keyed lists item by item, sets united, everything else
 * replaced. */
json_t *merge_apply(const struct kind *kind, json_t *live, json_t *config);

/* Take out of 'doc' every field in 'last' (a fieldset) that has nothing in 'keep'. */
void merge_prune(const struct kind *kind, json_t *doc, const json_t *last, const json_t *keep);

/* RFC 7386. */
json_t *merge_patch(const json_t *target, json_t *patch);

/* Kubernetes' strategic merge patch as far as clients use it: a merge patch in which keyed lists are
 * merged by item, with the directives $patch, $retainKeys and $deleteFromPrimitiveList; $setElementOrder
 * is ignored. The keys are those of server-side apply, which for the kinds here differ only in that a
 * Service's ports are also told apart by protocol. */
json_t *merge_strategic(const struct kind *kind, json_t *target, json_t *patch);

/* RFC 6902. NULL with ERR_INVALID naming the operation. */
json_t *merge_json_patch(const json_t *target, json_t *operations, struct err *e);
