/* SPDX-License-Identifier: Apache-2.0 */
/* What happens inside the shoots: runs their controllers with the simulator's clock, switches and cloud. */
#pragma once
#include "sim/state.h"

/* While its API server is up. */
void inside_tick(struct sim *s, struct shoot *shoot, int64_t now);
/* It was deleted in good order: what it had in the cloud goes, unless a switch says otherwise. */
void inside_clean(struct sim *s, const struct shoot *shoot);
