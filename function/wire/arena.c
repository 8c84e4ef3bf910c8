/* SPDX-License-Identifier: Apache-2.0 */
/* A bump allocator. */
#include "function/wire/arena.h"
#include <stdalign.h>

enum { BLOCK = 16 << 10, ALIGN = alignof(max_align_t) };

struct arena_block {
    struct arena_block *older;
    alignas(max_align_t) unsigned char bytes[];
};

static void grow(struct arena *a, size_t n)
{
    struct arena_block *b = malloc(sizeof(*b) + n);

    if (!b)
        abort();
    b->older = a->blocks;
    a->blocks = b;
    a->next = 0;
    a->end = n;
}

void arena_init(struct arena *a, size_t size_hint)
{
    *a = (struct arena){ 0 };
    grow(a, size_hint > BLOCK ? size_hint : BLOCK);
}

void *arena_get(struct arena *a, size_t n)
{
    size_t need = (n + ALIGN - 1) / ALIGN * ALIGN;
    void *p;

    if (need > a->end - a->next)
        grow(a, need > BLOCK ? need : BLOCK);
    p = a->blocks->bytes + a->next;
    a->next += need;
    return p;
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *older; b; b = older) {
        older = b->older;
        free(b);
    }
    *a = (struct arena){ 0 };
}
