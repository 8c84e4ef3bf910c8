/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs (modelled): one pod at a time, which runs a while and then succeeds, fails or hangs as told. */
#pragma once
#include "sim/workloads/ctl.h"

/* On a Job or its pod template: "succeeds", "fails", "fails-once" or "hangs"; wins over the setting. */
#define JOBS_OUTCOME_ANNOTATION "simulator.cleura.cloud/job"

void jobs_run(struct ctl *c);
