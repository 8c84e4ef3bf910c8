/* SPDX-License-Identifier: Apache-2.0 */
/* One set of data, rendered in the two shapes the generations have. */
#include "sim/profile.h"
#include "lib/clock.h"
#include "lib/jx.h"

static const struct profile_version kubernetes[] = {
    { "1.31.14", "deprecated", -10 }, { "1.32.10", "deprecated", 30 }, { "1.33.6", "deprecated", 30 },
    { "1.33.7", "supported", 0 },     { "1.34.2", "deprecated", 30 },  { "1.34.3", "supported", 0 },
    { "1.35.5", "deprecated", 30 },   { "1.35.6", "supported", 60 },   { "1.35.7", "supported", 0 },
    { "1.36.0", "preview", 0 },
};
static const struct profile_version gardenlinux[] = {
    { "1592.1.0", "deprecated", 30 }, { "1877.3.0", "deprecated", 30 }, { "1877.9.0", "supported", 60 },
    { "1877.17.0", "supported", 0 },  { "1877.19.0", "supported", 0 },
};
static const struct profile_machine machines[] = {
    { "b.1c1gb", 1, 1, false },  { "b.2c4gb", 2, 4, true },   { "b.2c8gb", 2, 8, true },
    { "b.4c8gb", 4, 8, true },   { "b.4c16gb", 4, 16, true }, { "b.8c16gb", 8, 16, true },
    { "b.8c32gb", 8, 32, true },
};

static const struct profile_version *usable(const struct profile_version *list, size_t n, const char *version,
                                            int64_t age)
{
    for (size_t i = 0; i < n; i++) {
        const struct profile_version *v = &list[i];

        if (!strcmp(v->version, version))
            return v->expires_days == 0 || age < CLOCK_HOUR * 24 * v->expires_days ? v : NULL;
    }
    return NULL;
}

const struct profile_version *profile_kubernetes(const char *version, int64_t started, int64_t now)
{
    return usable(kubernetes, ARRAY_LENGTH(kubernetes), version, now - started);
}

const struct profile_version *profile_image(const char *name, const char *version, int64_t started,
                                            int64_t now)
{
    return strcmp(name, "gardenlinux") != 0
               ? NULL
               : usable(gardenlinux, ARRAY_LENGTH(gardenlinux), version, now - started);
}

const struct profile_machine *profile_machine(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(machines); i++)
        if (!strcmp(machines[i].name, name))
            return &machines[i];
    return NULL;
}

const char *profile_newest_image(void) { return gardenlinux[ARRAY_LENGTH(gardenlinux) - 1].version; }

int version_compare(const char *a, const char *b)
{
    while (*a || *b) {
        char *end_a, *end_b;
        unsigned long x = strtoul(a, &end_a, 10), y = strtoul(b, &end_b, 10);

        if (x != y || end_a == a || end_b == b)
            return x < y || (x == y && *b) ? -1 : 1;
        a = end_a + (*end_a == '.');
        b = end_b + (*end_b == '.');
    }
    return 0;
}

const char *profile_newest_patch(const char *version)
{
    const char *dot = strrchr(version, '.'), *newest = version;
    size_t minor = dot ? (size_t)(dot - version) + 1 : 0;

    for (size_t i = 0; minor && i < ARRAY_LENGTH(kubernetes); i++)
        if (!strncmp(kubernetes[i].version, version, minor) &&
            version_compare(kubernetes[i].version, newest) > 0)
            newest = kubernetes[i].version;
    return newest;
}

static json_t *versions(const struct profile_version *list, size_t n, const char *date_key, int64_t started)
{
    json_t *all = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *v =
            jx_pack("{s:s, s:s}", "version", list[i].version, "classification", list[i].classification);
        char date[CLOCK_TEXT];

        clock_text(started + CLOCK_HOUR * 24 * list[i].expires_days, date);
        if (list[i].expires_days)
            jx_set(v, date_key, json_string(date));
        jx_append(all, v);
    }
    return all;
}

static json_t *image_versions(const char *date_key, int64_t started)
{
    json_t *all = versions(gardenlinux, ARRAY_LENGTH(gardenlinux), date_key, started), *v;
    size_t i;

    json_array_foreach (all, i, v) {
        jx_set(v, "cri", jx_pack("[{s:s}]", "name", "containerd"));
        jx_set(v, "architectures", jx_pack("[s]", "amd64"));
    }
    return all;
}

static json_t *region_list(const char *cloud, bool v1)
{
    json_t *all = json_array();

    for (size_t i = 0; i < n_regions; i++) {
        json_t *zones = json_array();

        if (strcmp(regions[i].cloud, cloud) != 0) {
            json_decref(zones);
            continue;
        }
        for (const char *const *z = regions[i].zones; *z; z++)
            jx_append(zones, v1 ? jx_pack("{s:s, s:[]}", "name", *z, "unavailableVolumeTypes")
                                : jx_pack("{s:s}", "name", *z));
        jx_append(all, jx_pack("{s:s, s:o}", "name", regions[i].tag, "zones", zones));
    }
    return all;
}

json_t *profile_v1(const char *cloud, int64_t started)
{
    json_t *types = json_array(), *spec;

    for (size_t i = 0; i < ARRAY_LENGTH(machines); i++) {
        char cpu[12], memory[12];

        (void)snprintf(cpu, sizeof(cpu), "%d", machines[i].cpu);
        (void)snprintf(memory, sizeof(memory), "%dGi", machines[i].memory_gib);
        jx_append(types,
                  jx_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "cpu", cpu, "gpu", "0", "memory", memory, "name",
                          machines[i].name, "usable", machines[i].usable, "architecture", "amd64"));
    }
    spec = jx_pack("{s:{s:o}, s:[{s:s, s:o, s:s}], s:o, s:o}", "kubernetes", "versions",
                   versions(kubernetes, ARRAY_LENGTH(kubernetes), "expirationDate", started), "machineImages",
                   "name", "gardenlinux", "versions", image_versions("expirationDate", started),
                   "updateStrategy", "major", "machineTypes", types, "regions", region_list(cloud, true));
    return jx_pack("[{s:s, s:o}]", "name", "cleuracloud", "spec", spec);
}

static json_t *provider_config(const char *cloud)
{
    json_t *keystones = json_array(), *ids = json_array();

    for (size_t i = 0; i < n_regions; i++) {
        char *url;

        if (strcmp(regions[i].cloud, cloud) != 0)
            continue;
        url = x_asprintf("https://%s.citycloud.example:5000/v3", regions[i].tag);
        jx_append(keystones, jx_pack("{s:s, s:s}", "region", regions[i].tag, "uri", url));
        jx_append(
            ids, jx_pack("{s:s, s:s}", "id", "1f0e8a44-6d5b-4c1e-9a5e-2f1c0d6b7a11", "name", regions[i].tag));
        free(url);
    }
    return jx_pack("{s:{s:[{s:s}], s:[{s:s}]}, s:[s], s:o, s:[{s:s, s:[{s:s, s:s, s:o}]}], s:[ss]}",
                   "constraints", "floating_pools", "name", "ext-net", "load_balancer_providers", "name",
                   "amphora", "dns_servers", "1.1.1.1", "keystone_urls", keystones, "machine_images", "name",
                   "gardenlinux", "versions", "version", profile_newest_image(), "image", "gardenlinux",
                   "regions", ids, "server_group_policies", "soft-anti-affinity", "anti-affinity");
}

json_t *profile_v2(const char *cloud, int64_t started)
{
    json_t *types = json_array(), *profile;

    for (size_t i = 0; i < ARRAY_LENGTH(machines); i++) {
        char memory[12];

        (void)snprintf(memory, sizeof(memory), "%dGi", machines[i].memory_gib);
        jx_append(types,
                  jx_pack("{s:s, s:i, s:i, s:s, s:s, s:b}", "name", machines[i].name, "cpu", machines[i].cpu,
                          "gpu", 0, "memory", memory, "architecture", "amd64", "usable", machines[i].usable));
    }
    profile = jx_pack("{s:s, s:s, s:{s:o}, s:[{s:s, s:s, s:o}], s:o, s:[{s:s, s:s, s:s, s:b}], s:o, s:o}",
                      "name", "cleuracloud", "type", "openstack", "kubernetes", "versions",
                      versions(kubernetes, ARRAY_LENGTH(kubernetes), "expiration_date", started),
                      "machine_images", "name", "gardenlinux", "update_strategy", "major", "versions",
                      image_versions("expiration_date", started), "machine_types", types, "volume_types",
                      "name", "default", "class", "standard", "min_size", "20Gi", "usable", true, "regions",
                      region_list(cloud, false), "provider_config", provider_config(cloud));
    return jx_pack("[o]", profile);
}
