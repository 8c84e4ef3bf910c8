/* SPDX-License-Identifier: Apache-2.0 */
/* What each request body may contain. v2 as its OpenAPI document says; v1 as far as its clients show. */
#include "sim/schema.h"

#define REQ SCHEMA_REQUIRED
#define NUL SCHEMA_NULLABLE
#define LAST                                                                                                 \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

static const char *const effects[] = { "NoSchedule", "NoExecute", "PreferNoSchedule", NULL };
static const char *const networks[] = { "calico", "cilium", NULL };
static const char *const tunnels[] = { "vxlan", "geneve", "disabled", NULL };
static const char *const encryption[] = { "wireguard", NULL };
static const char *const stages[] = { "NotInitiated", "Prepare",    "Preparing", "Prepared",
                                      "Complete",     "Completing", "Completed", NULL };
static const char *const second_factors[] = { "sms", "webauthn", NULL };

static const struct schema_field pair[] = {
    { "key", SCHEMA_STRING, REQ | SCHEMA_NOT_EMPTY, .check = NULL },
    { "value", SCHEMA_STRING, REQ, .check = NULL },
    LAST,
};
static const struct schema_field taint[] = {
    { "key", SCHEMA_STRING, REQ | SCHEMA_NOT_EMPTY, .check = NULL },
    { "value", SCHEMA_STRING, NUL, .check = NULL },
    { "effect", SCHEMA_STRING, REQ, .one_of = effects },
    LAST,
};

/* ---- v2 ---- */

static const struct schema_field machine_v2[] = {
    { "type", SCHEMA_STRING, NUL, .check = is_label_text },
    { "image_name", SCHEMA_STRING, NUL, .check = is_label_text },
    { "image_version", SCHEMA_STRING, NUL, .check = is_version },
    LAST,
};

#define WORKER_V2(machine_flags)                                                                             \
    { "name", SCHEMA_STRING, NUL, .check = is_worker_name },                                                 \
        { "machine", SCHEMA_OBJECT, machine_flags, .fields = machine_v2 },                                   \
        { "minimum", SCHEMA_INT, NUL, .check = NULL }, { "maximum", SCHEMA_INT, NUL, .check = NULL },        \
        { "max_surge", SCHEMA_INT, NUL, .check = NULL },                                                     \
        { "volume_size", SCHEMA_STRING, NUL, .check = is_size },                                             \
        { "zones", SCHEMA_STRINGS, NUL, .check = NULL }, { "labels", SCHEMA_OBJECTS, NUL, .fields = pair },  \
        { "annotations", SCHEMA_OBJECTS, NUL, .fields = pair },                                              \
        { "taints", SCHEMA_OBJECTS, NUL, .fields = taint }, LAST

const struct schema_field schema_v2_worker[] = { WORKER_V2(REQ) };
const struct schema_field schema_v2_worker_update[] = { WORKER_V2(NUL) };

static const struct schema_field infrastructure_v2[] = {
    { "floating_pool_name", SCHEMA_STRING, REQ, .check = is_label_text },
    { "network_id", SCHEMA_STRING, NUL, .check = is_uuid },
    { "router_id", SCHEMA_STRING, NUL, .check = is_uuid },
    { "workers_network_cidr", SCHEMA_STRING, NUL, .check = is_cidr },
    LAST,
};
static const struct schema_field provider_v2[] = {
    { "infrastructure_config", SCHEMA_OBJECT, REQ, .fields = infrastructure_v2 },
    { "load_balancer_provider", SCHEMA_STRING, REQ, .check = is_worker_name },
    { "workers", SCHEMA_OBJECTS, REQ | SCHEMA_NOT_EMPTY, .fields = schema_v2_worker },
    LAST,
};
static const struct schema_field schedule_create[] = {
    { "start", SCHEMA_STRING, REQ, .check = is_cron },
    { "end", SCHEMA_STRING, REQ, .check = is_cron },
    LAST,
};
static const struct schema_field schedule_edit[] = {
    { "start", SCHEMA_STRING, NUL, .check = is_cron },
    { "end", SCHEMA_STRING, NUL, .check = is_cron },
    LAST,
};
static const struct schema_field auto_update_v2[] = {
    { "kubernetes_version", SCHEMA_BOOL, NUL, .check = NULL },
    { "machine_image_version", SCHEMA_BOOL, NUL, .check = NULL },
    LAST,
};
static const struct schema_field window[] = {
    { "begin", SCHEMA_STRING, REQ, .check = is_window_time },
    { "end", SCHEMA_STRING, REQ, .check = is_window_time },
    LAST,
};
static const struct schema_field maintenance_v2[] = {
    { "auto_update", SCHEMA_OBJECT, NUL, .fields = auto_update_v2 },
    { "time_window", SCHEMA_OBJECT, NUL, .fields = window },
    LAST,
};
static const struct schema_field cilium[] = {
    { "debug", SCHEMA_BOOL, NUL, .check = NULL },
    { "encryption_enabled", SCHEMA_BOOL, NUL, .check = NULL },
    { "encryption_mode", SCHEMA_STRING, NUL, .one_of = encryption },
    { "encryption_node_to_node_enabled", SCHEMA_BOOL, NUL, .check = NULL },
    { "encryption_strict_mode_enabled", SCHEMA_BOOL, NUL, .check = NULL },
    { "hubble_enabled", SCHEMA_BOOL, NUL, .check = NULL },
    { "policy_audit_mode", SCHEMA_BOOL, NUL, .check = NULL },
    { "tunnel", SCHEMA_STRING, NUL, .one_of = tunnels },
    LAST,
};
static const struct schema_field networking_create[] = {
    { "type", SCHEMA_STRING, NUL, .one_of = networks },
    { "cilium_provider_config", SCHEMA_OBJECT, NUL, .fields = cilium },
    LAST,
};
static const struct schema_field networking_edit[] = {
    { "cilium_provider_config", SCHEMA_OBJECT, NUL, .fields = cilium },
    LAST,
};

const struct schema_field schema_v2_create[] = {
    { "name", SCHEMA_STRING, REQ, .check = is_shoot_name, .max_length = 15 },
    { "kubernetes_version", SCHEMA_STRING, REQ, .check = is_version },
    { "shoot_provider", SCHEMA_OBJECT, REQ, .fields = provider_v2 },
    { "allowed_cidrs", SCHEMA_STRINGS, NUL, .check = is_cidr },
    { "enable_ha_control_plane", SCHEMA_BOOL, NUL, .check = NULL },
    { "hibernation_schedules", SCHEMA_OBJECTS, NUL, .fields = schedule_create },
    { "maintenance", SCHEMA_OBJECT, NUL, .fields = maintenance_v2 },
    { "networking", SCHEMA_OBJECT, NUL, .fields = networking_create },
    LAST,
};
const struct schema_field schema_v2_patch[] = {
    { "kubernetes", SCHEMA_STRING, NUL, .check = is_version },
    { "allowed_cidrs", SCHEMA_STRINGS, NUL, .check = is_cidr },
    { "enable_ha_control_plane", SCHEMA_BOOL, NUL, .check = NULL },
    { "hibernation_schedules", SCHEMA_OBJECTS, NUL, .fields = schedule_edit },
    { "maintenance", SCHEMA_OBJECT, NUL, .fields = maintenance_v2 },
    { "networking", SCHEMA_OBJECT, NUL, .fields = networking_edit },
    LAST,
};
const struct schema_field schema_v2_kubeconfig[] = { { "expiration_seconds", SCHEMA_INT, REQ, .check = NULL },
                                                     LAST };
const struct schema_field schema_v2_rotate[] = { { "stage", SCHEMA_STRING, REQ, .one_of = stages }, LAST };
const struct schema_field schema_v2_login[] = {
    { "login", SCHEMA_STRING, REQ, .check = NULL },
    { "password", SCHEMA_STRING, REQ, .check = NULL },
    { "two_factor_method", SCHEMA_STRING, NUL, .one_of = second_factors },
    LAST,
};
const struct schema_field schema_v2_sms[] = {
    { "login", SCHEMA_STRING, REQ, .check = NULL },
    { "verification", SCHEMA_STRING, REQ, .check = NULL },
    LAST,
};
const struct schema_field schema_v2_verify[] = {
    { "login", SCHEMA_STRING, REQ, .check = NULL },
    { "verification", SCHEMA_STRING, REQ, .check = NULL },
    { "code", SCHEMA_INT, REQ, .check = NULL },
    LAST,
};

/* ---- v1: bodies are wrapped; empty nested objects and nulls are tolerated ---- */

static const struct schema_field version_v1[] = { { "version", SCHEMA_STRING, REQ, .check = is_version },
                                                  LAST };
static const struct schema_field version_update_v1[] = {
    { "version", SCHEMA_STRING, NUL, .check = is_version }, LAST
};
static const struct schema_field image_v1[] = {
    { "name", SCHEMA_STRING, NUL, .check = is_label_text },
    { "version", SCHEMA_STRING, NUL, .check = is_version },
    LAST,
};
static const struct schema_field machine_v1[] = {
    { "type", SCHEMA_STRING, REQ, .check = is_label_text },
    { "image", SCHEMA_OBJECT, NUL, .fields = image_v1 },
    LAST,
};
static const struct schema_field machine_update_v1[] = {
    { "type", SCHEMA_STRING, NUL, .check = is_label_text },
    { "image", SCHEMA_OBJECT, NUL, .fields = image_v1 },
    LAST,
};
static const struct schema_field volume_v1[] = { { "size", SCHEMA_STRING, NUL, .check = is_size }, LAST };

#define WORKER_V1(machine_flags, machine_fields)                                                             \
    { "name", SCHEMA_STRING, NUL, .check = is_worker_name },                                                 \
        { "machine", SCHEMA_OBJECT, machine_flags, .fields = (machine_fields) },                             \
        { "minimum", SCHEMA_INT, NUL, .check = NULL }, { "maximum", SCHEMA_INT, NUL, .check = NULL },        \
        { "maxSurge", SCHEMA_INT, NUL, .check = NULL },                                                      \
        { "volume", SCHEMA_OBJECT, NUL, .fields = volume_v1 },                                               \
        { "zones", SCHEMA_STRINGS, NUL, .check = NULL }, { "labels", SCHEMA_OBJECTS, NUL, .fields = pair },  \
        { "annotations", SCHEMA_OBJECTS, NUL, .fields = pair },                                              \
        { "taints", SCHEMA_OBJECTS, NUL, .fields = taint }, LAST

static const struct schema_field workers_v1[] = { WORKER_V1(REQ, machine_v1) };
static const struct schema_field workers_update_v1[] = { WORKER_V1(NUL, machine_update_v1) };
static const struct schema_field infrastructure_v1[] = {
    { "floatingPoolName", SCHEMA_STRING, REQ, .check = is_label_text },
    { "networks", SCHEMA_OBJECT, NUL, .fields = NULL },
    LAST,
};
static const struct schema_field provider_v1[] = {
    { "infrastructureConfig", SCHEMA_OBJECT, REQ, .fields = infrastructure_v1 },
    { "workers", SCHEMA_OBJECTS, REQ | SCHEMA_NOT_EMPTY, .fields = workers_v1 },
    LAST,
};
static const struct schema_field hibernation_v1[] = {
    { "schedules", SCHEMA_OBJECTS, NUL, .fields = schedule_edit },
    LAST,
};
static const struct schema_field auto_update_v1[] = {
    { "kubernetesVersion", SCHEMA_BOOL, NUL, .check = NULL },
    { "machineImageVersion", SCHEMA_BOOL, NUL, .check = NULL },
    LAST,
};
static const struct schema_field maintenance_v1[] = {
    { "autoUpdate", SCHEMA_OBJECT, NUL, .fields = auto_update_v1 },
    { "timeWindow", SCHEMA_OBJECT, NUL, .fields = window },
    LAST,
};
static const struct schema_field shoot_v1[] = {
    { "name", SCHEMA_STRING, REQ, .check = is_shoot_name, .max_length = 15 },
    { "kubernetes", SCHEMA_OBJECT, REQ, .fields = version_v1 },
    { "provider", SCHEMA_OBJECT, REQ, .fields = provider_v1 },
    { "enableHaControlPlane", SCHEMA_BOOL, NUL, .check = NULL },
    { "hibernation", SCHEMA_OBJECT, NUL, .fields = hibernation_v1 },
    { "maintenance", SCHEMA_OBJECT, NUL, .fields = maintenance_v1 },
    LAST,
};
static const struct schema_field shoot_update_v1[] = {
    { "kubernetes", SCHEMA_OBJECT, NUL, .fields = version_update_v1 },
    { "provider", SCHEMA_OBJECT, NUL, .fields = NULL },
    { "enableHaControlPlane", SCHEMA_BOOL, NUL, .check = NULL },
    { "hibernation", SCHEMA_OBJECT, NUL, .fields = hibernation_v1 },
    { "maintenance", SCHEMA_OBJECT, NUL, .fields = maintenance_v1 },
    LAST,
};
static const struct schema_field config_v1[] = { { "expirationSeconds", SCHEMA_INT, REQ, .check = NULL },
                                                 LAST };
static const struct schema_field auth_v1[] = {
    { "login", SCHEMA_STRING, REQ, .check = NULL },
    { "password", SCHEMA_STRING, REQ, .check = NULL },
    { "twofa_method", SCHEMA_STRING, NUL, .check = NULL },
    LAST,
};

const struct schema_field schema_v1_create[] = { { "shoot", SCHEMA_OBJECT, REQ, .fields = shoot_v1 }, LAST };
const struct schema_field schema_v1_update[] = { { "shoot", SCHEMA_OBJECT, REQ, .fields = shoot_update_v1 },
                                                 LAST };
const struct schema_field schema_v1_worker[] = { { "worker", SCHEMA_OBJECT, REQ, .fields = workers_v1 },
                                                 LAST };
const struct schema_field schema_v1_worker_update[] = {
    { "worker", SCHEMA_OBJECT, REQ, .fields = workers_update_v1 },
    LAST,
};
const struct schema_field schema_v1_kubeconfig[] = { { "config", SCHEMA_OBJECT, REQ, .fields = config_v1 },
                                                     LAST };
const struct schema_field schema_v1_login[] = { { "auth", SCHEMA_OBJECT, REQ, .fields = auth_v1 }, LAST };
const struct schema_field schema_v1_sms[] = { { "request2fa", SCHEMA_OBJECT, REQ, .fields = schema_v2_sms },
                                              LAST };
const struct schema_field schema_v1_verify[] = {
    { "verify2fa", SCHEMA_OBJECT, REQ, .fields = schema_v2_verify }, LAST
};
