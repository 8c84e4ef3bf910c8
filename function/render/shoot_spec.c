/* SPDX-License-Identifier: Apache-2.0 */
/* Binding a Shoot's spec: one table per object. What values mean is judged in shoot_rules*.c. */
#include "function/render/shoot_spec.h"
#include "lib/jx.h"
#include <stdint.h>

struct top {
    json_t *config, *cloud_profile, *kubernetes, *provider, *networking, *control_plane, *hibernation,
        *maintenance, *kubeconfig, *gateway;
    json_t *ignored; /* Crossplane's own keys */
};

struct walk {
    struct shoot_spec s;
    struct top top;
    json_t *infrastructure, *networks, *router, *control_plane_config, *workers;
    json_t *availability, *tolerance;
    json_t *auto_update, *window;
};

static const char *const generations[] = { "v1", "v2", NULL };
static const char *const config_kinds[] = { "ProviderConfig", "ClusterProviderConfig", NULL };
static const char *const purposes[] = { "evaluation", "testing", "development", "production", NULL };
static const char *const provider_types[] = { "openstack", NULL };
static const char *const network_types[] = { "calico", "cilium", NULL };
static const char *const tolerances[] = { "node", "zone", NULL };
static const char *const tunnels[] = { "vxlan", "geneve", "disabled", NULL };
static const char *const installs[] = { "Job", "Release", "None", NULL };
static const char *const channels[] = { "Standard", "Experimental", NULL };
static const char *const encryption_modes[] = { "wireguard", NULL };

#define IGNORED(name) JX_F_TREE(struct walk, top.ignored, name)

static const struct jx_field spec_fields[] = {
    JX_F_STR(struct walk, s.name, "name"),
    JX_F_STR(struct walk, s.cloud, "cloud"),
    JX_F_STR(struct walk, s.region, "region"),
    JX_F_STR(struct walk, s.project_id, "projectId"),
    JX_F_STR(struct walk, s.api_generation, "apiGeneration", .one_of = generations),
    JX_F_OBJECT(struct walk, top.config, "providerConfigRef"),
    JX_F_STR(struct walk, s.cloud_profile_name, "cloudProfileName"),
    JX_F_OBJECT(struct walk, top.cloud_profile, "cloudProfile"),
    JX_F_STR(struct walk, s.purpose, "purpose", .one_of = purposes),
    JX_F_OBJECT(struct walk, top.kubernetes, "kubernetes", .flags = JX_REQUIRED),
    JX_F_OBJECT(struct walk, top.provider, "provider", .flags = JX_REQUIRED),
    JX_F_OBJECT(struct walk, top.networking, "networking"),
    JX_F_OBJECT(struct walk, top.control_plane, "controlPlane"),
    JX_F_OBJECT(struct walk, top.hibernation, "hibernation"),
    JX_F_OBJECT(struct walk, top.maintenance, "maintenance"),
    JX_F_ARRAY(struct walk, s.allowed_cidrs, "allowedCidrs"),
    JX_F_OBJECT(struct walk, top.kubeconfig, "kubeconfig"),
    JX_F_OBJECT(struct walk, top.gateway, "gateway"),
    JX_F_BOOL(struct walk, s.deletion_protection, "deletionProtection"),
    JX_F_BOOL(struct walk, s.adopt, "adopt"),
    JX_F_STR(struct walk, s.poll, "pollInterval"),
    IGNORED("crossplane"),
    IGNORED("compositionRef"),
    IGNORED("compositionSelector"),
    IGNORED("compositionRevisionRef"),
    IGNORED("compositionRevisionSelector"),
    IGNORED("compositionUpdatePolicy"),
    IGNORED("claimRef"),
    IGNORED("resourceRef"),
    IGNORED("resourceRefs"),
    IGNORED("publishConnectionDetailsTo"),
    IGNORED("writeConnectionSecretToRef"),
    { 0 },
};

static const struct jx_field config_fields[] = {
    JX_F_STR(struct walk, s.config_kind, "kind", .one_of = config_kinds),
    JX_F_STR(struct walk, s.config_name, "name", .flags = JX_REQUIRED),
    { 0 },
};

static const struct jx_field cloud_profile_fields[] = {
    JX_F_TREE(struct walk, top.ignored, "kind"),
    JX_F_STR(struct walk, s.cloud_profile, "name", .flags = JX_REQUIRED),
    { 0 },
};

static const struct jx_field kubernetes_fields[] = {
    JX_F_STR(struct walk, s.version, "version", .flags = JX_REQUIRED),
    { 0 },
};

static const struct jx_field provider_fields[] = {
    JX_F_STR(struct walk, s.provider_type, "type", .one_of = provider_types),
    JX_F_OBJECT(struct walk, infrastructure, "infrastructureConfig"),
    JX_F_OBJECT(struct walk, control_plane_config, "controlPlaneConfig"),
    JX_F_ARRAY(struct walk, workers, "workers", .flags = JX_REQUIRED),
    { 0 },
};

/* Gardener wants apiVersion and kind in both; a spec copied from there has them. */
static const struct jx_field infrastructure_fields[] = {
    JX_F_TREE(struct walk, top.ignored, "apiVersion"),
    JX_F_TREE(struct walk, top.ignored, "kind"),
    JX_F_STR(struct walk, s.floating_pool, "floatingPoolName"),
    JX_F_OBJECT(struct walk, networks, "networks"),
    { 0 },
};

static const struct jx_field networks_fields[] = {
    JX_F_STR(struct walk, s.network_id, "id"),
    JX_F_OBJECT(struct walk, router, "router"),
    JX_F_STR(struct walk, s.workers_cidr, "workers"),
    { 0 },
};

static const struct jx_field router_fields[] = {
    JX_F_STR(struct walk, s.router_id, "id"),
    { 0 },
};

static const struct jx_field control_plane_config_fields[] = {
    JX_F_TREE(struct walk, top.ignored, "apiVersion"),
    JX_F_TREE(struct walk, top.ignored, "kind"),
    JX_F_STR(struct walk, s.lb_provider, "loadBalancerProvider"),
    { 0 },
};

static const struct jx_field networking_fields[] = {
    JX_F_STR(struct walk, s.network_type, "type", .one_of = network_types),
    JX_F_STR(struct walk, s.pods, "pods"),
    JX_F_STR(struct walk, s.nodes, "nodes"),
    JX_F_STR(struct walk, s.services, "services"),
    JX_F_OBJECT(struct walk, s.cilium_doc, "ciliumProviderConfig"),
    { 0 },
};

static const struct jx_field cilium_fields[] = {
    JX_F_BOOL(struct shoot_cilium, debug, "debug"),
    JX_F_BOOL(struct shoot_cilium, encryption, "encryptionEnabled"),
    JX_F_STR(struct shoot_cilium, encryption_mode, "encryptionMode", .one_of = encryption_modes),
    JX_F_BOOL(struct shoot_cilium, node_to_node, "encryptionNodeToNodeEnabled"),
    JX_F_BOOL(struct shoot_cilium, strict_mode, "encryptionStrictModeEnabled"),
    JX_F_BOOL(struct shoot_cilium, hubble, "hubbleEnabled"),
    JX_F_BOOL(struct shoot_cilium, audit, "policyAuditMode"),
    JX_F_STR(struct shoot_cilium, tunnel, "tunnel", .one_of = tunnels),
    { 0 },
};

static const struct jx_field control_plane_fields[] = {
    JX_F_OBJECT(struct walk, availability, "highAvailability"),
    { 0 },
};

static const struct jx_field availability_fields[] = {
    JX_F_OBJECT(struct walk, tolerance, "failureTolerance", .flags = JX_REQUIRED),
    { 0 },
};

static const struct jx_field tolerance_fields[] = {
    JX_F_STR(struct walk, s.failure_tolerance, "type", .flags = JX_REQUIRED, .one_of = tolerances),
    { 0 },
};

static const struct jx_field hibernation_fields[] = {
    JX_F_BOOL(struct walk, s.hibernated, "enabled"),
    JX_F_ARRAY(struct walk, s.schedules_doc, "schedules"),
    { 0 },
};

static const struct jx_field schedule_fields[] = {
    JX_F_STR(struct shoot_schedule, start, "start"),
    JX_F_STR(struct shoot_schedule, end, "end"),
    JX_F_STR(struct shoot_schedule, location, "location"),
    { 0 },
};

static const struct jx_field maintenance_fields[] = {
    JX_F_OBJECT(struct walk, auto_update, "autoUpdate"),
    JX_F_OBJECT(struct walk, window, "timeWindow"),
    { 0 },
};

static const struct jx_field auto_update_fields[] = {
    JX_F_BOOL(struct walk, s.update_kubernetes, "kubernetesVersion"),
    JX_F_BOOL(struct walk, s.update_image, "machineImageVersion"),
    { 0 },
};

static const struct jx_field window_fields[] = {
    JX_F_STR(struct walk, s.window_begin, "begin", .flags = JX_REQUIRED),
    JX_F_STR(struct walk, s.window_end, "end", .flags = JX_REQUIRED),
    { 0 },
};

static const struct jx_field kubeconfig_fields[] = {
    JX_F_INT(struct walk, s.kubeconfig_seconds, "expirationSeconds"),
    JX_F_STR(struct walk, s.kubeconfig_secret, "secretName"),
    { 0 },
};

static const struct jx_field gateway_fields[] = {
    JX_F_STR(struct walk, s.gateway.install, "install", .flags = JX_REQUIRED, .one_of = installs),
    JX_F_STR(struct walk, s.gateway.version, "version"),
    JX_F_STR(struct walk, s.gateway.class_name, "className"),
    JX_F_STR(struct walk, s.gateway.channel, "channel", .one_of = channels),
    JX_F_STR(struct walk, s.gateway.registry, "registry"),
    JX_F_STR(struct walk, s.gateway.image, "image"),
    { 0 },
};

static const struct jx_field worker_fields[] = {
    JX_F_STR(struct shoot_worker, name, "name", .flags = JX_REQUIRED),
    JX_F_OBJECT(struct shoot_worker, machine, "machine", .flags = JX_REQUIRED),
    JX_F_INT(struct shoot_worker, minimum, "minimum"),
    JX_F_INT(struct shoot_worker, maximum, "maximum"),
    JX_F_INT(struct shoot_worker, max_surge, "maxSurge"),
    JX_F_INT(struct shoot_worker, max_unavailable, "maxUnavailable"),
    JX_F_OBJECT(struct shoot_worker, volume, "volume"),
    JX_F_ARRAY(struct shoot_worker, zones, "zones"),
    JX_F_OBJECT(struct shoot_worker, labels, "labels"),
    JX_F_OBJECT(struct shoot_worker, annotations, "annotations"),
    JX_F_ARRAY(struct shoot_worker, taints, "taints"),
    JX_F_OBJECT(struct shoot_worker, system_components, "systemComponents"),
    { 0 },
};

static const struct jx_field machine_fields[] = {
    JX_F_STR(struct shoot_worker, machine_type, "type", .flags = JX_REQUIRED),
    JX_F_OBJECT(struct shoot_worker, image, "image"),
    { 0 },
};

static const struct jx_field image_fields[] = {
    JX_F_STR(struct shoot_worker, image_name, "name"),
    JX_F_STR(struct shoot_worker, image_version, "version"),
    { 0 },
};

static const struct jx_field volume_fields[] = {
    JX_F_STR(struct shoot_worker, volume_size, "size"),
    JX_F_STR(struct shoot_worker, volume_type, "type"),
    { 0 },
};

static const struct jx_field system_components_fields[] = {
    JX_F_BOOL(struct shoot_worker, system_allowed, "allow"),
    { 0 },
};

/* An absent object has no fields to bind, and none missing. */
static void bind_part(json_t *doc, const char *path, const struct jx_field fields[], void *into,
                      struct problems *p)
{
    if (doc)
        jx_bind_all(doc, path, fields, into, p);
}

static void bind_below(json_t *doc, const char *path, const char *key, const struct jx_field fields[],
                       struct shoot_worker *w, struct problems *p)
{
    char below[96];

    (void)snprintf(below, sizeof(below), "%s.%s", path, key);
    bind_part(doc, below, fields, w, p);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void read_workers(json_t *list, struct shoot_spec *s, struct problems *p)
{
    size_t i;
    json_t *doc;

    if (json_array_size(list) > SHOOT_WORKERS_MAX)
        problems_add(p, "spec.provider.workers has %zu entries; at most %d are possible",
                     json_array_size(list), SHOOT_WORKERS_MAX);
    s->workers = x_alloc(least(json_array_size(list), SHOOT_WORKERS_MAX) * sizeof(*s->workers));
    json_array_foreach (list, i, doc) {
        struct shoot_worker *w = &s->workers[s->n_workers];

        if (i >= SHOOT_WORKERS_MAX)
            return;
        (void)snprintf(w->path, sizeof(w->path), "spec.provider.workers[%zu]", i);
        jx_bind_all(doc, w->path, worker_fields, w, p);
        bind_below(w->machine, w->path, "machine", machine_fields, w, p);
        bind_below(w->image, w->path, "machine.image", image_fields, w, p);
        bind_below(w->volume, w->path, "volume", volume_fields, w, p);
        bind_below(w->system_components, w->path, "systemComponents", system_components_fields, w, p);
        s->n_workers++;
    }
}

static void read_schedules(json_t *list, struct shoot_spec *s, struct problems *p)
{
    size_t i;
    json_t *doc;

    if (json_array_size(list) > SHOOT_SCHEDULES_MAX)
        problems_add(p, "spec.hibernation.schedules has %zu entries; at most %d are possible",
                     json_array_size(list), SHOOT_SCHEDULES_MAX);
    s->schedules = x_alloc(least(json_array_size(list), SHOOT_SCHEDULES_MAX) * sizeof(*s->schedules));
    json_array_foreach (list, i, doc) {
        struct shoot_schedule *one = &s->schedules[s->n_schedules];

        if (i >= SHOOT_SCHEDULES_MAX)
            return;
        (void)snprintf(one->path, sizeof(one->path), "spec.hibernation.schedules[%zu]", i);
        jx_bind_all(doc, one->path, schedule_fields, one, p);
        s->n_schedules++;
    }
}

static const char *first(const char *a, const char *b, const char *c) { return a ? a : b ? b : c; }

static void defaults(struct shoot_spec *s, const struct input *in, const char *own_name, struct problems *p)
{
    s->name = first(s->name, own_name, "");
    s->cloud = first(s->cloud, in->cloud, "public");
    s->region = first(s->region, in->region, NULL);
    s->project_id = first(s->project_id, in->project_id, NULL);
    s->api_generation = first(s->api_generation, in->api_generation, "v1");
    if (strcmp(s->api_generation, "v1") != 0 && strcmp(s->api_generation, "v2") != 0)
        s->api_generation = "v1"; /* told already */
    s->config_kind = first(s->config_kind, "ProviderConfig", NULL);
    s->config_name = first(s->config_name, "default", NULL);
    s->poll = first(s->poll, in->poll, "5m");
    if (!s->region)
        problems_add(p, "spec.region is required: the OpenStack region of the project, for example kna1");
    if (in->gardener)
        s->api_generation = "v1"; /* whose answers are Gardener's */
    if (!s->project_id && !in->gardener)
        problems_add(p, "spec.projectId is required: the OpenStack project's id, 32 hex digits");
}

void shoot_spec_read(const json_t *composite, const struct input *in, const char *own_name,
                     struct shoot_spec *s, struct problems *p)
{
    struct walk w = { 0 };

    jx_bind_all(jx_at(composite, "spec"), "spec", spec_fields, &w, p);
    bind_part(w.top.config, "spec.providerConfigRef", config_fields, &w, p);
    bind_part(w.top.cloud_profile, "spec.cloudProfile", cloud_profile_fields, &w, p);
    bind_part(w.top.kubernetes, "spec.kubernetes", kubernetes_fields, &w, p);
    bind_part(w.top.provider, "spec.provider", provider_fields, &w, p);
    bind_part(w.infrastructure, "spec.provider.infrastructureConfig", infrastructure_fields, &w, p);
    bind_part(w.networks, "spec.provider.infrastructureConfig.networks", networks_fields, &w, p);
    bind_part(w.router, "spec.provider.infrastructureConfig.networks.router", router_fields, &w, p);
    bind_part(w.control_plane_config, "spec.provider.controlPlaneConfig", control_plane_config_fields, &w, p);
    bind_part(w.top.networking, "spec.networking", networking_fields, &w, p);
    bind_part(w.s.cilium_doc, "spec.networking.ciliumProviderConfig", cilium_fields, &w.s.cilium, p);
    bind_part(w.top.control_plane, "spec.controlPlane", control_plane_fields, &w, p);
    bind_part(w.availability, "spec.controlPlane.highAvailability", availability_fields, &w, p);
    bind_part(w.tolerance, "spec.controlPlane.highAvailability.failureTolerance", tolerance_fields, &w, p);
    bind_part(w.top.hibernation, "spec.hibernation", hibernation_fields, &w, p);
    bind_part(w.top.maintenance, "spec.maintenance", maintenance_fields, &w, p);
    bind_part(w.auto_update, "spec.maintenance.autoUpdate", auto_update_fields, &w, p);
    bind_part(w.window, "spec.maintenance.timeWindow", window_fields, &w, p);
    bind_part(w.top.kubeconfig, "spec.kubeconfig", kubeconfig_fields, &w, p);
    bind_part(w.top.gateway, "spec.gateway", gateway_fields, &w, p);
    read_workers(w.workers, &w.s, p);
    read_schedules(w.s.schedules_doc, &w.s, p);
    defaults(&w.s, in, own_name, p);
    *s = w.s;
}

void shoot_spec_free(struct shoot_spec *s)
{
    free(s->workers);
    free(s->schedules);
}
