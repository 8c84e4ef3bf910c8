/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/exec/pass.h"
#include "lib/jx.h"

enum { PROJECTION_MAX = 16 << 10 }; /* more does not belong into a status */

struct pass pass_on(const struct exec *x, const json_t *object, const json_t *response)
{
    return (struct pass){
        .x = x, .object = object, .spec = jx_at(object, "spec.forProvider"), .response = response
    };
}

int pass_add(struct pass *p, const char *path)
{
    const char *program = jx_str(p->spec, path, NULL);

    return program ? (int)eval_add(&p->eval, program) : PASS_NONE;
}

int pass_value(const struct pass *p, int at, const char *path, const json_t **ret, struct err *e)
{
    *ret = at == PASS_NONE ? NULL : eval_value(&p->eval, (size_t)at, NULL, e);
    return at != PASS_NONE && !*ret ? err_wrap(e, "%s", path) : 0;
}

int pass_bool(const struct pass *p, int at, const char *shown, bool *ret, struct err *e)
{
    const json_t *value = eval_value(&p->eval, (size_t)at, shown, e);

    if (!value)
        return -1;
    if (!json_is_boolean(value))
        return err_set(e, ERR_INVALID, "it yields %s", eval_type(value));
    *ret = json_is_true(value);
    return 0;
}

int pass_projection(const struct pass *p, int at, json_t **ret, struct err *e)
{
    CLEAN(free) char *text = NULL;
    const json_t *value;

    if (pass_value(p, at, "statusProjection", &value, e) < 0)
        return -1;
    if (!value)
        return 0;
    if (!json_is_object(value))
        return err_set(e, ERR_INVALID, "statusProjection must yield an object, not %s", eval_type(value));
    text = jx_dump(value);
    if (strlen(text) > PROJECTION_MAX)
        return err_set(e, ERR_INVALID, "statusProjection yields %zu bytes, more than %d", strlen(text),
                       PROJECTION_MAX);
    *ret = json_incref((json_t *)(uintptr_t)value);
    return 0;
}
