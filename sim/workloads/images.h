/* SPDX-License-Identifier: Apache-2.0 */
/* The kubelet pulls images (modelled): what may go wrong with it, and that a node keeps what it has. */
#pragma once
#include "sim/workloads/ctl.h"

/* Are the pod's images on its node? Pulls those that are not; says in the pod's status what is in the way. */
bool images_there(struct ctl *c, const json_t *pod);
