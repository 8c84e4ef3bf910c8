/* SPDX-License-Identifier: Apache-2.0 */
/* A bump allocator.  Each new block is at least twice as large as the newest before it, so that there are few of them to look through. */
#include "lib/arena.h"
#include <stdint.h>

enum { FIRST = 64 << 10 };

struct arena_block {
    struct arena_block *older;
    size_t n;
    alignas(max_align_t) unsigned char bytes[];
};

static void start(struct arena *a, struct arena_block *b)
{
    a->blocks = b;
    a->next = b ? b->bytes : NULL;
    a->left = b ? b->n : 0;
}

void arena_grow(struct arena *a, size_t need)
{
    size_t n = a->blocks ? 2 * a->blocks->n : FIRST;
    struct arena_block *b;

    n = n > need ? n : need;
    b = malloc(sizeof(*b) + n);
    if (!b)
        abort();
    b->older = a->blocks;
    b->n = n;
    start(a, b);
}

bool arena_has(const struct arena *a, const void *p)
{
    uintptr_t at = (uintptr_t)p;

    for (const struct arena_block *b = a->blocks; b; b = b->older)
        if (at - (uintptr_t)b->bytes < b->n)
            return true;
    return false;
}

static void free_blocks(struct arena_block *b)
{
    for (struct arena_block *older; b; b = older) {
        older = b->older;
        free(b);
    }
}

void arena_reset(struct arena *a)
{
    struct arena_block *keep = a->blocks;

    if (!keep)
        return;
    /* the newest is the largest; when it is too large an older one may do */
    while (keep && keep->n > ARENA_KEEP) {
        struct arena_block *older = keep->older;

        free(keep);
        keep = older;
    }
    if (keep) {
        free_blocks(keep->older);
        keep->older = NULL;
    }
    start(a, keep);
}

void arena_free(struct arena *a)
{
    free_blocks(a->blocks);
    *a = (struct arena){ 0 };
}
