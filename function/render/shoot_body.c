/* SPDX-License-Identifier: Apache-2.0 */
/* A Shoot's spec in the words of Cleura's API v1 and v2.  Only what the user wrote is sent, and what the
 * API insists on. */
#include "function/render/shoot_body.h"
#include "lib/jx.h"
#include <strings.h>

/* v2 matches regions with their case; these are how Cleura spells those it has. */
static const char *const known_regions[] = { "Sto2", "Fra1", "Kna1", "sto-com" };

static const char *region(const struct shoot_spec *s)
{
    for (size_t i = 0; shoot_is_v2(s) && i < ARRAY_LENGTH(known_regions); i++)
        if (!strcasecmp(known_regions[i], s->region))
            return known_regions[i];
    return s->region;
}

char *shoot_collection_url(const struct shoot_spec *s)
{
    return x_asprintf(shoot_is_v2(s) ? "/gardener/v2/%s/shoots/%s/%s" : "/gardener/v1/%s/shoot/%s/%s",
                      s->cloud, region(s), s->project_id);
}

char *shoot_url(const struct shoot_spec *s)
{
    CLEAN(free) char *collection = shoot_collection_url(s);
    return x_asprintf("%s/%s", collection, s->name);
}

char *shoot_bootstrap_url(const struct shoot_spec *s)
{
    return x_asprintf(shoot_is_v2(s) ? "/gardener/v2/%s/%s/%s/bootstrap"
                                     : "/gardener/v1/%s/secret/%s/%s/bootstrap",
                      s->cloud, region(s), s->project_id);
}

char *shoot_kubeconfig_url(const struct shoot_spec *s)
{
    CLEAN(free) char *shoot = shoot_url(s);

    /* v3 tells when the kubeconfig expires; v2's answer is deprecated */
    return shoot_is_v2(s) ? x_asprintf("/gardener/v3/%s/shoots/%s/%s/%s/admin-kubeconfig", s->cloud,
                                       region(s), s->project_id, s->name)
                          : x_asprintf("%s/adminkubeconfig", shoot);
}

json_int_t shoot_kubeconfig_seconds(const struct shoot_spec *s)
{
    return s->kubeconfig_seconds.set ? s->kubeconfig_seconds.value : 86400;
}

json_t *shoot_kubeconfig_body(const struct shoot_spec *s, json_int_t seconds)
{
    return shoot_is_v2(s) ? jx_pack("{s:I}", "expiration_seconds", seconds)
                          : jx_pack("{s:{s:I}}", "config", "expirationSeconds", seconds);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A map as the API's list of pairs, sorted: maps arrive in any order, and the same spec must give the same
 * bytes. NULL for NULL. */
static json_t *pairs(json_t *map)
{
    size_t n = 0;
    CLEAN(free) const char **keys = x_alloc(json_object_size(map) * sizeof(*keys));
    json_t *list = map ? json_array() : NULL, *v;
    const char *key;

    json_object_foreach (map, key, v)
        keys[n++] = key;
    qsort(keys, n, sizeof(*keys), by_text);
    for (size_t i = 0; i < n; i++)
        jx_append(list, jx_pack("{s:s, s:O}", "key", keys[i], "value", json_object_get(map, keys[i])));
    return list;
}

/* NULL instead of an object without keys. */
static json_t *unless_empty(json_t *object)
{
    if (json_object_size(object))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *worker_v1(const struct shoot_worker *w)
{
    json_t *image = unless_empty(jx_pack("{s:s*, s:s*}", "name", w->image_name, "version", w->image_version));
    json_t *volume = unless_empty(jx_pack("{s:s*}", "size", w->volume_size));

    return jx_pack("{s:s*, s:{s:s*, s:o*}, s:o*, s:o*, s:o*, s:o*, s:O*, s:o*, s:o*, s:O*}", "name", w->name,
                   "machine", "type", w->machine_type, "image", image, "minimum", jx_opt_int(w->minimum),
                   "maximum", jx_opt_int(w->maximum), "maxSurge", jx_opt_int(w->max_surge), "volume", volume,
                   "zones", w->zones, "labels", pairs(w->labels), "annotations", pairs(w->annotations),
                   "taints", w->taints);
}

static json_t *worker_v2(const struct shoot_worker *w)
{
    return jx_pack("{s:s*, s:{s:s*, s:s*, s:s*}, s:o*, s:o*, s:o*, s:s*, s:O*, s:o*, s:o*, s:O*}", "name",
                   w->name, "machine", "type", w->machine_type, "image_name", w->image_name, "image_version",
                   w->image_version, "minimum", jx_opt_int(w->minimum), "maximum", jx_opt_int(w->maximum),
                   "max_surge", jx_opt_int(w->max_surge), "volume_size", w->volume_size, "zones", w->zones,
                   "labels", pairs(w->labels), "annotations", pairs(w->annotations), "taints", w->taints);
}

static json_t *workers(const struct shoot_spec *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->n_workers; i++)
        jx_append(list, shoot_is_v2(s) ? worker_v2(&s->workers[i]) : worker_v1(&s->workers[i]));
    return list;
}

/* The size is required on creation (v2 until 2026); later an absent one means what is there. */
static json_t *workers_to_create(const struct shoot_spec *s)
{
    json_t *list = workers(s), *w;
    size_t i;

    json_array_foreach (list, i, w) {
        if (s->workers[i].volume_size)
            continue;
        if (shoot_is_v2(s))
            jx_set(w, "volume_size", json_string("50Gi"));
        else
            jx_set(jx_make_object(w, "volume"), "size", json_string("50Gi"));
    }
    return list;
}

/* Gardener's words for v1, v2's own. NULL when nothing is asked for. */
static json_t *maintenance(const struct shoot_spec *s)
{
    bool v2 = shoot_is_v2(s);
    json_t *update = jx_pack(
        "{s:o*, s:o*}", v2 ? "kubernetes_version" : "kubernetesVersion", jx_opt_bool(s->update_kubernetes),
        v2 ? "machine_image_version" : "machineImageVersion", jx_opt_bool(s->update_image));
    json_t *window = jx_pack("{s:s*, s:s*}", "begin", s->window_begin, "end", s->window_end);

    return unless_empty(jx_pack("{s:o*, s:o*}", v2 ? "auto_update" : "autoUpdate", unless_empty(update),
                                v2 ? "time_window" : "timeWindow", unless_empty(window)));
}

/* NULL when the spec does not speak of schedules; [] when it wants none. Without location: Cleura takes
 * UTC only. */
static json_t *schedules(const struct shoot_spec *s)
{
    json_t *list = s->schedules_doc ? json_array() : NULL;

    for (size_t i = 0; i < s->n_schedules; i++)
        jx_append(list, jx_pack("{s:s*, s:s*}", "start", s->schedules[i].start, "end", s->schedules[i].end));
    return list;
}

static json_t *cilium(const struct shoot_spec *s)
{
    const struct shoot_cilium *c = &s->cilium;

    return jx_pack("{s:o*, s:o*, s:s*, s:o*, s:o*, s:o*, s:o*, s:s*}", "debug", jx_opt_bool(c->debug),
                   "encryption_enabled", jx_opt_bool(c->encryption), "encryption_mode", c->encryption_mode,
                   "encryption_node_to_node_enabled", jx_opt_bool(c->node_to_node),
                   "encryption_strict_mode_enabled", jx_opt_bool(c->strict_mode), "hubble_enabled",
                   jx_opt_bool(c->hubble), "policy_audit_mode", jx_opt_bool(c->audit), "tunnel", c->tunnel);
}

static json_t *ha(const struct shoot_spec *s) { return s->failure_tolerance ? json_true() : NULL; }

/* The workers' network is where the nodes get their addresses; Gardener's spec says it as
 * networking.nodes. */
static const char *workers_network(const struct shoot_spec *s)
{
    return s->workers_cidr ? s->workers_cidr : s->nodes;
}

static const char *floating_pool(const struct shoot_spec *s)
{
    return s->floating_pool ? s->floating_pool : "ext-net";
}

static json_t *create_v1(const struct shoot_spec *s)
{
    json_t *router = unless_empty(jx_pack("{s:s*}", "id", s->router_id));
    json_t *networks = unless_empty(
        jx_pack("{s:s*, s:o*, s:s*}", "id", s->network_id, "router", router, "workers", workers_network(s)));
    json_t *hibernation =
        s->n_schedules ? jx_pack("{s:o}", "schedules", schedules(s)) : NULL; /* to be left out when empty */

    return jx_pack("{s:s, s:o*, s:{s:s*}, s:{s:{s:s, s:o*}, s:o}, s:o*, s:o*}", "name", s->name,
                   "enableHaControlPlane", ha(s), "kubernetes", "version", s->version, "provider",
                   "infrastructureConfig", "floatingPoolName", floating_pool(s), "networks", networks,
                   "workers", workers_to_create(s), "hibernation", hibernation, "maintenance",
                   maintenance(s));
}

static json_t *create_v2(const struct shoot_spec *s)
{
    json_t *networking = unless_empty(jx_pack("{s:s*, s:o*}", "type", s->network_type,
                                              "cilium_provider_config", s->cilium_doc ? cilium(s) : NULL));
    json_t *infrastructure =
        jx_pack("{s:s, s:s*, s:s*, s:s*}", "floating_pool_name", floating_pool(s), "network_id",
                s->network_id, "router_id", s->router_id, "workers_network_cidr", workers_network(s));
    json_t *provider =
        jx_pack("{s:o, s:s, s:o}", "infrastructure_config", infrastructure, "load_balancer_provider",
                s->lb_provider ? s->lb_provider : "amphora", "workers", workers_to_create(s));

    return jx_pack("{s:s, s:s*, s:o, s:O*, s:o*, s:o*, s:o*, s:o*}", "name", s->name, "kubernetes_version",
                   s->version, "shoot_provider", provider, "allowed_cidrs", s->allowed_cidrs,
                   "enable_ha_control_plane", ha(s), "hibernation_schedules", schedules(s), "maintenance",
                   maintenance(s), "networking", networking);
}

/* With schedules it is they who switch hibernation; we would undo each other's work. */
static json_t *hibernated(const struct shoot_spec *s)
{
    return s->n_schedules ? NULL : jx_opt_bool(s->hibernated);
}

json_t *shoot_body(const struct shoot_spec *s)
{
    json_t *place =
        jx_pack("{s:s, s:s, s:s}", "cloud", s->cloud, "region", region(s), "projectId", s->project_id);
    json_t *want = jx_pack("{s:s*, s:s*, s:o*, s:o*, s:o*, s:O*, s:o*, s:o}", "version", s->version,
                           "highAvailability", s->failure_tolerance, "hibernated", hibernated(s), "schedules",
                           schedules(s), "maintenance", maintenance(s), "allowed_cidrs", s->allowed_cidrs,
                           "cilium", s->cilium_doc ? cilium(s) : NULL, "workers", workers(s));

    return jx_pack("{s:s, s:o, s:o, s:o}", "name", s->name, "place", place, "create",
                   shoot_is_v2(s) ? create_v2(s) : create_v1(s), "want", want);
}
