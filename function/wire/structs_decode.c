/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a Struct straight to a jansson tree.
 *
 * The tree is made while the bytes are read: merging a submessage that comes in parts is adding to what is there already, so that all of
 * it is linear in the input whatever the input.  Out of memory aborts. */
#include "function/wire/structs.h"
#include "function/wire/trail.h"
#include "lib/jx.h"
#include <math.h>

/* Fields as their tags have them, all of one byte. */
#define KIND(number, type) ((number) << 3 | (type))
enum {
    STRUCT_FIELDS = KIND(1, READER_BYTES),
    LIST_VALUES = KIND(1, READER_BYTES),
    ENTRY_KEY = KIND(1, READER_BYTES),
    ENTRY_VALUE = KIND(2, READER_BYTES)
};

/* Those of Value. */
enum kind {
    KIND_NULL = KIND(1, READER_VARINT),
    KIND_NUMBER = KIND(2, READER_I64),
    KIND_STRING = KIND(3, READER_BYTES),
    KIND_BOOL = KIND(4, READER_VARINT),
    KIND_STRUCT = KIND(5, READER_BYTES),
    KIND_LIST = KIND(6, READER_BYTES)
};

struct decoder {
    size_t *budget;
    int depth;
    const char *fault;
    struct trail trail;
};

static unsigned kind_of(const struct field *f) { return KIND(f->number, (unsigned)f->type); }

/* The next field of that kind, skipping others: 1, or 0 at the end, or -1 when the bytes are no message. */
static int next_of(struct span *rest, uint8_t kind, struct span *ret)
{
    struct field f;
    int got;

    if (reader_take(rest, kind, ret))
        return 1;
    while ((got = reader_next(rest, &f)) > 0) {
        *ret = f.bytes;
        if (kind_of(&f) == kind)
            break;
    }
    return got;
}

static int fail(struct decoder *d, const char *fault)
{
    d->fault = fault;
    trail_start(&d->trail);
    return -1;
}

static int fail_malformed(struct decoder *d) { return fail(d, "truncated or no google.protobuf.Struct"); }

static int fail_in(struct decoder *d, struct span key)
{
    trail_key(&d->trail, key);
    return -1;
}

/* Every value made is paid for, also one that a later part replaces. */
static int pay(struct decoder *d)
{
    if (*d->budget == 0)
        return fail(d, "more values than one message may have");
    --*d->budget;
    return 0;
}

static json_t *must(json_t *v)
{
    if (!v)
        abort();
    return v;
}

static int put(struct decoder *d, json_t **v, json_t *made)
{
    json_decref(*v);
    *v = must(made);
    return pay(d);
}

static json_t *number(double n)
{
    const double exact = 9007199254740992; /* 2^53 */

    if (n >= -exact && n <= exact && n == trunc(n) && !(n == 0 && signbit(n)))
        return json_integer((json_int_t)n);
    return json_real(n);
}

static int put_number(struct decoder *d, json_t **v, uint64_t bits)
{
    double n;

    memcpy(&n, &bits, sizeof(n));
    if (!isfinite(n))
        return fail(d, "NaN and infinity are no JSON numbers");
    return put(d, v, number(n));
}

static int put_string(struct decoder *d, json_t **v, struct span s)
{
    if (!reader_utf8(s))
        return fail(d, "not UTF-8");
    return put(d, v, json_stringn_nocheck((const char *)s.at, s.n));
}

static int object_add(struct decoder *d, struct span bytes, const struct fn_fields *only, json_t *object);
static int list_add(struct decoder *d, struct span bytes, json_t *list);

/* A further part of the object or list in '*v', which is a new one when that is none. */
static int put_part(struct decoder *d, json_t **v, bool list, struct span part, const struct fn_fields *only)
{
    int rc;

    if (d->depth == JX_MAX_DEPTH)
        return fail(d, "nested too deep");
    if (!(list ? json_is_array(*v) : json_is_object(*v)) &&
        put(d, v, list ? json_array() : json_object()) < 0)
        return -1;
    d->depth++;
    rc = list ? list_add(d, part, *v) : object_add(d, part, only, *v);
    d->depth--;
    return rc;
}

static int put_bytes(struct decoder *d, json_t **v, unsigned kind, struct span s,
                     const struct fn_fields *only)
{
    switch (kind) {
    case KIND_STRING: return put_string(d, v, s);
    case KIND_STRUCT: return put_part(d, v, false, s, only);
    case KIND_LIST: return put_part(d, v, true, s, NULL);
    }
    return 0; /* unknown, or not of the type it is known with, which is the same */
}

static int put_kind(struct decoder *d, json_t **v, const struct field *f, const struct fn_fields *only)
{
    switch (kind_of(f)) {
    case KIND_NUMBER: return put_number(d, v, f->value);
    case KIND_BOOL: return put(d, v, json_boolean(f->value));
    case KIND_NULL: return put(d, v, json_null());
    }
    return put_bytes(d, v, kind_of(f), f->bytes, only);
}

/* Is the Value one text, object or list, as nearly all are? Its tag, or 0. */
static unsigned only_kind(struct span value, struct span *ret)
{
    unsigned kind = value.n ? *value.at : 0;

    if (kind != KIND_STRING && kind != KIND_STRUCT && kind != KIND_LIST)
        return 0;
    return reader_take(&value, (uint8_t)kind, ret) && !value.n ? kind : 0;
}

/* One more part of the Value '*v', NULL before the first. */
static int value_add(struct decoder *d, json_t **v, struct span bytes, const struct fn_fields *only)
{
    unsigned kind;
    struct field f;
    int got;

    kind = only_kind(bytes, &f.bytes);
    if (kind)
        return put_bytes(d, v, kind, f.bytes, only);
    while ((got = reader_next(&bytes, &f)) > 0) {
        if (put_kind(d, v, &f, only) < 0)
            return -1;
    }
    return got < 0 ? fail_malformed(d) : 0;
}

static int value_end(struct decoder *d, json_t **v) { return *v ? 0 : put(d, v, json_null()); }

static int list_item(struct decoder *d, struct span bytes, json_t *list)
{
    json_auto_t *v = NULL;

    if (value_add(d, &v, bytes, NULL) < 0 || value_end(d, &v) < 0) {
        trail_index(&d->trail, json_array_size(list));
        return -1;
    }
    if (json_array_append_new(list, TAKE(v)) < 0)
        abort();
    return 0;
}

static int list_add(struct decoder *d, struct span bytes, json_t *list)
{
    struct span item;
    int got;

    while ((got = next_of(&bytes, LIST_VALUES, &item)) > 0) {
        if (list_item(d, item, list) < 0)
            return -1;
    }
    return got < 0 ? fail_malformed(d) : 0;
}

/* An element of "fields".  Whoever wrote it may have put its value first, or in several parts. */
struct entry {
    struct span key, value; /* the last of each */
    size_t values;
};

static int entry_read(struct span bytes, struct entry *ret)
{
    struct span all = bytes;
    struct field f;
    int got;

    /* nearly always it is a key and a value */
    ret->values = 1;
    if (reader_take(&all, ENTRY_KEY, &ret->key) && reader_take(&all, ENTRY_VALUE, &ret->value) && !all.n)
        return 0;
    *ret = (struct entry){ .key = { (const uint8_t *)"", 0 } };
    while ((got = reader_next(&bytes, &f)) > 0) {
        if (kind_of(&f) == ENTRY_KEY)
            ret->key = f.bytes;
        if (kind_of(&f) == ENTRY_VALUE) {
            ret->value = f.bytes;
            ret->values++;
        }
    }
    return got;
}

static int entry_value(struct decoder *d, json_t **v, struct span bytes, const struct entry *m,
                       const struct fn_fields *only)
{
    struct span part;

    if (m->values == 1)
        return value_add(d, v, m->value, only);
    while (next_of(&bytes, ENTRY_VALUE, &part) > 0) {
        if (value_add(d, v, part, only) < 0)
            return -1;
    }
    return 0;
}

static bool span_is(struct span s, const char *name)
{
    if (s.n && (uint8_t)*name != *s.at)
        return false;
    return strlen(name) == s.n && memcmp(name, s.at, s.n) == 0;
}

static const struct fn_fields *listed(const struct fn_fields *only, struct span key)
{
    for (; only->name; only++) {
        if (span_is(key, only->name))
            return only;
    }
    return NULL;
}

/* jansson keeps a NUL in a key, but compares, copies and prints the key without what follows; its parser refuses it too. */
static int key_check(struct decoder *d, struct span key)
{
    if (!reader_utf8(key))
        return fail(d, "the key is not UTF-8");
    return memchr(key.at, '\0', key.n) ? fail(d, "a NUL in the key") : 0;
}

static int object_entry(struct decoder *d, struct span bytes, const struct fn_fields *only, json_t *object)
{
    const struct fn_fields *member = NULL;
    json_auto_t *v = NULL;
    struct entry m;

    if (entry_read(bytes, &m) < 0)
        return fail_malformed(d);
    if (only) {
        member = listed(only, m.key);
        if (member ? member->skip : !only->skip)
            return 0;
    }
    if (!member && key_check(d, m.key) < 0) /* what is asked for is no bad key */
        return fail_in(d, m.key);
    if (entry_value(d, &v, bytes, &m, member ? member->only : NULL) < 0 || value_end(d, &v) < 0)
        return fail_in(d, m.key);
    if (json_object_setn_new_nocheck(object, (const char *)m.key.at, m.key.n, TAKE(v)) < 0)
        abort();
    return 0;
}

static int object_add(struct decoder *d, struct span bytes, const struct fn_fields *only, json_t *object)
{
    struct span entry;
    int got;

    while ((got = next_of(&bytes, STRUCT_FIELDS, &entry)) > 0) {
        if (object_entry(d, entry, only, object) < 0)
            return -1;
    }
    return got < 0 ? fail_malformed(d) : 0;
}

json_t *structs_decode(struct span bytes, const struct fn_fields *only, size_t *budget, struct err *e)
{
    struct decoder d = { .budget = budget };
    json_auto_t *object = NULL;
    const char *at;

    if (put_part(&d, &object, false, bytes, only) == 0)
        return TAKE(object);
    at = trail_text(&d.trail);
    (void)err_set(e, ERR_INVALID, "%s%s%s", at, *at ? ": " : "", d.fault);
    return NULL;
}

int structs_member(struct span bytes, const char *name, struct span *ret_entry, struct err *e)
{
    struct span found = { 0 };
    struct field f;
    struct entry m;
    int got;

    while ((got = reader_next(&bytes, &f)) > 0) {
        if (kind_of(&f) != STRUCT_FIELDS)
            continue;
        if (entry_read(f.bytes, &m) < 0) {
            got = -1;
            break;
        }
        if (span_is(m.key, name))
            found = f.raw;
    }
    if (got < 0)
        return err_set(e, ERR_INVALID, "truncated or no google.protobuf.Struct");
    *ret_entry = found;
    return 0;
}
