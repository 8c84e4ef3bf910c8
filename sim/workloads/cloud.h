/* SPDX-License-Identifier: Apache-2.0 */
/* What the controllers inside the shoots make in OpenStack: load balancers, floating IPs, volumes. It outlives the
 * shoots, so that tests see what was left behind. Modelled: no OpenStack API is served, nothing is billed. */
#pragma once
#include "lib/err.h"
#include "lib/jx.h"
#include <stdint.h>

/* Each list holds objects as the control endpoint shows them. */
struct cloud {
    json_t *load_balancers, *floating_ips, *volumes;
    uint64_t version; /* counts changes made from outside the controllers */
    unsigned next_floating_ip, next_vip;
};

/* Whose resources: a quota counts per project and region. */
struct cloud_owner {
    const char *region, *project;
    const char *cluster; /* "shoot--garden--name"; NULL = nobody's */
};

void cloud_init(struct cloud *cloud);
void cloud_clear(struct cloud *cloud);

/* The entry of a list whose 'key' says 'value'; NULL when there is none. Borrowed. */
json_t *cloud_find(const json_t *list, const char *key, const char *value);
/* How many entries of a list this project has in this region. */
size_t cloud_count(const json_t *list, const struct cloud_owner *owner);
/* The sum of the entries' sizeGb. */
int64_t cloud_gigabytes(const json_t *list, const struct cloud_owner *owner);

/* New entries with an id of their own. Borrowed. */
json_t *cloud_add_load_balancer(struct cloud *cloud, const struct cloud_owner *owner, const char *name);
json_t *cloud_add_floating_ip(struct cloud *cloud, const struct cloud_owner *owner, const char *description);
json_t *cloud_add_volume(struct cloud *cloud, const struct cloud_owner *owner, const char *name,
                         int64_t size_gb);
void cloud_remove(json_t *list, const json_t *entry);

/* A shoot was deleted in good order: its load balancers, volumes and floating IPs go, but no IP that was to be
 * kept or was not made for it. */
void cloud_remove_cluster(struct cloud *cloud, const char *cluster);
