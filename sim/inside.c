/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/inside.h"
#include <math.h>

enum { NODES_MOST = 50 }; /* a slip of the pen shall not fill the memory */

/* The switch's value as its place in what the switch allows. */
static int place_of(const struct sim *s, enum switch_id id, const char *const values[], int n)
{
    for (int i = 0; i < n; i++)
        if (switch_is(&s->switches, id, values[i]))
            return i;
    return 0;
}
#define PLACE_OF(s, id, values) place_of(s, id, values, (int)ARRAY_LENGTH(values))

static void fill_cloud(const struct sim *s, struct settings *set)
{
    static const char *const outcomes[] = { "ok", "error", "error-once", "never", "stuck" };
    const struct switches *sw = &s->switches;

    set->lb_ms = switch_ms(sw, SW_LB_SECONDS);
    set->lb_delete_ms = switch_ms(sw, SW_LB_DELETE_SECONDS);
    set->lb_outcome = (enum lb_outcome)PLACE_OF(s, SW_LB_OUTCOME, outcomes);
    set->lb_down = switch_is(sw, SW_LB_CONTROLLER, "down");
    set->lb_l4 = switch_on(sw, SW_LB_L4);
    (void)snprintf(set->lb_classes, sizeof(set->lb_classes), "%s", switch_text(sw, SW_LB_CLASSES));
    set->quota = switch_on(sw, SW_QUOTA);
    set->quota_load_balancers = (int64_t)switch_number(sw, SW_QUOTA_LOAD_BALANCERS);
    set->quota_floating_ips = (int64_t)switch_number(sw, SW_QUOTA_FLOATING_IPS);
    set->quota_volumes = (int64_t)switch_number(sw, SW_QUOTA_VOLUMES);
    set->quota_gigabytes = (int64_t)switch_number(sw, SW_QUOTA_GIGABYTES);
}

static void fill_cluster(const struct sim *s, struct settings *set)
{
    static const char *const outcomes[] = { "succeeds", "fails", "fails-once", "hangs", "killed-once" };
    static const char *const pulls[] = { "ok", "not-found", "rate-limited", "unreachable", "slow" };
    const struct switches *sw = &s->switches;

    set->volume_ms = switch_ms(sw, SW_VOLUME_SECONDS);
    set->volumes_down = switch_is(sw, SW_VOLUME_CONTROLLER, "down");
    set->nodes = (int)fmin(switch_number(sw, SW_NODES), NODES_MOST);
    set->scheduling = switch_on(sw, SW_SCHEDULING);
    set->pod_ms = switch_ms(sw, SW_POD_SECONDS);
    set->job_ms = switch_ms(sw, SW_JOB_SECONDS);
    set->job_outcome = (enum job_outcome)PLACE_OF(s, SW_JOB_OUTCOME, outcomes);
    set->image_pull = (enum pull_outcome)PLACE_OF(s, SW_IMAGE_PULL, pulls);
    set->chart_pull = (enum pull_outcome)PLACE_OF(s, SW_CHART_PULL, pulls);
}

static void fill_gateways(const struct sim *s, struct settings *set)
{
    static const char *const faults[] = { "none",     "address-stale", "old-generation", "no-accepted",
                                          "rewrites", "no-programmed", "partly-invalid" };
    const struct switches *sw = &s->switches;

    set->eg_installed = switch_is(sw, SW_ENVOY_GATEWAY, "off")   ? 0
                        : switch_is(sw, SW_ENVOY_GATEWAY, "1.8") ? 8
                                                                 : 9;
    set->eg_bundle = switch_is(sw, SW_GATEWAY_BUNDLE, "1.5")   ? 5
                     : switch_is(sw, SW_GATEWAY_BUNDLE, "1.6") ? 6
                                                               : 0;
    set->eg_standard = switch_is(sw, SW_GATEWAY_CHANNEL, "standard");
    set->eg_down = switch_is(sw, SW_GATEWAY_CONTROLLER, "down");
    set->eg_ms = switch_ms(sw, SW_GATEWAY_SECONDS);
    set->eg_fault = (enum eg_fault)PLACE_OF(s, SW_GATEWAY_FAULT, faults);
}

static char *cluster_of(const struct shoot *shoot)
{
    return x_asprintf("shoot--%s--%s", shoot->project->garden, shoot->name);
}

struct tick {
    struct workloads *workloads;
    struct workloads_world world;
};

static void work(void *ctx, struct api *api)
{
    struct tick *tick = ctx;

    workloads_tick(tick->workloads, api, &tick->world);
}

void inside_tick(struct sim *s, struct shoot *shoot, int64_t now)
{
    CLEAN(free) char *cluster = NULL;
    struct tick tick;

    if (!shoot->api || shoot->life.api != API_UP)
        return;
    if (!shoot->workloads)
        shoot->workloads = workloads_new();
    cluster = cluster_of(shoot);
    memset(&tick, 0, sizeof(tick)); /* settings are compared byte by byte */
    tick.workloads = shoot->workloads;
    tick.world.cloud = &s->cloud;
    tick.world.owner = (struct cloud_owner){ .region = shoot->project->region->tag,
                                             .project = shoot->project->id,
                                             .cluster = cluster };
    tick.world.now = now;
    fill_cloud(s, &tick.world.settings);
    fill_cluster(s, &tick.world.settings);
    fill_gateways(s, &tick.world.settings);
    shootapi_with(shoot->api, work, &tick);
}

void inside_clean(struct sim *s, const struct shoot *shoot)
{
    CLEAN(free) char *cluster = cluster_of(shoot);

    if (switch_on(&s->switches, SW_SHOOT_DELETE_CLEANS))
        cloud_remove_cluster(&s->cloud, cluster);
}
