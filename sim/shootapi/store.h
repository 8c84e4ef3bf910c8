/* SPDX-License-Identifier: Apache-2.0 */
/* The way of every write into the store: options, namespace, what the server fills in, ownership, no-op,
 * dry run. */
#pragma once
#include "lib/clock.h"
#include "sim/shootapi/apply.h"
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

enum { STORE_MANAGER = 129 };

/* One write on its way. */
struct change {
    struct api *a;
    const struct path *p; /* with the name */
    const struct api_request *req;
    struct api_reply *ret;
    char *key;
    json_t *live; /* the stored object, NULL = none; a reference is held */
    bool dry;
    struct owner owner;
    char manager[STORE_MANAGER], now[CLOCK_TEXT], *api_version;
};

/* Reads the options and the live object. False when answered (bad options). Borrows everything it gets. */
bool store_begin(struct change *c, struct api *a, const struct path *p, const struct api_request *req,
                 struct api_reply *ret);
void store_end(struct change *c);
static inline void store_end_clean(struct change *c) { store_end(c); }

/* Whether an object may be created under this name in this namespace; false when answered. */
bool store_name_valid(const struct change *c);

/* Answers 422 with all of 'found', which validate_object() and the rules make; false when there are none. */
bool store_violations(const struct change *c, const json_t *found);

/* Store 'next' (taken) and answer. 'track': an ordinary write, whose changed fields now belong to the
 * writer; an apply has done that already. */
void store_finish(struct change *c, json_t *next, bool track);
