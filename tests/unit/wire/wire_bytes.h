/* SPDX-License-Identifier: Apache-2.0 */
/* Protobuf messages put together by hand, for tests: what no encoder would write too. */
#pragma once
#include "function/wire/reader.h"
#include <assert.h>
#include <string.h>

struct bytes {
    size_t n;
    uint8_t at[600];
};

static inline struct span span_of(const struct bytes *b) { return (struct span){ b->at, b->n }; }

static inline struct bytes raw(const char *at, size_t n)
{
    struct bytes b = { .n = n };

    assert(n <= sizeof(b.at));
    memcpy(b.at, at, n);
    return b;
}
/* The bytes of a string literal, NULs and all. */
#define RAW(literal) raw(literal, sizeof(literal) - 1)

static inline struct bytes join(struct bytes a, struct bytes b)
{
    assert(a.n + b.n <= sizeof(a.at));
    memcpy(a.at + a.n, b.at, b.n);
    a.n += b.n;
    return a;
}

static inline struct bytes varint(uint64_t v)
{
    struct bytes b = { 0 };

    for (; v >= 0x80; v >>= 7)
        b.at[b.n++] = (uint8_t)(v | 0x80);
    b.at[b.n++] = (uint8_t)v;
    return b;
}

static inline struct bytes tag(uint32_t number, int type)
{
    return varint((uint64_t)number << 3 | (unsigned)type);
}

static inline struct bytes field(uint32_t number, struct bytes content)
{
    return join(join(tag(number, READER_BYTES), varint(content.n)), content);
}

/* google.protobuf.Struct: an element of "fields", and the kinds of a Value. */
static inline struct bytes entry(struct bytes key, struct bytes value)
{
    return field(1, join(field(1, key), field(2, value)));
}
static inline struct bytes text(struct bytes s) { return field(3, s); }
static inline struct bytes object(struct bytes fields) { return field(5, fields); }
static inline struct bytes list(struct bytes values) { return field(6, values); }
static inline struct bytes boolean(bool b) { return join(tag(4, READER_VARINT), varint(b)); }
static inline struct bytes null(void) { return RAW("\x08\0"); }
static inline struct bytes number(double n)
{
    uint64_t bits;
    struct bytes b = tag(2, READER_I64);

    memcpy(&bits, &n, sizeof(bits));
    for (; b.n < 9; bits >>= 8)
        b.at[b.n++] = (uint8_t)bits;
    return b;
}
