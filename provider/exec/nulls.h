/* SPDX-License-Identifier: Apache-2.0 */
/* Did a null of the response go into a URL?  In jq "base/" + null is "base/", a URL of something else: the
 * collection.
 *
 * Two more programs tell.  In the first each path that starts at .response yields a marker where it is
 * null: when its result with the markers taken as "" or "null" is the URL, a null went in. The second sees
 * no response at all: when it yields the same URL, and the program has no fallback for that case, nothing
 * of the response is in there. */
#pragma once
#include "provider/exec/jq.h"
#include <stdbool.h>

#define NULLS_MARKER "crossplanenull0marker"

/* Does the program look at the response? */
bool nulls_concern(const char *program);

/* The two variants. The caller frees. */
char *nulls_marked(const char *program) __attribute__((warn_unused_result));
char *nulls_without_response(const char *program) __attribute__((warn_unused_result));

/* The judgement, from the results of the program and of its variants. */
bool nulls_unknown(const char *program, const struct jq_result *url, const struct jq_result *marked,
                   const struct jq_result *without);
