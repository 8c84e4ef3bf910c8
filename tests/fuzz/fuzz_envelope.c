/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope alone, with a renderer that adds one of everything: what scan.c lets through protobuf-c takes apart, and what was put
 * together is a message again, which keeps the context's bytes. */
#include "function/wire/reader.h"
#include "function/wire/run.h"
#include "lib/jx.h"
#include "lib/jx_alloc.h"

static int add_everything(const struct fn_request *req, struct fn_response *r, struct err *e)
{
    (void)e;
    r->ready = FN_READY_FALSE;
    jx_set(r->status, "phase", jx_text("x"));
    jx_set(r->desired, "made", jx_pack("{s:{s:s}, s:b}", "resource", "kind", "X", "ready", 1));
    if (json_object_get(req->observed, "kept"))
        jx_set(r->desired, "kept", jx_pack("{s:b}", "keep", 1));
    jx_append(r->conditions,
              jx_pack("{s:s, s:s, s:s, s:s}", "type", "T", "status", "True", "reason", "R", "message", "M"));
    jx_append(r->results,
              jx_pack("{s:i, s:s, s:s}", "severity", (int)FN_WARNING, "reason", "R", "message", "M"));
    return 0;
}

static bool is_read(const char *name) { return !strcmp(name, "kept"); }

static const struct fn_reads reads = { .observed = is_read };
static const char *const kinds[] = { "X", NULL };
static const struct run_renderer renderer = { add_everything, &reads, kinds };

/* The last bytes field of that number. */
static struct span last(struct span message, uint32_t number)
{
    struct span found = { 0 };
    struct field f;
    int got;

    while ((got = reader_next(&message, &f)) > 0)
        if (f.number == number && f.type == READER_BYTES)
            found = f.bytes;
    if (got < 0)
        abort();
    return found;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* JSON in an arena, as in the program; fuzz_run has it on the heap, where sanitizers see more. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    jx_alloc_install();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    CLEAN(run_result_free) struct run_result result = { 0 };
    struct span request = { bytes, n }, before, after, response;
    struct err e = { 0 };

    if (run_function(&renderer, request, &result, &e) < 0) {
        if (e.kind != ERR_INVALID || !e.text[0])
            abort();
        return 0;
    }
    response = (struct span){ result.bytes, result.n };
    before = last(request, 5);
    after = last(response, 4);
    if (before.n != after.n || (before.n && memcmp(before.at, after.at, before.n)))
        abort();
    (void)last(last(response, 2), 2);
    return 0;
}
