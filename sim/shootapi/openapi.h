/* SPDX-License-Identifier: Apache-2.0 */
/* Just enough OpenAPI for clients that look up whether the server checks fields itself, and how lists
 * merge. */
#pragma once
#include "sim/shootapi/status.h"

/* /openapi/v2, as JSON only. */
void openapi_v2(struct api *a, const struct api_request *req, struct api_reply *ret);
/* /openapi/v3 (the index) and /openapi/v3/{api|apis/group}/version. */
void openapi_v3(struct api *a, const struct api_request *req, struct api_reply *ret);
