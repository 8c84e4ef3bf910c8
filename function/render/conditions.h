/* SPDX-License-Identifier: Apache-2.0 */
/* Results and conditions of a response.  A condition's text is stable (no percentages, no times: each
 * change of it would run the function again) and at most CONDITIONS_TEXT bytes. */
#pragma once
#include "function/function.h"
#include "lib/problems.h"

enum { CONDITIONS_TEXT = 1024 };

/* 'status' is "True", "False" or "Unknown"; 'message' may be any bytes. The same type again replaces the
 * first. */
void conditions_set(struct fn_response *r, const char *type, const char *status, const char *reason,
                    const char *message);

/* All texts of 'p' as one message: "(1) a (2) b and 3 more". Cut at a whole text. The caller frees. */
char *conditions_text(const struct problems *p, size_t max);

void conditions_result(struct fn_response *r, enum fn_severity severity, const char *reason,
                       const char *message);

/* Conditions Valid, by what must be mended, and Advice. */
void conditions_verdict(struct fn_response *r, const struct problems *problems,
                        const struct problems *advice);

/* What is applied stays, though its spec has errors: when condition Valid has no room for all of them, a warning has. */
void conditions_lasting(struct fn_response *r, const struct problems *problems);

/* The end of a composite that is not applied yet and cannot be: the user is told everything at once, and nothing is
 * made. */
void conditions_refuse(struct fn_response *r, const struct problems *problems);
