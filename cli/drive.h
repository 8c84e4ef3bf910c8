/* SPDX-License-Identifier: Apache-2.0 */
/* Running the engine until composites are as they should be, showing progress. */
#pragma once
#include "cli/session.h"

enum drive_goal {
    DRIVE_READY,
    DRIVE_ACCEPTED,   /* by Cleura */
    DRIVE_KUBECONFIG, /* the exported Secret is there and good for a while */
    DRIVE_LEAVING,    /* Cleura has accepted the deletion */
    DRIVE_GONE,
};

enum { DRIVE_TIMEOUT_MS = 45 * 60 * 1000 /* three times what Cleura usually takes */ };

/* With --no-wait and --no-provider: renders, and 0. Else 0 when all of 'composites' (objects; only their names count) reached the goal, STOP_EXIT after ^C. Else -1: ERR_TIMEOUT after
 * --timeout, or what made one of them fail for good: ERR_FAILED, ERR_AUTH, ERR_CONFLICT, ERR_INVALID. */
MUST_CHECK int drive(struct session *s, const json_t *composites, enum drive_goal goal, struct err *e);

/* --timeout in ms. -1 with ERR_INVALID. */
MUST_CHECK int drive_timeout(const struct options *o, int64_t otherwise, int64_t *ret, struct err *e);
