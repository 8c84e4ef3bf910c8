/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/jobs.h"
#include "lib/clock.h"
#include "sim/shootapi/special.h"
#include "sim/workloads/conditions.h"
#include "sim/workloads/envoy.h"

#define MANAGER   "kube-controller-manager"
#define COMPONENT "job-controller"
#define NAME      "batch.kubernetes.io/job-name"

/* The Job controller's own: 10 s, doubled up to 6 min. */
#define RETRY_FIRST (10 * CLOCK_SECOND)
#define RETRY_MOST  (6 * CLOCK_MINUTE)

static const char *const outcome_names[] = {
    [JOB_SUCCEEDS] = "succeeds", [JOB_FAILS] = "fails", [JOB_FAILS_ONCE] = "fails-once", [JOB_HANGS] = "hangs"
};

static enum job_outcome outcome_of(const struct ctl *c, const json_t *job)
{
    const char *told = ctl_annotation(job, JOBS_OUTCOME_ANNOTATION);

    if (envoy_install_refused(c, job))
        return JOB_FAILS;
    if (!*told)
        told = ctl_annotation(jx_at(job, "spec.template"), JOBS_OUTCOME_ANNOTATION);
    for (size_t i = 0; i < ARRAY_LENGTH(outcome_names); i++)
        if (!strcmp(told, outcome_names[i]))
            return (enum job_outcome)i;
    return c->set->job_outcome;
}

/* ---- its pod ---- */

static bool is_over(const json_t *pod)
{
    const char *phase = jx_str(pod, "status.phase", "");

    return !strcmp(phase, "Succeeded") || !strcmp(phase, "Failed");
}

/* The pod that has not ended. New reference or NULL. */
static json_t *active_pod(const struct ctl *c, const json_t *job)
{
    json_auto_t *pods = ctl_list(c, "", "pods", ctl_namespace(job));
    json_t *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        const char *owner = jx_str(json_array_get(jx_at(pod, "metadata.ownerReferences"), 0), "uid", "");

        if (!strcmp(owner, ctl_uid(job)) && !is_over(pod))
            return json_incref(pod);
    }
    return NULL;
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

static json_t *ended_containers(const json_t *pod, bool success)
{
    json_t *list = json_array();
    const json_t *container;
    size_t i;

    json_array_foreach (jx_at(pod, "spec.containers"), i, container) {
        jx_append(list, jx_pack("{s:o, s:o, s:b, s:i, s:{s:{s:i, s:s, s:o}}}", "name",
                                jx_text(jx_str(container, "name", "")), "image",
                                jx_text(jx_str(container, "image", "")), "ready", 0, "restartCount", 0,
                                "state", "terminated", "exitCode", success ? 0 : 1, "reason",
                                success ? "Completed" : "Error", "finishedAt", ctl_time()));
    }
    return list;
}

static void end_pod(struct ctl *c, const json_t *pod, bool success, bool refused)
{
    if (!success && refused)
        ctl_patch(
            c, "kubelet", pod, "pods", NULL,
            jx_pack("{s:{s:{s:s}}}", "metadata", "annotations", SPECIAL_LOG_ANNOTATION,
                    "Error: INSTALLATION FAILED: customresourcedefinitions.apiextensions.k8s.io is "
                    "forbidden: the "
                    "service account cannot create resource \"customresourcedefinitions\" at the cluster "
                    "scope\n"));
    ctl_patch(c, "kubelet", pod, "pods", "status",
              jx_pack("{s:{s:s, s:o, s:[o, o]}}", "status", "phase", success ? "Succeeded" : "Failed",
                      "containerStatuses", ended_containers(pod, success), "conditions",
                      condition_new("PodScheduled", "True", NULL, NULL),
                      condition_new("Ready", "False", success ? "PodCompleted" : "PodFailed", NULL)));
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
           jx_pack("{s:i, s:i, s:I, s:o, s:[o, o]}", "active", 0, "ready", 0, "succeeded",
                   jx_int(job, "spec.completions", 1), "completionTime", ctl_time(), "conditions",
                   condition_new("SuccessCriteriaMet", "True", "CompletionsReached", text),
                   condition_new("Complete", "True", "CompletionsReached", text)));
}

static void give_up(struct ctl *c, const json_t *job, const char *reason, const char *text)
{
    json_auto_t *pod = active_pod(c, job);

    if (pod)
        ctl_delete(c, MANAGER, pod, "pods");
    ctl_event(c, COMPONENT, job, "Warning", reason, "%s", text);
    report(c, job,
           jx_pack("{s:i, s:i, s:[o, o]}", "active", 0, "ready", 0, "conditions",
                   condition_new("FailureTarget", "True", reason, text),
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

static void watch_pod(struct ctl *c, const json_t *job, json_t *note, const json_t *pod)
{
    enum job_outcome outcome = outcome_of(c, job);
    json_int_t failures = jx_int(note, "failures", 0);
    bool success = outcome == JOB_SUCCEEDS || (outcome == JOB_FAILS_ONCE && failures > 0);
    bool running = !strcmp(jx_str(pod, "status.phase", ""), "Running");

    report(c, job, jx_pack("{s:i, s:i}", "active", 1, "ready", running ? 1 : 0));
    if (!running || outcome == JOB_HANGS || !ctl_after(c, note, "ran", c->set->job_ms))
        return;
    (void)json_object_del(note, "ran");
    end_pod(c, pod, success, envoy_install_refused(c, job));
    job = ctl_get(c, "batch", "jobs", ctl_namespace(job), ctl_name(job));
    if (success) {
        succeed(c, job);
        return;
    }
    jx_set(note, "failures", json_integer(failures + 1));
    jx_set(note, "retry", json_integer(c->now + ctl_backoff(failures, RETRY_FIRST, RETRY_MOST)));
    report(c, job, jx_pack("{s:i, s:i, s:I}", "active", 0, "ready", 0, "failed", failures + 1));
}

static void next_pod(struct ctl *c, const json_t *job, const json_t *note)
{
    if (jx_int(note, "failures", 0) > jx_int(job, "spec.backoffLimit", 6))
        give_up(c, job, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    else if (c->now >= jx_int(note, "retry", 0))
        start_pod(c, job);
    else
        ctl_wake(c, jx_int(note, "retry", 0));
}

static void step(struct ctl *c, const json_t *job)
{
    json_t *note = ctl_note(c, "jobs", ctl_uid(job));
    json_int_t limit = jx_int(job, "spec.activeDeadlineSeconds", 0);
    json_auto_t *pod = NULL;

    if (condition_true(job, "Complete") || condition_true(job, "Failed")) {
        expire(c, job, note);
        return;
    }
    if (jx_bool(job, "spec.suspend", false))
        return;
    if (!jx_str(job, "status.startTime", NULL))
        report(c, job, jx_pack("{s:o, s:{}}", "startTime", ctl_time(), "uncountedTerminatedPods"));
    if (limit && ctl_after(c, note, "began", limit * CLOCK_SECOND)) {
        give_up(c, job, "DeadlineExceeded", "Job was active longer than specified deadline");
        return;
    }
    pod = active_pod(c, job);
    if (pod)
        watch_pod(c, job, note, pod);
    else
        next_pod(c, job, note);
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
