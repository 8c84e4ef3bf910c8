/* SPDX-License-Identifier: Apache-2.0 */
/* Calls without a body that start something. */
#include "sim/handlers.h"
#include "sim/profile.h"
#include "sim/requests.h"
#include "sim/routes.h"
#include "sim/spec.h"
#include "sim/upkeep.h"

/* Idempotent; the only call where an unknown project is 500. */
void actions_bootstrap(struct call *c)
{
    struct project *project = sim_project(c->sim, c->region, c->at.id);
    bool mock = switch_is(&c->sim->switches, SW_SUCCESS_CODES, "vendor-mock");

    if (!project) {
        call_error(c, 500, "Internal Server Error");
        return;
    }
    c->applied = !project->bootstrapped;
    project->bootstrapped = true;
    if (mock && c->route->generation > 1)
        call_json(c, 200, jx_pack("{s:s}", "status", "ok"));
    else
        call_empty(c, 204);
}

static void sleep_or_wake(struct call *c, bool hibernate)
{
    struct life *l = &c->shoot->life;

    if (!request_free(c, false))
        return;
    if (l->hibernate != hibernate || l->state == OP_FAILED) {
        l->hibernate = hibernate;
        if (!hibernate) {
            if (switch_on(&c->sim->switches, SW_AUTO_UPDATE) &&
                jx_bool(c->shoot->spec, "maintenance.autoUpdate.kubernetesVersion", false))
                jx_set(jx_at(c->shoot->spec, "kubernetes"), "version",
                       json_string(profile_newest_patch(spec_version(c->shoot->spec))));
            upkeep_quota(c->sim, c->shoot);
        }
        sim_request(c->sim, c->shoot, hibernate ? WORK_HIBERNATE : WORK_WAKE);
    }
    call_accepted(c, 202);
}

void actions_hibernate(struct call *c) { sleep_or_wake(c, true); }
void actions_wake(struct call *c) { sleep_or_wake(c, false); }

void actions_enable_ha(struct call *c)
{
    json_t *spec;

    if (spec_highly_available(c->shoot->spec)) {
        call_error(c, 409, "The shoot already has a highly available control plane");
        return;
    }
    if (!request_free(c, false) ||
        (c->shoot->life.hibernate &&
         !request_rule(
             c, "ha-hibernated", "highAvailability",
             "Shoot is currently hibernated and cannot be scaled up to HA. Please make sure your cluster has "
             "woken up before scaling it up to HA")))
        return;
    spec = json_deep_copy(c->shoot->spec);
    jx_set(spec, "highAvailability", json_string("node"));
    request_apply(c, spec, WORK_UPDATE);
    call_accepted(c, 202);
}

static void start(struct call *c, enum life_work work)
{
    if (!request_free(c, false))
        return;
    upkeep_quota(c->sim, c->shoot);
    sim_request(c->sim, c->shoot, work);
    call_accepted(c, 202);
}

/* Maintenance brings pending patch versions, if the user lets it. */
void actions_maintenance(struct call *c)
{
    const char *version = spec_version(c->shoot->spec), *newest = profile_newest_patch(version);

    if (!c->shoot->life.remove && strcmp(version, newest) != 0 &&
        jx_bool(c->shoot->spec, "maintenance.autoUpdate.kubernetesVersion", false))
        jx_set(jx_at(c->shoot->spec, "kubernetes"), "version", json_string(newest));
    start(c, WORK_ROLL);
}

void actions_reconcile(struct call *c) { start(c, WORK_RECONCILE); }

void actions_retry(struct call *c)
{
    if (c->shoot->life.state == OP_FAILED) {
        upkeep_quota(c->sim, c->shoot);
        sim_request(c->sim, c->shoot, c->shoot->life.work);
        call_accepted(c, 202);
    } else if (switch_is(&c->sim->switches, SW_RETRY_NOT_FAILED, "conflict")) {
        call_error(c, 409, "The last operation of the shoot %s has not failed", c->shoot->name);
    } else {
        call_accepted(c, 202);
        c->applied = false;
    }
}

void actions_rotate_ca(struct call *c)
{
    const json_t *in = request_object(c, schema_v2_rotate, NULL);
    const char *stage = jx_str(in, "stage", "");
    bool prepare = !strcmp(stage, "Prepare"), done;

    if (!in || !request_free(c, false))
        return;
    if (!prepare && strcmp(stage, "Complete") != 0) {
        (void)request_rule(c, "ca-stage", "stage", "only Prepare and Complete can be requested");
        return;
    }
    done = c->shoot->life.created && (prepare ? life_rotate_prepare(&c->shoot->life, c->now)
                                              : life_rotate_complete(&c->shoot->life, c->now)) == 0;
    if (done) {
        (void)sim_settle_shoot(c->sim, c->shoot); /* completion ends the old CA at once */
        call_accepted(c, 202);
    } else if (
        request_rule(
            c, "ca", "stage",
            prepare ? "cannot start rotation of certificate authorities if .status.credentials.rotation."
                      "certificateAuthorities.phase is not 'Completed'"
                    : "cannot complete rotation of certificate authorities if .status.credentials.rotation."
                      "certificateAuthorities.phase is not 'Prepared'"))
        call_empty(c, 202);
}

void actions_ca_stage(struct call *c)
{
    const char *forced = c->shoot->stage_forced;

    call_json(c, 200, jx_pack("{s:s}", "stage", *forced ? forced : ca_stage_name[c->shoot->life.stage]));
}

/* How long the preparation of an upgrade is pending. */
enum { UPGRADE_PENDING_MS = 20000 };

static json_t *conditions(const char *outcome, const char *detail)
{
    json_t *details = json_array();

    if (detail)
        jx_append(details, jx_text(detail));
    return jx_pack("{s:s, s:o, s:s}", "outcome", outcome, "details", details, "upgrade_notes",
                   "Worker nodes are replaced one by one. Check the release notes for removed APIs.");
}

static json_t *upgrade_outcome(struct call *c, const char *target)
{
    const struct shoot *shoot = c->shoot;
    const char *version = spec_version(shoot->spec);
    json_int_t prepared = jx_int(shoot->upgrade, target, -1);
    int major = 0, minor = 0, to_major = 0, to_minor = 0;

    (void)sscanf(version, "%3d.%3d", &major, &minor);
    (void)sscanf(target, "%3d.%3d", &to_major, &to_minor);
    if (!profile_kubernetes(target, c->sim->started, c->now))
        return conditions("not_ready", "The version is not offered by the cloud profile");
    if (version_compare(target, version) < 0)
        return conditions("not_ready", "kubernetes version downgrade is not supported");
    if (to_major != major || to_minor > minor + 1)
        return conditions("not_ready", "kubernetes version upgrade cannot skip a minor version");
    if (shoot->life.hibernate || life_busy(&shoot->life))
        return conditions("not_ready", shoot->life.hibernate ? "The cluster is hibernated"
                                                             : "An operation is in progress");
    if (prepared >= 0)
        return c->now < prepared + UPGRADE_PENDING_MS ? conditions("pending", "Preparation is in progress")
                                                      : conditions("Success", NULL);
    return conditions("ready", NULL);
}

/* check, prepare and revert: none of them changes the version. */
void actions_upgrade(struct call *c)
{
    CLEAN(free) char *target = call_query(c, "target_version");
    json_t *outcome;

    if (!target || !is_version(target)) {
        call_invalid(c, 400, "One or more properties are invalid",
                     jx_pack("[{s:s, s:s}]", "key", "target_version", "value",
                             target ? "The value does not match the pattern" : "The property is required"));
        return;
    }
    if (!strcmp(c->in->method, "PATCH")) {
        c->applied = json_object_del(c->shoot->upgrade, target) == 0;
    } else if (!strcmp(c->in->method, "PUT")) {
        outcome = upgrade_outcome(c, target);
        c->applied = !strcmp(jx_str(outcome, "outcome", ""), "ready");
        json_decref(outcome);
        if (c->applied)
            jx_set(c->shoot->upgrade, target, json_integer(c->now));
    }
    call_json(c, 200, upgrade_outcome(c, target));
}
