/* SPDX-License-Identifier: Apache-2.0 */
/* Where an account finds its domains, projects, regions, quotas and the cloud profile. */
#include "sim/handlers.h"
#include "sim/profile.h"

/* Whether any project lives there: one domain per area. */

static bool in_use(const struct sim *s, const struct region *r)
{
    for (size_t i = 0; i < s->n_projects; i++)
        if (s->projects[i].region == r)
            return true;
    return false;
}

static bool visible(const struct call *c, const struct project *p)
{
    return c->account->type != ACCOUNT_PROJECT || !strcmp(p->id, c->sim->projects[0].id);
}

static const char *domain_name(size_t i)
{
    static const char *const names[] = { "CCP_Domain_1001", "CCP_Domain_1002", "CCP_Domain_1003",
                                         "CCP_Domain_1004" };

    return names[i % ARRAY_LENGTH(names)];
}

void discovery_alive(struct call *c) { call_json(c, 200, jx_pack("{s:b}", "alive", true)); }

void discovery_v1_domains(struct call *c)
{
    json_t *all = json_array();

    for (size_t i = 0; i < n_regions; i++) {
        const struct region *r = &regions[i];
        char area[12], zone[12], id[33];

        if (!in_use(c->sim, r))
            continue;
        region_domain(r, id);
        (void)snprintf(area, sizeof(area), "%d", r->area_id);
        (void)snprintf(zone, sizeof(zone), "%d", r->id);
        jx_append(all, jx_pack("{s:{s:s, s:s, s:s, s:[{s:s, s:s, s:s, s:s}]}, s:s, s:s, s:s, s:b}", "area",
                               "id", area, "name", r->area_name, "tag", r->area_tag, "regions", "zone_id",
                               zone, "name", r->name, "status", "active", "region", r->tag, "id", id,
                               "status", "provisioned", "name", domain_name(i), "enabled", true));
    }
    call_json(c, 200, all);
}

void discovery_v2_domains(struct call *c)
{
    json_t *all = json_array();

    for (size_t i = 0; i < n_regions; i++) {
        const struct region *r = &regions[i];
        char id[33];

        if (!in_use(c->sim, r))
            continue;
        region_domain(r, id);
        jx_append(all, jx_pack("{s:{s:i, s:s, s:[{s:i, s:s, s:s}], s:s}, s:b, s:n, s:s, s:s, s:s}", "area",
                               "id", r->area_id, "name", r->area_name, "regions", "id", r->id, "name",
                               r->name, "tag", r->tag, "tag", r->area_tag, "enabled", true, "error", "id", id,
                               "name", domain_name(i), "status", "provisioned"));
    }
    call_json(c, 200, all);
}

static const struct region *region_of_domain(const char *domain)
{
    for (size_t i = 0; i < n_regions; i++) {
        char id[33];

        region_domain(&regions[i], id);
        if (!strcmp(id, domain))
            return &regions[i];
    }
    return NULL;
}

static json_t *project_json(const struct project *p)
{
    char domain[33];

    region_domain(p->region, domain);
    return jx_pack("{s:s, s:s, s:s, s:b, s:s}", "id", p->id, "name", p->name, "domain_id", domain, "enabled",
                   true, "description", "");
}

static json_t *projects_in(struct call *c, const struct region *r)
{
    json_t *all = json_array();

    for (size_t i = 0; i < c->sim->n_projects; i++)
        if (c->sim->projects[i].region == r && visible(c, &c->sim->projects[i]))
            jx_append(all, project_json(&c->sim->projects[i]));
    return all;
}

void discovery_v1_projects(struct call *c)
{
    const struct region *r = region_of_domain(c->at.domain);
    json_t *all, *one;
    size_t i;

    if (!r) {
        call_error(c, 404, "Not Found: Domain not found");
        return;
    }
    all = projects_in(c, r);
    json_array_foreach (all, i, one)
        jx_set(one, "default", json_boolean(i == 0));
    call_json(c, 200, all);
}

void discovery_v2_projects(struct call *c)
{
    json_t *all = json_array();

    for (size_t i = 0; i < n_regions; i++) {
        const struct region *r = &regions[i];

        if (!in_use(c->sim, r))
            continue;
        jx_append(all, jx_pack("{s:{s:i, s:s, s:s, s:s, s:b, s:b, s:b, s:n, s:n}, s:o}", "region", "id",
                               r->id, "name", r->name, "tag", r->tag, "network_provider", "ovn",
                               "object_storage_enabled", true, "backup_enabled", false, "dns_enabled", true,
                               "nameservers_ipv4", "nameservers_ipv6", "projects", projects_in(c, r)));
    }
    call_json(c, 200, all);
}

void discovery_quotas(struct call *c)
{
    const struct switches *sw = &c->sim->switches;
    const struct region *r = region_find(NULL, c->at.region, false);

    if (!r || region_of_domain(c->at.domain) != r || !sim_project(c->sim, r, c->at.id)) {
        call_error(c, 404, "Not Found: Project not found");
        return;
    }
    call_json(c, 200,
              jx_pack("{s:{s:i, s:i, s:i, s:i, s:i}, s:{s:i, s:i, s:i}, s:{s:i, s:i, s:i, s:i, s:i}}",
                      "block_storage", "backup_gigabytes", 1000, "backups", 10, "gigabytes",
                      (int)switch_number(sw, SW_QUOTA_GIGABYTES), "snapshots", 10, "volumes", 50, "compute",
                      "cores", (int)switch_number(sw, SW_QUOTA_CORES), "instances",
                      (int)switch_number(sw, SW_QUOTA_INSTANCES), "ram", (int)switch_number(sw, SW_QUOTA_RAM),
                      "networking", "floating_ip", 50, "network", 100, "port", 500, "router", 10,
                      "security_group", 10));
}

void discovery_v1_profile(struct call *c) { call_json(c, 200, profile_v1(c->at.cloud, c->sim->started)); }
void discovery_v2_profiles(struct call *c) { call_json(c, 200, profile_v2(c->at.cloud, c->sim->started)); }
