/* SPDX-License-Identifier: Apache-2.0 */
/* What the function did, for Prometheus: counters and histograms that any thread adds to without a lock. */
#pragma once
#include "function/function.h"
#include "lib/cleanup.h"
#include <stddef.h>
#include <stdint.h>

struct metrics;

/* 'kinds' (NULL-terminated, borrowed; identifiers) are the composite kinds with a series of their own. */
struct metrics *metrics_new(const char *const *kinds);
void metrics_free(struct metrics *m);
DEFINE_CLEAN(struct metrics *, metrics_free)

struct metrics_call {
    const char *kind; /* one of 'kinds', "other" or "none"; any other name counts as "other" */
    enum fn_severity severity;
    int code; /* gRPC status */
    int64_t micros;
    size_t request_bytes, response_bytes;
};
void metrics_count(struct metrics *m, const struct metrics_call *call);

/* The text exposition format 0.0.4; the caller frees. */
char *metrics_text(struct metrics *m);
