/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes are attached to the nodes of the pods that use them (modelled): each to one node at a time, whatever access modes
 * its claim has, and a limited number to a node. */
#pragma once
#include "sim/workloads/ctl.h"

void attach_run(struct ctl *c);

/* Are the volumes of the pod's claims attached to its node? */
bool attach_done(const struct ctl *c, const json_t *pod);
