/* SPDX-License-Identifier: Apache-2.0 */
/* From a request's bytes to the trees that are read: scan.c judges the envelope, protobuf-c takes it apart, structs_decode() makes trees
 * of what a renderer looks at.  The rest stays bytes. */
#include "function/wire/call.h"
#include "function/wire/scan.h"
#include "lib/jx.h"
#include "lib/jx_alloc.h"
#include <ctype.h>

static void *get(void *arena, size_t n) { return arena_get(arena, n); }
static void put_back(void *arena, void *p)
{
    (void)arena;
    (void)p;
}

static void set_tag(struct wire_call *c)
{
    const Envelope__RequestMeta *m = c->request->meta;
    size_t n = m && m->has_tag ? m->tag.len : 0;

    n = n < CALL_TAG ? n : CALL_TAG - 1;
    for (size_t i = 0; i < n; i++)
        c->tag[i] = isprint(m->tag.data[i]) ? (char)m->tag.data[i] : '?';
}

static const Envelope__Resource *resource_of(const Envelope__ResourceEntry *entry)
{
    static const Envelope__Resource none = ENVELOPE__RESOURCE__INIT;

    return entry->value ? entry->value : &none;
}

const Envelope__Resource *call_observed(const struct wire_call *c, const char *name, size_t n)
{
    const Envelope__State *s = c->request->observed;

    for (size_t i = s ? s->n_resources : 0; i-- > 0;)
        if (s->resources[i]->key.len == n && !memcmp(s->resources[i]->key.data, name, n))
            return resource_of(s->resources[i]);
    return NULL;
}

static int decode_composite(struct wire_call *c, const struct fn_reads *reads, struct err *e)
{
    const Envelope__State *s = c->request->observed;

    if (!s || !s->composite || !s->composite->has_resource)
        return 0;
    c->composite = structs_decode(call_span(s->composite->resource), reads->composite, &c->budget, e);
    return c->composite ? 0 : err_wrap(e, "observed.composite");
}

/* The composed resource's name when a renderer reads it. Longer ones, and those with a NUL, are nobody's. */
static bool is_read(ProtobufCBinaryData key, const struct fn_reads *reads, char name[CALL_NAME])
{
    if (!key.len || key.len >= CALL_NAME || memchr(key.data, '\0', key.len))
        return false;
    memcpy(name, key.data, key.len);
    name[key.len] = '\0';
    return reads->observed(name);
}

static int decode_observed(struct wire_call *c, const struct fn_reads *reads, struct err *e)
{
    const Envelope__State *s = c->request->observed;
    char name[CALL_NAME];

    c->observed = json_object();
    for (size_t i = 0; s && i < s->n_resources; i++) {
        const Envelope__Resource *r = resource_of(s->resources[i]);
        json_t *tree;

        if (!is_read(s->resources[i]->key, reads, name))
            continue;
        /* of equal names the last counts, also when it holds nothing */
        (void)json_object_del(c->observed, name);
        if (!r->has_resource)
            continue;
        tree = structs_decode(call_span(r->resource), reads->resource, &c->budget, e);
        if (!tree)
            return err_wrap(e, "observed.resources[%s]", name);
        jx_set(c->observed, name, tree);
    }
    return 0;
}

static int decode_input(struct wire_call *c, struct err *e)
{
    if (!c->request->has_input)
        return 0;
    c->input = structs_decode(call_span(c->request->input), NULL, &c->budget, e);
    return c->input ? 0 : err_wrap(e, "input");
}

struct wire_call *wire_decode(struct span bytes, const struct fn_reads *reads, struct arena *arena,
                              struct err *e)
{
    CLEAN(wire_free) struct wire_call *c = NULL;
    ProtobufCAllocator allocator = { get, put_back, arena };

    if (scan_request(bytes, e) < 0)
        return NULL;
    c = x_alloc(sizeof(*c));
    c->budget = WIRE_MAX_VALUES;
    c->arena = arena;
    c->request = envelope__run_function_request__unpack(&allocator, bytes.n, bytes.at);
    if (!c->request) {
        err_set(e, ERR_INVALID, "RunFunctionRequest: is not a protobuf message");
        return NULL;
    }
    set_tag(c);
    if (decode_composite(c, reads, e) < 0 || decode_observed(c, reads, e) < 0 || decode_input(c, e) < 0)
        return NULL;
    c->fn = (struct fn_request){ c->composite, c->observed, c->input };
    return TAKE(c);
}

void wire_free(struct wire_call *c)
{
    if (!c)
        return;
    jx_alloc_release(c->composite);
    jx_alloc_release(c->observed);
    jx_alloc_release(c->input);
    free(c);
}

const struct fn_request *wire_request(const struct wire_call *c) { return &c->fn; }

const char *wire_tag(const struct wire_call *c) { return c->tag; }
