/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/builtin.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/quantity.h"

/* ---- fields that never change ---- */

static const struct {
    const char *group, *kind, *path;
} immutable[] = {
    { "apps", "DaemonSet", "spec.selector" },
    { "apps", "Deployment", "spec.selector" },
    { "apps", "StatefulSet", "spec.selector" },
    { "apps", "StatefulSet", "spec.volumeClaimTemplates" },
    { "batch", "Job", "spec.selector" },
    { "batch", "Job", "spec.template" },
    { "rbac.authorization.k8s.io", "ClusterRoleBinding", "roleRef" },
    { "rbac.authorization.k8s.io", "RoleBinding", "roleRef" },
    { "storage.k8s.io", "StorageClass", "parameters" },
    { "storage.k8s.io", "StorageClass", "provisioner" },
    { "storage.k8s.io", "StorageClass", "volumeBindingMode" },
};

static bool same(const json_t *a, const json_t *b) { return a == b || (a && b && json_equal(a, b)); }

static bool unchanged(const struct change *c, const json_t *next)
{
    for (size_t i = 0; i < ARRAY_LENGTH(immutable); i++) {
        if (strcmp(immutable[i].group, c->p->group) != 0 ||
            strcmp(immutable[i].kind, c->p->kind->kind) != 0 ||
            same(jx_at(c->live, immutable[i].path), jx_at(next, immutable[i].path)))
            continue;
        reply_invalid(c->ret, c->p, "FieldValueInvalid", immutable[i].path,
                      "Invalid value: field is immutable");
        return false;
    }
    return true;
}

/* ---- claims ---- */

static double size_of(const json_t *claim, const char *path)
{
    return quantity_value(jx_str(claim, path, ""));
}

#define REQUEST "spec.resources.requests.storage"

static bool claim_complete(const struct change *c, const json_t *next)
{
    if (json_array_size(jx_at(next, "spec.accessModes")) == 0)
        reply_invalid(c->ret, c->p, "FieldValueRequired", "spec.accessModes",
                      "Required value: at least 1 access mode is required");
    else if (!jx_at(next, REQUEST))
        reply_invalid(c->ret, c->p, "FieldValueRequired", "spec.resources[storage]", "Required value");
    else if (!(size_of(next, REQUEST) > 0))
        reply_invalid(c->ret, c->p, "FieldValueInvalid", "spec.resources[storage]",
                      "Invalid value: must be greater than zero");
    else
        return true;
    return false;
}

/* What may differ taken out: the size, and the volume once it is found. */
static json_t *fixed_part(const json_t *claim, bool bound)
{
    json_t *spec = json_deep_copy(jx_at(claim, "spec"));

    if (bound) {
        (void)json_object_del(jx_at(spec, "resources"), "requests");
        (void)json_object_del(spec, "volumeAttributesClassName");
    }
    (void)json_object_del(spec, "volumeName");
    return spec;
}

static bool claim_fixed(const struct change *c, const json_t *next)
{
    bool bound = !strcmp(jx_str(c->live, "status.phase", ""), "Bound");
    json_auto_t *before = fixed_part(c->live, bound);
    json_auto_t *after = fixed_part(next, bound);
    const char *volume = jx_str(c->live, "spec.volumeName", "");

    if (json_equal(before, after) && (!*volume || !strcmp(volume, jx_str(next, "spec.volumeName", ""))))
        return true;
    reply_invalid(c->ret, c->p, "FieldValueForbidden", "spec",
                  "Forbidden: spec is immutable after creation except resources.requests and "
                  "volumeAttributesClassName for bound claims");
    return false;
}

/* An admission plugin, so 403. */
static bool class_grows(const struct change *c, const json_t *next)
{
    CLEAN(free)
    char *key =
        objects_key("storage.k8s.io", "storageclasses", NULL, jx_str(next, "spec.storageClassName", ""));

    if (!(size_of(next, REQUEST) > size_of(c->live, REQUEST)) ||
        jx_bool(objects_get(c->a->objects, key), "allowVolumeExpansion", false))
        return true;
    reply_fail(
        c->ret, REASON_FORBIDDEN, c->p,
        "persistentvolumeclaims \"%s\" is forbidden: only dynamically provisioned pvc can be resized and "
        "the storageclass that provisions the pvc must support resize",
        c->p->name);
    return false;
}

enum { RECOVERS_FROM = 32 }; /* Kubernetes 1.32: a growth that failed may be taken back */

static bool claim_grows(const struct change *c, const json_t *next)
{
    bool recovers = api_minor(c->a) >= RECOVERS_FROM;
    double least = size_of(c->live, recovers ? "status.capacity.storage" : REQUEST);

    if (!(size_of(next, REQUEST) < least))
        return true;
    reply_invalid(c->ret, c->p, "FieldValueForbidden", REQUEST,
                  recovers ? "Forbidden: field can not be less than status.capacity"
                           : "Forbidden: field can not be less than previous value");
    return false;
}

static bool claim_fits(const struct change *c, const json_t *next)
{
    if (!claim_complete(c, next))
        return false;
    return !c->live || (claim_fixed(c, next) && claim_grows(c, next) && class_grows(c, next));
}

/* ---- pods ---- */

/* Every namespace has the account "default", though nobody stores it here. */
static bool account_exists(const struct change *c, const json_t *pod)
{
    const char *name = jx_str(pod, "spec.serviceAccountName", "default");
    CLEAN(free) char *key = objects_key("", "serviceaccounts", c->p->ns, name);

    if (c->live || !strcmp(name, "default") || objects_get(c->a->objects, key))
        return true;
    reply_fail(
        c->ret, REASON_FORBIDDEN, c->p,
        "pods \"%s\" is forbidden: error looking up service account %s/%.253s: serviceaccount \"%.253s\" not "
        "found",
        c->p->name, c->p->ns, name, name);
    return false;
}

static const struct {
    const char *plural;
    bool (*fits)(const struct change *c, const json_t *next);
} core[] = {
    { "persistentvolumeclaims", claim_fits },
    { "pods", account_exists },
};

bool builtin_fits(const struct change *c, const json_t *next)
{
    if (c->p->sub)
        return true;
    if (c->live && !unchanged(c, next))
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(core); i++)
        if (!*c->p->group && !strcmp(core[i].plural, c->p->plural))
            return core[i].fits(c, next);
    return true;
}
