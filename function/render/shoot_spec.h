/* SPDX-License-Identifier: Apache-2.0 */
/* A Shoot's spec as structs. Every string and tree is borrowed from the composite or the Input; shoot_spec_free(). */
#pragma once
#include "function/render/input.h"
#include "lib/jx_bind.h"

enum {
    SHOOT_WORKERS_MAX = 64,
    SHOOT_SCHEDULES_MAX = 64 /* more than anybody runs; bounds what a spec can make us build */
};

struct shoot_worker {
    char path[48]; /* "spec.provider.workers[2]", for messages */
    const char *name;
    json_t *machine, *volume, *zones, *labels, *annotations, *taints, *system_components;
    const char *machine_type, *image_name, *image_version, *volume_size, *volume_type;
    json_t *image;
    struct jx_opt_int minimum, maximum, max_surge, max_unavailable;
    struct jx_opt_bool system_allowed;
};

struct shoot_schedule {
    char path[48];
    const char *start, *end, *location;
};

/* Cilium's own switches. */
struct shoot_cilium {
    struct jx_opt_bool debug, encryption, node_to_node, strict_mode, hubble, audit;
    const char *encryption_mode, *tunnel;
};

/* Envoy Gateway in the cluster. */
struct shoot_gateway_spec {
    const char *install; /* "Job", "Release", "None"; NULL = absent */
    const char *version, *class_name, *channel, *registry, *image;
};

struct shoot_spec {
    const char *name, *cloud, *region, *project_id, *api_generation;
    const char *config_kind, *config_name;
    const char *cloud_profile_name, *cloud_profile, *purpose;
    const char *version;

    const char *provider_type, *floating_pool, *network_id, *router_id, *workers_cidr, *lb_provider;
    struct shoot_worker *workers; /* owned */
    size_t n_workers;

    const char *network_type, *pods, *nodes, *services;
    json_t *cilium_doc; /* NULL = absent */
    struct shoot_cilium cilium;

    const char *failure_tolerance; /* "node", "zone"; NULL = absent */

    struct jx_opt_bool hibernated;
    json_t *schedules_doc;            /* NULL = absent, which is not [] */
    struct shoot_schedule *schedules; /* owned */
    size_t n_schedules;

    struct jx_opt_bool update_kubernetes, update_image;
    const char *window_begin, *window_end;

    json_t *allowed_cidrs; /* NULL = absent */
    struct jx_opt_int kubeconfig_seconds;
    const char *kubeconfig_secret;
    struct jx_opt_bool deletion_protection, adopt;
    struct shoot_gateway_spec gateway;
    const char *poll;
};

/* Fills what can be read and adds a problem per violation of shape: wrong types, unknown keys, missing
 * fields. 'own_name' is the shoot's name when the spec gives none. */
void shoot_spec_read(const json_t *composite, const struct input *in, const char *own_name,
                     struct shoot_spec *s, struct problems *p);
void shoot_spec_free(struct shoot_spec *s);

static inline bool shoot_is_v2(const struct shoot_spec *s) { return s->api_generation[1] == '2'; }
