/* SPDX-License-Identifier: Apache-2.0 */
/* Claims on the Cinder classes (modelled): waiting for a consumer, volumes made, grown and removed, quotas. A claim of
 * any access mode is bound, as by the real driver. Volumes made by hand are not matched to claims. */
#pragma once
#include "sim/workloads/ctl.h"

void cinder_run(struct ctl *c);
