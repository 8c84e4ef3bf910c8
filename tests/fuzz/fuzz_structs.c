/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a google.protobuf.Struct: what is read can be written and read again, in whole, by members, and narrowed; where nothing
 * about the bytes is a matter of opinion, protobuf-c sees the same tree, and sees ours in what we write. */
#include "function/wire/structs.h"
#include "lib/jx.h"
#include "tests/oracle/struct_oracle.h"

enum { VALUES = 20000, ORACLE_MAX = 4096 /* protobuf-c recurses without a limit */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fn_fields inner[] = { { .name = "a" }, { .name = "" }, { 0 } };
static const struct fn_fields but[] = { { .name = "a", .skip = true }, { 0 } };
static const struct fn_fields only[] = { { .name = "a", .only = inner },
                                         { .name = "b", .only = but },
                                         { 0 } };

static void must(bool ok)
{
    if (!ok)
        abort();
}

static json_t *decode(struct span bytes, const struct fn_fields *fields)
{
    size_t budget = VALUES;
    struct err e = { 0 };
    json_t *tree = structs_decode(bytes, fields, &budget, &e);

    must(tree ? budget < VALUES : e.kind == ERR_INVALID && *e.text);
    return tree;
}

/* The short way and the long way through a field are the same. */
static void walk(struct span bytes)
{
    struct span rest = bytes, again = bytes;
    struct field f, g;
    int got, same;

    do {
        got = reader_next(&rest, &f);
        same = reader_next_any(&again, &g);
        must(got == same && rest.n == again.n && rest.at == again.at);
        must(got <= 0 || (f.number == g.number && f.type == g.type && f.value == g.value));
        must(got <= 0 || (f.bytes.at == g.bytes.at && f.bytes.n == g.bytes.n && f.raw.n == g.raw.n));
    } while (got > 0);
}

static void writes_and_reads_back(const json_t *tree)
{
    CLEAN(backward_free) struct backward one = backward_max(1 << 20), two = backward_max(1 << 20);
    json_auto_t *back = NULL;

    structs_encode(&one, tree);
    must(!one.overflow);
    back = decode((struct span){ one.at, backward_size(&one) }, NULL);
    must(back && json_equal(back, tree) == 1 && oracle_equal(back, tree));
    structs_encode(&two, back);
    must(backward_size(&two) == backward_size(&one));
    must(backward_size(&one) == 0 || memcmp(one.at, two.at, backward_size(&one)) == 0);
}

/* Each member's raw entry is a Struct of that member alone. */
static void members_are_found(struct span bytes, json_t *tree)
{
    for (void *i = json_object_iter(tree); i; i = json_object_iter_next(tree, i)) {
        const char *key = json_object_iter_key(i);
        json_auto_t *alone = NULL;
        struct span entry = { 0 };

        must(strlen(key) == json_object_iter_key_len(i));
        must(structs_member(bytes, key, &entry, NULL) == 0 && entry.n > 0);
        alone = decode(entry, NULL);
        must(alone && json_object_size(alone) == 1);
        must(oracle_equal(json_object_get(alone, key), json_object_iter_value(i)));
    }
}

static json_t *narrowed(const json_t *tree, const struct fn_fields *fields)
{
    json_t *ret = fields->skip ? json_copy((json_t *)(uintptr_t)tree) : json_object();

    for (; fields->skip; fields++)
        (void)json_object_del(ret, fields->name);
    for (; fields->name; fields++) {
        json_t *v = json_object_get(tree, fields->name);

        if (v)
            jx_set(ret, fields->name,
                   fields->only && json_is_object(v) ? narrowed(v, fields->only) : json_incref(v));
    }
    return ret;
}

static void narrows(struct span bytes, const json_t *tree)
{
    json_auto_t *got = decode(bytes, only), *want = narrowed(tree, only);

    must(got && oracle_equal(got, want));
}

static bool cut_by_nul(const json_t *v)
{
    json_t *o = (json_t *)(uintptr_t)v;

    for (size_t i = 0; i < json_array_size(v); i++) {
        if (cut_by_nul(json_array_get(v, i)))
            return true;
    }
    for (void *i = json_object_iter(o); i; i = json_object_iter_next(o, i)) {
        if (strlen(json_object_iter_key(i)) != json_object_iter_key_len(i) ||
            cut_by_nul(json_object_iter_value(i)))
            return true;
    }
    return json_is_string(v) && strlen(json_string_value(v)) != json_string_length(v);
}

static void oracle_reads_ours(const json_t *tree)
{
    CLEAN(backward_free) struct backward b = backward_max(1 << 20);
    struct oracle_tree o;
    json_auto_t *theirs = NULL;

    structs_encode(&b, tree);
    o = oracle_decode(b.at, backward_size(&b));
    theirs = o.tree;
    must(theirs && !o.no_json && oracle_equal(theirs, tree));
}

static void oracle_agrees(struct span bytes, const json_t *tree)
{
    struct oracle_tree o = oracle_decode(bytes.at, bytes.n);
    json_auto_t *theirs = o.tree;

    if (!theirs || !o.plain)
        return;
    if (o.no_json || o.deep > JX_MAX_DEPTH)
        must(!tree);
    else
        must(tree && oracle_equal(theirs, tree));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = { data, size }, entry;
    json_auto_t *tree = decode(bytes, NULL), *part = decode(bytes, only);

    walk(bytes);
    (void)!structs_member(bytes, "a", &entry, NULL);
    if (size <= ORACLE_MAX)
        oracle_agrees(bytes, tree);
    if (!tree)
        return 0;
    must(part);
    writes_and_reads_back(tree);
    members_are_found(bytes, tree);
    narrows(bytes, tree);
    if (size <= ORACLE_MAX && !cut_by_nul(tree))
        oracle_reads_ours(tree);
    return 0;
}
