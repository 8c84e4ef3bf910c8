/* SPDX-License-Identifier: Apache-2.0 */
/* What Crossplane hands us of one composed resource, read once. */
#pragma once
#include "function/function.h"
#include "function/render/naming.h"
#include <stdbool.h>

/* Strings are borrowed from the request and never NULL. */
struct observed {
    const json_t *object; /* NULL = not there */
    bool ready;           /* condition Ready is True, and for the spec as it is now */
    bool stale;           /* condition Ready is about an older spec */
    bool not_ready;       /* condition Ready is False */
    bool not_synced;      /* condition Synced is False */
    bool unseen;          /* condition Synced is about an older spec */
    const char *ready_reason, *ready_message;
    const char *synced_reason, *synced_message;
    const json_t *at_provider; /* status.atProvider or NULL */
};

void observed_get(const struct fn_request *req, const struct part *part, struct observed *ret);
