/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/cinder_resize.h"
#include "sim/shootapi/quantity.h"
#include "sim/workloads/conditions.h"

#define RESIZER "external-resizer cinder.csi.openstack.org"
#define CLAIMS  "persistentvolumeclaims"

static void set_condition(struct ctl *c, const json_t *claim, const char *type, const char *message)
{
    if (!condition_true(claim, type))
        ctl_patch(c, RESIZER, claim, CLAIMS, "status",
                  jx_pack("{s:{s:[o]}}", "status", "conditions", condition_new(type, "True", NULL, message)));
}

static void finish(struct ctl *c, const json_t *claim, int64_t gib)
{
    ctl_event(c, "kubelet", claim, "Normal", "FileSystemResizeSuccessful",
              "MountVolume.NodeExpandVolume succeeded for volume \"%s\"",
              jx_str(claim, "spec.volumeName", ""));
    ctl_patch(c, "kubelet", claim, CLAIMS, "status",
              jx_pack("{s:{s:n, s:{s:o}}}", "status", "conditions", "capacity", "storage",
                      json_sprintf("%dGi", (int)gib)));
    (void)json_object_del(ctl_note(c, "cinder", ctl_uid(claim)), "growing");
}

static void grow(struct ctl *c, const json_t *claim, json_t *volume, int64_t gib)
{
    json_t *doc = ctl_get(c, "", "persistentvolumes", NULL, jx_str(claim, "spec.volumeName", ""));

    jx_set(volume, "sizeGb", json_integer(gib));
    ctl_patch(c, RESIZER, doc, "persistentvolumes", NULL,
              jx_pack("{s:{s:{s:o}}}", "spec", "capacity", "storage", json_sprintf("%dGi", (int)gib)));
}

void cinder_resize(struct ctl *c, const json_t *claim, bool used)
{
    json_t *volume = cloud_find(c->cloud->volumes, "name", jx_str(claim, "spec.volumeName", ""));
    json_t *note = ctl_note(c, "cinder", ctl_uid(claim));
    int64_t want = quantity_gib(jx_str(claim, "spec.resources.requests.storage", ""));
    int64_t have = jx_int(volume, "sizeGb", want);
    struct err e = { 0 };

    if (want <= quantity_gib(jx_str(claim, "status.capacity.storage", "")))
        return;
    if (want > have) {
        if (!cinder_fits(c, 0, want - have, &e)) {
            if (strcmp(jx_str(note, "said", ""), e.text) != 0)
                ctl_event(c, RESIZER, claim, "Warning", "VolumeResizeFailed", "resize volume failed: %s",
                          e.text);
            jx_set(note, "said", jx_text(e.text));
            return;
        }
        if (!json_object_get(note, "growing"))
            ctl_event(c, RESIZER, claim, "Normal", "Resizing", "External resizer is resizing volume %s",
                      jx_str(claim, "spec.volumeName", ""));
        set_condition(c, claim, "Resizing", NULL);
        if (!ctl_after(c, note, "growing", c->set->volume_ms))
            return;
        grow(c, claim, volume, want);
    }
    if (used || !strcmp(jx_str(claim, "spec.volumeMode", ""), "Block")) {
        finish(c, claim, want);
        return;
    }
    if (!condition_true(claim, "FileSystemResizePending"))
        ctl_event(c, RESIZER, claim, "Normal", "FileSystemResizeRequired",
                  "Require file system resize of volume on node");
    set_condition(c, claim, "FileSystemResizePending",
                  "Waiting for user to (re-)start a pod to finish file system resize of volume on node.");
}
