/* SPDX-License-Identifier: Apache-2.0 */
/* A Shoot with upstream provider-http as executor: what its objects' status tells. shoot_compose_upstream() makes them. */
#pragma once
#include "function/render/shoot_state.h"

/* Tell of what was observed as our own provider would: it calls everything Ready that answers, a refusal Synced, and
 * forgets why a call failed when it waits for the next. */
void shoot_upstream_read(struct shoot_state *st);

/* The login that is there was made for another account, endpoint or API generation; and it never changes. */
bool shoot_upstream_moved(const struct shoot_state *st);
