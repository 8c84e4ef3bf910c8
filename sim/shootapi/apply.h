/* SPDX-License-Identifier: Apache-2.0 */
/* Who owns which field: server-side apply, and what ordinary writes do to ownership. Pure: documents in,
 * document out. */
#pragma once
#include "sim/shootapi/kinds.h"

/* Who writes, and how. */
struct owner {
    const char *manager, *api_version, *subresource; /* subresource: "" for none */
    const char *time;                                /* RFC 3339 */
};

/* 'config' applied to 'live' (NULL = there is nothing yet). The result has its managedFields; equal to
 * 'live' when nothing changes. NULL when others own fields that would change and 'force' is not set: then
 * *ret_conflicts is an array of {"manager": {…entry without fields}, "field": ".spec.x"}. Both are new
 * references. */
json_t *apply_config(const struct kind *kind, json_t *live, json_t *config, const struct owner *owner,
                     bool force, json_t **ret_conflicts);

/* Set 'next's managedFields after an ordinary write that turned 'live' (NULL = created) into 'next'. */
void apply_track(const struct kind *kind, json_t *live, json_t *next, const struct owner *owner);

/* The 409 that goes with conflicts: message and one cause for each. New reference. */
json_t *apply_conflict_status(const json_t *conflicts);
