/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduler and kubelet (modelled): pods get a node once their claims are bound, and run. There is one way a pod can be
 * unhealthy, not to be scheduled; images are never pulled and containers have no output. */
#pragma once
#include "sim/workloads/ctl.h"

void pods_run(struct ctl *c);

/* Does a pod in the claim's namespace name it among its volumes? */
bool pods_use(const json_t *pod, const char *claim);
