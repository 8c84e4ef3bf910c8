/* SPDX-License-Identifier: Apache-2.0 */
/* The subresource /scale: how many replicas a workload has, and what `kubectl scale` writes. */
#pragma once
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

/* True when 'p' is about a scale, which then is answered. */
bool scale_handle(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret);
