/* SPDX-License-Identifier: Apache-2.0 */
/* What a cluster may answer about Gateways and routes, built up from conditions, and the real jq to judge it. */
#pragma once
#include "function/render/gwapi_programs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/render/run_jq.h"

enum { GENERATION = 7 };

/* A condition: as it should be, of the generation before, of none, the other way, not known, not there. */
enum said { GOOD, OLD, UNDATED, BAD, UNKNOWN, ABSENT, SAID };

static inline void say(json_t *conditions, const char *type, enum said how, const char *reason)
{
    json_t *c = jx_pack("{s:s, s:s, s:s, s:s}", "type", type, "status",
                        how == BAD       ? "False"
                        : how == UNKNOWN ? "Unknown"
                                         : "True",
                        "reason", reason, "message", "because");

    if (how != UNDATED)
        jx_set(c, "observedGeneration", json_integer(how == OLD ? GENERATION - 1 : GENERATION));
    if (how == ABSENT)
        json_decref(c);
    else
        jx_append(conditions, c);
}

static inline json_t *document(json_t *wanted, json_t *spec, json_t *status)
{
    return jx_pack("{s:{s:{s:{s:{s:s}, s:o}}}, s:{s:i, s:{s:{s:i}, s:o, s:o}}}", "payload", "body", "object",
                   "metadata", "namespace", "my-app", "spec", wanted, "response", "statusCode", 200, "body",
                   "metadata", "generation", GENERATION, "spec", spec, "status", status);
}

/* The number of a combination, digit by digit. */
static inline unsigned digit(unsigned *n, unsigned base)
{
    unsigned d = *n % base;

    *n /= base;
    return d;
}
