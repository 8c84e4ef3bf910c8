/* SPDX-License-Identifier: Apache-2.0 */
/* Deletion: preconditions, finalizers, dependents, and what lives in a namespace. */
#pragma once
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

void remove_object(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret);
void remove_collection(struct api *a, const struct path *p, const struct api_request *req,
                       struct api_reply *ret);

/* What is due by itself: namespaces that were deleted a moment ago lose their contents and go. 'now': real
 * time. */
void remove_tick(struct api *a, int64_t now);

/* Called after a write: an object that is being deleted and has no finalizer left goes now. True when it
 * went. */
bool remove_if_finished(struct api *a, const char *key);
