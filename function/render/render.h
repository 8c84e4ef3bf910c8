/* SPDX-License-Identifier: Apache-2.0 */
/* A renderer turns one composite resource into desired Request documents (docs/REQUESTS.md) and their observed state into
 * status, conditions and readiness.  Pure: no I/O, no clock, same request same bytes. */
#pragma once
#include "function/function.h"
#include "lib/err.h"

/* Renders any known kind into 'r' (initialised by the caller). What the user did wrong is a result in 'r', not an error:
 * 0 always means that 'r' is to be used. -1 with ERR_INVALID only when there is no composite or nobody here knows its kind;
 * the text names the known ones.  Any number of threads may render at once. */
MUST_CHECK int render(const struct fn_request *req, struct fn_response *r, struct err *e);

/* All that render() looks at: from a request without the rest it makes the same response. */
extern const struct fn_reads render_reads;

/* The kinds render() knows, NULL-terminated. */
extern const char *const render_kinds[];
