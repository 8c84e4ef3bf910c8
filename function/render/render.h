/* SPDX-License-Identifier: Apache-2.0 */
/* A renderer turns one composite resource into desired Request documents (docs/REQUESTS.md) and their observed state into
 * status, conditions and readiness.  Pure: no I/O, no clock, same request same bytes. */
#pragma once
#include "function/function.h"
#include "lib/err.h"

/* Renders any known kind into 'r' (initialised by the caller). What the user did wrong is a result in 'r', not an error:
 * 0 always means that 'r' is to be used. -1 with ERR_INVALID only for a composite of a kind nobody here knows; the text
 * names the known ones. */
MUST_CHECK int render(const struct fn_request *req, struct fn_response *r, struct err *e);

/* The kinds render() knows, NULL-terminated. */
extern const char *const render_kinds[];
