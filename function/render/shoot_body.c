/* SPDX-License-Identifier: Apache-2.0 */
/* A Shoot's spec in the words of Cleura's API v1 and v2.  Only what the user wrote is sent, and what the
 * API insists on. */
#include "function/render/shoot_body.h"
#include "lib/jx_write.h"
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
    return x_asprintf(shoot_is_v2(s) ? "/gardener/v2/%s/shoots/%s/%s/%s" : "/gardener/v1/%s/shoot/%s/%s/%s",
                      s->cloud, region(s), s->project_id, s->name);
}

char *shoot_bootstrap_url(const struct shoot_spec *s)
{
    return x_asprintf(shoot_is_v2(s) ? "/gardener/v2/%s/%s/%s/bootstrap"
                                     : "/gardener/v1/%s/secret/%s/%s/bootstrap",
                      s->cloud, region(s), s->project_id);
}

char *shoot_kubeconfig_url(const struct shoot_spec *s)
{
    /* v3 tells when the kubeconfig expires; v2's answer is deprecated */
    return x_asprintf(shoot_is_v2(s) ? "/gardener/v3/%s/shoots/%s/%s/%s/admin-kubeconfig"
                                     : "/gardener/v1/%s/shoot/%s/%s/%s/adminkubeconfig",
                      s->cloud, region(s), s->project_id, s->name);
}

json_int_t shoot_kubeconfig_seconds(const struct shoot_spec *s)
{
    return s->kubeconfig_seconds.set ? s->kubeconfig_seconds.value : 86400;
}

char *shoot_kubeconfig_body(const struct shoot_spec *s, json_int_t seconds)
{
    return x_asprintf(shoot_is_v2(s) ? "{\"expiration_seconds\":%lld}"
                                     : "{\"config\":{\"expirationSeconds\":%lld}}",
                      (long long)seconds);
}

/* A map as the API's list of pairs, sorted: maps arrive in any order, and the same spec must give the same
 * bytes. */
static void pairs(struct jx_writer *to, const char *key, const json_t *map)
{
    size_t n;
    CLEAN(free) const char **keys = jx_keys(map, &n);

    if (!map)
        return;
    jx_open(to, key, '[');
    for (size_t i = 0; i < n; i++) {
        jx_open(to, NULL, '{');
        jx_write_text(to, "key", keys[i]);
        jx_write_doc(to, "value", json_object_get(map, keys[i]));
        jx_close(to);
    }
    jx_close(to);
}

static void worker_v1(struct jx_writer *to, const struct shoot_worker *w, const char *volume_size)
{
    jx_open(to, NULL, '{');
    pairs(to, "annotations", w->annotations);
    pairs(to, "labels", w->labels);
    jx_open(to, "machine", '{');
    jx_open(to, "image", '{');
    jx_write_text(to, "name", w->image_name);
    jx_write_text(to, "version", w->image_version);
    jx_close_unless_empty(to);
    jx_write_text(to, "type", w->machine_type);
    jx_close(to);
    jx_write_int(to, "maxSurge", w->max_surge);
    jx_write_int(to, "maximum", w->maximum);
    jx_write_int(to, "minimum", w->minimum);
    jx_write_text(to, "name", w->name);
    jx_write_doc(to, "taints", w->taints);
    jx_open(to, "volume", '{');
    jx_write_text(to, "size", volume_size);
    jx_close_unless_empty(to);
    jx_write_doc(to, "zones", w->zones);
    jx_close(to);
}

static void worker_v2(struct jx_writer *to, const struct shoot_worker *w, const char *volume_size)
{
    jx_open(to, NULL, '{');
    pairs(to, "annotations", w->annotations);
    pairs(to, "labels", w->labels);
    jx_open(to, "machine", '{');
    jx_write_text(to, "image_name", w->image_name);
    jx_write_text(to, "image_version", w->image_version);
    jx_write_text(to, "type", w->machine_type);
    jx_close(to);
    jx_write_int(to, "max_surge", w->max_surge);
    jx_write_int(to, "maximum", w->maximum);
    jx_write_int(to, "minimum", w->minimum);
    jx_write_text(to, "name", w->name);
    jx_write_doc(to, "taints", w->taints);
    jx_write_text(to, "volume_size", volume_size);
    jx_write_doc(to, "zones", w->zones);
    jx_close(to);
}

/* 'size' is that of volumes whose own is not given; NULL = none. */
static void workers(struct jx_writer *to, const struct shoot_spec *s, const char *size)
{
    jx_open(to, "workers", '[');
    for (size_t i = 0; i < s->n_workers; i++) {
        const struct shoot_worker *w = &s->workers[i];

        (shoot_is_v2(s) ? worker_v2 : worker_v1)(to, w, w->volume_size ? w->volume_size : size);
    }
    jx_close(to);
}

/* The size is required on creation (v2 until 2026); later an absent one means what is there. */
static const char size_at_creation[] = "50Gi";

/* Gardener's words for v1, v2's own. Nothing when nothing is asked for. */
static void maintenance(struct jx_writer *to, const struct shoot_spec *s)
{
    bool v2 = shoot_is_v2(s);

    jx_open(to, "maintenance", '{');
    jx_open(to, v2 ? "auto_update" : "autoUpdate", '{');
    jx_write_bool(to, v2 ? "kubernetes_version" : "kubernetesVersion", s->update_kubernetes);
    jx_write_bool(to, v2 ? "machine_image_version" : "machineImageVersion", s->update_image);
    jx_close_unless_empty(to);
    jx_open(to, v2 ? "time_window" : "timeWindow", '{');
    jx_write_text(to, "begin", s->window_begin);
    jx_write_text(to, "end", s->window_end);
    jx_close_unless_empty(to);
    jx_close_unless_empty(to);
}

/* Nothing when the spec does not speak of schedules; [] when it wants none. Without location: Cleura takes
 * UTC only. */
static void schedules(struct jx_writer *to, const char *key, const struct shoot_spec *s)
{
    if (!s->schedules_doc)
        return;
    jx_open(to, key, '[');
    for (size_t i = 0; i < s->n_schedules; i++) {
        jx_open(to, NULL, '{');
        jx_write_text(to, "end", s->schedules[i].end);
        jx_write_text(to, "start", s->schedules[i].start);
        jx_close(to);
    }
    jx_close(to);
}

static void cilium(struct jx_writer *to, const char *key, const struct shoot_spec *s)
{
    const struct shoot_cilium *c = &s->cilium;

    if (!s->cilium_doc)
        return;
    jx_open(to, key, '{');
    jx_write_bool(to, "debug", c->debug);
    jx_write_bool(to, "encryption_enabled", c->encryption);
    jx_write_text(to, "encryption_mode", c->encryption_mode);
    jx_write_bool(to, "encryption_node_to_node_enabled", c->node_to_node);
    jx_write_bool(to, "encryption_strict_mode_enabled", c->strict_mode);
    jx_write_bool(to, "hubble_enabled", c->hubble);
    jx_write_bool(to, "policy_audit_mode", c->audit);
    jx_write_text(to, "tunnel", c->tunnel);
    jx_close(to);
}

/* Set when it is asked for: it can be switched on, not off. */
static struct jx_opt_bool ha(const struct shoot_spec *s)
{
    return (struct jx_opt_bool){ .set = s->failure_tolerance, .value = true };
}

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

static void create_v1(struct jx_writer *to, const struct shoot_spec *s)
{
    jx_open(to, "create", '{');
    jx_write_bool(to, "enableHaControlPlane", ha(s));
    if (s->n_schedules) { /* to be left out when empty */
        jx_open(to, "hibernation", '{');
        schedules(to, "schedules", s);
        jx_close(to);
    }
    jx_open(to, "kubernetes", '{');
    jx_write_text(to, "version", s->version);
    jx_close(to);
    maintenance(to, s);
    jx_write_text(to, "name", s->name);
    jx_open(to, "provider", '{');
    jx_open(to, "infrastructureConfig", '{');
    jx_write_text(to, "floatingPoolName", floating_pool(s));
    jx_open(to, "networks", '{');
    jx_write_text(to, "id", s->network_id);
    jx_open(to, "router", '{');
    jx_write_text(to, "id", s->router_id);
    jx_close_unless_empty(to);
    jx_write_text(to, "workers", workers_network(s));
    jx_close_unless_empty(to);
    jx_close(to);
    workers(to, s, size_at_creation);
    jx_close(to);
    jx_close(to);
}

static void create_v2(struct jx_writer *to, const struct shoot_spec *s)
{
    jx_open(to, "create", '{');
    jx_write_doc(to, "allowed_cidrs", s->allowed_cidrs);
    jx_write_bool(to, "enable_ha_control_plane", ha(s));
    schedules(to, "hibernation_schedules", s);
    jx_write_text(to, "kubernetes_version", s->version);
    maintenance(to, s);
    jx_write_text(to, "name", s->name);
    jx_open(to, "networking", '{');
    cilium(to, "cilium_provider_config", s);
    jx_write_text(to, "type", s->network_type);
    jx_close_unless_empty(to);
    jx_open(to, "shoot_provider", '{');
    jx_open(to, "infrastructure_config", '{');
    jx_write_text(to, "floating_pool_name", floating_pool(s));
    jx_write_text(to, "network_id", s->network_id);
    jx_write_text(to, "router_id", s->router_id);
    jx_write_text(to, "workers_network_cidr", workers_network(s));
    jx_close(to);
    jx_write_text(to, "load_balancer_provider", s->lb_provider ? s->lb_provider : "amphora");
    workers(to, s, size_at_creation);
    jx_close(to);
    jx_close(to);
}

static void place(struct jx_writer *to, const struct shoot_spec *s)
{
    jx_open(to, "place", '{');
    jx_write_text(to, "cloud", s->cloud);
    jx_write_text(to, "projectId", s->project_id);
    jx_write_text(to, "region", region(s));
    jx_close(to);
}

static void want(struct jx_writer *to, const struct shoot_spec *s)
{
    /* with schedules it is they who switch hibernation; we would undo each other's work */
    const struct jx_opt_bool unsaid = { 0 };

    jx_open(to, "want", '{');
    jx_write_doc(to, "allowed_cidrs", s->allowed_cidrs);
    cilium(to, "cilium", s);
    jx_write_bool(to, "hibernated", s->n_schedules ? unsaid : s->hibernated);
    jx_write_text(to, "highAvailability", s->failure_tolerance);
    maintenance(to, s);
    schedules(to, "schedules", s);
    jx_write_text(to, "version", s->version);
    workers(to, s, NULL);
    jx_close(to);
}

char *shoot_body(const struct shoot_spec *s)
{
    CLEAN(jx_writer) struct jx_writer to = jx_writer();

    jx_open(&to, NULL, '{');
    (shoot_is_v2(s) ? create_v2 : create_v1)(&to, s);
    jx_write_text(&to, "name", s->name);
    place(&to, s);
    want(&to, s);
    jx_close(&to);
    return jx_written(&to);
}
