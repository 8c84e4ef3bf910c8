/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/images.h"
#include "lib/clock.h"
#include "sim/workloads/containers.h"

#define KUBELET "kubelet"

enum {
    SLOW = 5 * CLOCK_MINUTE,
    SHOWN = 2 * CLOCK_SECOND, /* ErrImagePull, then it is backing off */
    RETRY_FIRST = 10 * CLOCK_SECOND,
    RETRY_MOST = 5 * CLOCK_MINUTE
};

static void show(struct ctl *c, const json_t *pod, const char *reason, const char *message)
{
    json_auto_t *state = container_waiting(reason, message);
    struct container_fate fate = { .state = state };

    ctl_patch(c, KUBELET, pod, "pods", "status",
              jx_pack("{s:o}", "status", containers_status(pod, "Pending", &fate)));
}

/* The path and the tag of "docker.io/alpine/k8s:1.33.4@sha256:...", as a registry is asked for it. free() it. */
static char *manifest_of(const char *image)
{
    const char *slash = strchr(image, '/'), *tag = strrchr(image, ':');
    size_t host = slash ? (size_t)(slash - image) : 0;
    const char *path = host && (memchr(image, '.', host) || memchr(image, ':', host)) ? slash + 1 : image;

    return x_asprintf("%.*s/manifests/%s", (int)strcspn(path, ":@"), path,
                      tag && tag > path ? tag + 1 : "latest");
}

static char *failure(const struct ctl *c, const char *image)
{
    CLEAN(free) char *manifest = manifest_of(image);
    CLEAN(free)
    char *head = x_asprintf(
        "failed to pull and unpack image \"%s\": failed to resolve reference \"%s\": ", image, image);

    if (c->set->image_pull == PULL_RATE_LIMITED)
        return x_asprintf(
            "%sunexpected status from HEAD request to https://registry-1.docker.io/v2/%s: 429 Too Many "
            "Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit. "
            "https://www.docker.com/increase-rate-limit",
            head, manifest);
    if (c->set->image_pull == PULL_UNREACHABLE)
        return x_asprintf(
            "%sfailed to do request: Head \"https://registry-1.docker.io/v2/%s\": dial tcp: lookup "
            "registry-1.docker.io: i/o timeout",
            head, manifest);
    return x_asprintf("%s%s: not found", head, image);
}

/* It failed and is tried again later, ever more rarely. */
static void fail(struct ctl *c, const json_t *pod, json_t *note, const char *image)
{
    CLEAN(free) char *why = failure(c, image);
    json_int_t tries = jx_int(note, "pulls", 0);

    ctl_event(c, KUBELET, pod, "Warning", "Failed",
              "Failed to pull image \"%s\": rpc error: code = %s desc = %s", image,
              c->set->image_pull == PULL_NOT_FOUND ? "NotFound" : "Unknown", why);
    ctl_event(c, KUBELET, pod, "Warning", "Failed", "Error: ErrImagePull");
    show(c, pod, "ErrImagePull", why);
    jx_set(note, "pulls", json_integer(tries + 1));
    jx_set(note, "why", jx_text(why));
    jx_set(note, "shown", json_integer(c->now + SHOWN));
    jx_set(note, "again", json_integer(c->now + ctl_backoff(tries, RETRY_FIRST, RETRY_MOST)));
    ctl_wake(c, c->now + SHOWN);
}

static void back_off(struct ctl *c, const json_t *pod, const json_t *note, const char *image)
{
    CLEAN(free)
    char *text =
        x_asprintf("Back-off pulling image \"%s\": ErrImagePull: %s", image, jx_str(note, "why", ""));

    ctl_wake(c, jx_int(note, c->now < jx_int(note, "shown", 0) ? "shown" : "again", 0));
    if (c->now < jx_int(note, "shown", 0) ||
        !strcmp(jx_str(container_first(pod), "state.waiting.reason", ""), "ImagePullBackOff"))
        return;
    ctl_event(c, KUBELET, pod, "Normal", "BackOff", "Back-off pulling image \"%s\"", image);
    show(c, pod, "ImagePullBackOff", text);
}

static bool image_there(struct ctl *c, const json_t *pod, json_t *on_node, const char *image)
{
    json_t *note = ctl_note(c, "pulls", ctl_uid(pod));

    if (json_object_get(on_node, image))
        return true;
    if (c->now < jx_int(note, "again", 0)) {
        back_off(c, pod, note, image);
        return false;
    }
    if (c->set->image_pull == PULL_SLOW && !ctl_after(c, note, "slow", SLOW)) {
        show(c, pod, "ContainerCreating", NULL);
        return false;
    }
    if (c->set->image_pull != PULL_OK && c->set->image_pull != PULL_SLOW) {
        fail(c, pod, note, image);
        return false;
    }
    jx_set(on_node, image, json_true());
    return true;
}

bool images_there(struct ctl *c, const json_t *pod)
{
    json_t *on_node = ctl_note(c, "images", jx_str(pod, "spec.nodeName", ""));
    const json_t *container;
    size_t i;

    json_array_foreach (jx_at(pod, "spec.containers"), i, container) {
        if (!image_there(c, pod, on_node, jx_str(container, "image", "")))
            return false;
    }
    return true;
}
