/* SPDX-License-Identifier: Apache-2.0 */
/* A bump allocator.  Each new block is at least twice as large as the newest before it, so that there are few of them to look through. */
#include "lib/arena.h"
#include <stdalign.h>
#include <stdint.h>

enum { FIRST = 64 << 10, ALIGN = alignof(max_align_t) };

struct arena_block {
    struct arena_block *older;
    size_t n;
    alignas(max_align_t) unsigned char bytes[];
};

static void grow(struct arena *a, size_t need)
{
    size_t n = a->blocks ? 2 * a->blocks->n : FIRST;
    struct arena_block *b;

    n = n > need ? n : need;
    b = malloc(sizeof(*b) + n);
    if (!b)
        abort();
    b->older = a->blocks;
    b->n = n;
    a->blocks = b;
    a->next = 0;
}

void *arena_get(struct arena *a, size_t n)
{
    size_t need = (n + ALIGN - 1) / ALIGN * ALIGN;
    void *p;

    if (!a->blocks || need > a->blocks->n - a->next)
        grow(a, need);
    p = a->blocks->bytes + a->next;
    a->next += need;
    return p;
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
    a->blocks = keep;
    a->next = 0;
}

void arena_free(struct arena *a)
{
    free_blocks(a->blocks);
    *a = (struct arena){ 0 };
}
