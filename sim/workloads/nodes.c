/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/nodes.h"
#include "sim/workloads/conditions.h"

#define MANAGER "machine-controller-manager"
#define PREFIX  "shoot-worker-z1-"

bool nodes_take(const json_t *node, json_t *selector)
{
    return condition_true(node, "Ready") && !jx_bool(node, "spec.unschedulable", false) &&
           (!json_object_size(selector) || ctl_selects(selector, node));
}

/* Like the first, which every cluster has from the start. */
static void add(struct ctl *c, const char *name)
{
    json_t *ready = condition_new("Ready", "True", "KubeletReady", "kubelet is posting ready status");
    const json_t *node;

    if (!ctl_create(c, MANAGER, "nodes",
                    jx_pack("{s:s, s:s, s:{s:s, s:{s:s, s:s}}, s:{}}", "apiVersion", "v1", "kind", "Node",
                            "metadata", "name", name, "labels", "kubernetes.io/hostname", name,
                            "kubernetes.io/os", "linux", "spec"))) {
        json_decref(ready);
        return;
    }
    node = ctl_get(c, "", "nodes", NULL, name);
    ctl_patch(c, "kubelet", node, "nodes", "status",
              jx_pack("{s:{s:[o], s:{s:o, s:s}}}", "status", "conditions", ready, "nodeInfo",
                      "kubeletVersion", json_sprintf("v%s", c->api->version), "operatingSystem", "linux"));
}

static void drop(struct ctl *c, const char *name)
{
    const json_t *node = ctl_get(c, "", "nodes", NULL, name);

    if (node)
        ctl_delete(c, MANAGER, node, "nodes");
}

void nodes_run(struct ctl *c)
{
    json_t *note = ctl_note(c, "nodes", "all");
    int made = (int)jx_int(note, "made", 1);

    for (; made < c->set->nodes; made++) {
        CLEAN(free) char *name = x_asprintf(PREFIX "%d", made);

        add(c, name);
    }
    for (; made > c->set->nodes && made > 1; made--) {
        CLEAN(free) char *name = x_asprintf(PREFIX "%d", made - 1);

        drop(c, name);
    }
    jx_set(note, "made", json_integer(made));
}
