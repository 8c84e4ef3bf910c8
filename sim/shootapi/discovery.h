/* SPDX-License-Identifier: Apache-2.0 */
/* What clients ask before anything else: /version, /api, /apis and the lists of resources. */
#pragma once
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

/* True when 'req' is for one of the fixed paths (version, health, /api, /apis, /openapi), which then is
 * answered. */
bool discovery_fixed(struct api *a, const struct api_request *req, struct api_reply *ret);

/* /apis/{group} */
void discovery_group(struct api *a, const struct path *p, struct api_reply *ret);
/* /api/v1, /apis/{group}/{version} */
void discovery_resources(struct api *a, const struct path *p, struct api_reply *ret);
