/* SPDX-License-Identifier: Apache-2.0 */
/* EndpointSlices of Services with a selector: the pods it fits, ready or not. One slice per Service. */
#pragma once
#include "sim/workloads/ctl.h"

void endpoints_run(struct ctl *c);
/* Does the Service have a ready endpoint? */
bool endpoints_ready(const struct ctl *c, const char *ns, const char *service);
