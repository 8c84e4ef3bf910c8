/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch: the table, the checks of each scope, the statistics. */
#include "sim/routes.h"
#include "lib/table.h"
#include "sim/handlers.h"
#include "sim/schema.h"
#include "sim/uri.h"

#define V1 "/gardener/v1/{cloud}/shoot/{region}/{project}"
#define V2 "/gardener/v2/{cloud}/shoots/{region}/{project}"
#define V3 "/gardener/v3/{cloud}/shoots/{region}/{project}"

static const struct route routes[] = {
    { "Alive", "GET", "/alive/v1/alive", 1, SCOPE_PUBLIC, false, discovery_alive },
    { "V1Login", "POST", "/auth/v1/tokens", 1, SCOPE_PUBLIC, false, auth_v1_login },
    { "V1SendCode", "POST", "/auth/v1/tokens/request2facode", 1, SCOPE_PUBLIC, false, auth_v1_send_code },
    { "V1Verify", "POST", "/auth/v1/tokens/verify2fa", 1, SCOPE_PUBLIC, false, auth_v1_verify },
    { "V1Validate", "POST", "/auth/v1/tokens/validate", 1, SCOPE_TOKEN, false, auth_validate },
    { "V1Revoke", "DELETE", "/auth/v1/tokens", 1, SCOPE_TOKEN, false, auth_revoke },
    { "AuthCreateToken", "POST", "/auth/v2/tokens", 2, SCOPE_PUBLIC, false, auth_v2_login },
    { "AuthRequestSmsCode", "POST", "/auth/v2/request-sms-code", 2, SCOPE_PUBLIC, false, auth_v2_send_code },
    { "AuthCreateTokenBySmsCode", "POST", "/auth/v2/tokens-by-sms-code", 2, SCOPE_PUBLIC, false,
      auth_v2_verify },
    { "AuthValidateToken", "POST", "/auth/v2/tokens/validate", 2, SCOPE_TOKEN, false, auth_validate },
    { "AuthRevokeToken", "DELETE", "/auth/v2/tokens", 2, SCOPE_TOKEN, false, auth_revoke },
    { "IdentityGetCurrentUser", "GET", "/identity/v2/current-user", 2, SCOPE_TOKEN, false,
      auth_current_user },

    { "V1ListDomains", "GET", "/accesscontrol/v1/openstack/domains", 1, SCOPE_TOKEN, false,
      discovery_v1_domains },
    { "V1ListProjects", "GET", "/accesscontrol/v1/openstack/{domain}/projects", 1, SCOPE_TOKEN, false,
      discovery_v1_projects },
    { "OpenStackIdentityListDomains", "GET", "/openstack/identity/v2/domains", 2, SCOPE_TOKEN, false,
      discovery_v2_domains },
    { "OpenStackIdentityListRegionsWithProjects", "GET", "/openstack/identity/v1/current-user/projects", 2,
      SCOPE_TOKEN, false, discovery_v2_projects },
    { "OpenStackIdentityGetProjectQuota", "GET",
      "/openstack/identity/v2/domains/{domain}/projects/{id}/quotas/{region}", 2, SCOPE_TOKEN, false,
      discovery_quotas },

    { "V1CloudProfile", "GET", "/gardener/v1/{cloud}/cloudprofile", 1, SCOPE_CLOUD, false,
      discovery_v1_profile },
    { "V1Bootstrap", "POST", "/gardener/v1/{cloud}/secret/{region}/{id}/bootstrap", 1, SCOPE_REGION, true,
      actions_bootstrap },
    { "V1ListShoots", "GET", V1, 1, SCOPE_PROJECT, false, shoots_v1_list },
    { "V1CreateShoot", "POST", V1, 1, SCOPE_PROJECT, true, shoots_v1_create },
    { "V1GetShoot", "GET", V1 "/{shoot}", 1, SCOPE_SHOOT, false, shoots_v1_get },
    { "V1UpdateShoot", "PUT", V1 "/{shoot}", 1, SCOPE_SHOOT, true, shoots_v1_update },
    { "V1DeleteShoot", "DELETE", V1 "/{shoot}", 1, SCOPE_SHOOT, true, shoots_delete },
    { "V1EnableHa", "POST", V1 "/{shoot}/enable-ha-control-plane", 1, SCOPE_SHOOT, true, actions_enable_ha },
    { "V1Hibernate", "POST", V1 "/{shoot}/hibernate", 1, SCOPE_SHOOT, true, actions_hibernate },
    { "V1WakeUp", "POST", V1 "/{shoot}/wakeup", 1, SCOPE_SHOOT, true, actions_wake },
    { "V1AddWorker", "POST", V1 "/{shoot}/worker", 1, SCOPE_SHOOT, true, workers_v1_add },
    { "V1UpdateWorker", "PUT", V1 "/{shoot}/worker/{worker}", 1, SCOPE_SHOOT, true, workers_v1_update },
    { "V1DeleteWorker", "DELETE", V1 "/{shoot}/worker/{worker}", 1, SCOPE_SHOOT, true, workers_delete },
    { "V1Monitoring", "GET", V1 "/{shoot}/monitoring", 1, SCOPE_SHOOT, false, monitoring_credentials },
    { "V1AdminKubeconfig", "POST", V1 "/{shoot}/adminkubeconfig", 1, SCOPE_SHOOT, false,
      access_kubeconfig_v1 },
    { "V1Kubeconfig", "GET", V1 "/{shoot}/kubeconfig", 1, SCOPE_SHOOT, false, access_kubeconfig_v1_old },

    { "GardenerListCloudProfiles", "GET", "/gardener/v2/{cloud}/cloud-profiles", 2, SCOPE_CLOUD, false,
      discovery_v2_profiles },
    { "GardenerIsShootNameTaken", "GET", "/gardener/v2/{cloud}/shoots/{id}/is-name-taken", 2, SCOPE_CLOUD,
      false, shoots_name_taken },
    { "GardenerCommunicationBootstrap", "POST", "/gardener/v2/{cloud}/{region}/{id}/bootstrap", 2,
      SCOPE_REGION, true, actions_bootstrap },
    { "GardenerListShoots", "GET", V2, 2, SCOPE_PROJECT, false, shoots_v2_list },
    { "GardenerCreateShoot", "POST", V2, 2, SCOPE_PROJECT, true, shoots_v2_create },
    { "GardenerGetShoot", "GET", V2 "/{shoot}", 2, SCOPE_SHOOT, false, shoots_v2_get },
    { "GardenerEditShoot", "PATCH", V2 "/{shoot}", 2, SCOPE_SHOOT, true, shoots_v2_update },
    { "GardenerDeleteShoot", "DELETE", V2 "/{shoot}", 2, SCOPE_SHOOT, true, shoots_delete },
    { "GardenerCreateShootAdminKubeConfig", "POST", V2 "/{shoot}/admin-kubeconfig", 2, SCOPE_SHOOT, false,
      access_kubeconfig_v2 },
    { "GardenerCreateShootAdminKubeConfigV3", "POST", V3 "/{shoot}/admin-kubeconfig", 3, SCOPE_SHOOT, false,
      access_kubeconfig_v3 },
    { "GardenerRotateShootCa", "PATCH", V2 "/{shoot}/ca/rotate", 2, SCOPE_SHOOT, true, actions_rotate_ca },
    { "GardenerGetShootCaRotationStage", "GET", V2 "/{shoot}/ca/rotation-stage", 2, SCOPE_SHOOT, false,
      actions_ca_stage },
    { "GardenerEnableHighlyAvailableControlPlane", "PATCH", V2 "/{shoot}/ha-control-plane/enable", 2,
      SCOPE_SHOOT, true, actions_enable_ha },
    { "GardenerHibernateShoot", "PATCH", V2 "/{shoot}/hibernate", 2, SCOPE_SHOOT, true, actions_hibernate },
    { "GardenerWakeUpShoot", "PATCH", V2 "/{shoot}/wakeup", 2, SCOPE_SHOOT, true, actions_wake },
    { "GardenerTriggerShootMaintenance", "PATCH", V2 "/{shoot}/maintenance", 2, SCOPE_SHOOT, true,
      actions_maintenance },
    { "GardenerReconcileShoot", "PATCH", V2 "/{shoot}/reconcile", 2, SCOPE_SHOOT, true, actions_reconcile },
    { "GardenerRetryFailedShootOperation", "PATCH", V2 "/{shoot}/retry", 2, SCOPE_SHOOT, true,
      actions_retry },
    { "GardenerGetShootMonitoringCredentials", "GET", V2 "/{shoot}/monitoring", 2, SCOPE_SHOOT, false,
      monitoring_credentials },
    { "GardenerGetShootNodeDetails", "GET", V2 "/{shoot}/monitoring/nodes/{node}", 2, SCOPE_SHOOT, false,
      monitoring_node },
    { "GardenerGetShootWorkerGroupDetails", "GET", V2 "/{shoot}/monitoring/workers/{worker}", 2, SCOPE_SHOOT,
      false, monitoring_worker },
    { "GardenerGetShootNodeNames", "GET", V2 "/{shoot}/monitoring/workers/{worker}/nodes", 2, SCOPE_SHOOT,
      false, monitoring_node_names },
    { "GardenerGetShootWorkerGroupNodesOverview", "GET",
      V2 "/{shoot}/monitoring/workers/{worker}/nodes/overview", 2, SCOPE_SHOOT, false, monitoring_overview },
    { "GardenerGetShootSshPrivateKey", "GET", V2 "/{shoot}/ssh_pk", 2, SCOPE_SHOOT, false, access_ssh_key },
    { "GardenerCheckShootUpgradeConditions", "GET", V2 "/{shoot}/upgrade/check", 2, SCOPE_SHOOT, false,
      actions_upgrade },
    { "GardenerPrepareShootUpgradeConditions", "PUT", V2 "/{shoot}/upgrade/prepare", 2, SCOPE_SHOOT, true,
      actions_upgrade },
    { "GardenerRevertShootUpgradeConditions", "PATCH", V2 "/{shoot}/upgrade/revert", 2, SCOPE_SHOOT, true,
      actions_upgrade },
    { "GardenerCreateWorker", "POST", V2 "/{shoot}/workers", 2, SCOPE_SHOOT, true, workers_v2_add },
    { "GardenerUpdateWorker", "PUT", V2 "/{shoot}/workers/{worker}", 2, SCOPE_SHOOT, true,
      workers_v2_update },
    { "GardenerDeleteWorker", "DELETE", V2 "/{shoot}/workers/{worker}", 2, SCOPE_SHOOT, true,
      workers_delete },
};

const struct route *route_at(size_t i) { return i < ARRAY_LENGTH(routes) ? &routes[i] : NULL; }

static void set_param(struct path_params *at, const struct uri_param *p)
{
    static const struct {
        const char *name;
        size_t offset;
    } places[] = { { "cloud", offsetof(struct path_params, cloud) },
                   { "region", offsetof(struct path_params, region) },
                   { "project", offsetof(struct path_params, project) },
                   { "shoot", offsetof(struct path_params, shoot) },
                   { "worker", offsetof(struct path_params, worker) },
                   { "node", offsetof(struct path_params, node) },
                   { "domain", offsetof(struct path_params, domain) },
                   { "id", offsetof(struct path_params, id) } };

    for (size_t i = 0; i < ARRAY_LENGTH(places); i++)
        if (!strncmp(p->name, places[i].name, p->name_len) && !places[i].name[p->name_len])
            *(char **)(void *)((char *)at + places[i].offset) = uri_decode(p->value, p->value_len);
}

const struct route *route_find(const char *method, const char *path, struct path_params *at)
{
    struct uri_param params[URI_PARAMS];

    for (size_t i = 0; i < ARRAY_LENGTH(routes); i++) {
        int n = !strcmp(routes[i].method, method) ? uri_match(routes[i].pattern, path, params) : -1;

        for (int p = 0; p < n; p++)
            set_param(at, &params[p]);
        if (n >= 0)
            return &routes[i];
    }
    return NULL;
}

int route_generation(const char *path)
{
    return strstr(path, "/v1/") && strncmp(path, "/openstack/", 11) != 0 ? 1 : 2;
}

/* Each check answers the call and returns false when it fails. */

/* Came with the schema of September 2026. */
static bool too_new(const struct call *c)
{
    return !switch_is(&c->sim->switches, SW_SCHEMA, "2026-09") &&
           (c->route->generation == 3 || !strcmp(c->route->name, "GardenerGetShootNodeNames"));
}

static bool check_token(struct call *c)
{
    const struct switches *sw = &c->sim->switches;
    double limit = switch_number(sw, SW_RATE_LIMIT);

    c->account = token_check(&c->sim->accounts, c->in->login, c->in->token, c->real_now);
    if (!c->account) {
        call_error(c, (int)switch_number(sw, SW_INVALID_TOKEN_STATUS), "Invalid token");
        return false;
    }
    if (c->account->type == ACCOUNT_IP_RESTRICTED && switch_on(sw, SW_FORBIDDEN_IP)) {
        call_error(c, 403, "Forbidden IP");
        return false;
    }
    if (limit > 0 && (double)token_count(&c->sim->accounts, c->in->token, c->real_now) > limit) {
        call_error(c, 429, "Too Many Requests");
        c->retry_after = "1";
        return false;
    }
    return true;
}

static bool privileged(const struct call *c)
{
    enum account_type type = c->account->type;

    return type != ACCOUNT_NO_OPENSTACK && (type != ACCOUNT_READ_ONLY || !c->route->changes);
}

static bool check_cloud(struct call *c)
{
    if (!privileged(c)) {
        call_error(c, 403, "No access: Your user does not have access to this method.");
        return false;
    }
    if (!cloud_exists(c->at.cloud)) {
        call_error(c, 404, "Not Found");
        return false;
    }
    return true;
}

static bool check_region(struct call *c)
{
    enum switch_id id = c->route->generation == 1 ? SW_REGION_CASE_V1 : SW_REGION_CASE_V2;

    c->region = region_find(c->at.cloud, c->at.region, switch_is(&c->sim->switches, id, "insensitive"));
    if (!c->region)
        call_error(c, 404, "OpenStack region %s was not found", c->at.region);
    return c->region;
}

static bool check_project(struct call *c)
{
    c->project = sim_project(c->sim, c->region, c->at.project);
    if (!c->project)
        call_error(c, 404, "Not Found: Project not found");
    else if (c->account->type == ACCOUNT_PROJECT && strcmp(c->project->id, c->sim->projects[0].id) != 0)
        call_error(c, 403, "No access: Your user does not have access to this method.");
    return c->project && !c->json;
}

static bool check_shoot(struct call *c)
{
    if (c->route->generation > 1 && !is_shoot_name(c->at.shoot)) {
        call_invalid(
            c, 400, "One or more properties are invalid",
            jx_pack("[{s:s, s:s}]", "key", "shootName", "value", "The value does not match the pattern"));
        return false;
    }
    c->shoot = sim_shoot(c->sim, c->project, c->at.shoot);
    if (c->shoot && !sim_settle_shoot(c->sim, c->shoot))
        c->shoot = NULL;
    if (!c->shoot)
        call_error(c, 404, "Not Found");
    return c->shoot;
}

static bool allowed(struct call *c)
{
    static bool (*const checks[])(struct call *) = { [SCOPE_TOKEN] = check_token,
                                                     [SCOPE_CLOUD] = check_cloud,
                                                     [SCOPE_REGION] = check_region,
                                                     [SCOPE_PROJECT] = check_project,
                                                     [SCOPE_SHOOT] = check_shoot };

    for (int scope = SCOPE_TOKEN; scope <= (int)c->route->scope; scope++)
        if (!checks[scope](c))
            return false;
    return true;
}

static void count(struct call *c)
{
    json_t *row = jx_make_object(c->sim->stats, c->route ? c->route->name : "(no route)");

    jx_set(row, "calls", json_integer(jx_int(row, "calls", 0) + 1));
    jx_set(row, "applied", json_integer(jx_int(row, "applied", 0) + (c->applied ? 1 : 0)));
}

void routes_answer(struct call *c)
{
    struct err e = { 0 };

    c->route = route_find(c->in->method, c->in->path, &c->at);
    c->escape = (c->route ? c->route->generation : route_generation(c->in->path)) == 1 &&
                switch_on(&c->sim->switches, SW_ESCAPE_SLASHES);
    if (!c->route || too_new(c)) {
        call_error(c, 404, "Not Found");
    } else if (allowed(c)) {
        c->body = c->in->body_len ? jx_parse(c->in->body, c->in->body_len, &e) : NULL;
        if (c->in->body_len && !c->body)
            call_error(c, 400, "The request body is not valid JSON");
        else
            c->route->handler(c);
    }
    count(c);
}
