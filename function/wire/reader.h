/* SPDX-License-Identifier: Apache-2.0 */
/* The protobuf wire format, one field at a time: nothing is allocated, nothing is believed. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that belong to somebody else. */
struct span {
    const uint8_t *at;
    size_t n;
};

enum {
    READER_VARINT = 0,
    READER_I64 = 1,
    READER_BYTES = 2,
    READER_GROUP = 3,
    READER_END = 4,
    READER_I32 = 5
};

struct field {
    uint32_t number;
    int type;          /* READER_* */
    uint64_t value;    /* of a VARINT, I64 or I32 */
    struct span bytes; /* of BYTES */
    struct span raw;   /* all of it with its tag */
};

/* Take the next field off 'rest': 1, or 0 at the end, or -1 when the bytes are no message (truncated, a length beyond the
 * end, a varint over ten bytes or 64 bits, field number 0 or beyond 2^29 - 1, a group that is not closed).  A group is one field of
 * type READER_GROUP; groups nest at most READER_GROUPS deep. */
enum { READER_GROUPS = 32 };
int reader_next_any(struct span *rest, struct field *f);

/* Nearly every field is a short string or message with a small number: these need no call. */
static inline int reader_next(struct span *rest, struct field *f)
{
    const uint8_t *at = rest->at;

    if (rest->n < 2 || (at[0] & 0x87) != READER_BYTES || at[0] < 8 || at[1] >= 0x80 || at[1] > rest->n - 2)
        return rest->n ? reader_next_any(rest, f) : 0;
    *f = (struct field){ .number = at[0] >> 3,
                         .type = READER_BYTES,
                         .bytes = { at + 2, at[1] },
                         .raw = { at, 2 + (size_t)at[1] } };
    *rest = (struct span){ at + f->raw.n, rest->n - f->raw.n };
    return 1;
}

/* Take the next field off 'rest' if it is BYTES with this tag of one byte and a length of one or two, as all that is read often
 * is; false, and 'rest' as it was, of anything else: reader_next() judges that. */
static inline bool reader_take(struct span *rest, uint8_t tag, struct span *ret)
{
    const uint8_t *at = rest->at;
    size_t head = 2, n;

    if (rest->n < head || at[0] != tag)
        return false;
    n = at[1];
    if (n >= 0x80) {
        if (rest->n < ++head || at[2] >= 0x80)
            return false;
        n = (n & 0x7f) | (size_t)at[2] << 7;
    }
    if (n > rest->n - head)
        return false;
    *ret = (struct span){ at + head, n };
    *rest = (struct span){ at + head + n, rest->n - head - n };
    return true;
}

/* Well-formed UTF-8 as Unicode defines it (no surrogates, nothing overlong)? NUL is. */
bool reader_utf8(struct span s);
