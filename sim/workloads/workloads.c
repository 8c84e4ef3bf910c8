/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/workloads.h"
#include "sim/shootapi/objects.h"
#include "sim/workloads/attach.h"
#include "sim/workloads/cinder.h"
#include "sim/workloads/deployments.h"
#include "sim/workloads/endpoints.h"
#include "sim/workloads/envoy.h"
#include "sim/workloads/gardenlet.h"
#include "sim/workloads/jobs.h"
#include "sim/workloads/nodes.h"
#include "sim/workloads/octavia.h"
#include "sim/workloads/pods.h"
#include "sim/workloads/tasks.h"

struct workloads {
    struct ctl_memory memory;
};

static void (*const controllers[])(struct ctl *c) = {
    gardenlet_run, nodes_run,  octavia_run, jobs_run,      deployments_run, pods_run,
    tasks_run,     attach_run, cinder_run,  endpoints_run, envoy_run,
};

struct workloads *workloads_new(void)
{
    struct workloads *w = x_alloc(sizeof(*w));

    w->memory.notes = json_object();
    return w;
}

void workloads_free(struct workloads *w)
{
    if (!w)
        return;
    json_decref(w->memory.notes);
    free(w);
}

static bool is_due(const struct ctl *c)
{
    const struct ctl_memory *m = c->memory;

    /* Padding that differs costs one round more. NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    if (memcmp(&m->settings, c->set, sizeof(m->settings)) != 0)
        return true;
    return m->seen_objects != objects_version(c->api->objects) || m->seen_cloud != c->cloud->version ||
           c->now >= m->due;
}

/* One controller's write is another's cause; so many rounds in one tick, the rest in the next. */
enum { ROUNDS = 8 };

void workloads_tick(struct workloads *w, struct api *api, const struct workloads_world *world)
{
    struct ctl c = { .api = api,
                     .cloud = world->cloud,
                     .owner = &world->owner,
                     .set = &world->settings,
                     .memory = &w->memory,
                     .now = world->now };

    for (int i = 0; i < ROUNDS && is_due(&c); i++) {
        w->memory.seen_objects = objects_version(api->objects);
        w->memory.seen_cloud = world->cloud->version;
        w->memory.settings = world->settings;
        w->memory.due = INT64_MAX;
        for (size_t k = 0; k < ARRAY_LENGTH(controllers); k++)
            controllers[k](&c);
    }
}
