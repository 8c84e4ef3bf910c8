/* SPDX-License-Identifier: Apache-2.0 */
/* Error values: formatting, context, and the kind-to-policy table. */
#include "lib/err.h"
#include <stdarg.h>

const struct err_policy err_policy[ERR_N] = {
    /*                   reason            fatal  retry  exit */
    [ERR_NONE] = { "OK", false, false, 0 },
    [ERR_INTERNAL] = { "InternalError", true, false, 1 },
    [ERR_INVALID] = { "InvalidSpec", true, false, 2 },
    [ERR_NOT_FOUND] = { "NotFound", false, false, 3 },
    [ERR_CONFLICT] = { "Conflict", false, true, 4 },
    [ERR_AUTH] = { "Unauthorized", false, true, 5 },
    [ERR_UNTRUSTED] = { "Untrusted", false, true, 9 },
    [ERR_TRANSIENT] = { "Unavailable", false, true, 6 },
    [ERR_TIMEOUT] = { "Timeout", false, false, 7 },
    [ERR_FAILED] = { "Failed", false, false, 8 },
};

static void mark_truncation(char *text, size_t size, size_t wanted)
{
    if (wanted >= size)
        text[size - 2] = '+';
}

static int err_prefix(struct err *e, const char *context)
{
    size_t n = strlen(context), had = strlen(e->text), room = sizeof(e->text) - n - 3;

    memmove(e->text + n + 2, e->text, room);
    memcpy(e->text, context, n);
    memcpy(e->text + n, ": ", 2);
    e->text[sizeof(e->text) - 1] = '\0';
    mark_truncation(e->text, sizeof(e->text), n + 2 + had);
    return -1;
}

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    va_list ap;
    int n;

    if (!e)
        return -1;
    e->kind = kind;
    va_start(ap, fmt);
    n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
    va_end(ap);
    if (n > 0)
        mark_truncation(e->text, sizeof(e->text), (size_t)n);
    return -1;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
    char context[160];
    va_list ap;

    if (!e)
        return -1;
    va_start(ap, fmt);
    (void)vsnprintf(context, sizeof(context), fmt, ap);
    va_end(ap);
    return err_prefix(e, context);
}
