/* SPDX-License-Identifier: Apache-2.0 */
/* RunFunction on any bytes, with the real renderers: an answer or a refusal, the same one twice, and an answer that we read ourselves. */
#include "function/render/render.h"
#include "function/wire/run.h"
#include "function/wire/wire.h"

static const struct run_renderer renderer = { render, &render_reads, render_kinds };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    CLEAN(run_result_free) struct run_result first = { 0 }, second = { 0 };
    struct err e = { 0 }, again = { 0 };
    int a = run_function(&renderer, (struct span){ bytes, n }, &first, &e);
    int b = run_function(&renderer, (struct span){ bytes, n }, &second, &again);

    if (a != b || strcmp(e.text, again.text) || first.n != second.n)
        abort();
    if (a < 0) {
        if (!e.text[0] || first.bytes)
            abort();
        return 0;
    }
    if (!first.n || first.n > WIRE_MAX_RESPONSE || memcmp(first.bytes, second.bytes, first.n))
        abort();
    return 0;
}
