/* SPDX-License-Identifier: Apache-2.0 */
/* Create, list, get, update, delete, in both generations. */
#include "sim/handlers.h"
#include "sim/render.h"
#include "sim/requests.h"
#include "sim/routes.h"
#include "sim/semantics.h"
#include "sim/spec.h"
#include "sim/upkeep.h"
#include <strings.h>

typedef json_t *render_fn(struct sim *s, const struct shoot *shoot);

/* A create shows in lists only when the lag is over. */
static bool listed(const struct call *c, const struct shoot *shoot)
{
    return c->now >= shoot->created + switch_ms(&c->sim->switches, SW_LAG_SECONDS);
}

static void list(struct call *c, render_fn *render)
{
    json_auto_t *names = json_array();
    json_t *all = json_array(), *name, *ordered;
    size_t i;

    sim_settle(c->sim);
    for (size_t n = 0; n < c->sim->n_shoots; n++)
        if (c->sim->shoots[n]->project == c->project && listed(c, c->sim->shoots[n]))
            jx_append(names, json_string(c->sim->shoots[n]->name));
    ordered = render_ordered(c->sim, names, NULL);
    json_array_foreach (ordered, i, name)
        jx_append(all, render(c->sim, sim_shoot(c->sim, c->project, json_string_value(name))));
    json_decref(ordered);
    call_json(c, 200, all);
}

void shoots_v1_list(struct call *c) { list(c, render_v1); }
void shoots_v2_list(struct call *c) { list(c, render_v2); }
void shoots_v1_get(struct call *c) { call_json(c, 200, render_v1(c->sim, c->shoot)); }
void shoots_v2_get(struct call *c) { call_json(c, 200, render_v2(c->sim, c->shoot)); }

static bool may_create(struct call *c, const char *name)
{
    int status = (int)switch_number(&c->sim->switches, SW_NO_BOOTSTRAP_STATUS);
    struct shoot *other = sim_shoot_named(c->sim, name);

    if (!c->project->bootstrapped && status) {
        call_error(c, status,
                   status == 500 ? "Internal Server Error" : "Not Found: Gardener project not found");
        return false;
    }
    if (other && sim_settle_shoot(c->sim, other)) {
        call_error(c, (int)switch_number(&c->sim->switches, SW_TAKEN_STATUS),
                   "The shoot name %s is already taken", name);
        return false;
    }
    return is_dns_label(name) ||
           request_rule(c, "name", "name", "Invalid value: metadata.name must be a lowercase RFC 1123 label");
}

/* Takes 'spec'; the new shoot, or NULL when the call was answered. */
static struct shoot *create(struct call *c, const char *name, json_t *spec)
{
    struct shoot *shoot = NULL;

    if (!may_create(c, name) || !request_spec_ok(c, NULL, spec)) {
        json_decref(spec);
        return NULL;
    }
    shoot = sim_add_shoot(c->sim, c->project, name, spec);
    if (!shoot) {
        call_error(c, 500, "Internal Server Error");
        return NULL;
    }
    upkeep_quota(c->sim, shoot);
    sim_request(c->sim, shoot, WORK_CREATE);
    c->sim->creates++;
    c->applied = true;
    return shoot;
}

void shoots_v1_create(struct call *c)
{
    json_t *in = request_object(c, schema_v1_create, "shoot");
    struct shoot *shoot =
        in ? create(c, jx_str(in, "name", ""), spec_from_v1(in, c->region, &c->sim->dice)) : NULL;

    if (shoot)
        call_json(c, 200, jx_pack("{s:o}", "shoot", render_v1_created(c->sim, shoot)));
}

static bool cilium_ok(struct call *c, const char *type, const json_t *config)
{
    if (!json_is_object(config) || !strcmp(type, "cilium"))
        return true;
    call_error(c, 409, "Cilium configuration is only possible with networking type cilium");
    return false;
}

void shoots_v2_create(struct call *c)
{
    json_t *in = request_object(c, schema_v2_create, NULL);
    struct shoot *shoot = NULL;

    if (!in || !cilium_ok(c, jx_str(in, "networking.type", "calico"),
                          jx_at(in, "networking.cilium_provider_config")))
        return;
    shoot = create(c, jx_str(in, "name", ""), spec_from_v2(in, c->region, &c->sim->dice));
    if (shoot)
        call_json(c, switch_is(&c->sim->switches, SW_SUCCESS_CODES, "spec") ? 202 : 201,
                  render_v2(c->sim, shoot));
}

/* Turning HA on: refused when it is on already or the cluster sleeps. */
static bool ha_ok(struct call *c, const json_t *flag)
{
    if (!json_is_true(flag))
        return true;
    if (spec_highly_available(c->shoot->spec)) {
        call_error(c, 409, "The shoot already has a highly available control plane");
        return false;
    }
    return !c->shoot->life.hibernate || request_rule(c, "ha-hibernated", "enable_ha_control_plane",
                                                     "Shoot is currently hibernated and cannot be scaled up "
                                                     "to HA. Please make sure your cluster has "
                                                     "woken up before scaling it up to HA");
}

/* Takes 'spec'. A new Kubernetes version replaces all nodes. */
static void update(struct call *c, json_t *spec, render_fn *render)
{
    bool rolls = strcmp(spec_version(spec), spec_version(c->shoot->spec)) != 0;

    if (!request_free(c, false) || !request_spec_ok(c, c->shoot->spec, spec)) {
        json_decref(spec);
        return;
    }
    request_apply(c, spec, rolls ? WORK_ROLL : WORK_UPDATE);
    call_json(c, 202, render(c->sim, c->shoot));
}

/* The API answers 500 when one of several schedules is taken away. */
static bool schedules_ok(struct call *c, const json_t *list)
{
    size_t had = json_array_size(jx_at(c->shoot->spec, "hibernation.schedules")),
           wanted = json_array_size(list);

    if (!json_is_array(list) || wanted == 0 || wanted >= had)
        return true;
    call_error(c, 500, "Internal Server Error");
    return false;
}

void shoots_v1_update(struct call *c)
{
    json_t *in = request_object(c, schema_v1_update, "shoot");

    if (in && ha_ok(c, jx_at(in, "enableHaControlPlane")) &&
        schedules_ok(c, jx_at(in, "hibernation.schedules")))
        update(c, spec_put_v1(c->shoot->spec, in), render_v1);
}

void shoots_v2_update(struct call *c)
{
    json_t *in = request_object(c, schema_v2_patch, NULL);

    if (in && ha_ok(c, jx_at(in, "enable_ha_control_plane")) &&
        cilium_ok(c, jx_str(c->shoot->spec, "networking.type", ""),
                  jx_at(in, "networking.cilium_provider_config")))
        update(c, spec_patch_v2(c->shoot->spec, in), render_v2);
}

void shoots_delete(struct call *c)
{
    bool mock = switch_is(&c->sim->switches, SW_SUCCESS_CODES, "vendor-mock");

    if (c->shoot->life.remove && switch_is(&c->sim->switches, SW_DELETE_AGAIN, "conflict")) {
        call_error(c, 409, "The shoot %s is already being deleted", c->shoot->name);
        return;
    }
    if (!c->shoot->life.remove || c->shoot->life.state == OP_FAILED) {
        c->shoot->life.remove = true;
        sim_request(c->sim, c->shoot, WORK_DELETE);
    }
    call_accepted(c, c->route->generation > 1 && mock ? 204 : 202);
}

void shoots_name_taken(struct call *c)
{
    const struct shoot *shoot = sim_shoot_named(c->sim, c->at.id);

    if (!is_shoot_name(c->at.id))
        call_invalid(
            c, 400, "One or more properties are invalid",
            jx_pack("[{s:s, s:s}]", "key", "shootName", "value", "The value does not match the pattern"));
    else
        call_json(c, 200, jx_pack("{s:b}", "is_taken", shoot && listed(c, shoot)));
}
