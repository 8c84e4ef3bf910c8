/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/tasks.h"
#include "lib/clock.h"
#include "sim/shootapi/special.h"
#include "sim/workloads/containers.h"
#include "sim/workloads/installer.h"

#define KUBELET "kubelet"

/* The kubelet's own: after the second failure 10 s, doubled up to 5 min. */
#define RESTART_FIRST (10 * CLOCK_SECOND)
#define RESTART_MOST  (5 * CLOCK_MINUTE)
#define RESTART_TAKES CLOCK_SECOND

enum { RUNNING = INSTALLER_RUNNING, KILLED = 137 };

static const char *const outcome_names[] = { [JOB_SUCCEEDS] = "succeeds",
                                             [JOB_FAILS] = "fails",
                                             [JOB_FAILS_ONCE] = "fails-once",
                                             [JOB_HANGS] = "hangs",
                                             [JOB_KILLED_ONCE] = "killed-once" };

/* What becomes of it this time. 'again': it has failed before. */
static enum job_outcome outcome_of(const struct ctl *c, const json_t *job, bool again)
{
    const char *told = ctl_annotation(job, JOBS_OUTCOME_ANNOTATION);
    enum job_outcome outcome = c->set->job_outcome;

    if (!*told)
        told = ctl_annotation(jx_at(job, "spec.template"), JOBS_OUTCOME_ANNOTATION);
    for (size_t i = 0; i < ARRAY_LENGTH(outcome_names); i++)
        if (!strcmp(told, outcome_names[i]))
            outcome = (enum job_outcome)i;
    if (again && (outcome == JOB_FAILS_ONCE || outcome == JOB_KILLED_ONCE))
        return JOB_SUCCEEDS;
    return outcome == JOB_FAILS_ONCE ? JOB_FAILS : outcome;
}

/* ---- a container runs ---- */

/* In the middle of its work: of an installer, while its release is half made. */
static int run_until_killed(struct ctl *c, const json_t *pod, json_t *run)
{
    int code;

    if (!installer_is(pod))
        return ctl_after(c, run, "ran", c->set->job_ms / 2) ? KILLED : RUNNING;
    code = installer_step(c, pod, run);
    return code == RUNNING && jx_bool(run, "pending", false) ? KILLED : code;
}

static int run(struct ctl *c, const json_t *pod, json_t *run_note, enum job_outcome outcome)
{
    switch (outcome) {
    case JOB_HANGS: return RUNNING;
    case JOB_KILLED_ONCE: return run_until_killed(c, pod, run_note);
    case JOB_SUCCEEDS:
        if (installer_is(pod))
            return installer_step(c, pod, run_note);
        return ctl_after(c, run_note, "ran", c->set->job_ms) ? 0 : RUNNING;
    case JOB_FAILS:
    case JOB_FAILS_ONCE: break;
    }
    return ctl_after(c, run_note, "ran", c->set->job_ms) ? 1 : RUNNING;
}

/* ---- it ends ---- */

enum { MESSAGE_BYTES = 2048, MESSAGE_LINES = 80 }; /* what the kubelet takes of a log */

/* The end of the log where the container asks for it, else "". */
static const char *message_of(const json_t *pod, const char *log)
{
    const json_t *container = json_array_get(jx_at(pod, "spec.containers"), 0);
    size_t n = strlen(log), lines = 0;
    const char *from = log + (n > MESSAGE_BYTES ? n - MESSAGE_BYTES : 0), *at = log + n;

    if (strcmp(jx_str(container, "terminationMessagePolicy", ""), "FallbackToLogsOnError") != 0)
        return "";
    for (; at > from; at--)
        if (at[-1] == '\n' && at < log + n && ++lines == MESSAGE_LINES)
            break;
    return at;
}

static void show(struct ctl *c, const json_t *pod, const char *phase, const struct container_fate *fate)
{
    ctl_patch(c, KUBELET, pod, "pods", "status",
              jx_pack("{s:o}", "status", containers_status(pod, phase, fate)));
}

static void keep_log(struct ctl *c, const json_t *pod, const json_t *run_note)
{
    const char *log = jx_str(run_note, "log", NULL);

    if (log)
        ctl_patch(c, KUBELET, pod, "pods", NULL,
                  jx_pack("{s:{s:{s:s}}}", "metadata", "annotations", SPECIAL_LOG_ANNOTATION, log));
}

/* "2m40s", as Go writes it. free() it. */
static char *duration(int64_t ms)
{
    int seconds = (int)(ms / CLOCK_SECOND);

    return seconds < 60 ? x_asprintf("%ds", seconds) : x_asprintf("%dm%ds", seconds / 60, seconds % 60);
}

/* It waits before it starts anew, the first time only as long as that takes. 'fate': how it has ended. */
static void restart_later(struct ctl *c, const json_t *pod, json_t *note, const struct container_fate *fate)
{
    int64_t wait =
        fate->restarts ? ctl_backoff(fate->restarts - 1, RESTART_FIRST, RESTART_MOST) : RESTART_TAKES;
    const char *name = jx_str(json_array_get(jx_at(pod, "spec.containers"), 0), "name", "");
    CLEAN(free) char *after = duration(wait);
    CLEAN(free)
    char *text = x_asprintf("back-off %s restarting failed container=%s pod=%s_%s(%s)", after, name,
                            ctl_name(pod), ctl_namespace(pod), ctl_uid(pod));
    json_auto_t *state = container_waiting("CrashLoopBackOff", text);
    struct container_fate waits = { .state = state, .last = fate->state, .restarts = fate->restarts };

    jx_set(note, "until", json_integer(c->now + wait));
    ctl_wake(c, c->now + wait);
    if (!fate->restarts) {
        show(c, pod, "Running", fate);
        return;
    }
    ctl_event(c, KUBELET, pod, "Warning", "BackOff",
              "Back-off restarting failed container %s in pod %s_%s(%s)", name, ctl_name(pod),
              ctl_namespace(pod), ctl_uid(pod));
    show(c, pod, "Running", &waits);
}

static void end(struct ctl *c, const json_t *pod, json_t *note, int code)
{
    const json_t *run_note = json_object_get(note, "run");
    const char *log = jx_str(run_note, "log", ctl_annotation(pod, SPECIAL_LOG_ANNOTATION));
    json_auto_t *ended = container_ended(code,
                                         code == KILLED ? "OOMKilled"
                                         : code         ? "Error"
                                                        : "Completed",
                                         code ? message_of(pod, log) : "",
                                         jx_str(container_first(pod), "state.running.startedAt", NULL));
    struct container_fate fate = { .state = ended,
                                   .last = json_object_get(note, "last"),
                                   .restarts = jx_int(note, "restarts", 0) };
    bool again = code && !strcmp(jx_str(pod, "spec.restartPolicy", ""), "OnFailure");

    keep_log(c, pod, run_note);
    if (!again)
        show(c, pod, code ? "Failed" : "Succeeded", &fate);
    if (again)
        restart_later(c, pod, note, &fate);
    jx_set(note, "last", json_incref(ended));
    (void)json_object_del(note, "run");
}

static void start_again(struct ctl *c, const json_t *pod, json_t *note)
{
    json_auto_t *state = container_running();
    struct container_fate fate = { .state = state,
                                   .last = json_object_get(note, "last"),
                                   .ready = true,
                                   .restarts = jx_int(note, "restarts", 0) + 1 };

    if (c->now < jx_int(note, "until", 0)) {
        ctl_wake(c, jx_int(note, "until", 0));
        return;
    }
    (void)json_object_del(note, "until");
    jx_set(note, "restarts", json_integer(fate.restarts));
    show(c, pod, "Running", &fate);
}

/* ---- all of them ---- */

/* The Job it belongs to; NULL when to none. Borrowed. */
static const json_t *job_of(const struct ctl *c, const json_t *pod)
{
    const json_t *owner = json_array_get(jx_at(pod, "metadata.ownerReferences"), 0);

    return strcmp(jx_str(owner, "kind", ""), "Job") != 0
               ? NULL
               : ctl_get(c, "batch", "jobs", ctl_namespace(pod), jx_str(owner, "name", ""));
}

static void step(struct ctl *c, const json_t *pod, const json_t *job)
{
    json_t *note = ctl_note(c, "tasks", ctl_uid(pod)), *of_job = ctl_note(c, "jobs", ctl_uid(job));
    json_int_t ended = jx_int(of_job, "ended", 0);
    int code;

    if (json_object_get(note, "until")) {
        start_again(c, pod, note);
        return;
    }
    code = run(c, pod, jx_make_object(note, "run"), outcome_of(c, job, ended > 0));
    if (code == RUNNING)
        return;
    jx_set(of_job, "ended", json_integer(ended + 1));
    end(c, pod, note, code);
}

void tasks_run(struct ctl *c)
{
    json_auto_t *pods = ctl_list(c, "", "pods", NULL);
    const json_t *pod, *job;
    size_t i;

    json_array_foreach (pods, i, pod) {
        if (ctl_deleting(pod) || strcmp(jx_str(pod, "status.phase", ""), "Running") != 0)
            continue;
        job = job_of(c, pod);
        if (job)
            step(c, pod, job);
    }
}
