/* SPDX-License-Identifier: Apache-2.0 */
/* Scope-bound ownership: a variable marked CLEAN(fn) is released on every exit. */
#pragma once
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLEAN(fn) __attribute__((cleanup(fn##_clean)))
#define DEFINE_CLEAN(type, fn)                                                                               \
    static inline void fn##_clean(type *p)                                                                   \
    {                                                                                                        \
        if (*p)                                                                                              \
            fn(*p);                                                                                          \
    }

/* Hand the value to the caller and disarm the cleanup. */
#define TAKE(var)                                                                                            \
    ({                                                                                                       \
        __typeof__(var) taken_ = (var);                                                                      \
        (var) = NULL;                                                                                        \
        taken_;                                                                                              \
    })

#define MUST_CHECK      __attribute__((warn_unused_result))
#define PRINTF(f, a)    __attribute__((format(printf, f, a)))
#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(*(a)))

static inline void free_clean(void *p) { free(*(void **)p); }
DEFINE_CLEAN(FILE *, fclose)

/* File descriptors: -1 is "none". */
static inline void fd_clean(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

/* Allocation that never returns NULL: out of memory ends the process, its supervisor starts it again. */
static inline void *x_alloc(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    if (!p)
        abort();
    return p;
}
static inline void *x_realloc(void *old, size_t n)
{
    void *p = realloc(old, n ? n : 1);
    if (!p)
        abort();
    return p;
}
static inline char *x_strdup(const char *s)
{
    char *p = strdup(s);
    if (!p)
        abort();
    return p;
}
static inline char *x_strndup(const char *s, size_t n)
{
    char *p = strndup(s, n);
    if (!p)
        abort();
    return p;
}
/* New text; never NULL. */
char *x_vasprintf(const char *fmt, va_list ap) PRINTF(1, 0) MUST_CHECK;
char *x_asprintf(const char *fmt, ...) PRINTF(1, 2) MUST_CHECK;
