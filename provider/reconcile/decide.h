/* SPDX-License-Identifier: Apache-2.0 */
/* What to do with an object, as a pure first-match table over what is known of it. */
#pragma once

/* What is known of a Request after an observation. */
enum fact {
    FACT_DELETING = 1 << 0,   /* the document is to be removed */
    FACT_MAY_CREATE = 1 << 1, /* managementPolicies */
    FACT_MAY_UPDATE = 1 << 2,
    FACT_MAY_DELETE = 1 << 3,
    FACT_PRESENT =
        1 << 4, /* the outside object was seen; else: its absence is proven, or it has no URL yet */
    FACT_FOREIGN = 1 << 5,     /* ... and is not ours */
    FACT_GRACE = 1 << 6,       /* a CREATE went out whose effect may still show up */
    FACT_REMOVE_SENT = 1 << 7, /* REMOVE was accepted a short while ago */
    FACT_SETTLING = 1 << 8,    /* the answer may be from before our last call */
    FACT_CHANGE = 1 << 9,      /* one of changes is due */
    FACT_DRIFT = 1 << 10,      /* expectedResponseCheck: not up to date */
    FACT_FAILED = 1 << 11,     /* failureCheck */
    FACT_READY = 1 << 12,      /* readinessCheck */
    FACT_BITS = 13
};

enum action { ACT_NOTHING, ACT_CREATE, ACT_CHANGE, ACT_UPDATE, ACT_REMOVE, ACT_FINISH };
enum pace { PACE_IDLE, PACE_WAITING }; /* pollInterval, pollIntervalWhileNotReady */

struct decision {
    enum action action;
    enum pace pace;
    const char *ready;  /* reason of Ready; "Available" is the only one that is True; NULL = failureCheck's */
    const char *synced; /* reason of Synced; "ReconcileSuccess" is the only one that is True */
};

const struct decision *decide_request(unsigned facts);

/* What is known of a DisposableRequest. */
enum disposable_fact {
    DISPOSABLE_DELETING = 1 << 0,
    DISPOSABLE_EXHAUSTED = 1 << 1, /* rollbackRetriesLimit is reached */
    DISPOSABLE_DONE =
        1 << 2, /* the expected response to the present spec was received, and its Secrets exist */
    DISPOSABLE_DUE = 1 << 3,   /* renewal or the loop says: again */
    DISPOSABLE_EARLY = 1 << 4, /* ... but the wait after a failure is not over */
    DISPOSABLE_BITS = 5
};

enum disposable_action { DISPOSABLE_FINISH, DISPOSABLE_CALL, DISPOSABLE_REST };

enum disposable_action decide_disposable(unsigned facts);
