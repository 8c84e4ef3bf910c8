/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of the API server as a client sees them: a test may have requests refused, delayed, cut off or lost. Which ones,
 * somebody else decides. */
#pragma once
#include "sim/shootapi/api.h"

enum gate_end { GATE_ANSWER, GATE_RESET, GATE_HANG };

/* What becomes of one request; all zero: nothing special. */
struct gate_verdict {
    int status;   /* 0 = the real answer */
    bool refused; /* it has no effect */
    enum gate_end end;
    int64_t delay_ms; /* before the answer, after the effect */
    char retry_after[64], message[128];
};

/* Called from any thread, without locks. */
typedef struct gate_verdict gate_fn(void *ctx, const char *method, const char *path);

/* The reply becomes a Status of that code. */
void gate_spoil(const struct gate_verdict *v, struct api_reply *reply);
