/* SPDX-License-Identifier: Apache-2.0 */
/* What Gardener tells those in a shoot about it: ConfigMap shoot-info in kube-system. */
#pragma once
#include "sim/workloads/ctl.h"

void gardenlet_run(struct ctl *c);
