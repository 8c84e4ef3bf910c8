/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer that states its maximum when it is born. Always NUL-terminated once something was added. */
#pragma once
#include "lib/cleanup.h"
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len, cap, max;
    bool overflow; /* something did not fit; the content is not to be used */
};

/* An empty buffer that will hold at most 'max' bytes. */
static inline struct buf buf_max(size_t max) { return (struct buf){ .max = max }; }

void buf_free(struct buf *b);
static inline void buf_free_clean(struct buf *b) { buf_free(b); }
void buf_reset(struct buf *b);

/* 0, or -1 and 'overflow' set when the maximum would be passed (the buffer then stays as it was). */
int buf_add(struct buf *b, const void *bytes, size_t n);
int buf_adds(struct buf *b, const char *text);
int buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

/* Make sure of room for 'n' more bytes, so that they can be added bit by bit without moving what is there. As buf_add(). */
int buf_reserve(struct buf *b, size_t n);

/* Room for 'n' more bytes, which count from now on and which the caller fills at once. NULL as buf_add() fails. */
static inline char *buf_room(struct buf *b, size_t n)
{
    /* inline: texts are built of very small pieces */
    if ((n >= b->cap - b->len || n > b->max - b->len) && buf_reserve(b, n) < 0)
        return NULL;
    b->len += n;
    b->data[b->len] = '\0';
    return b->data + b->len - n;
}

/* Forget what was added after the first 'n' bytes. */
void buf_cut(struct buf *b, size_t n);

/* The text so far, "" when empty. Borrowed. */
static inline const char *buf_text(const struct buf *b) { return b->data ? b->data : ""; }

/* Give the bytes to the caller (free() them); never NULL. The buffer is empty again. */
char *buf_take(struct buf *b);
