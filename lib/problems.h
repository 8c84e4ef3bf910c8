/* SPDX-License-Identifier: Apache-2.0 */
/* All that is wrong with one document, gathered, so that a user mends everything in one round. */
#pragma once
#include "lib/err.h"
#include <stddef.h>

struct problems {
    char **text;
    size_t n, unlisted; /* 'unlisted': found after PROBLEMS_MAX were kept */
};

/* More than this many helps nobody and bounds what a hostile document can make us build. */
enum { PROBLEMS_MAX = 64 };

void problems_add(struct problems *p, const char *fmt, ...) PRINTF(2, 3);
void problems_free(struct problems *p);
static inline void problems_free_clean(struct problems *p) { problems_free(p); }

/* All texts, joined by "; ". The caller frees. */
char *problems_join(const struct problems *p);
