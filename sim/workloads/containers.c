/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/containers.h"
#include "sim/workloads/conditions.h"
#include "sim/workloads/ctl.h"

json_t *container_waiting(const char *reason, const char *message)
{
    json_t *waiting = jx_pack("{s:s}", "reason", reason);

    if (message)
        jx_set(waiting, "message", jx_text(message));
    return jx_pack("{s:o}", "waiting", waiting);
}

json_t *container_running(void) { return jx_pack("{s:{s:o}}", "running", "startedAt", ctl_time()); }

json_t *container_ended(int code, const char *reason, const char *message, const char *started)
{
    json_t *ended = jx_pack("{s:i, s:s, s:o, s:o}", "exitCode", code, "reason", reason, "startedAt",
                            started ? jx_text(started) : ctl_time(), "finishedAt", ctl_time());

    if (*message)
        jx_set(ended, "message", jx_text(message));
    return jx_pack("{s:o}", "terminated", ended);
}

static json_t *statuses(const json_t *pod, const struct container_fate *fate)
{
    json_t *list = json_array(), *one;
    const json_t *container;
    size_t i;

    json_array_foreach (jx_at(pod, "spec.containers"), i, container) {
        one = jx_pack(
            "{s:o, s:o, s:s, s:b, s:b, s:I, s:O, s:o}", "name", jx_text(jx_str(container, "name", "")),
            "image", jx_text(jx_str(container, "image", "")), "imageID", "", "ready", fate->ready, "started",
            json_object_get(fate->state, "running") != NULL, "restartCount", fate->restarts, "state",
            fate->state, "lastState", fate->last ? json_incref(fate->last) : json_object());
        jx_append(list, one);
    }
    return list;
}

static json_t *conditions_of(const json_t *pod, const char *phase, bool ready)
{
    static const char *const of_containers[] = { "Ready", "ContainersReady" };
    bool over = !strcmp(phase, "Succeeded");
    CLEAN(free) char *text = NULL;
    json_t *list = jx_pack("[o, o]", condition_new("PodScheduled", "True", NULL, NULL),
                           condition_new("Initialized", "True", over ? "PodCompleted" : NULL, NULL));

    text = x_asprintf("containers with unready status: [%s]",
                      jx_str(json_array_get(jx_at(pod, "spec.containers"), 0), "name", ""));
    for (size_t i = 0; i < ARRAY_LENGTH(of_containers); i++)
        jx_append(list, ready  ? condition_new(of_containers[i], "True", NULL, NULL)
                        : over ? condition_new(of_containers[i], "False", "PodCompleted", NULL)
                               : condition_new(of_containers[i], "False", "ContainersNotReady", text));
    conditions_keep_times(jx_at(pod, "status.conditions"), list);
    return list;
}

json_t *containers_status(const json_t *pod, const char *phase, const struct container_fate *fate)
{
    return jx_pack("{s:s, s:o, s:o}", "phase", phase, "conditions", conditions_of(pod, phase, fate->ready),
                   "containerStatuses", statuses(pod, fate));
}

const json_t *container_first(const json_t *pod)
{
    return json_array_get(jx_at(pod, "status.containerStatuses"), 0);
}
