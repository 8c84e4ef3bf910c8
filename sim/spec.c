/* SPDX-License-Identifier: Apache-2.0 */
/* Both generations read into the canonical spec; they differ in where things stand. */
#include "sim/spec.h"
#include "lib/jx.h"
#include "sim/profile.h"

/* Where each generation keeps the parts of a worker. */
struct worker_in {
    const char *maximum_surge, *image_name, *image_version, *volume;
};
static const struct worker_in worker_v1 = { "maxSurge", "machine.image.name", "machine.image.version",
                                            "volume.size" };
static const struct worker_in worker_v2 = { "max_surge", "machine.image_name", "machine.image_version",
                                            "volume_size" };

static bool given(const json_t *v) { return v && !json_is_null(v); }

static void take(json_t *to, const char *key, const json_t *from, const char *path)
{
    const json_t *v = jx_at(from, path);

    if (given(v))
        jx_set(to, key, json_deep_copy(v));
}

/* [{key, value}] as {key: value}. */
static json_t *pairs(const json_t *list)
{
    json_t *map = json_object(), *pair;
    size_t i;

    json_array_foreach (list, i, pair)
        jx_share(map, jx_str(pair, "key", ""),
                 json_object_get(pair, "value") ? json_object_get(pair, "value") : json_null());
    return map;
}

static void take_pairs(json_t *to, const char *key, const json_t *from)
{
    const json_t *v = jx_at(from, key);

    if (json_is_array(v))
        jx_set(to, key, pairs(v));
}

static json_t *worker_defaults(const struct region *region, struct dice *dice)
{
    json_t *zones = json_array();
    char name[7];

    for (const char *const *z = region->zones; *z; z++)
        jx_append(zones, json_string(*z));
    do
        dice_name(dice, name, 6);
    while (name[0] <= '9');
    return jx_pack("{s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:s, s:o, s:{}, s:{}, s:[]}", "name", name, "minimum",
                   1, "maximum", 1, "maxSurge", 1, "machineType", "b.2c4gb", "imageName", "gardenlinux",
                   "imageVersion", profile_newest_image(), "volumeSize", "50Gi", "zones", zones, "labels",
                   "annotations", "taints");
}

static json_t *worker_from(const json_t *request, const struct worker_in *in, json_t *worker)
{
    take(worker, "name", request, "name");
    take(worker, "minimum", request, "minimum");
    take(worker, "maximum", request, "maximum");
    if (!given(jx_at(request, "maximum")) && jx_int(worker, "maximum", 0) < jx_int(worker, "minimum", 0))
        jx_share(worker, "maximum", jx_at(worker, "minimum"));
    take(worker, "maxSurge", request, in->maximum_surge);
    take(worker, "machineType", request, "machine.type");
    take(worker, "imageName", request, in->image_name);
    take(worker, "imageVersion", request, in->image_version);
    take(worker, "volumeSize", request, in->volume);
    take(worker, "taints", request, "taints");
    if (json_array_size(jx_at(request, "zones")) > 0)
        take(worker, "zones", request, "zones");
    take_pairs(worker, "labels", request);
    take_pairs(worker, "annotations", request);
    return worker;
}

static json_t *worker_base(const json_t *old, const struct region *region, struct dice *dice)
{
    return old ? json_deep_copy(old) : worker_defaults(region, dice);
}

json_t *worker_from_v1(const json_t *request, const json_t *old, const struct region *region,
                       struct dice *dice)
{
    return worker_from(request, &worker_v1, worker_base(old, region, dice));
}

json_t *worker_from_v2(const json_t *request, const json_t *old, const struct region *region,
                       struct dice *dice)
{
    return worker_from(request, &worker_v2, worker_base(old, region, dice));
}

static json_t *workers_from(const json_t *list, const struct worker_in *in, const struct region *region,
                            struct dice *dice)
{
    json_t *workers = json_array(), *one;
    size_t i;

    json_array_foreach (list, i, one)
        jx_append(workers, worker_from(one, in, worker_defaults(region, dice)));
    return workers;
}

/* Gardener picks a random hour when none is asked for. */
static json_t *spec_defaults(const struct region *region, struct dice *dice)
{
    int hour = (int)(dice_next(dice) % 24);
    char begin[16], end[16];

    (void)snprintf(begin, sizeof(begin), "%02d0000+0000", hour);
    (void)snprintf(end, sizeof(end), "%02d0000+0000", (hour + 1) % 24);
    return jx_pack("{s:{s:s}, s:s, s:s, s:[], s:n, s:{s:s, s:s, s:n, s:n, s:s, s:[]}, s:{s:s, s:n}, s:{s:[]},"
                   " s:{s:{s:b, s:b}, s:{s:s, s:s}}}",
                   "kubernetes", "version", "", "region", region->tag, "purpose", "evaluation",
                   "allowedCidrs", "highAvailability", "provider", "loadBalancerProvider", "amphora",
                   "floatingPoolName", "ext-net", "networkId", "routerId", "workersCidr", "10.250.0.0/16",
                   "workers", "networking", "type", "calico", "cilium", "hibernation", "schedules",
                   "maintenance", "autoUpdate", "kubernetesVersion", true, "machineImageVersion", true,
                   "timeWindow", "begin", begin, "end", end);
}

static void take_schedules(json_t *spec, const json_t *list)
{
    json_t *schedules, *one;
    size_t i;

    if (!json_is_array(list))
        return;
    schedules = json_array();
    json_array_foreach (list, i, one) {
        json_t *s = jx_pack("{s:s}", "location", jx_str(one, "location", "UTC"));

        take(s, "start", one, "start");
        take(s, "end", one, "end");
        jx_append(schedules, s);
    }
    jx_set(jx_at(spec, "hibernation"), "schedules", schedules);
}

static void take_maintenance(json_t *spec, const json_t *from, const char *const keys[4])
{
    json_t *update = jx_at(spec, "maintenance.autoUpdate"), *window = jx_at(spec, "maintenance.timeWindow");

    take(update, "kubernetesVersion", from, keys[0]);
    take(update, "machineImageVersion", from, keys[1]);
    take(window, "begin", from, keys[2]);
    take(window, "end", from, keys[3]);
}

static const char *const maintenance_v1[] = { "autoUpdate.kubernetesVersion",
                                              "autoUpdate.machineImageVersion", "timeWindow.begin",
                                              "timeWindow.end" };
static const char *const maintenance_v2[] = { "auto_update.kubernetes_version",
                                              "auto_update.machine_image_version", "time_window.begin",
                                              "time_window.end" };

static void take_ha(json_t *spec, const json_t *flag)
{
    if (json_is_true(flag))
        jx_set(spec, "highAvailability", json_string("node"));
}

/* Community clients send "" for "no network". */
static void take_id(json_t *to, const char *key, const json_t *from, const char *path)
{
    if (*jx_str(from, path, ""))
        take(to, key, from, path);
}

static void take_common_v1(json_t *spec, const json_t *shoot)
{
    take(jx_at(spec, "kubernetes"), "version", shoot, "kubernetes.version");
    take_ha(spec, jx_at(shoot, "enableHaControlPlane"));
    take_schedules(spec, jx_at(shoot, "hibernation.schedules"));
    take_maintenance(spec, jx_at(shoot, "maintenance"), maintenance_v1);
}

json_t *spec_from_v1(const json_t *shoot, const struct region *region, struct dice *dice)
{
    json_t *spec = spec_defaults(region, dice), *provider = jx_at(spec, "provider");
    const json_t *in = jx_at(shoot, "provider.infrastructureConfig");

    take_common_v1(spec, shoot);
    take(spec, "purpose", shoot, "purpose");
    take(provider, "floatingPoolName", in, "floatingPoolName");
    take_id(provider, "networkId", in, "networks.id");
    take_id(provider, "routerId", in, "networks.router.id");
    take_id(provider, "workersCidr", in, "networks.workers");
    jx_set(provider, "workers", workers_from(jx_at(shoot, "provider.workers"), &worker_v1, region, dice));
    return spec;
}

static void take_cilium(json_t *networking, const json_t *config)
{
    const char *key;
    json_t *v, *cilium;

    if (!json_is_object(config))
        return;
    cilium =
        json_is_object(jx_at(networking, "cilium"))
            ? json_deep_copy(jx_at(networking, "cilium"))
            : jx_pack("{s:b, s:b, s:n, s:n, s:n, s:b, s:b, s:s}", "debug", false, "encryption_enabled", false,
                      "encryption_mode", "encryption_node_to_node_enabled", "encryption_strict_mode_enabled",
                      "hubble_enabled", false, "policy_audit_mode", false, "tunnel", "vxlan");
    json_object_foreach (cilium, key, v)
        if (given(json_object_get(config, key)))
            jx_share(cilium, key, json_object_get(config, key));
    jx_set(networking, "cilium", cilium);
}

json_t *spec_from_v2(const json_t *body, const struct region *region, struct dice *dice)
{
    json_t *spec = spec_defaults(region, dice), *provider = jx_at(spec, "provider"),
           *networking = jx_at(spec, "networking");
    const json_t *in = jx_at(body, "shoot_provider"), *infrastructure = jx_at(in, "infrastructure_config");

    take(jx_at(spec, "kubernetes"), "version", body, "kubernetes_version");
    take(spec, "allowedCidrs", body, "allowed_cidrs");
    take_ha(spec, jx_at(body, "enable_ha_control_plane"));
    take_schedules(spec, jx_at(body, "hibernation_schedules"));
    take_maintenance(spec, jx_at(body, "maintenance"), maintenance_v2);
    take(networking, "type", body, "networking.type");
    take_cilium(networking, jx_at(body, "networking.cilium_provider_config"));
    if (!strcmp(jx_str(networking, "type", ""), "cilium") && json_is_null(jx_at(networking, "cilium"))) {
        json_auto_t *none = json_object();

        take_cilium(networking, none);
    }
    take(provider, "loadBalancerProvider", in, "load_balancer_provider");
    take(provider, "floatingPoolName", infrastructure, "floating_pool_name");
    take(provider, "networkId", infrastructure, "network_id");
    take(provider, "routerId", infrastructure, "router_id");
    take(provider, "workersCidr", infrastructure, "workers_network_cidr");
    jx_set(provider, "workers", workers_from(jx_at(in, "workers"), &worker_v2, region, dice));
    return spec;
}

json_t *spec_put_v1(const json_t *spec, const json_t *shoot)
{
    json_t *changed = json_deep_copy(spec);

    take_common_v1(changed, shoot);
    return changed;
}

json_t *spec_patch_v2(const json_t *spec, const json_t *body)
{
    json_t *changed = json_deep_copy(spec);

    take(jx_at(changed, "kubernetes"), "version", body, "kubernetes");
    take(changed, "allowedCidrs", body, "allowed_cidrs");
    take_ha(changed, jx_at(body, "enable_ha_control_plane"));
    take_schedules(changed, jx_at(body, "hibernation_schedules"));
    take_maintenance(changed, jx_at(body, "maintenance"), maintenance_v2);
    take_cilium(jx_at(changed, "networking"), jx_at(body, "networking.cilium_provider_config"));
    return changed;
}

json_t *spec_workers(const json_t *spec) { return jx_at(spec, "provider.workers"); }

int spec_worker(const json_t *spec, const char *name)
{
    size_t i;
    json_t *worker;

    json_array_foreach (spec_workers(spec), i, worker)
        if (!strcmp(jx_str(worker, "name", ""), name))
            return (int)i;
    return -1;
}

bool spec_highly_available(const json_t *spec) { return json_is_string(jx_at(spec, "highAvailability")); }
const char *spec_version(const json_t *spec) { return jx_str(spec, "kubernetes.version", ""); }
