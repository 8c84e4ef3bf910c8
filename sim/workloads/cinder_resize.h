/* SPDX-License-Identifier: Apache-2.0 */
/* A bound claim that asks for more: first the volume grows, then the file system in it, once a pod has it mounted. */
#pragma once
#include "sim/workloads/ctl.h"

/* 'used': a pod has it mounted. */
void cinder_resize(struct ctl *c, const json_t *claim, bool used);

/* Whether the quota has room for so much more; false + err with Cinder's words. */
bool cinder_fits(struct ctl *c, int64_t more_volumes, int64_t more_gib, struct err *e);
