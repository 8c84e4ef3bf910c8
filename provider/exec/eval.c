/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/exec/eval.h"

enum { SHOWN_MAX = 120 }; /* of a program in an error: enough to find it */

void eval_free(struct eval *v)
{
    for (size_t i = 0; i < v->n; i++)
        free(v->programs[i]);
    if (v->results)
        jq_results_free(v->results, v->n);
    free(v->programs);
    free(v->results);
    *v = (struct eval){ .n = 0 };
}

size_t eval_add(struct eval *v, const char *program)
{
    v->programs = x_realloc(v->programs, (v->n + 1) * sizeof(*v->programs));
    v->programs[v->n] = x_strdup(program);
    return v->n++;
}

int eval_run(struct eval *v, const struct exec *x, const json_t *document, struct err *e)
{
    if (!v->n)
        return 0;
    v->results = x_alloc(v->n * sizeof(*v->results));
    return jq_eval(x->jq, document, (const char *const *)v->programs, v->n, v->results, e);
}

const json_t *eval_value(const struct eval *v, size_t i, const char *shown, struct err *e)
{
    const struct jq_result *r = &v->results[i];

    shown = shown ? shown : v->programs[i];
    if (r->value)
        return r->value;
    if (r->outcome == JQ_NO_OUTPUT)
        err_set(e, ERR_INVALID, "query should return at least one value, failed on: %.*s", SHOWN_MAX, shown);
    else
        err_set(e, ERR_INVALID, "failed to parse given mapping - %.*s jq error: %s", SHOWN_MAX, shown,
                r->error);
    return NULL;
}

const char *eval_type(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "object", [JSON_ARRAY] = "array", [JSON_STRING] = "string", [JSON_INTEGER] = "number",
        [JSON_REAL] = "number",   [JSON_TRUE] = "true",   [JSON_FALSE] = "false",   [JSON_NULL] = "null",
    };
    return names[json_typeof(value)];
}
