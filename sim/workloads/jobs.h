/* SPDX-License-Identifier: Apache-2.0 */
/* The Job controller (modelled): one pod at a time until one succeeds or the Job is given up. What the pods do is told in
 * tasks.h. */
#pragma once
#include "sim/workloads/ctl.h"

void jobs_run(struct ctl *c);
