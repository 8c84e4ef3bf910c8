/* SPDX-License-Identifier: Apache-2.0 */
/* RunFunction on bytes: decode, render, encode.  No gRPC, no threads, no state; the fuzzers and the tests call it as the server
 * does. */
#pragma once
#include "function/function.h"
#include "function/wire/structs.h"
#include "lib/err.h"

/* What a renderer is to wire/: main puts it together. */
struct run_renderer {
    int (*render)(const struct fn_request *req, struct fn_response *r, struct err *e);
    const struct fn_reads *reads;
    const char *const *kinds; /* NULL-terminated; other kinds count as "other" in metrics */
};

enum { RUN_TEXT = 128 };

/* Owned by it; run_result_free(). */
struct run_result {
    uint8_t *bytes; /* of the response; NULL = failed, see the error */
    size_t n;
    const char *kind;          /* of the composite: one of 'kinds', "other" or "none" */
    enum fn_severity severity; /* the worst result; FN_NORMAL when there is none */
    char tag[RUN_TEXT],
        name[RUN_TEXT]; /* for logs: the request's tag, "namespace/name" of the composite; printable */
};

/* 0, or -1 with ERR_INVALID (the request is no RunFunctionRequest: INVALID_ARGUMENT) or ERR_INTERNAL; 'ret' is to be freed
 * either way.  What a user did wrong is a fatal result in the bytes and no error. */
int run_function(const struct run_renderer *with, struct span request, struct run_result *ret, struct err *e);
void run_result_free(struct run_result *r);
static inline void run_result_free_clean(struct run_result *r) { run_result_free(r); }
