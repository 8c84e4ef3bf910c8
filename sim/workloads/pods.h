/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduler and kubelet (modelled): pods get a node once their claims are bound, and run when their volumes and images are
 * there. Containers that run have no output and never fail, but those of Jobs (tasks.h). */
#pragma once
#include "sim/workloads/ctl.h"

void pods_run(struct ctl *c);

/* Does a pod in the claim's namespace name it among its volumes? */
bool pods_use(const json_t *pod, const char *claim);
