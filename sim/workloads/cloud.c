/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/cloud.h"
#include "lib/crypto.h"

void cloud_init(struct cloud *cloud)
{
    *cloud = (struct cloud){ .load_balancers = json_array(),
                             .floating_ips = json_array(),
                             .volumes = json_array() };
}

void cloud_clear(struct cloud *cloud)
{
    json_decref(cloud->load_balancers);
    json_decref(cloud->floating_ips);
    json_decref(cloud->volumes);
}

json_t *cloud_find(const json_t *list, const char *key, const char *value)
{
    json_t *entry;
    size_t i;

    json_array_foreach (list, i, entry) {
        if (!strcmp(jx_str(entry, key, ""), value))
            return entry;
    }
    return NULL;
}

static bool owned_by(const json_t *entry, const struct cloud_owner *owner)
{
    return !strcmp(jx_str(entry, "region", ""), owner->region) &&
           !strcmp(jx_str(entry, "project", ""), owner->project);
}

size_t cloud_count(const json_t *list, const struct cloud_owner *owner)
{
    const json_t *entry;
    size_t i, n = 0;

    json_array_foreach (list, i, entry) {
        n += owned_by(entry, owner);
    }
    return n;
}

int64_t cloud_gigabytes(const json_t *list, const struct cloud_owner *owner)
{
    const json_t *entry;
    int64_t sum = 0;
    size_t i;

    json_array_foreach (list, i, entry) {
        sum += owned_by(entry, owner) ? jx_int(entry, "sizeGb", 0) : 0;
    }
    return sum;
}

static json_t *add(json_t *list, const struct cloud_owner *owner)
{
    char id[CRYPTO_UUID];
    json_t *entry;

    crypto_uuid(id);
    entry = jx_object(jx_s("id", id), jx_s("region", owner->region), jx_s("project", owner->project),
                      jx_s("cluster", owner->cluster));
    jx_append(list, entry);
    return entry;
}

/* VIPs are in the nodes' network, floating IPs in two of the ranges made for examples. */
enum { HOSTS = 240, FIRST_HOST = 10 };

json_t *cloud_add_load_balancer(struct cloud *cloud, const struct cloud_owner *owner, const char *name)
{
    json_t *entry = add(cloud->load_balancers, owner);
    unsigned n = cloud->next_vip++;

    jx_set(entry, "name", jx_text(name));
    jx_set(entry, "vip", json_sprintf("10.250.%u.%u", n / HOSTS % HOSTS, FIRST_HOST + n % HOSTS));
    jx_set(entry, "provisioningStatus", json_string("PENDING_CREATE"));
    jx_set(entry, "services", json_array());
    return entry;
}

json_t *cloud_add_floating_ip(struct cloud *cloud, const struct cloud_owner *owner, const char *description)
{
    json_t *entry = add(cloud->floating_ips, owner);
    unsigned n = cloud->next_floating_ip++;

    jx_set(entry, "address",
           json_sprintf("%s.%u", n / HOSTS % 2 ? "198.51.100" : "203.0.113", FIRST_HOST + n % HOSTS));
    jx_set(entry, "description", jx_text(description));
    jx_set(entry, "loadBalancer", json_null());
    return entry;
}

json_t *cloud_add_volume(struct cloud *cloud, const struct cloud_owner *owner, const char *name,
                         int64_t size_gb)
{
    json_t *entry = add(cloud->volumes, owner);

    jx_set(entry, "name", jx_text(name));
    jx_set(entry, "sizeGb", json_integer(size_gb));
    jx_set(entry, "status", json_string("available"));
    return entry;
}

void cloud_remove(json_t *list, const json_t *entry)
{
    for (size_t i = json_array_size(list); i-- > 0;)
        if (json_array_get(list, i) == entry)
            (void)json_array_remove(list, i);
}

static bool goes_with(const json_t *entry, const char *cluster)
{
    return !strcmp(jx_str(entry, "cluster", ""), cluster) && !jx_bool(entry, "keep", false);
}

void cloud_remove_cluster(struct cloud *cloud, const char *cluster)
{
    json_t *const lists[] = { cloud->load_balancers, cloud->volumes, cloud->floating_ips };
    json_t *ip;
    size_t i;

    json_array_foreach (cloud->floating_ips, i, ip) {
        const json_t *user = cloud_find(cloud->load_balancers, "id", jx_str(ip, "loadBalancer", ""));

        if (user && goes_with(user, cluster))
            jx_set(ip, "loadBalancer", json_null());
    }
    for (size_t k = 0; k < ARRAY_LENGTH(lists); k++)
        for (size_t n = json_array_size(lists[k]); n-- > 0;)
            if (goes_with(json_array_get(lists[k], n), cluster))
                (void)json_array_remove(lists[k], n);
    cloud->version++;
}
