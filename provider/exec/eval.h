/* SPDX-License-Identifier: Apache-2.0 */
/* Programs gathered for one round trip to the jq worker. */
#pragma once
#include "provider/exec/exec.h"

struct eval {
    char **programs;
    struct jq_result *results; /* after eval_run() */
    size_t n;
};

void eval_free(struct eval *v);
static inline void eval_free_clean(struct eval *v) { eval_free(v); }

/* Add a program (copied); its index. */
size_t eval_add(struct eval *v, const char *program);

MUST_CHECK int eval_run(struct eval *v, const struct exec *x, const json_t *document, struct err *e);

/* The value, borrowed; or NULL with ERR_INVALID in the words of provider-http. 'shown' is the program as its
 * author wrote it (without the Secrets in it); NULL = the program itself. */
const json_t *eval_value(const struct eval *v, size_t i, const char *shown, struct err *e);

/* "string", "number", ... */
const char *eval_type(const json_t *value);
