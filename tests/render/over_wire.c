/* SPDX-License-Identifier: Apache-2.0 */
/* A Crossplane of a hundred lines: it writes a request, has run_function() answer it and reads the response. */
#undef NDEBUG
#include "tests/render/over_wire.h"
#include "function/render/render.h"
#include "function/wire/backward.h"
#include "function/wire/reader.h"
#include "function/wire/run.h"
#include "lib/jx.h"
#include <assert.h>

static const struct run_renderer renderer = { render, &render_reads, render_kinds };

/* ---- writing, from the end to the start ---- */

/* Close a submessage 'number' whose bytes began when 'before' were written. */
static void close_message(struct backward *b, unsigned number, size_t before)
{
    backward_varint(b, backward_size(b) - before);
    backward_varint(b, number << 3 | READER_BYTES);
}

static void put_struct(struct backward *b, unsigned number, const json_t *object)
{
    size_t before = backward_size(b);

    structs_encode(b, object);
    close_message(b, number, before);
}

static void put_resource(struct backward *b, unsigned number, const json_t *object)
{
    size_t before = backward_size(b);

    put_struct(b, 1, object);
    close_message(b, number, before);
}

static void put_observed(struct backward *b, const struct fn_request *request)
{
    size_t before = backward_size(b), entry, key;
    const char *name;
    json_t *one;

    json_object_foreach ((json_t *)(uintptr_t)request->observed, name, one) {
        entry = backward_size(b);
        put_resource(b, 2, one);
        key = backward_size(b);
        backward_bytes(b, name, strlen(name));
        close_message(b, 1, key);
        close_message(b, 2, entry);
    }
    if (request->composite)
        put_resource(b, 1, request->composite);
    close_message(b, 2, before);
}

/* ---- reading ---- */

/* The last field of that number, as bytes; empty when there is none. */
static struct span inside(struct span message, uint32_t number)
{
    struct span found = { 0 };
    struct field f;

    while (reader_next(&message, &f) > 0)
        if (f.number == number && f.type == READER_BYTES)
            found = f.bytes;
    return found;
}

static uint64_t varint_in(struct span message, uint32_t number)
{
    uint64_t found = 0;
    struct field f;

    while (reader_next(&message, &f) > 0)
        if (f.number == number && f.type == READER_VARINT)
            found = f.value;
    return found;
}

static json_t *text_in(struct span message, uint32_t number)
{
    struct span s = inside(message, number);

    return jx_textn((const char *)s.at, s.n);
}

static json_t *struct_in(struct span message, uint32_t number)
{
    size_t budget = 100000;
    struct err e = { 0 };
    json_t *object = structs_decode(inside(message, number), NULL, &budget, &e);

    if (!object)
        fprintf(stderr, "%s\n", e.text);
    assert(object);
    return object;
}

static void read_desired(struct span state, struct fn_response *r)
{
    struct field f;
    json_auto_t *composite = struct_in(inside(state, 1), 1);
    uint64_t ready = varint_in(inside(state, 1), 3);

    if (json_object_get(composite, "status")) {
        json_decref(r->status);
        r->status = json_incref(json_object_get(composite, "status"));
    }
    r->ready = ready == 1 ? FN_READY_TRUE : ready == 2 ? FN_READY_FALSE : FN_READY_UNSPECIFIED;
    while (reader_next(&state, &f) > 0) {
        json_auto_t *name = f.number == 2 ? text_in(f.bytes, 1) : NULL;
        struct span resource = inside(f.bytes, 2);
        json_t *one;

        if (!name)
            continue;
        one = jx_pack("{s:o}", "resource", struct_in(resource, 1));
        ready = varint_in(resource, 3);
        if (ready)
            jx_set(one, "ready", json_boolean(ready == 1));
        jx_set(r->desired, json_string_value(name), one);
    }
}

static void read_result(struct span result, struct fn_response *r)
{
    static const enum fn_severity severities[] = { FN_FATAL, FN_FATAL, FN_WARNING, FN_NORMAL };
    uint64_t severity = varint_in(result, 1);

    assert(severity >= 1 && severity <= 3);
    jx_append(r->results, jx_pack("{s:i, s:o, s:o}", "severity", (int)severities[severity], "message",
                                  text_in(result, 2), "reason", text_in(result, 3)));
}

static void read_condition(struct span condition, struct fn_response *r)
{
    static const char *const statuses[] = { "?", "Unknown", "True", "False" };
    uint64_t status = varint_in(condition, 2);

    assert(status >= 1 && status <= 3);
    jx_append(r->conditions,
              jx_pack("{s:o, s:s, s:o, s:o}", "type", text_in(condition, 1), "status", statuses[status],
                      "reason", text_in(condition, 3), "message", text_in(condition, 4)));
}

void over_wire(const struct fn_request *request, struct fn_response *r)
{
    CLEAN(backward_free) struct backward b = backward_max(1 << 20);
    CLEAN(run_result_free) struct run_result result = { 0 };
    struct err e = { 0 };
    struct span response;
    struct field f;

    if (request->input)
        put_struct(&b, 4, request->input);
    put_observed(&b, request);
    assert(!b.overflow);
    if (run_function(&renderer, (struct span){ b.at, backward_size(&b) }, &result, &e) < 0) {
        fprintf(stderr, "RunFunction: %s\n", e.text);
        exit(2);
    }
    response = (struct span){ result.bytes, result.n };
    while (reader_next(&response, &f) > 0) {
        if (f.number == 2)
            read_desired(f.bytes, r);
        if (f.number == 3)
            read_result(f.bytes, r);
        if (f.number == 6)
            read_condition(f.bytes, r);
    }
}
