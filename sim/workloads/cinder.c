/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/cinder.h"
#include "lib/clock.h"
#include "sim/shootapi/quantity.h"
#include "sim/workloads/cinder_resize.h"
#include "sim/workloads/pods.h"

#define DRIVER      "cinder.csi.openstack.org"
#define PROVISIONER "cinder.csi.openstack.org_csi-driver-controller"
#define BINDER      "persistentvolume-controller"
#define MANAGER     "kube-controller-manager"
#define PROTECTION  "kubernetes.io/pvc-protection"
#define CLAIMS      "persistentvolumeclaims"

#define RETRY_FIRST (5 * CLOCK_SECOND)
#define RETRY_MOST  (5 * CLOCK_MINUTE)

/* Tell it once, until something else is told. */
static void say(struct ctl *c, const json_t *claim, const char *component, const char *type,
                const char *reason, const char *message)
{
    json_t *note = ctl_note(c, "cinder", ctl_uid(claim));

    if (!strcmp(jx_str(note, "said", ""), message))
        return;
    jx_set(note, "said", jx_text(message));
    ctl_event(c, component, claim, type, reason, "%s", message);
}

bool cinder_fits(struct ctl *c, int64_t more_volumes, int64_t more_gib, struct err *e)
{
    const json_t *volumes = c->cloud->volumes;
    int64_t used = cloud_gigabytes(volumes, c->owner);

    if (!c->set->quota)
        return true;
    if ((int64_t)cloud_count(volumes, c->owner) + more_volumes > c->set->quota_volumes)
        return err_set(
                   e, ERR_INVALID,
                   "rpc error: code = ResourceExhausted desc = CreateVolume failed with error Expected HTTP "
                   "response code [202] when accessing [POST https://volume/v3/volumes], but got 413 "
                   "instead: "
                   "{\"overLimit\": {\"code\": 413, \"message\": \"VolumeLimitExceeded: Maximum number of "
                   "volumes allowed (%d) exceeded for quota 'volumes'.\"}}",
                   (int)c->set->quota_volumes) == 0;
    if (used + more_gib > c->set->quota_gigabytes)
        return err_set(
                   e, ERR_INVALID,
                   "rpc error: code = ResourceExhausted desc = CreateVolume failed with error Expected HTTP "
                   "response code [202] when accessing [POST https://volume/v3/volumes], but got 413 "
                   "instead: "
                   "{\"overLimit\": {\"code\": 413, \"message\": \"VolumeSizeExceedsAvailableQuota: "
                   "Requested "
                   "volume or snapshot exceeds allowed gigabytes quota. Requested %dG, quota is %dG and %dG "
                   "has been consumed.\"}}",
                   (int)more_gib, (int)c->set->quota_gigabytes, (int)used) == 0;
    return true;
}

/* ---- provisioning ---- */

static json_t *volume_doc(const json_t *claim, const json_t *class, const char *name, const char *id)
{
    json_t *gib =
        json_sprintf("%dGi", (int)quantity_gib(jx_str(claim, "spec.resources.requests.storage", "")));

    return jx_pack(
        "{s:s, s:s, s:{s:s, s:{s:s}, s:[s]}, s:{s:{s:o}, s:O?, s:s, s:s, s:s?, s:{s:s, s:s, s:s, s:s, s:s}, "
        "s:{s:s, s:s}}}",
        "apiVersion", "v1", "kind", "PersistentVolume", "metadata", "name", name, "annotations",
        "pv.kubernetes.io/provisioned-by", DRIVER, "finalizers", "kubernetes.io/pv-protection", "spec",
        "capacity", "storage", gib, "accessModes", jx_at(claim, "spec.accessModes"),
        "persistentVolumeReclaimPolicy", jx_str(class, "reclaimPolicy", "Delete"), "storageClassName",
        ctl_name(class), "volumeMode", jx_str(claim, "spec.volumeMode", NULL), "claimRef", "apiVersion", "v1",
        "kind", "PersistentVolumeClaim", "namespace", ctl_namespace(claim), "name", ctl_name(claim), "uid",
        ctl_uid(claim), "csi", "driver", DRIVER, "volumeHandle", id);
}

static void bind(struct ctl *c, const json_t *claim, const json_t *class)
{
    int64_t gib = quantity_gib(jx_str(claim, "spec.resources.requests.storage", ""));
    CLEAN(free) char *name = x_asprintf("pvc-%s", ctl_uid(claim));
    json_t *volume = cloud_add_volume(c->cloud, c->owner, name, gib), *doc;

    jx_set(volume, "type", jx_text(jx_str(class, "parameters.type", "cbs")));
    jx_set(volume, "status", json_string("in-use"));
    (void)ctl_create(c, PROVISIONER, "persistentvolumes",
                     volume_doc(claim, class, name, jx_str(volume, "id", "")));
    doc = ctl_get(c, "", "persistentvolumes", NULL, name);
    ctl_patch(c, MANAGER, doc, "persistentvolumes", "status",
              jx_pack("{s:{s:s}}", "status", "phase", "Bound"));
    ctl_event(c, PROVISIONER, claim, "Normal", "ProvisioningSucceeded", "Successfully provisioned volume %s",
              name);
    ctl_patch(c, MANAGER, claim, CLAIMS, NULL,
              jx_pack("{s:{s:{s:s, s:s, s:s}}, s:{s:s}}", "metadata", "annotations",
                      "pv.kubernetes.io/bind-completed", "yes", "pv.kubernetes.io/bound-by-controller", "yes",
                      "volume.kubernetes.io/storage-provisioner", DRIVER, "spec", "volumeName", name));
    ctl_patch(c, MANAGER, claim, CLAIMS, "status",
              jx_pack("{s:{s:s, s:O?, s:{s:o}}}", "status", "phase", "Bound", "accessModes",
                      jx_at(claim, "spec.accessModes"), "capacity", "storage",
                      json_sprintf("%dGi", (int)gib)));
}

static void provision(struct ctl *c, const json_t *claim, const json_t *class)
{
    json_t *note = ctl_note(c, "cinder", ctl_uid(claim));
    int64_t failures = jx_int(note, "failures", 0);
    struct err e = { 0 };

    if (!json_object_get(note, "begun")) {
        jx_set(note, "begun", json_true());
        ctl_event(
            c, BINDER, claim, "Normal", "ExternalProvisioning",
            "Waiting for a volume to be created either by the external provisioner '%s' or manually by the "
            "system administrator. If volume creation is delayed, please verify that the provisioner is "
            "running and correctly registered.",
            DRIVER);
    }
    if (c->set->volumes_down || strcmp(jx_str(class, "provisioner", ""), DRIVER) != 0)
        return;
    if (c->now < jx_int(note, "retry", 0)) {
        ctl_wake(c, jx_int(note, "retry", 0));
        return;
    }
    if (!json_object_get(note, "making"))
        ctl_event(c, PROVISIONER, claim, "Normal", "Provisioning",
                  "External provisioner is provisioning volume for claim \"%s/%s\"", ctl_namespace(claim),
                  ctl_name(claim));
    if (!ctl_after(c, note, "making", c->set->volume_ms))
        return;
    if (cinder_fits(c, 1, quantity_gib(jx_str(claim, "spec.resources.requests.storage", "")), &e)) {
        bind(c, claim, class);
        return;
    }
    (void)json_object_del(note, "making");
    jx_set(note, "failures", json_integer(failures + 1));
    jx_set(note, "retry", json_integer(c->now + ctl_backoff(failures, RETRY_FIRST, RETRY_MOST)));
    ctl_wake(c, jx_int(note, "retry", 0));
    ctl_event(c, PROVISIONER, claim, "Warning", "ProvisioningFailed",
              "failed to provision volume with StorageClass \"%s\": %s", ctl_name(class), e.text);
}

static void pending(struct ctl *c, const json_t *claim)
{
    const char *name = jx_str(claim, "spec.storageClassName", "");
    json_auto_t *class = json_incref(ctl_get(c, "storage.k8s.io", "storageclasses", NULL, name));

    if (!*name) {
        say(c, claim, BINDER, "Normal", "FailedBinding",
            "no persistent volumes available for this claim and no storage class is set");
    } else if (!class) {
        CLEAN(free) char *text = x_asprintf("storageclass.storage.k8s.io \"%s\" not found", name);

        say(c, claim, BINDER, "Warning", "ProvisioningFailed", text);
    } else if (!strcmp(jx_str(class, "volumeBindingMode", ""), "WaitForFirstConsumer") &&
               !*ctl_annotation(claim, "volume.kubernetes.io/selected-node")) {
        say(c, claim, BINDER, "Normal", "WaitForFirstConsumer",
            "waiting for first consumer to be created before binding");
    } else {
        provision(c, claim, class);
    }
}

/* ---- claims and volumes that go ---- */

static bool in_use(const struct ctl *c, const json_t *claim)
{
    json_auto_t *pods = ctl_list(c, "", "pods", ctl_namespace(claim));
    const json_t *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        const char *phase = jx_str(pod, "status.phase", "");

        if (pods_use(pod, ctl_name(claim)) && strcmp(phase, "Succeeded") != 0 && strcmp(phase, "Failed") != 0)
            return true;
    }
    return false;
}

static void claim_step(struct ctl *c, const json_t *claim)
{
    const char *phase = jx_str(claim, "status.phase", "Pending");

    if (ctl_deleting(claim)) {
        if (!in_use(c, claim))
            ctl_drop_finalizer(c, MANAGER, claim, CLAIMS, PROTECTION);
        return;
    }
    ctl_add_finalizer(c, MANAGER, claim, CLAIMS, PROTECTION);
    if (!strcmp(phase, "Pending"))
        pending(c, claim);
    else if (!strcmp(phase, "Bound") &&
             !ctl_get(c, "", "persistentvolumes", NULL, jx_str(claim, "spec.volumeName", "")))
        ctl_patch(c, MANAGER, claim, CLAIMS, "status", jx_pack("{s:{s:s}}", "status", "phase", "Lost"));
    else if (!strcmp(phase, "Bound") && !c->set->volumes_down)
        cinder_resize(c, claim, in_use(c, claim));
}

static void volume_step(struct ctl *c, const json_t *volume)
{
    const char *uid = jx_str(volume, "spec.claimRef.uid", "");
    const json_t *claim = ctl_get(c, "", CLAIMS, jx_str(volume, "spec.claimRef.namespace", ""),
                                  jx_str(volume, "spec.claimRef.name", ""));
    json_t *made = cloud_find(c->cloud->volumes, "id", jx_str(volume, "spec.csi.volumeHandle", ""));

    if (!*uid ||
        (claim && !strcmp(ctl_uid(claim), uid))) /* protected while it is bound, also when it is deleted */
        return;
    if (made)
        jx_set(made, "status", json_string("available"));
    if (!ctl_deleting(volume) &&
        !strcmp(jx_str(volume, "spec.persistentVolumeReclaimPolicy", ""), "Retain")) {
        ctl_patch(c, MANAGER, volume, "persistentvolumes", "status",
                  jx_pack("{s:{s:s}}", "status", "phase", "Released"));
        return;
    }
    if (c->set->volumes_down)
        return;
    if (!strcmp(jx_str(volume, "spec.persistentVolumeReclaimPolicy", ""), "Delete"))
        cloud_remove(c->cloud->volumes, made);
    if (!ctl_deleting(volume))
        ctl_delete(c, PROVISIONER, volume, "persistentvolumes");
    volume = ctl_get(c, "", "persistentvolumes", NULL, ctl_name(volume));
    if (volume)
        ctl_drop_finalizer(c, MANAGER, volume, "persistentvolumes", "kubernetes.io/pv-protection");
}

void cinder_run(struct ctl *c)
{
    json_auto_t *claims = ctl_list(c, "", CLAIMS, NULL);
    json_auto_t *volumes = NULL;
    const json_t *one;
    size_t i;

    json_array_foreach (claims, i, one) {
        claim_step(c, one);
    }
    volumes = ctl_list(c, "", "persistentvolumes", NULL);
    json_array_foreach (volumes, i, one) {
        volume_step(c, one);
    }
}
