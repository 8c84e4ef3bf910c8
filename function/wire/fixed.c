/* SPDX-License-Identifier: Apache-2.0 */
/* A table that only grows, looked into by the document's address and read without a lock. */
#include "function/wire/fixed.h"
#include "lib/cleanup.h"
#include <stdatomic.h>

enum {
    SLOTS_LOG2 = 8, /* the renderers have some forty documents */
    SLOTS = 1 << SLOTS_LOG2,
    PROBES = 8
};

struct known {
    const json_t *doc;
    size_t n;
    uint8_t bytes[];
};

static struct known *_Atomic slots[SLOTS];

static size_t first_slot(const json_t *doc)
{
    return (size_t)((uint64_t)(uintptr_t)doc * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SLOTS_LOG2));
}

struct span fixed_get(const json_t *doc)
{
    size_t first = first_slot(doc);

    for (size_t i = 0; i < PROBES; i++) {
        const struct known *k = atomic_load_explicit(&slots[(first + i) % SLOTS], memory_order_acquire);

        if (!k)
            break;
        if (k->doc == doc)
            return (struct span){ k->bytes, k->n };
    }
    return (struct span){ 0 };
}

void fixed_put(const json_t *doc, struct span bytes)
{
    size_t first = first_slot(doc);
    CLEAN(free) struct known *mine = x_realloc(NULL, sizeof(*mine) + bytes.n);

    mine->doc = doc;
    mine->n = bytes.n;
    memcpy(mine->bytes, bytes.at, bytes.n);
    for (size_t i = 0; i < PROBES; i++) {
        struct known *there = NULL;

        if (atomic_compare_exchange_strong(&slots[(first + i) % SLOTS], &there, mine))
            mine = NULL; /* the table's now */
        if (!mine || there->doc == doc)
            break;
    }
}
