/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over one response: the optional programs of an object, and what they must yield. */
#pragma once
#include "provider/exec/eval.h"

enum { PASS_NONE = -1 }; /* the place of a program that is not there */

struct pass {
    const struct exec *x;
    const json_t *object, *spec, *response;
    struct eval eval;
};

struct pass pass_on(const struct exec *x, const json_t *object, const json_t *response);
static inline void pass_free_clean(struct pass *p) { eval_free(&p->eval); }

/* Add the program at a path of forProvider: its place, PASS_NONE when there is none. */
int pass_add(struct pass *p, const char *path);

/* Its value, borrowed; *ret NULL when there is no program. The error names the path. */
MUST_CHECK int pass_value(const struct pass *p, int at, const char *path, const json_t **ret, struct err *e);

/* The value of a program that must yield true or false. 'shown' as in eval_value(). */
MUST_CHECK int pass_bool(const struct pass *p, int at, const char *shown, bool *ret, struct err *e);

/* statusProjection's value: an object of bounded size. *ret shares it. */
MUST_CHECK int pass_projection(const struct pass *p, int at, json_t **ret, struct err *e);
