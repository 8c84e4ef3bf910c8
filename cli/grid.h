/* SPDX-License-Identifier: Apache-2.0 */
/* A table of text with a header line, columns as wide as they need. */
#pragma once
#include "lib/buf.h"

struct grid {
    size_t columns, n; /* n cells so far, row by row */
    char **cells;
};

/* 'heads': the names of the columns, separated by spaces. */
void grid_init(struct grid *g, const char *heads);
/* One cell; NULL shows as "-". */
void grid_add(struct grid *g, const char *text);
void grid_addf(struct grid *g, const char *fmt, ...) PRINTF(2, 3);
/* Write it out, cleaned for a terminal; the last column is not padded. */
void grid_print(const struct grid *g, struct buf *out);
void grid_free(struct grid *g);
static inline void grid_free_clean(struct grid *g) { grid_free(g); }
