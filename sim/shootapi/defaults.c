/* SPDX-License-Identifier: Apache-2.0 */
/* Only those defaults that clients of the simulator read back: without schemas of the built-in kinds, the
 * rest would be guesswork. */
#include "sim/shootapi/defaults.h"
#include "lib/crypto.h"
#include "sim/shootapi/shape.h"

/* What should be an object and is none, is refused where it is judged. */
static void otherwise(json_t *object, const char *key, json_t *value)
{
    if (!json_is_object(object) || json_object_get(object, key))
        json_decref(value);
    else
        jx_set(object, key, value);
}

static void fill_namespace(json_t *doc, uint64_t serial)
{
    json_t *metadata = jx_make_object(doc, "metadata"), *name = json_object_get(metadata, "name");

    (void)serial;
    jx_share(jx_make_object(metadata, "labels"), "kubernetes.io/metadata.name", name);
    otherwise(jx_make_object(doc, "spec"), "finalizers", jx_pack("[s]", "kubernetes"));
}

static bool wants_node_port(const char *type)
{
    return !strcmp(type, "LoadBalancer") || !strcmp(type, "NodePort");
}

/* 0 and "" are no target. */
static bool is_unset(const json_t *target)
{
    return json_is_string(target) ? !json_string_length(target) : !json_integer_value(target);
}

/* Node ports are given out in service_rules.h, which knows those of the others. */
static void fill_ports(json_t *spec)
{
    json_t *port;
    size_t i;

    json_array_foreach (json_object_get(spec, "ports"), i, port) {
        otherwise(port, "protocol", json_string("TCP"));
        if (json_object_get(port, "port") && is_unset(json_object_get(port, "targetPort")))
            jx_set(port, "targetPort", json_deep_copy(json_object_get(port, "port")));
    }
}

static void fill_service(json_t *doc, uint64_t serial)
{
    json_t *spec = jx_make_object(doc, "spec");

    otherwise(spec, "type", json_string("ClusterIP"));
    otherwise(spec, "sessionAffinity", json_string("None"));
    fill_ports(spec);
    if (!strcmp(jx_str(spec, "type", ""), "ExternalName"))
        return;
    otherwise(spec, "internalTrafficPolicy", json_string("Cluster"));
    /* the service network Gardener gives by default, 100.64.0.0/13 */
    otherwise(spec, "clusterIP", json_sprintf("100.64.%d.%d", (int)(serial >> 8 & 255), (int)(serial & 255)));
    otherwise(spec, "clusterIPs", jx_pack("[O]", json_object_get(spec, "clusterIP")));
    otherwise(spec, "ipFamilies", jx_pack("[s]", "IPv4"));
    otherwise(spec, "ipFamilyPolicy", json_string("SingleStack"));
    if (wants_node_port(jx_str(spec, "type", "")))
        otherwise(spec, "externalTrafficPolicy", json_string("Cluster"));
    if (!strcmp(jx_str(spec, "type", ""), "LoadBalancer"))
        otherwise(spec, "allocateLoadBalancerNodePorts", json_true());
}

static void fill_secret(json_t *doc, uint64_t serial)
{
    json_t *plain = json_object_get(doc, "stringData"), *value;
    const char *name;

    (void)serial;
    otherwise(doc, "type", json_string("Opaque"));
    json_object_foreach (plain, name, value) {
        CLEAN(free)
        char *coded = crypto_base64(json_is_string(value) ? json_string_value(value) : "",
                                    json_is_string(value) ? json_string_length(value) : 0);

        jx_set(jx_make_object(doc, "data"), name, json_string(coded));
    }
    (void)json_object_del(doc, "stringData");
}

static void fill_claim(json_t *doc, uint64_t serial)
{
    json_t *spec = jx_make_object(doc, "spec");

    (void)serial;
    otherwise(spec, "volumeMode", json_string("Filesystem"));
    otherwise(spec, "storageClassName", json_string("default"));
}

static void fill_workload(json_t *doc, uint64_t serial)
{
    (void)serial;
    otherwise(jx_make_object(doc, "spec"), "replicas", json_integer(1));
}

static void fill_job(json_t *doc, uint64_t serial)
{
    json_t *spec = jx_make_object(doc, "spec");

    (void)serial;
    otherwise(spec, "parallelism", json_integer(1));
    otherwise(spec, "completions", json_integer(1));
    otherwise(spec, "backoffLimit", json_integer(6));
    otherwise(spec, "suspend", json_false());
}

static void fill_definition(json_t *doc, uint64_t serial)
{
    json_t *spec = jx_make_object(doc, "spec"), *names = jx_make_object(spec, "names");
    CLEAN(free) char *singular = x_strdup(jx_str(names, "kind", ""));

    (void)serial;
    for (char *at = singular; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    otherwise(names, "singular", json_string(singular));
    otherwise(names, "listKind", json_sprintf("%sList", jx_str(names, "kind", "")));
    otherwise(spec, "conversion", jx_pack("{s:s}", "strategy", "None"));
}

static const struct {
    const char *group, *kind;
    void (*fill)(json_t *doc, uint64_t serial);
} fillers[] = {
    { "", "Namespace", fill_namespace },
    { "", "Service", fill_service },
    { "", "Secret", fill_secret },
    { "", "PersistentVolumeClaim", fill_claim },
    { "apps", "Deployment", fill_workload },
    { "apps", "StatefulSet", fill_workload },
    { "batch", "Job", fill_job },
    { "apiextensions.k8s.io", "CustomResourceDefinition", fill_definition },
};

/* What was allocated once stays, also through a PUT that does not know it. */
static void keep_allocated(json_t *doc, json_t *live)
{
    static const char *const allocated[] = { "clusterIP", "clusterIPs" };
    json_t *spec = json_object_get(doc, "spec"), *before = json_object_get(live, "spec");

    for (size_t i = 0; i < ARRAY_LENGTH(allocated); i++)
        if (json_object_get(before, allocated[i]))
            otherwise(spec, allocated[i], json_deep_copy(json_object_get(before, allocated[i])));
}

static void keep_node_ports(json_t *doc, json_t *live)
{
    json_t *port, *old;
    size_t i, k;

    json_array_foreach (jx_at(doc, "spec.ports"), i, port) {
        json_array_foreach (jx_at(live, "spec.ports"), k, old) {
            if (jx_int(old, "port", 0) == jx_int(port, "port", 0) && jx_int(old, "nodePort", 0) &&
                wants_node_port(jx_str(doc, "spec.type", "")))
                otherwise(port, "nodePort", json_integer(jx_int(old, "nodePort", 0)));
        }
    }
}

/* With the type go the fields that make sense only for it, unless the writer set them just now. */
static void drop_dependent(json_t *doc, json_t *live)
{
    static const char *const dependent[] = { "externalTrafficPolicy", "allocateLoadBalancerNodePorts",
                                             "healthCheckNodePort", "loadBalancerClass" };
    json_t *spec = json_object_get(doc, "spec"), *before = json_object_get(live, "spec"), *port;
    const char *type = jx_str(spec, "type", "ClusterIP");
    size_t i;

    if (!strcmp(type, jx_str(before, "type", "")) || wants_node_port(type))
        return;
    for (i = 0; i < ARRAY_LENGTH(dependent); i++) {
        const json_t *value = json_object_get(spec, dependent[i]);

        if (value && json_object_get(before, dependent[i]) &&
            json_equal(value, json_object_get(before, dependent[i])))
            (void)json_object_del(spec, dependent[i]);
    }
    json_array_foreach (json_object_get(spec, "ports"), i, port)
        (void)json_object_del(port, "nodePort");
}

void defaults_fill(const struct kind *kind, json_t *doc, json_t *live, uint64_t serial)
{
    if (live && !*kind->group && !strcmp(kind->kind, "Service")) {
        keep_allocated(doc, live);
        keep_node_ports(doc, live);
        drop_dependent(doc, live);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(fillers); i++)
        if (!strcmp(fillers[i].group, kind->group) && !strcmp(fillers[i].kind, kind->kind))
            fillers[i].fill(doc, serial);
    shape_default(kind, doc);
}

json_t *defaults_status(const struct kind *kind)
{
    return kind->first_status ? json_loads(kind->first_status, 0, NULL) : NULL;
}

static json_t *condition(const char *type, const char *reason, const char *message, const char *now)
{
    return jx_pack("{s:s, s:s, s:s, s:s, s:s}", "type", type, "status", "True", "reason", reason, "message",
                   message, "lastTransitionTime", now);
}

json_t *defaults_definition_status(const json_t *definition, const char *now)
{
    json_t *stored = json_array();
    const json_t *version;
    size_t i;

    json_array_foreach (jx_at(definition, "spec.versions"), i, version) {
        if (jx_bool(version, "storage", false))
            jx_append(stored, jx_text(jx_str(version, "name", "")));
    }
    return jx_pack(
        "{s:[o, o], s:o, s:o}", "conditions",
        condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
        "acceptedNames", json_deep_copy(jx_at(definition, "spec.names")), "storedVersions", stored);
}
