/* SPDX-License-Identifier: Apache-2.0 */
/* The protobuf wire format, one field at a time: nothing is allocated, nothing is believed. */
#pragma once
#include "function/wire/structs.h"

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
 * end, a varint over ten bytes, field number 0 or beyond 2^29 - 1, a group that is not closed).  A group is one field of type READER_GROUP;
 * groups nest at most READER_GROUPS deep. */
enum { READER_GROUPS = 32 };
int reader_next(struct span *rest, struct field *f);

/* Well-formed UTF-8 as Unicode defines it (no surrogates, nothing overlong)? NUL is. */
bool reader_utf8(struct span s);
