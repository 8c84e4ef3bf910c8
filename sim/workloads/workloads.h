/* SPDX-License-Identifier: Apache-2.0 */
/* The controllers of one simulated shoot: what runs in and behind a real one and writes status. */
#pragma once
#include "sim/workloads/ctl.h"

struct workloads;
struct workloads *workloads_new(void);
void workloads_free(struct workloads *w);

/* What a tick needs to know of the world. */
struct workloads_world {
    struct cloud *cloud;
    struct cloud_owner owner;
    struct settings settings;
    int64_t now; /* simulated */
};

/* Let every controller do what is due. Cheap when nothing changed. The caller holds the locks of 'api' and of the
 * cloud. */
void workloads_tick(struct workloads *w, struct api *api, const struct workloads_world *world);
