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

/* The text so far, "" when empty. Borrowed. */
static inline const char *buf_text(const struct buf *b) { return b->data ? b->data : ""; }

/* Give the bytes to the caller (free() them); never NULL. The buffer is empty again. */
char *buf_take(struct buf *b);
