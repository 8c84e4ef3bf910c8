/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/problems.h"
#include "lib/buf.h"
#include <stdarg.h>

void problems_add(struct problems *p, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    if (p->n == PROBLEMS_MAX) {
        p->unlisted++;
        return;
    }
    va_start(ap, fmt);
    text = x_vasprintf(fmt, ap);
    va_end(ap);
    p->text = x_realloc(p->text, (p->n + 1) * sizeof(*p->text));
    p->text[p->n++] = text;
}

void problems_free(struct problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->text[i]);
    free(p->text);
    *p = (struct problems){ 0 };
}

char *problems_join(const struct problems *p)
{
    struct buf all = buf_max(1 << 20);

    for (size_t i = 0; i < p->n; i++)
        (void)buf_addf(&all, "%s%s", i ? "; " : "", p->text[i]);
    if (p->unlisted)
        (void)buf_addf(&all, "; and %zu more", p->unlisted);
    return buf_take(&all);
}
