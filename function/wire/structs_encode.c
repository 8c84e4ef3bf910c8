/* SPDX-License-Identifier: Apache-2.0 */
/* From a jansson tree to the bytes of a Struct, the last member first. The tree is ours: its depth is what a document may have. */
#include "function/wire/fixed.h"
#include "function/wire/structs.h"
#include "lib/jx_fixed.h"
#include <endian.h>

enum { FEW = 32 };

/* The tags, one byte each. */
enum {
    TAG_STRUCT_FIELDS = 0x0a,
    TAG_LIST_VALUES = 0x0a,
    TAG_ENTRY_KEY = 0x0a,
    TAG_ENTRY_VALUE = 0x12,
    TAG_NULL = 0x08,
    TAG_NUMBER = 0x11,
    TAG_STRING = 0x1a,
    TAG_BOOL = 0x20,
    TAG_STRUCT = 0x2a,
    TAG_LIST = 0x32
};

struct member {
    const char *key;
    size_t n;
    const json_t *value;
};

static void put_object(struct backward *b, const json_t *object);

static void put_bytes(struct backward *b, uint8_t tag, const char *bytes, size_t n)
{
    backward_bytes(b, bytes, n);
    backward_tagged(b, tag, n);
}

static void put_number(struct backward *b, double n)
{
    uint64_t bits;

    memcpy(&bits, &n, sizeof(bits));
    bits = htole64(bits);
    backward_bytes(b, &bits, sizeof(bits));
    backward_byte(b, TAG_NUMBER);
}

static void put_value(struct backward *b, const json_t *v);

static void put_list(struct backward *b, const json_t *list)
{
    for (size_t i = json_array_size(list); i-- > 0;) {
        size_t end = backward_size(b);

        put_value(b, json_array_get(list, i));
        backward_tagged(b, TAG_LIST_VALUES, backward_size(b) - end);
    }
}

static void put_new(struct backward *b, const json_t *v)
{
    size_t end = backward_size(b);

    switch (json_typeof(v)) {
    case JSON_OBJECT:
        put_object(b, v);
        backward_tagged(b, TAG_STRUCT, backward_size(b) - end);
        break;
    case JSON_ARRAY:
        put_list(b, v);
        backward_tagged(b, TAG_LIST, backward_size(b) - end);
        break;
    case JSON_STRING: put_bytes(b, TAG_STRING, json_string_value(v), json_string_length(v)); break;
    case JSON_INTEGER: put_number(b, (double)json_integer_value(v)); break;
    case JSON_REAL: put_number(b, json_real_value(v)); break;
    case JSON_TRUE: backward_tagged(b, TAG_BOOL, 1); break;
    case JSON_FALSE: backward_tagged(b, TAG_BOOL, 0); break;
    case JSON_NULL: backward_tagged(b, TAG_NULL, 0); break;
    }
}

/* An object or list that never changes. What is in it is not kept again by itself. */
static void put_fixed(struct backward *b, const json_t *v)
{
    struct span known = fixed_get(v);
    size_t before = backward_size(b);

    if (known.n) {
        backward_bytes(b, known.at, known.n);
        return;
    }
    b->in_fixed = true;
    put_new(b, v);
    b->in_fixed = false;
    if (!b->overflow)
        fixed_put(v, (struct span){ b->at, backward_size(b) - before });
}

static void put_value(struct backward *b, const json_t *v)
{
    if ((json_is_object(v) || json_is_array(v)) && !b->in_fixed && jx_is_fixed(v))
        put_fixed(b, v);
    else
        put_new(b, v);
}

static int compare(const struct member *a, const struct member *b)
{
    int c = (uint8_t)*a->key - (uint8_t)*b->key; /* of an empty key the NUL at its end */

    if (c)
        return c;
    c = memcmp(a->key, b->key, a->n < b->n ? a->n : b->n);
    return c ? c : (a->n > b->n) - (a->n < b->n);
}

static int compare_members(const void *a, const void *b) { return compare(a, b); }

/* Most objects have a few members, often in order already. */
static void sort(struct member m[], size_t n)
{
    if (n > FEW) {
        qsort(m, n, sizeof(*m), compare_members);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct member moved = m[i];
        size_t at = i;

        for (; at > 0 && compare(&moved, &m[at - 1]) < 0; at--)
            m[at] = m[at - 1];
        m[at] = moved;
    }
}

static size_t collect(const json_t *object, struct member m[])
{
    json_t *o = (json_t *)(uintptr_t)object; /* jansson iterates over what it may change only */
    size_t n = 0;

    for (void *i = json_object_iter(o); i; i = json_object_iter_next(o, i))
        m[n++] = (struct member){ json_object_iter_key(i), json_object_iter_key_len(i),
                                  json_object_iter_value(i) };
    return n;
}

static void put_object(struct backward *b, const json_t *object)
{
    size_t n = json_object_size(object);
    CLEAN(free) struct member *many = n > FEW ? x_realloc(NULL, n * sizeof(*many)) : NULL;
    struct member few[FEW], *m = many ? many : few;

    n = collect(object, m);
    sort(m, n);
    for (size_t i = n; i-- > 0;) {
        size_t end = backward_size(b);

        put_value(b, m[i].value);
        backward_tagged(b, TAG_ENTRY_VALUE, backward_size(b) - end);
        put_bytes(b, TAG_ENTRY_KEY, m[i].key, m[i].n);
        backward_tagged(b, TAG_STRUCT_FIELDS, backward_size(b) - end);
    }
}

void structs_encode(struct backward *b, const json_t *object) { put_object(b, object); }
