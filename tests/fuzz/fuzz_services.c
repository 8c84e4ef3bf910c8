/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to reflection and health: an answer is a message that ends with the last of its fields, however odd the question.  The input
 * serves as the descriptors too: those are ours, but nothing may go wrong there either. */
#undef NDEBUG
#include "function/wire/health.h"
#include "function/wire/reflection.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void reflect(struct span set, struct span request)
{
    struct err e = { 0 };
    size_t answer_n = 0;
    CLEAN(free) uint8_t *answer = reflection_answer(set, request, &answer_n, &e);
    struct span rest = { answer, answer_n };
    struct field f;
    int got = 0;

    assert(answer || e.kind != ERR_NONE);
    while (answer && (got = reader_next(&rest, &f)) > 0)
        assert(f.number >= 1 && f.number <= 7);
    assert(got == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const services[] = { "a", NULL };
    struct span input = { bytes, n }, half = { bytes, n / 2 }, other = { bytes + n / 2, n - n / 2 };
    enum health h = HEALTH_UNKNOWN;
    struct err e = { 0 };

    reflect(reflection_descriptors(), input);
    reflect(other, half);
    if (health_answer(input, services, true, &h, &e) == 0)
        assert(h == HEALTH_SERVING || h == HEALTH_SERVICE_UNKNOWN);
    return 0;
}
