/* SPDX-License-Identifier: Apache-2.0 */
/* Progress on standard error: redrawn in place on a terminal, else one line per change. */
#pragma once
#include "cli/progress.h"

struct screen {
    bool quiet, live;
    size_t drawn;     /* lines now on the terminal */
    int64_t drawn_at; /* ms since 1970 */
    struct progress_style style;
    int height;
    char *text;  /* ... as they are */
    char **last; /* not live: the last line of each row */
    size_t n_last;
};

void screen_open(struct screen *s, bool quiet);
void screen_show(struct screen *s, const struct progress_row rows[], size_t n, int64_t now);
/* The rows stay where they are; what is printed next comes below. */
void screen_close(struct screen *s, const struct progress_row rows[], size_t n, int64_t now);
static inline void screen_close_clean(struct screen *s) { screen_close(s, NULL, 0, 0); }
