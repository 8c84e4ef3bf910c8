/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/buf.h"
#include <stdarg.h>

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){ .max = b->max };
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->overflow = false;
    if (b->data)
        b->data[0] = '\0';
}

static void grow(struct buf *b, size_t need)
{
    size_t cap = b->cap ? b->cap : 256;

    while (cap < need)
        cap *= 2;
    if (cap == b->cap)
        return;
    b->data = x_realloc(b->data, cap);
    b->cap = cap;
}

int buf_reserve(struct buf *b, size_t n)
{
    if (n > b->max || b->len > b->max - n) {
        b->overflow = true;
        return -1;
    }
    grow(b, b->len + n + 1);
    return 0;
}

int buf_add(struct buf *b, const void *bytes, size_t n)
{
    char *at = buf_room(b, n);

    if (!at)
        return -1;
    if (n)
        memcpy(at, bytes, n);
    return 0;
}

void buf_cut(struct buf *b, size_t n)
{
    if (n >= b->len)
        return;
    b->len = n;
    b->data[n] = '\0';
}

int buf_adds(struct buf *b, const char *text) { return buf_add(b, text, strlen(text)); }

int buf_addf(struct buf *b, const char *fmt, ...)
{
    CLEAN(free) char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = x_vasprintf(fmt, ap);
    va_end(ap);
    return buf_adds(b, text);
}

char *buf_take(struct buf *b)
{
    char *data = b->data ? TAKE(b->data) : x_strdup("");

    *b = (struct buf){ .max = b->max };
    return data;
}
