/* SPDX-License-Identifier: Apache-2.0 */
/* Results and conditions of a response. */
#include "function/render/conditions.h"
#include "lib/buf.h"
#include "lib/jx.h"
#include "lib/jx_fixed.h"

enum { RESULT_TEXT = 16 << 10 };

/* At most CONDITIONS_TEXT bytes and whole characters of 'message'. */
static json_t *cut(const char *message)
{
    size_t n = strlen(message);

    if (n <= CONDITIONS_TEXT)
        return jx_textn(message, n);
    CLEAN(free) char *text = x_asprintf("%.*s...", (int)jx_cut(message, CONDITIONS_TEXT - 3), message);
    return jx_text(text);
}

void conditions_set(struct fn_response *r, const char *type, const char *status, const char *reason,
                    const char *message)
{
    json_t *c = jx_object(jx_s("type", type), jx_s("status", status), jx_s("reason", reason),
                          jx_o("message", cut(message)));
    size_t i;
    json_t *old;

    json_array_foreach (r->conditions, i, old)
        if (!strcmp(jx_str(old, "type", ""), type))
            break;
    if (i < json_array_size(r->conditions))
        json_array_set_new(r->conditions, i, c);
    else
        jx_append(r->conditions, c);
}

char *conditions_text(const struct problems *p, size_t max)
{
    struct buf text = buf_max(max + 256);
    size_t i;

    for (i = 0; i < p->n; i++) {
        /* room for the number and " and N more" */
        if (i && text.len + strlen(p->text[i]) + 40 > max)
            break;
        if (p->n > 1)
            (void)buf_addf(&text, "%s(%zu) ", i ? " " : "", i + 1);
        (void)buf_addf(&text, "%.*s", (int)max, p->text[i]);
    }
    if (i < p->n || p->unlisted)
        (void)buf_addf(&text, " and %zu more", p->n - i + p->unlisted);
    return buf_take(&text);
}

void conditions_result(struct fn_response *r, enum fn_severity severity, const char *reason,
                       const char *message)
{
    jx_append(r->results, jx_object(jx_i("severity", severity), jx_s("reason", reason),
                                    jx_o("message", jx_text(message))));
}

void conditions_verdict(struct fn_response *r, const struct problems *problems, const struct problems *advice)
{
    CLEAN(free) char *wrong = conditions_text(problems, CONDITIONS_TEXT);
    CLEAN(free) char *hints = conditions_text(advice, CONDITIONS_TEXT);

    conditions_set(r, "Valid", problems->n ? "False" : "True", problems->n ? "Invalid" : "Valid", wrong);
    conditions_set(r, "Advice", advice->n ? "True" : "False", advice->n ? "Advice" : "NoAdvice", hints);
}

void conditions_lasting(struct fn_response *r, const struct problems *problems)
{
    CLEAN(free)
    char *all = conditions_text(problems, RESULT_TEXT), *told = conditions_text(problems, CONDITIONS_TEXT);

    if (strcmp(all, told) != 0)
        conditions_result(r, FN_WARNING, "Invalid", all);
}

void conditions_refuse(struct fn_response *r, const struct problems *problems)
{
    CLEAN(free) char *all = conditions_text(problems, RESULT_TEXT);

    conditions_result(r, FN_FATAL, "Invalid", all);
    jx_add(r->status, jx_w("phase", "Invalid"));
    r->ready = FN_READY_FALSE;
}
