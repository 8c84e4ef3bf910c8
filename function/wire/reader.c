/* SPDX-License-Identifier: Apache-2.0 */
/* Fields, varints and UTF-8.  What a field means is not known here. */
#include "function/wire/reader.h"
#include <endian.h>
#include <string.h>

enum { VARINT_MAX = 10, NUMBER_MAX = (1 << 29) - 1 };

static void skip(struct span *s, size_t n) { *s = (struct span){ s->at + n, s->n - n }; }

/* The last of ten bytes has room for one bit; more is an error, as in Go. */
static int take_varint(struct span *s, uint64_t *ret)
{
    uint64_t v = 0;

    for (size_t i = 0; i < s->n && i < VARINT_MAX; i++) {
        v |= (uint64_t)(s->at[i] & 0x7f) << (7 * i);
        if (s->at[i] >= 0x80)
            continue;
        if (i == VARINT_MAX - 1 && s->at[i] > 1)
            return -1;
        skip(s, i + 1);
        *ret = v;
        return 0;
    }
    return -1;
}

static int take_bytes(struct span *s, struct span *ret)
{
    uint64_t n;

    if (take_varint(s, &n) < 0 || n > s->n)
        return -1;
    *ret = (struct span){ s->at, (size_t)n };
    skip(s, (size_t)n);
    return 0;
}

static int take_i64(struct span *s, uint64_t *ret)
{
    if (s->n < sizeof(*ret))
        return -1;
    memcpy(ret, s->at, sizeof(*ret));
    *ret = le64toh(*ret);
    skip(s, sizeof(*ret));
    return 0;
}

static int take_i32(struct span *s, uint64_t *ret)
{
    uint32_t v;

    if (s->n < sizeof(v))
        return -1;
    memcpy(&v, s->at, sizeof(v));
    *ret = le32toh(v);
    skip(s, sizeof(v));
    return 0;
}

static int take_tag(struct span *s, struct field *f)
{
    uint64_t tag;

    if (take_varint(s, &tag) < 0 || tag >> 3 == 0 || tag >> 3 > NUMBER_MAX)
        return -1;
    *f = (struct field){ .number = (uint32_t)(tag >> 3), .type = (int)(tag & 7) };
    return 0;
}

/* What follows the tag; of a group nothing does but its fields. */
static int take_content(struct span *s, struct field *f)
{
    switch (f->type) {
    case READER_VARINT: return take_varint(s, &f->value);
    case READER_I64: return take_i64(s, &f->value);
    case READER_BYTES: return take_bytes(s, &f->bytes);
    case READER_I32: return take_i32(s, &f->value);
    case READER_GROUP:
    case READER_END: return 0;
    }
    return -1; /* 6 and 7 do not exist */
}

/* Up to and with the end of group 'number'. Its fields are nobody's: groups are older than everything read here. */
static int skip_group(struct span *s, uint32_t number)
{
    uint32_t open[READER_GROUPS] = { number };
    size_t n = 1;
    struct field f;

    while (n > 0) {
        if (take_tag(s, &f) < 0 || take_content(s, &f) < 0)
            return -1;
        if (f.type == READER_GROUP) {
            if (n == READER_GROUPS)
                return -1;
            open[n++] = f.number;
        }
        if (f.type == READER_END && f.number != open[--n])
            return -1;
    }
    return 0;
}

int reader_next_any(struct span *rest, struct field *f)
{
    struct span s = *rest;

    if (s.n == 0)
        return 0;
    if (take_tag(&s, f) < 0 || take_content(&s, f) < 0 || f->type == READER_END)
        return -1;
    if (f->type == READER_GROUP && skip_group(&s, f->number) < 0)
        return -1;
    f->raw = (struct span){ rest->at, rest->n - s.n };
    *rest = s;
    return 1;
}

static size_t ascii(const uint8_t *s, size_t n)
{
    size_t i = 0;
    uint64_t eight;

    for (; n - i >= sizeof(eight); i += sizeof(eight)) {
        memcpy(&eight, s + i, sizeof(eight));
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < n && s[i] < 0x80)
        i++;
    return i;
}

/* The length of the sequence of several bytes at the start of 's', 0 when it is none. The second byte's range makes the difference
 * between a character and an overlong form, a surrogate, or something beyond U+10FFFF (Unicode, table 3-7). */
static size_t sequence(const uint8_t *s, size_t n)
{
    static const struct {
        uint8_t first, last, low, high, n;
    } forms[] = {
        { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
        { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
        { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    size_t k = 0;

    while (k < sizeof(forms) / sizeof(*forms) && s[0] > forms[k].last)
        k++;
    if (k == sizeof(forms) / sizeof(*forms) || s[0] < forms[k].first || n < forms[k].n)
        return 0;
    if (s[1] < forms[k].low || s[1] > forms[k].high)
        return 0;
    for (size_t i = 2; i < forms[k].n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    return forms[k].n;
}

bool reader_utf8(struct span s)
{
    while (s.n > 0) {
        size_t plain = ascii(s.at, s.n), n = plain < s.n ? sequence(s.at + plain, s.n - plain) : 0;

        if (plain < s.n && n == 0)
            return false;
        skip(&s, plain + n);
    }
    return true;
}
