/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders {{name:namespace:key}} in texts, and the Secrets behind them.
 *
 * A placeholder is resolved only when the object's own spec has it: a text may hold parts of a response,
 * and a server must not be able to name a Secret. */
#pragma once
#include "lib/buf.h"
#include "provider/exec/exec.h"

struct placeholder {
    const char *at; /* with the braces */
    size_t len;
    char *id; /* "name:namespace:key" */
};

/* The first placeholder in 'text', which ends at 'end'. The caller frees ret->id. */
bool placeholder_next(const char *text, const char *end, struct placeholder *ret);

enum template_form {
    TEMPLATE_RAW,     /* values as they are */
    TEMPLATE_JSON,    /* escaped inside the strings of a JSON text; raw elsewhere */
    TEMPLATE_PROGRAM, /* escaped inside the strings of a jq program */
};

/* Resolve the object's own placeholders in 'text'; the caller frees *ret. -1 with ERR_NOT_FOUND when a
 * Secret or its key is missing, ERR_INVALID when the Secret may not be used. */
MUST_CHECK int template_resolve(const struct exec *x, const json_t *object, enum template_form form,
                                const char *text, char **ret, struct err *e);

/* Put back what exec_inject() masked in a stored response; what cannot be read stays. The caller frees. */
char *template_unmask(const struct exec *x, const json_t *object, const char *text);

/* May this object use Secrets of that namespace? -1 with ERR_INVALID naming the rule. */
MUST_CHECK int template_check_namespace(const json_t *object, const char *ns, struct err *e);

/* The (name, namespace, key) an object injects, as a new object with the ids as keys. */
json_t *template_masks(const json_t *object);

/* Add 's' as it stands inside the quotes of a JSON string. */
void template_escape(struct buf *out, const char *s);
