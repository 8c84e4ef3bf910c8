/* SPDX-License-Identifier: Apache-2.0 */
/* life_advance() replays events one by one, so one long step ends where many short ones do. */
#include "sim/lifecycle.h"
#include "lib/cleanup.h"

const char *const op_type_name[] = {
    [OP_NONE] = "", [OP_CREATE] = "Create", [OP_RECONCILE] = "Reconcile", [OP_DELETE] = "Delete"
};
const char *const op_state_name[] = {
    [OP_PENDING] = "Pending", [OP_PROCESSING] = "Processing", [OP_SUCCEEDED] = "Succeeded",
    [OP_ERROR] = "Error",     [OP_FAILED] = "Failed",         [OP_ABORTED] = "Aborted"
};
const char *const ca_stage_name[] = {
    [CA_NOT_INITIATED] = "NotInitiated", [CA_PREPARE] = "Prepare",   [CA_PREPARING] = "Preparing",
    [CA_PREPARED] = "Prepared",          [CA_COMPLETE] = "Complete", [CA_COMPLETING] = "Completing",
    [CA_COMPLETED] = "Completed"
};

/* Of a create. Measured by users: create 10-15 min, hibernate 1-2 min, wake and HA a few, roll some
 * minutes. */
static const double share[WORK_N] = {
    [WORK_CREATE] = 1.0,     [WORK_UPDATE] = 0.2, [WORK_ROLL] = 0.4,   [WORK_RECONCILE] = 0.1,
    [WORK_HIBERNATE] = 0.15, [WORK_WAKE] = 0.25,  [WORK_DELETE] = 0.4,
};

/* At which percentage of its operation the API server appears or goes. */
enum { API_UP_AT = 40, API_DOWN_AT = 50, API_GONE_AT = 60 };
/* A create is not picked up within the second it was made in, so that its first answers have no operation. */
enum { CREATE_PICKUP_MS = 1000 };
/* How long "Delete Succeeded" can be seen before the shoot is gone. */
enum { DELETED_MS = 500 };
/* Which part of a create one phase of a CA rotation takes ("up to ten minutes"). */
static const double ca_share = 0.5;

struct task {
    const char *name;
    int from, to; /* percent */
};

static const struct task create_tasks[] = {
    { "Deploying Shoot namespace in Seed", 1, 6 },
    { "Deploying cloud provider account secret", 4, 10 },
    { "Ensuring advertised addresses for the Shoot", 6, 12 },
    { "Deploying internal domain DNS record", 8, 16 },
    { "Deploying Shoot infrastructure", 10, 28 },
    { "Deploying main and events etcd", 14, 24 },
    { "Waiting until main and event etcd report readiness", 24, 38 },
    { "Deploying Kubernetes API server", 38, 42 },
    { "Waiting until Kubernetes API server rolled out", 42, 52 },
    { "Initializing connection to Shoot", 52, 56 },
    { "Deploying Kubernetes controller manager", 54, 64 },
    { "Deploying managed resources for the extension resource definitions", 45, 48 },
    { "Waiting until all shoot worker nodes have updated the operating system config", 60, 94 },
    { "Reconciling Plutono for Shoot in Seed for the monitoring stack", 86, 99 },
};

static const struct task delete_tasks[] = {
    { "Cleaning Kubernetes resources", 1, 30 },
    { "Destroying shoot workers", 25, 40 },
    { "Waiting until shoot worker nodes have been terminated", 36, 55 },
    { "Destroying shoot control plane", 50, 62 },
    { "Deleting Kubernetes API server", 56, 64 },
    { "Destroying shoot infrastructure", 62, 80 },
    { "Waiting until shoot infrastructure has been deleted", 76, 94 },
    { "Deleting shoot namespace in Seed", 92, 99 },
};

int64_t life_duration(enum life_work work, const struct life_timing *t)
{
    return (int64_t)((double)t->create * share[work]);
}

/* What an operation has to do follows from what is wanted, not from what was asked last. */
static enum life_work work_due(const struct life *l, enum life_work asked)
{
    if (l->remove)
        return WORK_DELETE;
    if (!l->created)
        return WORK_CREATE;
    if (l->hibernate != l->hibernated)
        return l->hibernate ? WORK_HIBERNATE : WORK_WAKE;
    return asked == WORK_ROLL || asked == WORK_UPDATE ? asked : WORK_RECONCILE;
}

void life_start(struct life *l, enum life_work work, int64_t now)
{
    l->next.due = false;
    l->work = work_due(l, work);
    l->type = l->work == WORK_DELETE ? OP_DELETE : l->work == WORK_CREATE ? OP_CREATE : OP_RECONCILE;
    l->state = OP_PROCESSING;
    l->progress = 0;
    l->started = l->updated = l->cycle = now;
}

/* Gardener gives up after this long. */
static const int64_t retry_cycle = INT64_C(12) * 3600 * 1000;

static void retry(struct life *l, int64_t now)
{
    int64_t cycle = l->cycle;

    life_start(l, l->work, now);
    l->cycle = cycle;
}

void life_request(struct life *l, enum life_work work, const struct life_timing *t, int64_t now)
{
    int64_t delay = t->stale;

    if (l->type == OP_NONE && delay < CREATE_PICKUP_MS)
        delay = CREATE_PICKUP_MS;
    if (l->next.due && l->next.work == WORK_ROLL)
        work = WORK_ROLL;
    if (!l->next.due)
        l->next.from = now + delay;
    l->next.due = true;
    l->next.work = work;
}

void life_force(struct life *l, const struct life_trouble *trouble, int64_t now)
{
    l->state = trouble->state;
    l->updated = l->failed = now;
    l->failure = *trouble;
    l->failure.times = 1;
    l->trouble.times = trouble->times - 1 > 0 ? trouble->times - 1 : 0;
    if (l->trouble.times) {
        l->trouble = *trouble;
        l->trouble.times--;
    }
}

static void follow_api(struct life *l)
{
    if (l->work == WORK_DELETE && l->type == OP_DELETE) {
        if (l->progress >= API_GONE_AT)
            l->api = API_GONE;
    } else if (l->work == WORK_HIBERNATE) {
        if (l->progress >= API_DOWN_AT)
            l->api = API_ASLEEP;
    } else if (l->progress >= API_UP_AT && (l->work == WORK_CREATE || l->work == WORK_WAKE)) {
        l->api = API_UP;
    }
}

static void succeed(struct life *l, int64_t when)
{
    l->state = OP_SUCCEEDED;
    l->progress = 100;
    l->updated = l->succeeded = when;
    l->failure.times = 0;
    follow_api(l);
    if (l->work == WORK_CREATE)
        l->created = true;
    if (l->work == WORK_HIBERNATE)
        l->hibernated = true;
    if (l->work == WORK_WAKE)
        l->hibernated = false;
}

/* One event of a running operation; false when nothing more happens up to 'now'. */
static bool run(struct life *l, const struct life_timing *t, int64_t now)
{
    int64_t duration = life_duration(l->work, t), end = l->started + duration;
    int64_t trouble = l->started + (int64_t)(l->trouble.at * (double)duration);
    bool fails = l->trouble.times > 0 && now >= trouble;
    int64_t until = fails ? trouble : now;
    int progress = duration > 0 ? (int)((until - l->started) * 100 / duration) : 100;

    if (!fails && now >= end) {
        succeed(l, end);
        return true;
    }
    if (progress > l->progress) {
        l->progress = progress;
        l->updated = l->started + duration * progress / 100;
        follow_api(l);
    }
    if (fails) {
        l->state = trouble - l->cycle >= retry_cycle ? OP_FAILED : l->trouble.state;
        l->updated = l->failed = trouble;
        l->failure = l->trouble;
        l->trouble.times--;
    }
    return fails;
}

static bool step(struct life *l, const struct life_timing *t, int64_t now)
{
    /* A removal does not wait for the end of what runs, everything else does. */
    bool interrupts = l->remove && l->type != OP_DELETE;

    if (l->next.due && now >= l->next.from &&
        (l->state != OP_PROCESSING || l->type == OP_NONE || interrupts)) {
        int64_t from = l->updated > l->next.from ? l->updated : l->next.from;

        if (interrupts)
            l->trouble.times = 0;
        life_start(l, l->next.work, from);
        return true;
    }
    if (l->type == OP_NONE)
        return false;
    if (l->state == OP_PROCESSING)
        return run(l, t, now);
    if (l->state == OP_ERROR && now >= l->updated + t->retry) {
        retry(l, l->updated + t->retry);
        return true;
    }
    if (l->type == OP_DELETE && l->state == OP_SUCCEEDED && now >= l->succeeded + DELETED_MS)
        l->gone = true;
    return false;
}

static void advance_ca(struct life *l, const struct life_timing *t, int64_t now)
{
    int64_t phase = (int64_t)((double)t->create * ca_share);

    if ((l->stage == CA_PREPARE || l->stage == CA_COMPLETE) && now >= l->stage_since + t->stale) {
        l->stage_since += t->stale;
        l->stage++;
    }
    if ((l->stage == CA_PREPARING || l->stage == CA_COMPLETING) && now >= l->stage_since + phase) {
        l->stage_since += phase;
        l->stage++;
    }
}

void life_advance(struct life *l, const struct life_timing *t, int64_t now)
{
    while (!l->gone && step(l, t, now)) {
    }
    advance_ca(l, t, now);
}

bool life_busy(const struct life *l)
{
    return l->next.due || l->type == OP_NONE || l->state == OP_PROCESSING || l->state == OP_ERROR;
}

/* While etcd and infrastructure are deployed Gardener lists dozens of tasks at once: clients must take long
 * texts. */
enum { CROWDED_FROM = 44, CROWDED_TO = 47 };

static size_t add_text(char *text, size_t size, size_t used, const char *part)
{
    int n = used < size ? snprintf(text + used, size - used, "%s%s", used ? ", " : "", part) : 0;

    return used + (n > 0 ? (size_t)n : 0);
}

static void running_tasks(const struct life *l, char *text, size_t size)
{
    const struct task *tasks = l->type == OP_DELETE ? delete_tasks : create_tasks;
    size_t n = l->type == OP_DELETE ? ARRAY_LENGTH(delete_tasks) : ARRAY_LENGTH(create_tasks), used = 0;
    bool crowded = l->type == OP_CREATE && l->progress >= CROWDED_FROM && l->progress <= CROWDED_TO;

    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        if (crowded || (l->progress >= tasks[i].from && l->progress < tasks[i].to))
            used = add_text(text, size, used, tasks[i].name);
    for (int i = 1; crowded && i <= 12; i++) {
        char name[80];

        (void)snprintf(name, sizeof(name), "Waiting until extension resource %d of 12 is ready", i);
        used = add_text(text, size, used, name);
    }
    if (used == 0)
        (void)snprintf(text, size, "%s",
                       l->type == OP_DELETE ? "Starting Shoot cluster deletion"
                                            : "Starting Shoot cluster reconciliation");
}

void life_description(const struct life *l, char *text, size_t size)
{
    bool removal = l->type == OP_DELETE;

    switch (l->state) {
    case OP_PENDING:
        (void)snprintf(text, size, "Operation cannot be done now, but will be tried in future.");
        break;
    case OP_PROCESSING:
        if (l->progress > 0)
            running_tasks(l, text, size);
        else
            (void)snprintf(text, size, "%s",
                           removal ? "Deletion of Shoot cluster in progress."
                                   : "Reconciliation of Shoot cluster initialized.");
        break;
    case OP_SUCCEEDED:
        (void)snprintf(text, size, "Shoot cluster has been successfully %s.",
                       removal ? "deleted" : "reconciled");
        break;
    case OP_ERROR: (void)snprintf(text, size, "%s Operation will be retried.", l->failure.text); break;
    case OP_FAILED: (void)snprintf(text, size, "%s", l->failure.text); break;
    case OP_ABORTED: (void)snprintf(text, size, "Operation has been aborted."); break;
    }
}

int life_rotate_prepare(struct life *l, int64_t now)
{
    if (l->stage != CA_NOT_INITIATED && l->stage != CA_COMPLETED)
        return -1;
    l->stage = CA_PREPARE;
    l->stage_since = now;
    return 0;
}

int life_rotate_complete(struct life *l, int64_t now)
{
    if (l->stage != CA_PREPARED)
        return -1;
    l->stage = CA_COMPLETE;
    l->stage_since = now;
    return 0;
}
