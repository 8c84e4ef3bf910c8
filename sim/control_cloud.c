/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/control_cloud.h"
#include "sim/shoot_faults.h"

/* Each entry says whether its shoot still exists. */
static json_t *shown(const struct sim *s, const json_t *list)
{
    json_t *all = json_deep_copy(list), *entry;
    size_t i, k;

    json_array_foreach (all, i, entry) {
        bool orphan = true;

        for (k = 0; k < s->n_shoots && orphan; k++) {
            CLEAN(free)
            char *cluster = x_asprintf("shoot--%s--%s", s->shoots[k]->project->garden, s->shoots[k]->name);

            orphan = strcmp(cluster, jx_str(entry, "cluster", "")) != 0;
        }
        jx_set(entry, "orphan", json_boolean(orphan));
    }
    return all;
}

void control_list_load_balancers(struct call *c)
{
    call_json(c, 200, shown(c->sim, c->sim->cloud.load_balancers));
}
void control_list_floating_ips(struct call *c)
{
    call_json(c, 200, shown(c->sim, c->sim->cloud.floating_ips));
}
void control_list_volumes(struct call *c) { call_json(c, 200, shown(c->sim, c->sim->cloud.volumes)); }

void control_add_floating_ip(struct call *c)
{
    const char *region = jx_str(c->body, "region", NULL), *project = jx_str(c->body, "project", NULL);

    for (size_t i = 0; i < c->sim->n_projects; i++) {
        const struct project *p = &c->sim->projects[i];
        struct cloud_owner owner = { .region = p->region->tag, .project = p->id };

        if ((region && strcmp(region, p->region->tag) != 0) || (project && strcmp(project, p->id) != 0))
            continue;
        c->sim->cloud.version++;
        call_json(c, 201, json_deep_copy(cloud_add_floating_ip(&c->sim->cloud, &owner, "")));
        return;
    }
    call_error(c, 400, "there is no such project");
}

void control_remove_floating_ip(struct call *c)
{
    json_t *ip = cloud_find(c->sim->cloud.floating_ips, "id", c->at.id);

    if (!ip) {
        call_error(c, 404, "there is no floating IP \"%s\"", c->at.id);
        return;
    }
    cloud_remove(c->sim->cloud.floating_ips, ip);
    c->sim->cloud.version++;
    call_empty(c, 204);
}

void control_get_shoot_faults(struct call *c) { call_json(c, 200, shoot_faults_json(c->sim->shoot_faults)); }

void control_add_shoot_fault(struct call *c)
{
    struct err e = { 0 };
    int64_t id = 0;

    if (!call_object(c))
        return;
    if (shoot_faults_add(c->sim->shoot_faults, c->body, &id, &e) < 0)
        call_error(c, 400, "%s", e.text);
    else
        call_json(c, 201, jx_pack("{s:I}", "id", (json_int_t)id));
}

void control_delete_shoot_faults(struct call *c)
{
    shoot_faults_clear(c->sim->shoot_faults);
    call_empty(c, 204);
}
