/* SPDX-License-Identifier: Apache-2.0 */
/* A shoot's state out of a stored answer. */
#include "function/render/shoot_stored.h"
#include "lib/jx.h"

static const struct {
    const char *to, *v1, *v2;
} fields[] = {
    { "uid", "metadata.uid", "uid" },
    { "kubernetesVersion", "spec.kubernetes.version", "kubernetes.version" },
    { "hibernated", "status.hibernated", "status.is_hibernated" },
    { "hibernationEnabled", "spec.hibernation.enabled", "status.is_hibernated" },
    { "operation.type", "status.lastOperation.type", "last_operation.type" },
    { "operation.state", "status.lastOperation.state", "last_operation.state" },
    { "operation.progress", "status.lastOperation.progress", "last_operation.progress" },
    { "operation.description", "status.lastOperation.description", "last_operation.description" },
    { "operation.lastUpdateTime", "status.lastOperation.lastUpdateTime", "last_operation.last_update_time" },
    { "conditions", "status.conditions", "status.conditions" },
    { "lastErrors", "status.lastErrors", "status.last_errors" },
    { "networking.type", "spec.networking.type", "networking.type" },
    { "infrastructure.floatingPoolName", "spec.provider.infrastructureConfig.floatingPoolName",
      "shoot_provider.infrastructure_config.floating_pool_name" },
    { "infrastructure.workers", "spec.provider.infrastructureConfig.networks.workers",
      "shoot_provider.infrastructure_config.networks.workers" },
    { "infrastructure.loadBalancerProvider", "spec.provider.controlPlaneConfig.loadBalancerProvider",
      "shoot_provider.control_plane_config.load_balancer_provider" },
    { "workers", "spec.provider.workers", "shoot_provider.workers" },
};

/* What the bodies of UPDATE in shoot_programs.c read of 'd'. */
static const char *const have_v1[] = {
    "metadata.uid",     "spec.kubernetes.version",    "spec.provider.infrastructureConfig.floatingPoolName",
    "spec.maintenance", "spec.hibernation.schedules", NULL,
};
static const char *const have_v2[] = {
    "uid",
    "kubernetes.version",
    "maintenance",
    "hibernation.schedules",
    "allowed_cidrs",
    "networking.cilium_provider_config",
    NULL,
};

/* 'value' at 'path' of 'doc', whose objects are made. */
static void put_at(json_t *doc, const char *path, const json_t *value)
{
    for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        CLEAN(free) char *key = x_strndup(path, (size_t)(dot - path));

        doc = jx_make_object(doc, key);
    }
    jx_share(doc, path, value);
}

json_t *shoot_stored_have(const json_t *answer, bool v2)
{
    json_t *have;

    if (!jx_str(answer, v2 ? "kubernetes.version" : "spec.kubernetes.version", NULL))
        return NULL;
    have = json_object();
    for (const char *const *path = v2 ? have_v2 : have_v1; *path; path++)
        if (jx_at(answer, *path))
            put_at(have, *path, jx_at(answer, *path));
    return have;
}

json_t *shoot_stored_projection(const json_t *shoot, bool v2)
{
    json_t *out = json_object();

    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
        const json_t *v = jx_at(shoot, v2 ? fields[i].v2 : fields[i].v1);
        const char *dot = strchr(fields[i].to, '.');
        CLEAN(free) char *group = x_strndup(fields[i].to, strcspn(fields[i].to, "."));

        if (v && !json_is_null(v))
            jx_share(dot ? jx_make_object(out, group) : out, dot ? dot + 1 : fields[i].to, v);
    }
    return out;
}

static bool all_true(const json_t *conditions)
{
    size_t i;
    json_t *c;

    json_array_foreach (conditions, i, c)
        if (strcmp(jx_str(c, "status", ""), "True") != 0)
            return false;
    return json_array_size(conditions) > 0;
}

bool shoot_stored_ready(const json_t *projection)
{
    static const char *const types[] = { "Create", "Reconcile", "Restore" };
    const char *type = jx_str(projection, "operation.type", "");
    bool good = false;

    for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
        good = good || !strcmp(types[i], type);
    return good && !strcmp(jx_str(projection, "operation.state", ""), "Succeeded") &&
           (jx_bool(projection, "hibernated", false) || all_true(jx_at(projection, "conditions")));
}
