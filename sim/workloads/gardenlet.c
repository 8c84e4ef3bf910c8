/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/gardenlet.h"

/* The last part of "shoot--pqrxyz--my-cluster". */
static const char *shoot_name(const char *cluster)
{
    const char *name = cluster;

    for (const char *at = cluster; (at = strstr(at, "--")); at += 2)
        name = at + 2;
    return name;
}

void gardenlet_run(struct ctl *c)
{
    if (ctl_get(c, "", "configmaps", "kube-system", "shoot-info"))
        return;
    (void)ctl_create(c, "gardenlet", "configmaps",
                     jx_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s}}", "apiVersion",
                             "v1", "kind", "ConfigMap", "metadata", "name", "shoot-info", "namespace",
                             "kube-system", "data", "extensions", "", "kubernetesVersion", c->api->version,
                             "podNetwork", "100.96.0.0/11", "provider", "openstack", "region",
                             c->owner->region, "serviceNetwork", "100.64.0.0/13", "shootName",
                             shoot_name(c->owner->cluster)));
}
