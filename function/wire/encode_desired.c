/* SPDX-License-Identifier: Apache-2.0 */
/* The desired composed resources of a response. */
#include "function/wire/output.h"
#include "function/wire/reader.h"
#include "lib/jx.h"

/* ---- a resource that stays as it is ---- */

static void tag_bytes(struct backward *b, unsigned number, size_t n)
{
    backward_varint(b, n);
    backward_varint(b, number << 3 | READER_BYTES);
}

/* Copy members of the Struct 'from', the last of 'names' first: the buffer grows backwards. */
static int copy_members(struct backward *b, struct span from, const char *const names[], size_t n,
                        struct err *e)
{
    for (size_t i = n; i-- > 0;) {
        struct span entry;

        if (structs_member(from, names[i], &entry, e) < 0)
            return -1;
        backward_bytes(b, entry.at, entry.n);
    }
    return 0;
}

/* The Struct inside a map entry's Value; empty when the member is no object. */
static struct span struct_in(struct span entry)
{
    struct span inside = { 0 }, rest = entry;
    static const uint32_t way[] = { 1, 2, 5 }; /* Struct.fields, its value, Value.struct_value */
    struct field f;

    for (size_t i = 0; i < ARRAY_LENGTH(way); i++) {
        inside = (struct span){ 0 };
        while (reader_next(&rest, &f) > 0)
            if (f.number == way[i] && f.type == READER_BYTES)
                inside = f.bytes;
        rest = inside;
    }
    return inside;
}

/* {"keep": true} of function.h, without looking into the spec. */
static int put_kept(struct output *o, const char *name, size_t n, struct place *ret, struct err *e)
{
    static const char *const head[] = { "apiVersion", "kind" }, *const meta[] = { "name", "namespace" },
                             *const spec[] = { "spec" }, metadata[] = "metadata";
    const Envelope__Resource *there = call_observed(o->c, name, n);
    struct backward *b = &o->structs;
    struct span all, entry;
    size_t before = backward_size(b), inner;

    if (!there || !there->has_resource)
        return err_set(e, ERR_INTERNAL, "desired.%s is to stay as it is, but it was not observed", name);
    all = call_span(there->resource);
    if (copy_members(b, all, spec, 1, e) < 0 || structs_member(all, metadata, &entry, e) < 0)
        return err_wrap(e, "observed.resources[%s]", name);
    inner = backward_size(b);
    if (copy_members(b, struct_in(entry), meta, ARRAY_LENGTH(meta), e) < 0)
        return err_wrap(e, "observed.resources[%s]", name);
    tag_bytes(b, 5, backward_size(b) - inner);
    tag_bytes(b, 2, backward_size(b) - inner);
    backward_bytes(b, metadata, sizeof(metadata) - 1);
    tag_bytes(b, 1, sizeof(metadata) - 1);
    tag_bytes(b, 1, backward_size(b) - inner);
    if (copy_members(b, all, head, ARRAY_LENGTH(head), e) < 0)
        return err_wrap(e, "observed.resources[%s]", name);
    *ret = (struct place){ before, backward_size(b) };
    return 0;
}

/* ---- desired ---- */

struct ranked {
    Envelope__ResourceEntry *entry;
    size_t place; /* earlier steps' first, then ours */
};

static int by_key(const Envelope__ResourceEntry *a, const Envelope__ResourceEntry *b)
{
    const ProtobufCBinaryData *x = &a->key, *y = &b->key;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = n ? memcmp(x->data, y->data, n) : 0;

    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int by_key_and_place(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    int order = by_key(x->entry, y->entry);

    return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* Sorted, and of equal names the last. */
static void sort_resources(struct output *o, Envelope__State *s)
{
    struct ranked *ranked = arena_get(o->c->arena, s->n_resources * sizeof(*ranked));
    size_t kept = 0;

    for (size_t i = 0; i < s->n_resources; i++)
        ranked[i] = (struct ranked){ s->resources[i], i };
    qsort(ranked, s->n_resources, sizeof(*ranked), by_key_and_place);
    for (size_t i = 0; i < s->n_resources; i++) {
        if (kept && !by_key(s->resources[kept - 1], ranked[i].entry))
            kept--;
        s->resources[kept++] = ranked[i].entry;
    }
    s->n_resources = kept;
}

static Envelope__ResourceEntry *new_entry(struct output *o, const char *name, size_t n, const json_t *ready)
{
    Envelope__ResourceEntry *entry = arena_get(o->c->arena, sizeof(*entry));
    Envelope__Resource *resource = arena_get(o->c->arena, sizeof(*resource));

    envelope__resource_entry__init(entry);
    envelope__resource__init(resource);
    entry->has_key = true;
    entry->key = (ProtobufCBinaryData){ n, (uint8_t *)(uintptr_t)name };
    entry->value = resource;
    resource->has_resource = true;
    if (json_is_boolean(ready)) {
        resource->has_ready = true;
        resource->ready = output_ready(json_is_true(ready) ? FN_READY_TRUE : FN_READY_FALSE);
    }
    return entry;
}

static int put_resource(struct output *o, const char *name, size_t n, const json_t *what, struct place *ret,
                        struct err *e)
{
    if (jx_bool(what, "keep", false))
        return put_kept(o, name, n, ret, e);
    *ret = output_struct(o, json_object_get(what, "resource"));
    return 0;
}

int output_resources(struct output *o, struct err *e)
{
    Envelope__State *s = &o->desired;
    size_t earlier = s->n_resources, n = earlier, all = earlier + json_object_size(o->r->desired);
    Envelope__ResourceEntry **entries = arena_get(o->c->arena, all * sizeof(entries[0]));
    struct place *places = arena_get(o->c->arena, all * sizeof(places[0]));

    if (earlier)
        memcpy(entries, s->resources, earlier * sizeof(entries[0]));
    for (void *i = json_object_iter(o->r->desired); i; i = json_object_iter_next(o->r->desired, i), n++) {
        const char *name = json_object_iter_key(i);
        const json_t *what = json_object_iter_value(i);

        if (put_resource(o, name, json_object_iter_key_len(i), what, &places[n], e) < 0)
            return -1;
        entries[n] = new_entry(o, name, json_object_iter_key_len(i), json_object_get(what, "ready"));
    }
    for (size_t i = earlier; i < n; i++)
        entries[i]->value->resource = output_at(o, places[i]);
    s->resources = entries;
    s->n_resources = n;
    sort_resources(o, s);
    return 0;
}
