/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/cleanup.h"

char *x_vasprintf(const char *fmt, va_list ap)
{
    char *text = NULL;

    if (vasprintf(&text, fmt, ap) < 0)
        abort();
    return text;
}

char *x_asprintf(const char *fmt, ...)
{
    char *text;
    va_list ap;

    va_start(ap, fmt);
    text = x_vasprintf(fmt, ap);
    va_end(ap);
    return text;
}
