/* SPDX-License-Identifier: Apache-2.0 */
/* What a jq program may not use: modules, inputs, files, output, halting. The first of two fences; the
 * second is the worker's sandbox. */
#pragma once
#include "lib/err.h"

/* 0, or -1 with ERR_INVALID saying what is refused. An empty program is refused as well (libjq would take
 * it for "."). */
MUST_CHECK int jq_scan(const char *program, struct err *e);

/* White space outside and inside of strings collapsed to single blanks, as provider-http does it with some
 * programs before they are parsed. The caller frees. */
char *jq_collapse(const char *program);
