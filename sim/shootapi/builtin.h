/* SPDX-License-Identifier: Apache-2.0 */
/* The few checks of built-in kinds that clients run into: what a claim must say, which
 * account a pod may name, and what may not change afterwards.
 * Everything else about built-in kinds is accepted as it comes. */
#pragma once
#include "sim/shootapi/store.h"

/* False when answered. */
bool builtin_fits(const struct change *c, const json_t *next);
