/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/crds.h"
#include "sim/workloads/crd_schemas.h"

#define GATEWAY "gateway.networking.k8s.io"
#define ENVOY   "gateway.envoyproxy.io"

enum { NOWHERE = 0, STANDARD = 1, EXPERIMENTAL = 2, BOTH = 3, EXPERIMENTAL_DEPRECATED = 4 };

/* One version of a kind. 'in5' and 'in6': in which channels of the bundles 1.5 and 1.6 it is served; a version that is
 * served in neither but listed is present and unserved. */
static const struct version {
    const char *group, *kind, *plural, *short_names;
    const char *version, *schema;
    int in5, in6;
    bool storage5, storage6;
} versions[] = {
    { GATEWAY, "GatewayClass", "gatewayclasses", "gc", "v1", "GatewayClass", BOTH, BOTH, true, true },
    { GATEWAY, "GatewayClass", "gatewayclasses", "gc", "v1beta1", "GatewayClass", BOTH, BOTH, false, false },
    { GATEWAY, "Gateway", "gateways", "gtw", "v1", "Gateway", BOTH, BOTH, true, true },
    { GATEWAY, "Gateway", "gateways", "gtw", "v1beta1", "Gateway", BOTH, BOTH, false, false },
    { GATEWAY, "HTTPRoute", "httproutes", NULL, "v1", "HTTPRoute", BOTH, BOTH, true, true },
    { GATEWAY, "HTTPRoute", "httproutes", NULL, "v1beta1", "HTTPRoute", BOTH, BOTH, false, false },
    { GATEWAY, "GRPCRoute", "grpcroutes", NULL, "v1", "GRPCRoute", BOTH, BOTH, true, true },
    { GATEWAY, "ReferenceGrant", "referencegrants", "refgrant", "v1", "ReferenceGrant", BOTH, BOTH, false,
      false },
    { GATEWAY, "ReferenceGrant", "referencegrants", "refgrant", "v1beta1", "ReferenceGrant", BOTH, BOTH, true,
      true },
    { GATEWAY, "BackendTLSPolicy", "backendtlspolicies", "btlspolicy", "v1", "BackendTLSPolicy", BOTH, BOTH,
      true, true },
    { GATEWAY, "TLSRoute", "tlsroutes", NULL, "v1", "TLSRoute", BOTH, BOTH, true, true },
    { GATEWAY, "TLSRoute", "tlsroutes", NULL, "v1alpha3", "TLSRouteAlpha", EXPERIMENTAL_DEPRECATED,
      EXPERIMENTAL_DEPRECATED, false, false },
    { GATEWAY, "TLSRoute", "tlsroutes", NULL, "v1alpha2", "TLSRouteAlpha", EXPERIMENTAL_DEPRECATED,
      EXPERIMENTAL_DEPRECATED, false, false },
    { GATEWAY, "TCPRoute", "tcproutes", NULL, "v1", "L4Route", NOWHERE, BOTH, false, true },
    { GATEWAY, "TCPRoute", "tcproutes", NULL, "v1alpha2", "L4RouteAlpha", EXPERIMENTAL,
      EXPERIMENTAL_DEPRECATED, true, false },
    { GATEWAY, "UDPRoute", "udproutes", NULL, "v1", "L4Route", NOWHERE, BOTH, false, true },
    { GATEWAY, "UDPRoute", "udproutes", NULL, "v1alpha2", "L4RouteAlpha", EXPERIMENTAL,
      EXPERIMENTAL_DEPRECATED, true, false },
    { GATEWAY, "ListenerSet", "listenersets", "lset", "v1", "ListenerSet", BOTH, BOTH, true, true },
    { ENVOY, "EnvoyProxy", "envoyproxies", "eproxy", "v1alpha1", "EnvoyProxy", BOTH, BOTH, true, true },
    { ENVOY, "ClientTrafficPolicy", "clienttrafficpolicies", "ctp", "v1alpha1", "Anything", BOTH, BOTH, true,
      true },
    { ENVOY, "BackendTrafficPolicy", "backendtrafficpolicies", "btp", "v1alpha1", "Anything", BOTH, BOTH,
      true, true },
    { ENVOY, "SecurityPolicy", "securitypolicies", "sp", "v1alpha1", "Anything", BOTH, BOTH, true, true },
    { ENVOY, "EnvoyPatchPolicy", "envoypatchpolicies", "epp", "v1alpha1", "Anything", BOTH, BOTH, true,
      true },
    { ENVOY, "EnvoyExtensionPolicy", "envoyextensionpolicies", "eep", "v1alpha1", "Anything", BOTH, BOTH,
      true, true },
    { ENVOY, "HTTPRouteFilter", "httproutefilters", "hrf", "v1alpha1", "Anything", BOTH, BOTH, true, true },
    { ENVOY, "Backend", "backends", "be", "v1alpha1", "Anything", BOTH, BOTH, true, true },
};

/* Before 1.6 the infrastructure had room for half as many annotations. */
static void set_annotations(json_t *schema, int minor)
{
    json_t *map = jx_at(schema, "properties.spec.properties.infrastructure.properties.annotations");

    if (map)
        jx_set(map, "maxProperties", json_integer(minor >= 6 ? 16 : 8));
}

static void drop_word(json_t *list, const char *word)
{
    for (size_t i = json_array_size(list); i-- > 0;)
        if (json_is_string(json_array_get(list, i)) &&
            !strcmp(json_string_value(json_array_get(list, i)), word))
            (void)json_array_remove(list, i);
}

/* The standard channel has no fields that are experimental; their names stand for nothing else. */
static void drop_experimental(json_t *schema)
{
    static const char *const names[] = { "defaultScope", "externalAuth", "retry", "sessionPersistence",
                                         "useDefaultGateways" };
    const char *name;
    json_t *child;
    void *safe;

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        (void)json_object_del(json_object_get(schema, "properties"), names[i]);
    drop_word(json_object_get(schema, "enum"), "ExternalAuth");
    json_object_foreach_safe (schema, safe, name, child) {
        drop_experimental(child);
    }
}

/* What kubectl shows. */
static const struct {
    const char *kind, *name, *path;
} columns[] = {
    { "GatewayClass", "Controller", ".spec.controllerName" },
    { "GatewayClass", "Accepted", ".status.conditions[?(@.type==\"Accepted\")].status" },
    { "Gateway", "Class", ".spec.gatewayClassName" },
    { "Gateway", "Address", ".status.addresses[*].value" },
    { "Gateway", "Programmed", ".status.conditions[?(@.type==\"Programmed\")].status" },
    { "HTTPRoute", "Hostnames", ".spec.hostnames" },
    { "GRPCRoute", "Hostnames", ".spec.hostnames" },
};

static json_t *columns_of(const char *kind)
{
    json_t *list = json_array();

    for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
        if (!strcmp(columns[i].kind, kind))
            jx_append(list, jx_pack("{s:s, s:s, s:s}", "name", columns[i].name, "type", "string", "jsonPath",
                                    columns[i].path));
    jx_append(list, jx_pack("{s:s, s:s, s:s}", "name", "Age", "type", "date", "jsonPath",
                            ".metadata.creationTimestamp"));
    return list;
}

static json_t *version_doc(const struct version *v, const struct crd_bundle *b)
{
    int where = b->minor >= 6 ? v->in6 : v->in5;
    bool served = where & (b->standard ? STANDARD : EXPERIMENTAL | EXPERIMENTAL_DEPRECATED);
    json_t *schema = crd_schema(v->schema);
    json_t *doc = jx_pack("{s:s, s:b, s:b, s:{s:o}}", "name", v->version, "served", served, "storage",
                          b->minor >= 6 ? v->storage6 : v->storage5, "schema", "openAPIV3Schema", schema);

    set_annotations(schema, b->minor);
    if (b->standard)
        drop_experimental(schema);
    jx_set(doc, "additionalPrinterColumns", columns_of(v->kind));
    if (where == EXPERIMENTAL_DEPRECATED)
        jx_set(doc, "deprecated", json_true());
    if (jx_at(schema, "properties.status"))
        jx_set(doc, "subresources", jx_pack("{s:{}}", "status"));
    return doc;
}

/* Neither of the standard channel nor of this bundle at all. */
static bool is_absent(const struct version *v, const struct crd_bundle *b)
{
    int where = b->minor >= 6 ? v->in6 : v->in5;

    if (where == NOWHERE)
        return true;
    return b->standard && where == EXPERIMENTAL; /* the whole kind is experimental then */
}

static json_t *definition(const struct version *v, const struct crd_bundle *b)
{
    json_t *doc = jx_pack(
        "{s:s, s:s, s:{s:o, s:{}}, s:{s:s, s:s, s:{s:s, s:s, s:o, s:[s]}, s:[]}}", "apiVersion",
        "apiextensions.k8s.io/v1", "kind", "CustomResourceDefinition", "metadata", "name",
        json_sprintf("%s.%s", v->plural, v->group), "annotations", "spec", "group", v->group, "scope",
        !strcmp(v->kind, "GatewayClass") ? "Cluster" : "Namespaced", "names", "kind", v->kind, "plural",
        v->plural, "shortNames", v->short_names ? jx_pack("[s]", v->short_names) : json_array(), "categories",
        !strcmp(v->group, GATEWAY) ? "gateway-api" : "envoy-gateway", "versions");
    json_t *annotations = jx_at(doc, "metadata.annotations");

    if (!strcmp(v->group, GATEWAY)) {
        jx_set(annotations, GATEWAY "/bundle-version", json_string(b->minor >= 6 ? "v1.6.1" : "v1.5.1"));
        jx_set(annotations, GATEWAY "/channel", json_string(b->standard ? "standard" : "experimental"));
    }
    return doc;
}

json_t *crds_all(const struct crd_bundle *bundle)
{
    json_t *all = json_array(), *last = NULL;
    const char *kind = "";

    for (size_t i = 0; i < ARRAY_LENGTH(versions); i++) {
        if (is_absent(&versions[i], bundle))
            continue;
        if (strcmp(kind, versions[i].kind) != 0)
            jx_append(all, last = definition(&versions[i], bundle));
        kind = versions[i].kind;
        jx_append(jx_at(last, "spec.versions"), version_doc(&versions[i], bundle));
    }
    return all;
}
