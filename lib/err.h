/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong, for whom, and what to do about it.  Lives on the caller's stack. */
#pragma once
#include "lib/cleanup.h"
#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_INVALID,   /* what the user wrote cannot be done; trying again does not help */
    ERR_NOT_FOUND, /* something named does not exist */
    ERR_CONFLICT,  /* somebody else changed it, or it is not ours */
    ERR_AUTH,      /* credentials are missing, wrong or without the right */
    ERR_UNTRUSTED, /* who answers cannot prove to be whom we want */
    ERR_TRANSIENT, /* no answer, or "later" */
    ERR_TIMEOUT,   /* the user's own deadline passed */
    ERR_FAILED,    /* the other side says it failed for good */
    ERR_INTERNAL,  /* our bug or a broken machine */
    ERR_N
};

struct err {
    enum err_kind kind;
    char text[480];
};

/* Set 'e' (may be NULL) and return -1, so that a failure is one line. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF(3, 4);

/* Put "context: " before the text, keep the kind, return -1. A text that grows too long ends in "+". */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* The one place where a kind becomes a policy. */
struct err_policy {
    const char *reason; /* Kubernetes condition reason */
    bool fatal;         /* function result: fatal, else a warning */
    bool retry;         /* requeue with backoff? */
    int exit_code;      /* CLI exit status */
};
extern const struct err_policy err_policy[ERR_N];
