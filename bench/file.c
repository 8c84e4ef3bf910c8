/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/file.h"
#include "lib/file.h"
#include <stdarg.h>

enum { FILE_MAX = 64 << 20 };

_Noreturn void die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

struct file file_load(const char *path)
{
    struct err e = { 0 };
    struct file f = { 0 };

    f.at = (uint8_t *)file_read(path, FILE_MAX, &f.n, &e);
    if (!f.at)
        die("%s", e.text);
    return f;
}

void file_store(const char *path, const uint8_t *bytes, size_t n)
{
    struct err e = { 0 };

    if (file_write_atomic(path, (const char *)bytes, n, 0644, &e) < 0)
        die("%s", e.text);
}
