/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once, and kept for the next time. */
#pragma once
#include "lib/cleanup.h"
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

/* Zero at first; owned by one thread. */
struct arena {
    struct arena_block *blocks; /* the newest first */
    unsigned char *next;        /* free byte of the newest */
    size_t left;                /* ... and how many there are */
};

/* More than this is not kept between two uses. */
enum { ARENA_KEEP = 256 << 10, ARENA_ALIGN = alignof(max_align_t) };

/* A new block with room for 'n' bytes. */
void arena_grow(struct arena *a, size_t n);

/* Never NULL; aligned for everything; not zeroed. */
static inline void *arena_get(struct arena *a, size_t n)
{
    size_t need = (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    void *p;

    /* inline: a call makes a thousand values */
    if (need >= a->left)
        arena_grow(a, need);
    p = a->next;
    a->next += need;
    a->left -= need;
    return p;
}

/* Is 'p' from it? */
bool arena_has(const struct arena *a, const void *p);
/* All that came from it is gone; a block stays for what comes next. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
static inline void arena_free_clean(struct arena *a) { arena_free(a); }
