/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/pods.h"
#include "sim/workloads/attach.h"
#include "sim/workloads/conditions.h"
#include "sim/workloads/containers.h"
#include "sim/workloads/images.h"
#include "sim/workloads/nodes.h"

#define SCHEDULER "default-scheduler"
#define KUBELET   "kubelet"

bool pods_use(const json_t *pod, const char *claim)
{
    const json_t *volume;
    size_t i;

    json_array_foreach (jx_at(pod, "spec.volumes"), i, volume) {
        if (!strcmp(jx_str(volume, "persistentVolumeClaim.claimName", ""), claim))
            return true;
    }
    return false;
}

/* ---- the scheduler ---- */

static size_t count_on(const json_t *pods, const char *node)
{
    const json_t *pod;
    size_t i, n = 0;

    json_array_foreach (pods, i, pod)
        n += !strcmp(jx_str(pod, "spec.nodeName", ""), node);
    return n;
}

/* The node with the fewest pods. Borrowed from 'nodes'. */
static const char *free_node(const struct ctl *c, const json_t *nodes, const json_t *pod)
{
    json_auto_t *pods = ctl_list(c, "", "pods", NULL);
    const json_t *node;
    const char *best = NULL;
    size_t i, least = SIZE_MAX;

    json_array_foreach (nodes, i, node) {
        size_t n = count_on(pods, ctl_name(node));

        if (n < least && nodes_take(node, jx_at(pod, "spec.nodeSelector"))) {
            least = n;
            best = ctl_name(node);
        }
    }
    return best;
}

/* Repeated only when the reason changes. */
static void unschedulable(struct ctl *c, const json_t *pod, const char *why)
{
    json_t *note = ctl_note(c, "pods", ctl_uid(pod));

    if (!strcmp(jx_str(note, "why", ""), why))
        return;
    jx_set(note, "why", jx_text(why));
    ctl_event(c, SCHEDULER, pod, "Warning", "FailedScheduling", "%s", why);
    ctl_patch(c, SCHEDULER, pod, "pods", "status",
              jx_pack("{s:{s:s, s:[o]}}", "status", "phase", "Pending", "conditions",
                      condition_new("PodScheduled", "False", "Unschedulable", why)));
}

static bool waits_for_consumer(const struct ctl *c, const json_t *claim)
{
    const json_t *class =
        ctl_get(c, "storage.k8s.io", "storageclasses", NULL, jx_str(claim, "spec.storageClassName", ""));

    return !strcmp(jx_str(class, "volumeBindingMode", ""), "WaitForFirstConsumer");
}

/* Are the pod's claims bound? Tells the provisioner of the node when one waits for that. */
static bool claims_bound(struct ctl *c, const json_t *pod, const char *node, size_t nodes)
{
    CLEAN(free) char *why = NULL;
    const json_t *volume;
    size_t i;

    json_array_foreach (jx_at(pod, "spec.volumes"), i, volume) {
        const char *name = jx_str(volume, "persistentVolumeClaim.claimName", "");
        const json_t *claim =
            *name ? ctl_get(c, "", "persistentvolumeclaims", ctl_namespace(pod), name) : NULL;

        if (!*name || !strcmp(jx_str(claim, "status.phase", ""), "Bound"))
            continue;
        if (!claim)
            why = x_asprintf("0/%zu nodes are available: persistentvolumeclaim \"%.253s\" not found.", nodes,
                             name);
        else if (!waits_for_consumer(c, claim))
            why = x_asprintf("0/%zu nodes are available: pod has unbound immediate PersistentVolumeClaims.",
                             nodes);
        else
            ctl_patch(c, SCHEDULER, claim, "persistentvolumeclaims", NULL,
                      jx_pack("{s:{s:{s:s}}}", "metadata", "annotations",
                              "volume.kubernetes.io/selected-node", node));
        if (why)
            unschedulable(c, pod, why);
        return false;
    }
    return true;
}

static void schedule(struct ctl *c, const json_t *pod, const json_t *nodes)
{
    const char *node = c->set->scheduling ? free_node(c, nodes, pod) : NULL;
    size_t n = json_array_size(nodes);
    CLEAN(free) char *full = x_asprintf("0/%zu nodes are available: %zu Insufficient cpu.", n, n);

    if (!node) {
        unschedulable(c, pod, full);
        return;
    }
    if (!claims_bound(c, pod, node, n))
        return;
    ctl_event(c, SCHEDULER, pod, "Normal", "Scheduled", "Successfully assigned %s/%s to %s",
              ctl_namespace(pod), ctl_name(pod), node);
    ctl_patch(c, SCHEDULER, pod, "pods", NULL, jx_pack("{s:{s:s}}", "spec", "nodeName", node));
}

/* ---- the kubelet ---- */

static json_t *address(const json_t *pod)
{
    const char *uid = ctl_uid(pod); /* its first digits are as random as any */

    return json_sprintf("100.96.%ld.%ld", strtol((char[]){ uid[0], uid[1], 0 }, NULL, 16) % 250 + 1,
                        strtol((char[]){ uid[2], uid[3], 0 }, NULL, 16) % 250 + 2);
}

/* A pod does not start without the Secrets it mounts. */
static bool secret_there(struct ctl *c, const json_t *pod, const json_t *volume)
{
    const char *name = jx_str(volume, "secret.secretName", "");
    json_t *note = ctl_note(c, "pods", ctl_uid(pod));

    if (!*name || jx_bool(volume, "secret.optional", false) ||
        ctl_get(c, "", "secrets", ctl_namespace(pod), name))
        return true;
    if (strcmp(jx_str(note, "why", ""), name) != 0)
        ctl_event(c, KUBELET, pod, "Warning", "FailedMount",
                  "MountVolume.SetUp failed for volume \"%s\" : secret \"%s\" not found",
                  jx_str(volume, "name", ""), name);
    jx_set(note, "why", jx_text(name));
    return false;
}

static bool volumes_there(struct ctl *c, const json_t *pod)
{
    const json_t *volume;
    size_t i;

    json_array_foreach (jx_at(pod, "spec.volumes"), i, volume) {
        const char *name = jx_str(volume, "persistentVolumeClaim.claimName", "");
        const json_t *claim =
            *name ? ctl_get(c, "", "persistentvolumeclaims", ctl_namespace(pod), name) : NULL;

        if (*name && strcmp(jx_str(claim, "status.phase", ""), "Bound") != 0)
            return false;
        if (!secret_there(c, pod, volume))
            return false;
    }
    return true;
}

static void run(struct ctl *c, const json_t *pod)
{
    json_auto_t *state = container_running();
    struct container_fate fate = { .state = state, .ready = true };
    json_t *status;

    if (!volumes_there(c, pod) || !attach_done(c, pod) || !images_there(c, pod) ||
        !ctl_after(c, ctl_note(c, "pods", ctl_uid(pod)), "started", c->set->pod_ms))
        return;
    status = containers_status(pod, "Running", &fate);
    jx_set(status, "podIP", address(pod));
    jx_set(status, "startTime", ctl_time());
    ctl_patch(c, KUBELET, pod, "pods", "status", jx_pack("{s:o}", "status", status));
}

void pods_run(struct ctl *c)
{
    json_auto_t *pods = ctl_list(c, "", "pods", NULL);
    json_auto_t *nodes = ctl_list(c, "", "nodes", NULL);
    const json_t *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        if (ctl_deleting(pod) || strcmp(jx_str(pod, "status.phase", "Pending"), "Pending") != 0)
            continue;
        if (*jx_str(pod, "spec.nodeName", ""))
            run(c, pod);
        else
            schedule(c, pod, nodes);
    }
}
