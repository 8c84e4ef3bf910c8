/* SPDX-License-Identifier: Apache-2.0 */
/* The kubelet and the containers of Jobs (modelled): they run a while and end as told, or as the installer they are does;
 * what fails is started again in the same pod where its restartPolicy says so. */
#pragma once
#include "sim/workloads/ctl.h"

/* On a Job or its pod template: "succeeds", "fails", "fails-once", "hangs" or "killed-once"; wins over the setting. */
#define JOBS_OUTCOME_ANNOTATION "simulator.cleura.cloud/job"

void tasks_run(struct ctl *c);
