/* SPDX-License-Identifier: Apache-2.0 */
/* What Gardener and OpenStack do to a shoot without being asked: quota, background reconciliation, automatic
 * updates, hibernation schedules. */
#pragma once
#include "sim/state.h"

void upkeep(struct sim *s, struct shoot *shoot, int64_t now);

/* Sums of the project's awake shoots against its quota: an operation that would pass it is going to fail. */
void upkeep_quota(struct sim *s, struct shoot *shoot);
