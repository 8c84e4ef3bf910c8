/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/jobs.h"
#include "lib/clock.h"
#include "sim/workloads/conditions.h"
#include "sim/workloads/containers.h"

#define MANAGER   "kube-controller-manager"
#define COMPONENT "job-controller"
#define NAME      "batch.kubernetes.io/job-name"

/* The Job controller's own: 10 s, doubled up to 6 min. */
#define RETRY_FIRST (10 * CLOCK_SECOND)
#define RETRY_MOST  (6 * CLOCK_MINUTE)

/* ---- its pods ---- */

static bool is_over(const json_t *pod)
{
    const char *phase = jx_str(pod, "status.phase", "");

    return !strcmp(phase, "Succeeded") || !strcmp(phase, "Failed");
}

/* New reference. */
static json_t *pods_of(const struct ctl *c, const json_t *job)
{
    json_auto_t *pods = ctl_list(c, "", "pods", ctl_namespace(job));
    json_t *own = json_array(), *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        const char *owner = jx_str(json_array_get(jx_at(pod, "metadata.ownerReferences"), 0), "uid", "");

        if (!strcmp(owner, ctl_uid(job)) && !ctl_deleting(pod))
            jx_append(own, json_incref(pod));
    }
    return own;
}

struct tally {
    int active, ready, succeeded;
    json_int_t restarts;
};

static struct tally count_pods(const json_t *pods)
{
    struct tally n = { 0 };
    const json_t *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        n.active += !is_over(pod);
        n.ready += !is_over(pod) && condition_true(pod, "Ready");
        n.succeeded += !strcmp(jx_str(pod, "status.phase", ""), "Succeeded");
        n.restarts += is_over(pod) ? 0 : jx_int(container_first(pod), "restartCount", 0);
    }
    return n;
}

/* Pods that failed count once, also when they are gone; the next one waits. */
static void count_failed(struct ctl *c, const json_t *pods, json_t *note)
{
    json_t *counted = jx_make_object(note, "counted");
    json_int_t failures = jx_int(note, "failures", 0);
    const json_t *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        if (strcmp(jx_str(pod, "status.phase", ""), "Failed") != 0 || json_object_get(counted, ctl_uid(pod)))
            continue;
        jx_set(counted, ctl_uid(pod), json_true());
        jx_set(note, "retry", json_integer(c->now + ctl_backoff(failures, RETRY_FIRST, RETRY_MOST)));
        jx_set(note, "failures", json_integer(++failures));
    }
}

static void start_pod(struct ctl *c, const json_t *job)
{
    const char *account = jx_str(job, "spec.template.spec.serviceAccountName", "default");
    json_t *metadata = json_deep_copy(jx_at(job, "spec.template.metadata")), *labels;
    json_t *spec = json_deep_copy(jx_at(job, "spec.template.spec"));

    metadata = metadata ? metadata : json_object();
    labels = jx_make_object(metadata, "labels");
    jx_set(labels, NAME, json_string(ctl_name(job)));
    jx_set(labels, "job-name", json_string(ctl_name(job)));
    jx_set(labels, "batch.kubernetes.io/controller-uid", json_string(ctl_uid(job)));
    jx_set(labels, "controller-uid", json_string(ctl_uid(job)));
    jx_set(metadata, "generateName", json_sprintf("%s-", ctl_name(job)));
    jx_set(metadata, "namespace", json_string(ctl_namespace(job)));
    jx_set(metadata, "ownerReferences", jx_pack("[o]", ctl_owner(job)));
    if (ctl_create(c, MANAGER, "pods",
                   jx_pack("{s:s, s:s, s:o, s:o}", "apiVersion", "v1", "kind", "Pod", "metadata", metadata,
                           "spec", spec ? spec : json_object())))
        ctl_event(c, COMPONENT, job, "Normal", "SuccessfulCreate", "Created a pod of Job %s", ctl_name(job));
    else if (!ctl_after(c, ctl_note(c, "jobs", ctl_uid(job)), "refused", RETRY_FIRST))
        ctl_event(c, COMPONENT, job, "Warning", "FailedCreate",
                  "Error creating: pods \"%s-\" is forbidden: error looking up service account %s/%s: "
                  "serviceaccount "
                  "\"%s\" not found",
                  ctl_name(job), ctl_namespace(job), account, account);
}

/* ---- the Job's own status ---- */

static void report(struct ctl *c, const json_t *job, json_t *status)
{
    ctl_patch(c, MANAGER, job, "jobs", "status", jx_pack("{s:o}", "status", status));
}

static void succeed(struct ctl *c, const json_t *job)
{
    const char *text = "Reached expected number of succeeded pods";

    ctl_event(c, COMPONENT, job, "Normal", "Completed", "Job completed");
    report(c, job,
           jx_pack("{s:i, s:i, s:i, s:I, s:o, s:[o, o]}", "active", 0, "ready", 0, "terminating", 0,
                   "succeeded", jx_int(job, "spec.completions", 1), "completionTime", ctl_time(),
                   "conditions", condition_new("SuccessCriteriaMet", "True", "CompletionsReached", text),
                   condition_new("Complete", "True", "CompletionsReached", text)));
}

/* First it says so and ends its pods, which then have failed, too. */
static void give_up(struct ctl *c, const json_t *job, json_t *note, const char *reason, const char *text)
{
    json_auto_t *pods = pods_of(c, job);
    json_int_t failures = jx_int(note, "failures", 0);
    const json_t *pod;
    size_t i;

    report(c, job, jx_pack("{s:[o]}", "conditions", condition_new("FailureTarget", "True", reason, text)));
    json_array_foreach (pods, i, pod) {
        if (!is_over(pod)) {
            ctl_delete(c, MANAGER, pod, "pods");
            failures++;
        }
    }
    jx_set(note, "failures", json_integer(failures));
}

static void fail(struct ctl *c, const json_t *job, const json_t *note)
{
    const json_t *target = condition_find(jx_at(job, "status.conditions"), "FailureTarget");
    const char *reason = jx_str(target, "reason", ""), *text = jx_str(target, "message", "");

    ctl_event(c, COMPONENT, job, "Warning", reason, "%s", text);
    report(c, job,
           jx_pack("{s:i, s:i, s:i, s:I, s:[O, o]}", "active", 0, "ready", 0, "terminating", 0, "failed",
                   jx_int(note, "failures", 0), "conditions", target,
                   condition_new("Failed", "True", reason, text)));
}

/* ---- steps ---- */

static void expire(struct ctl *c, const json_t *job, json_t *note)
{
    if (jx_at(job, "spec.ttlSecondsAfterFinished") &&
        ctl_after(c, note, "finished", jx_int(job, "spec.ttlSecondsAfterFinished", 0) * CLOCK_SECOND)) {
        CLEAN(free) char *uid = x_strdup(ctl_uid(job));

        ctl_delete(c, MANAGER, job, "jobs");
        ctl_forget(c, "jobs", uid);
    }
}

/* Of a pod that restarts its containers, the restarts count as failures. */
static bool is_hopeless(const json_t *job, const json_t *note, const struct tally *n)
{
    json_int_t limit = jx_int(job, "spec.backoffLimit", 6);
    bool restarts = !strcmp(jx_str(job, "spec.template.spec.restartPolicy", ""), "OnFailure");

    return jx_int(note, "failures", 0) > limit || (restarts && n->restarts > 0 && n->restarts >= limit);
}

static void go_on(struct ctl *c, const json_t *job, json_t *note)
{
    json_auto_t *pods = pods_of(c, job);
    struct tally n = count_pods(pods);
    json_int_t retry;

    count_failed(c, pods, note);
    if (n.succeeded) {
        succeed(c, job);
        return;
    }
    report(c, job, jx_pack("{s:i, s:i, s:i}", "active", n.active, "ready", n.ready, "terminating", 0));
    if (jx_int(note, "failures", 0))
        report(c, ctl_get(c, "batch", "jobs", ctl_namespace(job), ctl_name(job)),
               jx_pack("{s:I}", "failed", jx_int(note, "failures", 0)));
    if (is_hopeless(job, note, &n)) {
        give_up(c, job, note, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        return;
    }
    retry = jx_int(note, "retry", 0);
    if (n.active)
        return;
    if (c->now >= retry)
        start_pod(c, job);
    else
        ctl_wake(c, retry);
}

static void step(struct ctl *c, const json_t *job)
{
    json_t *note = ctl_note(c, "jobs", ctl_uid(job));
    json_int_t limit = jx_int(job, "spec.activeDeadlineSeconds", 0);

    if (condition_true(job, "Complete") || condition_true(job, "Failed")) {
        expire(c, job, note);
        return;
    }
    if (condition_true(job, "FailureTarget")) {
        fail(c, job, note);
        return;
    }
    if (jx_bool(job, "spec.suspend", false))
        return;
    if (!jx_str(job, "status.startTime", NULL))
        report(c, job, jx_pack("{s:o, s:{}}", "startTime", ctl_time(), "uncountedTerminatedPods"));
    if (limit && ctl_after(c, note, "began", limit * CLOCK_SECOND)) {
        give_up(c, job, note, "DeadlineExceeded", "Job was active longer than specified deadline");
        return;
    }
    go_on(c, job, note);
}

void jobs_run(struct ctl *c)
{
    json_auto_t *jobs = ctl_list(c, "batch", "jobs", NULL);
    const json_t *job;
    size_t i;

    json_array_foreach (jobs, i, job) {
        if (!ctl_deleting(job))
            step(c, job);
    }
}
