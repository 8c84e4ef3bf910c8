/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once, and kept for the next time. */
#pragma once
#include "lib/cleanup.h"
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

/* Zero at first; owned by one thread. */
struct arena {
    struct arena_block *blocks; /* the newest first */
    size_t next;                /* free byte of the newest */
};

/* More than this is not kept between two uses. */
enum { ARENA_KEEP = 256 << 10 };

/* Never NULL; aligned for everything; not zeroed. */
void *arena_get(struct arena *a, size_t n);
/* Is 'p' from it? */
bool arena_has(const struct arena *a, const void *p);
/* All that came from it is gone; a block stays for what comes next. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
static inline void arena_free_clean(struct arena *a) { arena_free(a); }
