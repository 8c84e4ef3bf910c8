/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that changes objects. */
#pragma once
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

void write_create(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret);
void write_update(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret);
void write_patch(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret);
