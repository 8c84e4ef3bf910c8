/* SPDX-License-Identifier: Apache-2.0 */
/* GET of one object and LIST of many. */
#pragma once
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

void read_get(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret);
void read_list(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret);
