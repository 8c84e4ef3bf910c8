/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/cleanup.h"
#include <stdarg.h>

char *x_asprintf(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        abort();
    va_end(ap);
    return text;
}
