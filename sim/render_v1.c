/* SPDX-License-Identifier: Apache-2.0 */
/* v1: Gardener's own shape with the parts Cleura's clients know; labels as a map, and again different after a
 * POST. */
#include "lib/jx.h"
#include "sim/render.h"
#include "sim/spec.h"

static bool all_fields(const struct sim *s) { return switch_is(&s->switches, SW_V1_FIELDS, "all"); }

static json_t *text_or_empty(const char *text) { return json_string(text ? text : ""); }

/* {"0": {"key", "value"}}: nobody knows what the outer keys are. */
static json_t *odd_map(struct sim *s, json_t *map)
{
    json_t *odd = json_object(), *value;
    const char *key;
    int i = 0;

    json_object_foreach (map, key, value) {
        char index[12];

        (void)snprintf(index, sizeof(index), "%d", i++);
        jx_set(odd, switch_is(&s->switches, SW_V1_CREATE_LABELS, "name") ? key : index,
               jx_pack("{s:s, s:O}", "key", key, "value", value));
    }
    return odd;
}

static json_t *labels(struct sim *s, json_t *map, bool created)
{
    return created ? odd_map(s, map) : json_deep_copy(map);
}

static json_t *workers(struct sim *s, const struct shoot *shoot, bool created)
{
    json_auto_t *list = render_ordered(s, spec_workers(shoot->spec), "name");
    json_t *all = json_array(), *w;
    size_t i;

    json_array_foreach (list, i, w) {
        json_t *one =
            jx_pack("{s:O, s:O, s:O, s:O, s:{s:O, s:{s:O, s:O}}, s:{s:O}, s:o}", "name", jx_at(w, "name"),
                    "minimum", jx_at(w, "minimum"), "maximum", jx_at(w, "maximum"), "maxSurge",
                    jx_at(w, "maxSurge"), "machine", "type", jx_at(w, "machineType"), "image", "name",
                    jx_at(w, "imageName"), "version", jx_at(w, "imageVersion"), "volume", "size",
                    jx_at(w, "volumeSize"), "zones", render_ordered(s, jx_at(w, "zones"), NULL));

        jx_set(one, "labels", labels(s, jx_at(w, "labels"), created));
        jx_set(one, "annotations", labels(s, jx_at(w, "annotations"), created));
        jx_set(one, "taints", render_ordered(s, jx_at(w, "taints"), "key"));
        jx_append(all, one);
    }
    return all;
}

static json_t *provider(struct sim *s, const struct shoot *shoot, bool created)
{
    json_t *networks = jx_pack("{s:O}", "workers", jx_at(shoot->spec, "provider.workersCidr"));

    if (created || render_network(shoot)) {
        jx_set(networks, "id", text_or_empty(render_network(shoot)));
        jx_set(networks, "router", jx_pack("{s:o}", "id", text_or_empty(render_router(shoot))));
    }
    return jx_pack("{s:{s:O, s:o}, s:o}", "infrastructureConfig", "floatingPoolName",
                   jx_at(shoot->spec, "provider.floatingPoolName"), "networks", networks, "workers",
                   workers(s, shoot, created));
}

/* What GET has below "spec" and a created shoot at its top. */
static json_t *body(struct sim *s, const struct shoot *shoot, bool created)
{
    const json_t *spec = shoot->spec;
    json_t *doc =
        jx_pack("{s:O, s:O, s:{s:O}, s:o, s:{s:b, s:o}, s:o}", "purpose", jx_at(spec, "purpose"), "region",
                jx_at(spec, "region"), "kubernetes", "version", jx_at(spec, "kubernetes.version"), "provider",
                provider(s, shoot, created), "hibernation", "enabled", shoot->life.hibernate, "schedules",
                render_ordered(s, jx_at(spec, "hibernation.schedules"), "start"), "maintenance",
                json_deep_copy(jx_at(spec, "maintenance")));

    if (spec_highly_available(spec))
        jx_set(doc, "controlPlane",
               jx_pack("{s:{s:{s:s}}}", "highAvailability", "failureTolerance", "type", render_ha_type(s)));
    return doc;
}

static json_t *last_operation(const struct sim *s, const struct life *l)
{
    char text[4096];
    json_t *doc;

    life_description(l, text, sizeof(text));
    doc = jx_pack("{s:s, s:s, s:i, s:o}", "type", op_type_name[l->type], "state", op_state_name[l->state],
                  "progress", l->progress, "description", jx_text(text));
    if (all_fields(s))
        jx_set(doc, "lastUpdateTime", render_time(s, l->updated));
    return doc;
}

static json_t *last_errors(const struct sim *s, const struct life *l)
{
    json_t *codes = json_array();

    for (int i = 0; i < LIFE_CODES && *l->failure.codes[i]; i++)
        jx_append(codes, jx_text(l->failure.codes[i]));
    return jx_pack("[{s:o, s:o, s:o}]", "description", jx_text(l->failure.text), "codes", codes,
                   "lastUpdateTime", render_time(s, l->failed));
}

static json_t *conditions(const struct sim *s, const struct shoot *shoot)
{
    json_t *list = render_conditions(s, shoot), *one;
    size_t i;

    json_array_foreach (list, i, one)
        if (!all_fields(s))
            (void)json_object_del(one, "reason");
    return list;
}

static json_t *status(struct sim *s, const struct shoot *shoot)
{
    const struct life *l = &shoot->life;
    bool started = l->type != OP_NONE, all = all_fields(s) && started;
    json_t *doc = jx_pack("{s:o, s:b}", "conditions", conditions(s, shoot), "hibernated", l->hibernated);

    if (started)
        jx_set(doc, "lastOperation", last_operation(s, l));
    if (shoot->api)
        jx_set(doc, "advertisedAddresses",
               jx_pack("[{s:s, s:s}]", "name", "external", "url", shootapi_url(shoot->api)));
    if (all && l->failure.times)
        jx_set(doc, "lastErrors", last_errors(s, l));
    if (all)
        jx_set(doc, "constraints", render_constraints(shoot));
    if (all)
        jx_set(doc, "technicalID", jx_pack("s+++", "shoot--", shoot->project->garden, "--", shoot->name));
    return doc;
}

json_t *render_v1(struct sim *s, const struct shoot *shoot)
{
    json_t *doc = jx_pack("{s:{s:s, s:s}, s:o, s:o}", "metadata", "name", shoot->name, "uid", shoot->uid,
                          "spec", body(s, shoot, false), "status", status(s, shoot));

    if (all_fields(s)) {
        jx_set(jx_at(doc, "metadata"), "namespace", jx_pack("s+", "garden-", shoot->project->garden));
        jx_set(jx_at(doc, "metadata"), "creationTimestamp", render_time(s, shoot->created));
        jx_set(jx_at(doc, "spec.provider"), "type", json_string("openstack"));
        jx_set(jx_at(doc, "spec"), "networking",
               jx_pack("{s:O}", "type", jx_at(shoot->spec, "networking.type")));
    }
    if (switch_on(&s->switches, SW_UNKNOWN_MEMBERS))
        jx_set(doc, "simulatedExtra", jx_pack("{s:[i]}", "nested", 1));
    return doc;
}

json_t *render_v1_created(struct sim *s, const struct shoot *shoot)
{
    json_t *doc = body(s, shoot, true);

    jx_set(doc, "name", json_string(shoot->name));
    jx_set(doc, "uid", json_string(shoot->uid));
    return doc;
}
