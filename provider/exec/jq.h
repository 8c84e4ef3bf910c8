/* SPDX-License-Identifier: Apache-2.0 */
/* jq programs, run in a forked worker process with limits on time, memory and files, never beside the
 * sessions: libjq 1.6 aborts, hangs and reads files on hostile programs.  Compiled programs are cached by
 * text in the worker (a compile costs 20 ms).  A worker that dies or does not answer in time is killed and
 * replaced. */
#pragma once
#include "lib/err.h"
#include <jansson.h>
#include <stddef.h>

struct jq;

struct jq_result {
    json_t *value; /* the first output; NULL when there is none: then 'error' says why */
    enum { JQ_OK, JQ_NO_OUTPUT, JQ_SYNTAX, JQ_RUNTIME, JQ_LIMIT } outcome;
    char error[200]; /* for people; may quote the document, so not for places that must not hold secrets */
};

enum {
    JQ_TIME_MS = 1000,  /* all programs of one call together; ours need 1 ms */
    JQ_MEMORY_MB = 512, /* address space of the worker */
    JQ_OUTPUT_MAX = 16 << 20,
    JQ_PROGRAM_MAX = 64 << 10,
};

/* Forks, at once, a small process that will fork the workers; the first of them at the first use. Call
 * before any thread exists and before any secret is read: workers then never have one in their memory. */
struct jq *jq_new(void);
void jq_free(struct jq *q);
DEFINE_CLEAN(struct jq *, jq_free)

/* Numbers are doubles inside: integers are exact up to 2^53, larger ones are rounded. NaN and infinity are
 * null.
 *
 * Evaluate 'n' programs on one document (sent once). results[0..n) are filled; jq_results_free() them. A
 * program that fails is a result, not an error. -1 with ERR_INTERNAL when no worker can be started. */
MUST_CHECK int jq_eval(struct jq *q, const json_t *doc, const char *const programs[], size_t n,
                       struct jq_result results[], struct err *e);
void jq_results_free(struct jq_result results[], size_t n);
