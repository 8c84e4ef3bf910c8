/* SPDX-License-Identifier: Apache-2.0 */
/* The admission policy that comes with the Gateway API since 1.5: no experimental definitions over standard ones, none
 * that are too old. It counts while the policy and its binding are there; their own expressions are not evaluated. */
#pragma once
#include "sim/shootapi/store.h"

#define SAFE_UPGRADES "safe-upgrades.gateway.networking.k8s.io"

/* False when answered. */
bool safe_upgrades_fit(const struct change *c, const json_t *next);
