/* SPDX-License-Identifier: Apache-2.0 */
/* What Envoy Gateway makes for a Gateway in its own namespace: ServiceAccount, Deployment, Service. */
#include "lib/crypto.h"
#include "sim/workloads/envoy.h"

#define OWNER_NAMESPACE ENVOY_GROUP "/owning-gateway-namespace"
#define OWNER_NAME      ENVOY_GROUP "/owning-gateway-name"
#define OWNER_CLASS     ENVOY_GROUP "/owning-gatewayclass"

/* Whose it is: a Gateway's, or, where a class merges its Gateways, the class's. "" or its name. */
static const char *merged(const json_t *model) { return jx_str(model, "merged", ""); }

/* "envoy-default-eg-e41e7b31": at most 48 characters of the owner's name, and what tells equal ones apart. */
static char *infra_name(const json_t *model)
{
    const json_t *gateway = json_object_get(model, "doc");
    const char *class = merged(model);
    CLEAN(free)
    char *full = *class ? x_strdup(class) : x_asprintf("%s-%s", ctl_namespace(gateway), ctl_name(gateway));
    CLEAN(free)
    char *key = *class ? x_strdup(class) : x_asprintf("%s/%s", ctl_namespace(gateway), ctl_name(gateway));
    char hash[9];

    if (strlen(full) > 48)
        full[48] = '\0';
    if (full[strlen(full) - 1] == '-')
        full[strlen(full) - 1] = '\0';
    crypto_sha256_hex(key, strlen(key), hash, 8);
    return x_asprintf("envoy-%s-%s", full, hash);
}

static json_t *own_labels(const json_t *model)
{
    const json_t *gateway = json_object_get(model, "doc");
    json_t *labels =
        jx_pack("{s:s, s:s, s:s}", "app.kubernetes.io/name", "envoy", "app.kubernetes.io/component", "proxy",
                "app.kubernetes.io/managed-by", "envoy-gateway");

    if (*merged(model)) {
        jx_set(labels, OWNER_CLASS, json_string(merged(model)));
        return labels;
    }
    jx_set(labels, OWNER_NAMESPACE, json_string(ctl_namespace(gateway)));
    jx_set(labels, OWNER_NAME, json_string(ctl_name(gateway)));
    return labels;
}

/* One map over another; 'over' may be NULL. Changes and returns 'map'. */
static json_t *with(json_t *map, json_t *over)
{
    if (over)
        (void)json_object_update(map, over);
    return map;
}

/* Those that are not on their way out. */
static size_t gateways_of(const struct envoy *e, const char *class)
{
    json_auto_t *all = ctl_list(e->c, GATEWAY_GROUP, "gateways", NULL);
    const json_t *gateway;
    size_t i, n = 0;

    json_array_foreach (all, i, gateway)
        n += !ctl_deleting(gateway) && !strcmp(jx_str(gateway, "spec.gatewayClassName", ""), class);
    return n;
}

/* Of merged Gateways nothing is made before all of them have been looked at. */
static bool is_whole(const struct envoy *e, const json_t *model)
{
    const json_t *other;
    size_t i, n = 0;

    json_array_foreach (e->gateways, i, other)
        n += !strcmp(merged(other), merged(model));
    return !*merged(model) || n == gateways_of(e, merged(model));
}

static json_t *metadata(const json_t *model, const char *name)
{
    const json_t *own = *merged(model) ? NULL : jx_at(model, "doc.spec.infrastructure");
    json_t *labels = with(own_labels(model), json_object_get(own, "labels"));
    json_t *annotations = with(json_object(), json_object_get(own, "annotations"));

    return jx_pack("{s:s, s:s, s:o, s:o}", "name", name, "namespace", ENVOY_SYSTEM, "labels", labels,
                   "annotations", annotations);
}

/* The live object of that name is made or brought into line. */
static void put(const struct envoy *e, const char *group, const char *plural, json_t *doc)
{
    const json_t *live = ctl_get(e->c, group, plural, ENVOY_SYSTEM, ctl_name(doc));

    if (live)
        ctl_patch(e->c, ENVOY_MANAGER, live, plural, NULL, doc);
    else
        (void)ctl_create(e->c, ENVOY_MANAGER, plural, doc);
}

/* ---- the Service ---- */

enum { FIRST_UNPRIVILEGED = 1024, SHIFT = 10000 };

static bool has_port(const json_t *ports, json_int_t port, const char *protocol)
{
    const json_t *one;
    size_t i;

    json_array_foreach (ports, i, one) {
        if (jx_int(one, "port", 0) == port && !strcmp(jx_str(one, "protocol", ""), protocol))
            return true;
    }
    return false;
}

static char *lower(const char *text)
{
    char *copy = x_strdup(text);

    for (char *at = copy; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return copy;
}

static void add_ports(json_t *ports, const json_t *model, const json_t *live)
{
    const json_t *listener, *old;
    size_t i, k;

    json_array_foreach (json_object_get(model, "listeners"), i, listener) {
        json_int_t port = jx_int(listener, "spec.port", 0);
        CLEAN(free) char *name = lower(jx_str(listener, "spec.protocol", ""));
        const char *protocol = !strcmp(name, "udp") ? "UDP" : "TCP";
        json_t *entry;

        if (!jx_bool(listener, "valid", false) || has_port(ports, port, protocol))
            continue;
        entry =
            jx_pack("{s:o, s:s, s:I, s:I}", "name", json_sprintf("%s-%d", name, (int)port), "protocol",
                    protocol, "port", port, "targetPort", port < FIRST_UNPRIVILEGED ? port + SHIFT : port);
        json_array_foreach (jx_at(live, "spec.ports"), k, old) { /* node ports stay */
            if (jx_int(old, "port", 0) == port && !strcmp(jx_str(old, "protocol", ""), protocol) &&
                json_object_get(old, "nodePort"))
                jx_share(entry, "nodePort", json_object_get(old, "nodePort"));
        }
        jx_append(ports, entry);
    }
}

/* Of the Gateway, or of all that are merged with it. */
static json_t *ports_of(const struct envoy *e, const json_t *model, const json_t *live)
{
    json_t *ports = json_array();
    const json_t *other;
    size_t i;

    json_array_foreach (e->gateways, i, other) {
        if (other == model || (*merged(model) && !strcmp(merged(model), merged(other))))
            add_ports(ports, other, live);
    }
    return ports;
}

/* Addresses asked for in the Gateway; to Envoy Gateway they are external IPs, and nobody reserves them. */
static json_t *external_ips(const json_t *gateway)
{
    json_t *list = json_array();
    const json_t *address;
    size_t i;

    json_array_foreach (jx_at(gateway, "spec.addresses"), i, address) {
        if (!strcmp(jx_str(address, "type", "IPAddress"), "IPAddress") && jx_str(address, "value", NULL))
            jx_append(list, jx_text(jx_str(address, "value", "")));
    }
    return list;
}

static const char *const copied[] = { "loadBalancerIP", "loadBalancerSourceRanges", "loadBalancerClass",
                                      "allocateLoadBalancerNodePorts" };

static json_t *service_doc(const struct envoy *e, const json_t *model, const json_t *live, const char *name)
{
    const json_t *gateway = json_object_get(model, "doc");
    json_t *wish = jx_at(model, "proxy.spec.provider.kubernetes.envoyService");
    json_t *external = *merged(model) ? json_array() : external_ips(gateway), *meta = metadata(model, name);
    const char *type = jx_str(wish, "type", "LoadBalancer");
    json_t *spec = jx_pack("{s:s, s:o, s:o}", "type", type, "selector", own_labels(model), "ports",
                           ports_of(e, model, live));

    if (strcmp(type, "ClusterIP") != 0)
        jx_set(spec, "externalTrafficPolicy", jx_text(jx_str(wish, "externalTrafficPolicy", "Local")));
    for (size_t i = 0; i < ARRAY_LENGTH(copied); i++)
        jx_set(spec, copied[i],
               json_object_get(wish, copied[i]) ? json_deep_copy(json_object_get(wish, copied[i]))
                                                : json_null());
    jx_set(spec, "externalIPs", json_array_size(external) ? json_incref(external) : json_null());
    json_decref(external);
    (void)with(json_object_get(meta, "annotations"), json_object_get(wish, "annotations"));
    (void)with(json_object_get(meta, "labels"), json_object_get(wish, "labels"));
    return jx_pack("{s:s, s:s, s:o, s:o}", "apiVersion", "v1", "kind", "Service", "metadata", meta, "spec",
                   spec);
}

/* Annotations and labels that were ours once and no longer are; the cloud controller's own stay. */
static void drop_gone(const json_t *live, json_t *doc)
{
    static const char *const maps[] = { "annotations", "labels" };

    for (size_t i = 0; i < ARRAY_LENGTH(maps); i++) {
        json_t *old = json_object_get(json_object_get(live, "metadata"), maps[i]), *value;
        json_t *next = json_object_get(json_object_get(doc, "metadata"), maps[i]);
        const char *key;

        json_object_foreach (old, key, value) {
            if (!json_object_get(next, key) && !strstr(key, "load-balancer-id") &&
                !strstr(key, "load-balancer-address"))
                jx_set(next, key, json_null());
        }
    }
}

static void put_service(const struct envoy *e, const json_t *model, const char *generated)
{
    const char *name = jx_str(model, "proxy.spec.provider.kubernetes.envoyService.name", generated);
    const json_t *live = ctl_get(e->c, "", "services", ENVOY_SYSTEM, name);
    json_t *doc = service_doc(e, model, live, name);

    if (live)
        drop_gone(live, doc);
    put(e, "", "services", doc);
}

/* ---- the Deployment ---- */

static void put_deployment(const struct envoy *e, const json_t *model, const char *name)
{
    json_int_t replicas = jx_int(model, "proxy.spec.provider.kubernetes.envoyDeployment.replicas", 1);
    json_t *meta = metadata(model, name), *pod = json_deep_copy(meta);

    (void)json_object_del(pod, "name");
    (void)json_object_del(pod, "namespace");
    put(e, "apps", "deployments",
        jx_pack("{s:s, s:s, s:o, s:{s:I, s:{s:o}, s:{s:o, s:{s:s, s:[{s:s, s:s}]}}}}", "apiVersion",
                "apps/v1", "kind", "Deployment", "metadata", meta, "spec", "replicas", replicas, "selector",
                "matchLabels", own_labels(model), "template", "metadata", pod, "spec", "serviceAccountName",
                name, "containers", "name", "envoy", "image",
                e->minor >= 9 ? "docker.io/envoyproxy/envoy:distroless-v1.39.0"
                              : "docker.io/envoyproxy/envoy:distroless-v1.38.0"));
}

static bool any_valid(const json_t *model)
{
    const json_t *listener;
    size_t i;

    json_array_foreach (json_object_get(model, "listeners"), i, listener) {
        if (jx_bool(listener, "valid", false))
            return true;
    }
    return false;
}

void envoy_make_infra(const struct envoy *e, const json_t *model)
{
    CLEAN(free) char *name = infra_name(model);

    if (jx_str(model, "problem", NULL) || !any_valid(model) || !is_whole(e, model))
        return;
    put(e, "", "serviceaccounts",
        jx_pack("{s:s, s:s, s:o}", "apiVersion", "v1", "kind", "ServiceAccount", "metadata",
                metadata(model, name)));
    put_deployment(e, model, name);
    put_service(e, model, name);
}

/* ---- afterwards ---- */

static bool is_orphan(const struct envoy *e, const json_t *doc)
{
    const char *ns = ctl_label(doc, OWNER_NAMESPACE), *name = ctl_label(doc, OWNER_NAME);
    const char *class = ctl_label(doc, OWNER_CLASS);
    const json_t *gateway = *name ? ctl_get(e->c, GATEWAY_GROUP, "gateways", ns, name) : NULL;

    if (strcmp(ctl_label(doc, "app.kubernetes.io/managed-by"), "envoy-gateway") != 0 || ctl_deleting(doc))
        return false;
    return *class ? gateways_of(e, class) == 0 : *name && (!gateway || ctl_deleting(gateway));
}

static void clean(const struct envoy *e, const char *group, const char *plural)
{
    json_auto_t *docs = ctl_list(e->c, group, plural, ENVOY_SYSTEM);
    const json_t *doc;
    size_t i;

    json_array_foreach (docs, i, doc) {
        if (is_orphan(e, doc))
            ctl_delete(e->c, ENVOY_MANAGER, doc, plural);
    }
}

void envoy_clean_infra(const struct envoy *e)
{
    clean(e, "", "services");
    clean(e, "apps", "deployments");
    clean(e, "", "serviceaccounts");
}

static json_t *owned(const struct envoy *e, const char *group, const char *plural, const json_t *model)
{
    json_auto_t *docs = ctl_list(e->c, group, plural, ENVOY_SYSTEM);
    json_auto_t *labels = own_labels(model);
    json_t *doc;
    size_t i;

    json_array_foreach (docs, i, doc) {
        if (ctl_selects(labels, doc))
            return doc; /* the store holds it, too */
    }
    return NULL;
}

json_t *envoy_service(const struct envoy *e, const json_t *model) { return owned(e, "", "services", model); }
json_t *envoy_deployment(const struct envoy *e, const json_t *model)
{
    return owned(e, "apps", "deployments", model);
}
