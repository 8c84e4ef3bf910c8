/* SPDX-License-Identifier: Apache-2.0 */
/* One shoot in each generation's shape. */
#pragma once
#include "sim/state.h"

/* GET, PUT and worker answers of v1. */
json_t *render_v1(struct sim *s, const struct shoot *shoot);
/* What a v1 POST answers, inside {"shoot": …}. */
json_t *render_v1_created(struct sim *s, const struct shoot *shoot);
json_t *render_v2(struct sim *s, const struct shoot *shoot);

/* Parts both share. */

/* The list in the order the switch says; a new one. 'key' sorts objects; NULL: strings. */
json_t *render_ordered(struct sim *s, const json_t *list, const char *key);
/* Labels and annotations as an array of {key, value}. */
json_t *render_pairs(struct sim *s, json_t *map);
/* The keys of the conditions are those of v1; v2 adds codes. */
json_t *render_conditions(const struct sim *s, const struct shoot *shoot);
json_t *render_constraints(const struct shoot *shoot);
/* A virtual time as it is shown. */
json_t *render_time(const struct sim *s, int64_t when);
/* Ids of network and router: given ones at once, made ones when the infrastructure stands. NULL = not yet. */
const char *render_network(const struct shoot *shoot);
const char *render_router(const struct shoot *shoot);
/* node, zone or nothing, as the switch says. */
const char *render_ha_type(const struct sim *s);
