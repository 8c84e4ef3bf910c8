/* SPDX-License-Identifier: Apache-2.0 */
/* How a composite is, read from what is stored: for tables, progress and exit codes.  Pure. */
#pragma once
#include "cli/progress.h"
#include "lib/err.h"
#include <jansson.h>

struct outcome {
    bool ready, failed, leaving;
    bool accepted;     /* Cleura has it: what is asked for exists, or was accepted */
    const char *phase; /* borrowed; never NULL */
    char *message;     /* one line, why not ready; "" when there is nothing to say */
    int percent;       /* of the operation under way; -1 = unknown */
    char *activity;    /* what is going on, for progress */

    enum err_kind kind; /* failed: what kind of failure, */
    char *blame;        /* ... and which condition of which object says so */
    bool more_to_come;  /* ... and what would be right is being asked */
    char *advice;       /* what the function advises, "" for nothing */
};

/* 'observed': its composed objects by composed resource name. */
void outcome_read(const json_t *composite, const json_t *observed, struct outcome *ret);
void outcome_free(struct outcome *o);
static inline void outcome_free_clean(struct outcome *o) { outcome_free(o); }

enum progress_state outcome_state(const struct outcome *o);

/* The condition of an object as an object, or NULL. Borrowed. */
const json_t *outcome_condition(const json_t *object, const char *type);
