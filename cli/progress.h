/* SPDX-License-Identifier: Apache-2.0 */
/* What a wait looks like: from the state of the resources to text.  Pure; screen.c puts it on the terminal. */
#pragma once
#include "lib/buf.h"
#include <stdint.h>

enum progress_state { PROGRESS_WAITING, PROGRESS_MOVING, PROGRESS_DONE, PROGRESS_FAILED, PROGRESS_N };

struct progress_row {
    const char *name; /* "Shoot/my-cluster" */
    enum progress_state state;
    int percent;      /* -1 = unknown */
    const char *text; /* what is going on; may hold any bytes but is shown on one line */
    int64_t since;    /* ms since 1970 */
    int64_t until;    /* when it was done or failed; 0 = now */
};

struct progress_style {
    int width; /* columns; what does not fit is left out: bar, then elapsed time, then the end of the text */
    bool colour, utf8;
};

/* One line per row, each ending in "\n" and at most style->width columns wide. */
void progress_draw(struct buf *out, const struct progress_row rows[], size_t n,
                   const struct progress_style *style, int64_t now);

/* A row as one plain line without percent or time, for logs: it changes only when something happened. */
void progress_line(struct buf *out, const struct progress_row *row);
