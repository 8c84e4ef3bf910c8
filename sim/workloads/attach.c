/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/attach.h"
#include "lib/buf.h"
#include "lib/crypto.h"

#define COMPONENT   "attachdetach-controller"
#define DRIVER      "cinder.csi.openstack.org"
#define STORAGE     "storage.k8s.io"
#define ATTACHMENTS "volumeattachments"

enum { DISKS = 26 }; /* of an instance, the root disk among them */

/* ---- which volumes a pod has ---- */

/* The PersistentVolume behind the pod's i-th volume; "" when it is no bound claim. Borrowed. */
static const char *volume_of(const struct ctl *c, const json_t *pod, const json_t *volume)
{
    const char *name = jx_str(volume, "persistentVolumeClaim.claimName", "");
    const json_t *claim = *name ? ctl_get(c, "", "persistentvolumeclaims", ctl_namespace(pod), name) : NULL;

    return strcmp(jx_str(claim, "status.phase", ""), "Bound") != 0 ? ""
                                                                   : jx_str(claim, "spec.volumeName", "");
}

/* It has a node and has not ended. */
static bool holds_volumes(const json_t *pod)
{
    const char *phase = jx_str(pod, "status.phase", "");

    return *jx_str(pod, "spec.nodeName", "") && strcmp(phase, "Succeeded") != 0 &&
           strcmp(phase, "Failed") != 0;
}

static bool uses(const struct ctl *c, const json_t *pod, const char *volume)
{
    const json_t *one;
    size_t i;

    json_array_foreach (jx_at(pod, "spec.volumes"), i, one) {
        if (!strcmp(volume_of(c, pod, one), volume))
            return true;
    }
    return false;
}

/* ---- attachments ---- */

/* The node that has the volume; NULL when none has. Borrowed. */
static const json_t *attachment_of(const struct ctl *c, const char *volume)
{
    json_auto_t *all = ctl_list(c, STORAGE, ATTACHMENTS, NULL);
    const json_t *one;
    size_t i;

    json_array_foreach (all, i, one) {
        if (!strcmp(jx_str(one, "spec.source.persistentVolumeName", ""), volume))
            return one; /* the store holds it, too */
    }
    return NULL;
}

static int disks_of(const struct ctl *c, const char *node)
{
    json_auto_t *all = ctl_list(c, STORAGE, ATTACHMENTS, NULL);
    const json_t *one;
    int n = 1;
    size_t i;

    json_array_foreach (all, i, one)
        n += !strcmp(jx_str(one, "spec.nodeName", ""), node);
    return n;
}

/* Once, until something else is to be said of the volume. 'text' is taken. */
static void say(struct ctl *c, const json_t *pod, const char *volume, bool good, char *text)
{
    CLEAN(free) char *owned = text;
    json_t *note = ctl_note(c, "attach", ctl_uid(pod));

    if (!strcmp(jx_str(json_object_get(note, volume), "said", ""), text))
        return;
    jx_set(jx_make_object(note, volume), "said", jx_text(text));
    ctl_event(c, COMPONENT, pod, good ? "Normal" : "Warning",
              good ? "SuccessfulAttachVolume" : "FailedAttachVolume", "%s", text);
}

static void attach(struct ctl *c, const json_t *pod, const char *volume)
{
    const char *node = jx_str(pod, "spec.nodeName", "");
    CLEAN(free) char *key = x_asprintf("%s%s%s", volume, DRIVER, node);
    char hex[65];
    CLEAN(free) char *name = NULL;
    const json_t *made;

    if (disks_of(c, node) >= DISKS) {
        say(c, pod, volume, false,
            x_asprintf(
                "AttachVolume.Attach failed for volume \"%s\" : rpc error: code = Internal desc = "
                "[ControllerPublishVolume] Attach Volume failed with error failed to attach volume: The "
                "maximum "
                "allowed number of disk devices (%d) to attach to a single instance has been exceeded.",
                volume, DISKS));
        return;
    }
    crypto_sha256_hex(key, strlen(key), hex, 64);
    name = x_asprintf("csi-%s", hex);
    if (!ctl_create(c, "kube-controller-manager", ATTACHMENTS,
                    jx_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:s, s:{s:s}}}", "apiVersion", STORAGE "/v1", "kind",
                            "VolumeAttachment", "metadata", "name", name, "spec", "attacher", DRIVER,
                            "nodeName", node, "source", "persistentVolumeName", volume)))
        return;
    made = ctl_get(c, STORAGE, ATTACHMENTS, NULL, name);
    ctl_patch(c, "external-attacher", made, ATTACHMENTS, "status",
              jx_pack("{s:{s:b}}", "status", "attached", 1));
    say(c, pod, volume, true, x_asprintf("AttachVolume.Attach succeeded for volume \"%s\"", volume));
}

/* The pods that keep the volume where it is, as the event lists them. free() it. */
static char *users_on(const struct ctl *c, const char *volume, const char *node)
{
    json_auto_t *pods = ctl_list(c, "", "pods", NULL);
    struct buf names = buf_max(4096);
    const json_t *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        if (holds_volumes(pod) && !strcmp(jx_str(pod, "spec.nodeName", ""), node) && uses(c, pod, volume))
            (void)buf_addf(&names, "%s%s", names.len ? ", " : "", ctl_name(pod));
    }
    return buf_take(&names);
}

static void want(struct ctl *c, const json_t *pod, const char *volume)
{
    const json_t *there = attachment_of(c, volume);
    CLEAN(free) char *users = NULL;

    if (!there)
        attach(c, pod, volume);
    if (!there || !strcmp(jx_str(there, "spec.nodeName", ""), jx_str(pod, "spec.nodeName", "")))
        return;
    users = users_on(c, volume, jx_str(there, "spec.nodeName", ""));
    if (*users)
        say(c, pod, volume, false,
            x_asprintf("Multi-Attach error for volume \"%s\" Volume is already used by pod(s) %s", volume,
                       users));
}

/* ---- one pass ---- */

static void detach_unused(struct ctl *c)
{
    json_auto_t *all = ctl_list(c, STORAGE, ATTACHMENTS, NULL);
    const json_t *one;
    size_t i;

    json_array_foreach (all, i, one) {
        CLEAN(free)
        char *users = users_on(c, jx_str(one, "spec.source.persistentVolumeName", ""),
                               jx_str(one, "spec.nodeName", ""));

        if (!*users && !strcmp(jx_str(one, "spec.attacher", ""), DRIVER))
            ctl_delete(c, "kube-controller-manager", one, ATTACHMENTS);
    }
}

void attach_run(struct ctl *c)
{
    json_auto_t *pods = NULL;
    const json_t *pod, *volume;
    size_t i, k;

    if (c->set->volumes_down)
        return;
    detach_unused(c);
    pods = ctl_list(c, "", "pods", NULL);
    json_array_foreach (pods, i, pod) {
        if (!holds_volumes(pod) || ctl_deleting(pod))
            continue;
        json_array_foreach (jx_at(pod, "spec.volumes"), k, volume) {
            const char *name = volume_of(c, pod, volume);

            if (*name)
                want(c, pod, name);
        }
    }
}

bool attach_done(const struct ctl *c, const json_t *pod)
{
    const json_t *volume;
    size_t i;

    json_array_foreach (jx_at(pod, "spec.volumes"), i, volume) {
        const char *name = volume_of(c, pod, volume);
        const json_t *there = *name ? attachment_of(c, name) : NULL;

        if (*name &&
            (!there || strcmp(jx_str(there, "spec.nodeName", ""), jx_str(pod, "spec.nodeName", "")) != 0))
            return false;
    }
    return true;
}
