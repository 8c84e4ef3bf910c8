/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a tree something went wrong, "spec.workers[2].name", put together from its end while the calls return: as long as nothing
 * goes wrong it costs nothing. */
#pragma once
#include "function/wire/reader.h"

enum { TRAIL_MAX = 200, TRAIL_KEY_MAX = 64 };

struct trail {
    size_t start;
    bool full; /* the outermost steps were left out */
    char text[TRAIL_MAX + 1];
};

void trail_start(struct trail *t);

/* One step further out.  A peer's key becomes part of a message: what is no printable text is '?', and what is long is cut. */
void trail_key(struct trail *t, struct span key);
void trail_index(struct trail *t, size_t i);

/* "" when nothing was added. */
static inline const char *trail_text(const struct trail *t) { return t->text + t->start; }
