/* SPDX-License-Identifier: Apache-2.0 */
/* v2: flat and in snake_case, with the variations of null, absent and order that clients must bear. */
#include "lib/jx.h"
#include "sim/render.h"
#include "sim/spec.h"
#include <ctype.h>

/* A nullable field without a value. */
static void set_null(struct sim *s, json_t *doc, const char *key)
{
    const char *how = switch_text(&s->switches, SW_NULLS);

    if (!strcmp(how, "null") || (!strcmp(how, "random") && dice_fraction(&s->dice) < 0.5))
        jx_set(doc, key, json_null());
}

static void set_text(struct sim *s, json_t *doc, const char *key, const char *text)
{
    if (text)
        jx_set(doc, key, json_string(text));
    else
        set_null(s, doc, key);
}

/* Takes 'list'. */
static void set_list(struct sim *s, json_t *doc, const char *key, json_t *list)
{
    const char *how = switch_text(&s->switches, SW_LABELS_UNSET);
    bool none = json_array_size(list) == 0 && !json_object_size(list);

    if (!none || !strcmp(how, "empty"))
        jx_set(doc, key, list);
    else
        json_decref(list);
    if (none && !strcmp(how, "null"))
        jx_set(doc, key, json_null());
}

/* Before June 2026 effects were no_schedule and so on. */
static json_t *old_effects(json_t *taints)
{
    size_t i;
    json_t *taint;

    json_array_foreach (taints, i, taint) {
        char text[40] = "";
        size_t n = 0;

        for (const char *c = jx_str(taint, "effect", ""); *c && n < sizeof(text) - 2; c++) {
            if (isupper((unsigned char)*c) && n)
                text[n++] = '_';
            text[n++] = (char)tolower((unsigned char)*c);
        }
        jx_set(taint, "effect", json_string(text));
    }
    return taints;
}

static json_t *taints(struct sim *s, const json_t *worker, bool old)
{
    json_t *list = render_ordered(s, jx_at(worker, "taints"), "key"), *taint;
    size_t i;

    json_array_foreach (list, i, taint)
        if (!json_is_string(json_object_get(taint, "value")))
            jx_set(taint, "value", json_string(""));
    return old ? old_effects(list) : list;
}

static json_t *worker(struct sim *s, const json_t *w)
{
    bool old = switch_is(&s->switches, SW_SCHEMA, "2026-04");
    json_t *one = jx_pack("{s:O, s:{s:O, s:{s:O, s:O}, s:s}, s:O, s:O, s:O, s:i, s:{s:O}, s:o}", "name",
                          jx_at(w, "name"), "machine", "type", jx_at(w, "machineType"), "image", "name",
                          jx_at(w, "imageName"), "version", jx_at(w, "imageVersion"), "architecture", "amd64",
                          "minimum", jx_at(w, "minimum"), "maximum", jx_at(w, "maximum"), "max_surge",
                          jx_at(w, "maxSurge"), "max_unavailable", 0, "volume", "size",
                          jx_at(w, "volumeSize"), "zones", render_ordered(s, jx_at(w, "zones"), NULL));

    set_list(s, one, "labels",
             old ? json_deep_copy(jx_at(w, "labels")) : render_pairs(s, jx_at(w, "labels")));
    set_list(s, one, "annotations",
             old ? json_deep_copy(jx_at(w, "annotations")) : render_pairs(s, jx_at(w, "annotations")));
    set_list(s, one, "taints", taints(s, w, old));
    return one;
}

static json_t *provider(struct sim *s, const struct shoot *shoot)
{
    json_auto_t *list = render_ordered(s, spec_workers(shoot->spec), "name");
    json_t *networks = jx_pack("{s:O}", "workers", jx_at(shoot->spec, "provider.workersCidr")),
           *workers = json_array(), *w;
    size_t i;

    set_text(s, networks, "id", render_network(shoot));
    if (render_router(shoot))
        jx_set(networks, "router", jx_pack("{s:s}", "id", render_router(shoot)));
    else
        set_null(s, networks, "router");
    json_array_foreach (list, i, w)
        jx_append(workers, worker(s, w));
    return jx_pack("{s:s, s:{s:O}, s:{s:O, s:o}, s:o}", "type", "openstack", "control_plane_config",
                   "load_balancer_provider", jx_at(shoot->spec, "provider.loadBalancerProvider"),
                   "infrastructure_config", "floating_pool_name",
                   jx_at(shoot->spec, "provider.floatingPoolName"), "networks", networks, "workers", workers);
}

static void set_hibernation(struct sim *s, json_t *doc, const json_t *spec)
{
    json_t *schedules = render_ordered(s, jx_at(spec, "hibernation.schedules"), "start");
    const char *how = switch_text(&s->switches, SW_HIBERNATION_UNSET);

    if (json_array_size(schedules) > 0 || !strcmp(how, "empty")) {
        jx_set(doc, "hibernation", jx_pack("{s:o}", "schedules", schedules));
        return;
    }
    json_decref(schedules);
    if (!strcmp(how, "null"))
        jx_set(doc, "hibernation", json_null());
}

static json_t *with_codes(json_t *list)
{
    size_t i;
    json_t *one;

    json_array_foreach (list, i, one)
        jx_set(one, "codes", json_array());
    return list;
}

static json_t *last_errors(const struct sim *s, const struct life *l)
{
    json_t *codes = json_array();

    if (!l->failure.times) {
        json_decref(codes);
        return json_array();
    }
    for (int i = 0; i < LIFE_CODES && *l->failure.codes[i]; i++)
        jx_append(codes, jx_text(l->failure.codes[i]));
    return jx_pack("[{s:o, s:s, s:o, s:o}]", "description", jx_text(l->failure.text), "task_id",
                   "Waiting until shoot worker nodes are ready", "codes", codes, "last_update_time",
                   render_time(s, l->failed));
}

static void set_status(struct sim *s, json_t *doc, const struct shoot *shoot)
{
    const struct life *l = &shoot->life;
    char text[4096];

    if (l->type == OP_NONE) {
        set_null(s, doc, "last_operation");
        set_null(s, doc, "status");
        return;
    }
    life_description(l, text, sizeof(text));
    jx_set(doc, "last_operation",
           jx_pack("{s:s, s:s, s:i, s:o, s:o}", "type", op_type_name[l->type], "state",
                   op_state_name[l->state], "progress", l->progress, "description", jx_text(text),
                   "last_update_time", render_time(s, l->updated)));
    jx_set(doc, "status",
           jx_pack("{s:b, s:o, s:o, s:o}", "is_hibernated", l->hibernated, "conditions",
                   with_codes(render_conditions(s, shoot)), "constraints",
                   with_codes(render_constraints(shoot)), "last_errors", last_errors(s, l)));
}

static void set_networking(struct sim *s, json_t *doc, const json_t *spec)
{
    json_t *networking = jx_pack("{s:O, s:O}", "type", jx_at(spec, "networking.type"), "nodes",
                                 jx_at(spec, "provider.workersCidr"));

    if (json_is_object(jx_at(spec, "networking.cilium")))
        jx_set(networking, "cilium_provider_config", json_deep_copy(jx_at(spec, "networking.cilium")));
    else
        set_null(s, networking, "cilium_provider_config");
    jx_set(doc, "networking", networking);
}

static void set_unknown(json_t *doc)
{
    json_t *conditions = jx_at(doc, "status.conditions");

    jx_set(doc, "simulated_extra", jx_pack("{s:[i]}", "nested", 1));
    if (json_is_array(conditions))
        jx_append(conditions, jx_pack("{s:s, s:s, s:s, s:s, s:[s]}", "type", "SimulatedCondition", "status",
                                      "True", "reason", "Simulated", "message",
                                      "No document lists this type.", "codes", "ERR_SIMULATED"));
}

json_t *render_v2(struct sim *s, const struct shoot *shoot)
{
    const json_t *spec = shoot->spec;
    CLEAN(free) char *technical = x_asprintf("shoot--%s--%s", shoot->project->garden, shoot->name);
    json_t *doc = jx_pack("{s:s, s:s+, s:s, s:O, s:O, s:s}", "name", shoot->name, "namespace", "garden-",
                          shoot->project->garden, "cloud_profile_name", "cleuracloud", "region",
                          jx_at(spec, "region"), "purpose", jx_at(spec, "purpose"), "uid", shoot->uid);

    if (switch_is(&s->switches, SW_SCHEMA, "2026-04"))
        (void)json_object_del(doc, "cloud_profile_name");
    set_text(s, doc, "technical_id", shoot->life.type == OP_NONE ? NULL : technical);
    set_null(s, doc, "credentials_binding_name");
    if (json_array_size(jx_at(spec, "allowedCidrs")) > 0 || switch_is(&s->switches, SW_CIDRS_EMPTY, "list"))
        jx_set(doc, "allowed_cidrs", render_ordered(s, jx_at(spec, "allowedCidrs"), NULL));
    jx_set(doc, "kubernetes",
           jx_pack("{s:O, s:b}", "version", jx_at(spec, "kubernetes.version"),
                   "enable_static_token_kubeconfig", false));
    if (spec_highly_available(spec))
        jx_set(doc, "control_plane",
               jx_pack("{s:{s:{s:s}}}", "high_availability", "failure_tolerance", "type", render_ha_type(s)));
    else
        set_null(s, doc, "control_plane");
    set_hibernation(s, doc, spec);
    jx_set(doc, "maintenance",
           jx_pack("{s:{s:O, s:O}, s:O}", "auto_update", "kubernetes_version",
                   jx_at(spec, "maintenance.autoUpdate.kubernetesVersion"), "machine_image_version",
                   jx_at(spec, "maintenance.autoUpdate.machineImageVersion"), "time_window",
                   jx_at(spec, "maintenance.timeWindow")));
    if (switch_is(&s->switches, SW_SCHEMA, "2026-09"))
        set_networking(s, doc, spec);
    jx_set(doc, "shoot_provider", provider(s, shoot));
    set_status(s, doc, shoot);
    if (switch_on(&s->switches, SW_UNKNOWN_MEMBERS))
        set_unknown(doc);
    return doc;
}
