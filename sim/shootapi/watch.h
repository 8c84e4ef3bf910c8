/* SPDX-License-Identifier: Apache-2.0 */
/* WATCH: the changes of a collection as a stream of JSON lines. */
#pragma once
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

/* Answers with ret->watch, or with a Status. */
void watch_start(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret);
void watch_free(struct watch *w);

enum watch_state {
    WATCH_WAITING, /* nothing to send now */
    WATCH_READY,   /* something was added to 'out' */
    WATCH_OVER     /* nothing more will come */
};

/* Add what is due to 'out', one JSON document a line. 'now' is monotonic. */
enum watch_state watch_next(struct watch *w, struct api *a, int64_t now, struct buf *out);
