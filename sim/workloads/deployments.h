/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments, StatefulSets and DaemonSets (modelled): pods as many as wanted, directly owned, all replaced at once when
 * the template changes; and the status that follows from them. */
#pragma once
#include "sim/workloads/ctl.h"

void deployments_run(struct ctl *c);
