/* SPDX-License-Identifier: Apache-2.0 */
/* How long the controllers take and what goes wrong in them; the simulator's switches fill it. Plain data, compared
 * byte by byte: start from zero. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum lb_outcome { LB_OK, LB_ERROR, LB_ERROR_ONCE, LB_NEVER, LB_STUCK };
enum job_outcome { JOB_SUCCEEDS, JOB_FAILS, JOB_FAILS_ONCE, JOB_HANGS, JOB_KILLED_ONCE };
enum pull_outcome { PULL_OK, PULL_NOT_FOUND, PULL_RATE_LIMITED, PULL_UNREACHABLE, PULL_SLOW };

/* What may be wrong with Envoy Gateway's status: the address is not seen although it is there; the newest generation is
 * not seen; listeners have no Accepted condition; everything is written anew again and again; Gateways have no Programmed
 * condition, or no longer; a rule of each HTTPRoute is dropped. */
enum eg_fault {
    EG_SOUND,
    EG_ADDRESS_STALE,
    EG_OLD_GENERATION,
    EG_NO_ACCEPTED,
    EG_REWRITES,
    EG_NO_PROGRAMMED,
    EG_PARTLY_INVALID
};

enum { SETTINGS_TEXT = 128 };

struct settings {
    int64_t lb_ms, lb_delete_ms;
    enum lb_outcome lb_outcome;
    bool lb_down, lb_l4;
    char lb_classes[SETTINGS_TEXT]; /* separated by commas */
    bool quota;
    int64_t quota_load_balancers, quota_floating_ips, quota_volumes, quota_gigabytes;

    int64_t volume_ms;
    bool volumes_down, scheduling;

    int nodes;
    int64_t pod_ms, job_ms;
    enum job_outcome job_outcome;
    enum pull_outcome image_pull, chart_pull; /* of images by nodes, of charts by helm */

    int eg_installed; /* 8 or 9: shoots come with Envoy Gateway 1.8 or 1.9; 0 = without */
    int eg_bundle;    /* 5 or 6: the Gateway API 1.5 or 1.6; 0 = the one made for it */
    bool eg_standard; /* with the standard channel of the Gateway API, else the experimental one */
    bool eg_down;
    int64_t eg_ms;
    enum eg_fault eg_fault;
};
