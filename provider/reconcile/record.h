/* SPDX-License-Identifier: Apache-2.0 */
/* The status of an object: what it becomes after a pass.  Pure; the only place that builds conditions. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum counter { COUNTER_KEEP, COUNTER_RESET, COUNTER_ADD };

struct record {
    const char *ready, *ready_text;   /* reason of Ready; NULL = leave it as it is */
    const char *synced, *synced_text; /* reason of Synced; NULL = leave */
    const json_t *projection;         /* status.atProvider; NULL = leave */
    const json_t *response;           /* exec_response() form; NULL = leave */
    const json_t *details;            /* status.requestDetails; NULL = leave */
    const char *error;                /* status.error; NULL = leave; "" = clear */
    enum counter failed;
    const char *api_version; /* status.apiVersion; NULL = leave; "" = none */
    const char *applied;     /* status.applied; NULL = leave */
    bool settled;            /* forget status.settle */
    int64_t generation;      /* of the document that was acted on; 0 = of 'object' as it is now */
    const char *exhausted;   /* text of condition ErrorObserved; "" = remove it; NULL = leave */
};

/* A new status out of the old one of 'object'. Conditions keep lastTransitionTime unless their status changes; a stored
 * response stays as it is when only headers such as Date differ. */
json_t *record_status(const json_t *object, const struct record *r, int64_t now);

/* Put status.settle {since, fingerprint} into a copy of the object's status. */
json_t *record_settle(const json_t *object, const char *fingerprint, int64_t now);

/* "True", "False" or "" of a condition. */
const char *record_condition(const json_t *object, const char *type);
