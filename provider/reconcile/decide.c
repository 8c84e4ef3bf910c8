/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/decide.h"
#include "lib/cleanup.h"

#define OK "ReconcileSuccess"

/* First match wins; the last rule matches everything. */
static const struct rule {
    unsigned must, must_not;
    struct decision decision;
} rules[] = {
    /* Removal: what is not ours or not to be removed is left alone; a creation in flight is waited for, not forgotten. */
    { FACT_DELETING, FACT_MAY_DELETE, { ACT_FINISH, PACE_WAITING, "Deleting", OK } },
    { FACT_DELETING | FACT_GRACE, FACT_PRESENT, { ACT_NOTHING, PACE_WAITING, "Deleting", OK } },
    { FACT_DELETING, FACT_PRESENT, { ACT_FINISH, PACE_WAITING, "Deleting", OK } },
    { FACT_DELETING | FACT_FOREIGN, 0, { ACT_FINISH, PACE_WAITING, "Deleting", OK } },
    { FACT_DELETING | FACT_REMOVE_SENT, 0, { ACT_NOTHING, PACE_WAITING, "Deleting", OK } },
    { FACT_DELETING, 0, { ACT_REMOVE, PACE_WAITING, "Deleting", OK } },

    { FACT_PRESENT | FACT_FOREIGN, 0, { ACT_NOTHING, PACE_IDLE, "NotOurs", "NotOurs" } },

    /* Creation. */
    { FACT_GRACE, FACT_PRESENT, { ACT_NOTHING, PACE_WAITING, "Creating", OK } },
    { FACT_MAY_CREATE, FACT_PRESENT, { ACT_CREATE, PACE_WAITING, "Creating", OK } },
    { 0, FACT_PRESENT, { ACT_NOTHING, PACE_WAITING, "NotFound", "ReconcileError" } },

    /* Change: never on an answer that may be old. A failed object too is changed: that is the way out of a failure. */
    { FACT_SETTLING, 0, { ACT_NOTHING, PACE_WAITING, "Settling", OK } },
    { FACT_CHANGE | FACT_MAY_UPDATE, 0, { ACT_CHANGE, PACE_WAITING, "Settling", OK } },
    { FACT_DRIFT | FACT_MAY_UPDATE | FACT_READY, FACT_FAILED, { ACT_UPDATE, PACE_IDLE, "Available", OK } },
    { FACT_DRIFT | FACT_MAY_UPDATE, 0, { ACT_UPDATE, PACE_WAITING, "NotReady", OK } },

    { FACT_FAILED, 0, { ACT_NOTHING, PACE_IDLE, NULL, OK } },
    { FACT_READY, 0, { ACT_NOTHING, PACE_IDLE, "Available", OK } },
    { 0, 0, { ACT_NOTHING, PACE_WAITING, "NotReady", OK } },
};

const struct decision *decide_request(unsigned facts)
{
    const struct rule *r = rules;

    while ((facts & r->must) != r->must || (facts & r->must_not))
        r++;
    return &r->decision;
}

static const struct {
    unsigned must, must_not;
    enum disposable_action action;
} disposable_rules[] = {
    { DISPOSABLE_DELETING, 0, DISPOSABLE_FINISH },
    { DISPOSABLE_EXHAUSTED, 0, DISPOSABLE_REST },
    { DISPOSABLE_EARLY, 0, DISPOSABLE_REST },
    { DISPOSABLE_DONE, DISPOSABLE_DUE, DISPOSABLE_REST },
    { 0, 0, DISPOSABLE_CALL },
};

enum disposable_action decide_disposable(unsigned facts)
{
    size_t i = 0;

    while ((facts & disposable_rules[i].must) != disposable_rules[i].must ||
           (facts & disposable_rules[i].must_not))
        i++;
    return disposable_rules[i].action;
}
