/* SPDX-License-Identifier: Apache-2.0 */
/* An API server with its controllers, without HTTP, whose time passes only when told; for the tests that include it. */
#pragma once
#undef NDEBUG
#include "lib/clock.h"
#include "sim/workloads/workloads.h"
#include "tests/unit/sim/shootapi_call.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct cloud cloud;
static struct workloads *workloads;
static struct workloads_world world;

/* So many simulated seconds pass, and the controllers do their work. */
static inline void pass(int64_t seconds)
{
    world.now += seconds * CLOCK_SECOND;
    workloads_tick(workloads, &api, &world);
}

static inline int setup_workloads(void **state)
{
    (void)setup(state);
    cloud_init(&cloud);
    workloads = workloads_new();
    memset(&world, 0, sizeof(world));
    world.cloud = &cloud;
    world.owner = (struct cloud_owner){ "Kna1", "project", "shoot--pqrxyz--demo" };
    world.now = 1000 * CLOCK_SECOND;
    world.settings.lb_ms = 90 * CLOCK_SECOND;
    world.settings.lb_delete_ms = 15 * CLOCK_SECOND;
    world.settings.lb_l4 = world.settings.quota = world.settings.scheduling = true;
    world.settings.quota_load_balancers = world.settings.quota_floating_ips = 50;
    world.settings.quota_volumes = 50;
    world.settings.quota_gigabytes = 1000;
    world.settings.volume_ms = 10 * CLOCK_SECOND;
    world.settings.nodes = 1;
    world.settings.pod_ms = 5 * CLOCK_SECOND;
    world.settings.job_ms = 30 * CLOCK_SECOND;
    return 0;
}

static inline int teardown_workloads(void **state)
{
    workloads_free(workloads);
    cloud_clear(&cloud);
    return teardown(state);
}

#define WORKLOADS_TEST(test) cmocka_unit_test_setup_teardown(test, setup_workloads, teardown_workloads)

/* The first of a list in the last answer whose 'key' says 'value'; NULL when there is none. */
static inline const json_t *among(const json_t *list, const char *key, const char *value)
{
    const json_t *one;
    size_t i;

    json_array_foreach (list, i, one) {
        if (!strcmp(jx_str(one, key, ""), value))
            return one;
    }
    return NULL;
}

/* The message of the newest event of that reason in the namespace default, "" when there is none. */
static inline const char *event(const char *reason)
{
    (void)call("GET", "/api/v1/namespaces/default/events", "");
    return jx_str(among(jx_at(reply.doc, "items"), "reason", reason), "message", "");
}
