/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the backward buffer that is not on everybody's fast path: growing, and varints of several bytes. */
#include "function/wire/backward.h"

enum { FIRST = 32 << 10 /* all Structs of a response for a Shoot */, VARINT_MAX = 10 };

void backward_free(struct backward *b)
{
    free(b->base);
    *b = (struct backward){ .max = b->max };
}

bool backward_grow(struct backward *b, size_t n)
{
    size_t used = backward_size(b), cap = b->cap ? b->cap : FIRST;
    uint8_t *base;

    if (n > b->max - used) {
        b->overflow = true;
        return false;
    }
    while (cap < used + n)
        cap *= 2;
    if (cap > b->max)
        cap = b->max;
    base = x_realloc(NULL, cap);
    if (used)
        memcpy(base + cap - used, b->at, used);
    free(b->base);
    b->base = base;
    b->at = base + cap - used;
    b->cap = cap;
    return true;
}

void backward_long_varint(struct backward *b, uint64_t v)
{
    uint8_t bytes[VARINT_MAX];
    size_t n = 0;

    for (; v >= 0x80; v >>= 7)
        bytes[n++] = (uint8_t)(v | 0x80);
    bytes[n++] = (uint8_t)v;
    backward_bytes(b, bytes, n);
}
