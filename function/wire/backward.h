/* SPDX-License-Identifier: Apache-2.0 */
/* A buffer that is written from its end to its start: what is inside a protobuf message is there before its length is written, so
 * that nested lengths need no second pass. */
#pragma once
#include "lib/cleanup.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backward {
    uint8_t *base, *at; /* the bytes are at..base + cap */
    size_t cap, max;
    bool overflow; /* something did not fit; the content is not to be used */
    bool in_fixed; /* structs_encode() is inside of a document that never changes */
};

static inline struct backward backward_max(size_t max) { return (struct backward){ .max = max }; }
void backward_free(struct backward *b);
static inline void backward_free_clean(struct backward *b) { backward_free(b); }

/* How much was written so far; the position of a later write's end. */
static inline size_t backward_size(const struct backward *b)
{
    return b->base ? b->cap - (size_t)(b->at - b->base) : 0;
}

/* Make room for 'n' more bytes; false, and 'overflow' set for good, when the maximum would be passed. */
bool backward_grow(struct backward *b, size_t n);

/* Where to write 'n' bytes, before what is there; NULL when they do not fit. */
static inline uint8_t *backward_room(struct backward *b, size_t n)
{
    if ((size_t)(b->at - b->base) < n && !backward_grow(b, n))
        return NULL;
    return b->at -= n;
}

static inline void backward_byte(struct backward *b, uint8_t byte)
{
    uint8_t *to = backward_room(b, 1);

    if (to)
        *to = byte;
}

static inline void backward_bytes(struct backward *b, const void *bytes, size_t n)
{
    uint8_t *to = n ? backward_room(b, n) : NULL;

    if (to)
        memcpy(to, bytes, n);
}

void backward_long_varint(struct backward *b, uint64_t v);

static inline void backward_varint(struct backward *b, uint64_t v)
{
    uint8_t *to;

    if (v < 0x80) {
        backward_byte(b, (uint8_t)v);
    } else if (v < 0x4000) { /* the length of most objects */
        to = backward_room(b, 2);
        if (to) {
            to[0] = (uint8_t)(v | 0x80);
            to[1] = (uint8_t)(v >> 7);
        }
    } else {
        backward_long_varint(b, v);
    }
}

/* A varint after a tag of one byte: a value, or the length of what was written just before. */
static inline void backward_tagged(struct backward *b, uint8_t tag, uint64_t v)
{
    uint8_t *to;

    if (v >= 0x80) {
        backward_varint(b, v);
        backward_byte(b, tag);
        return;
    }
    to = backward_room(b, 2);
    if (to) {
        to[0] = tag;
        to[1] = (uint8_t)v;
    }
}
