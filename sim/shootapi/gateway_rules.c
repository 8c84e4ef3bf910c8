/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/gateway_rules.h"
#include "sim/shootapi/names.h"
#include "sim/shootapi/objects.h"
#include <arpa/inet.h>
#include <stdarg.h>

#define GROUP "gateway.networking.k8s.io"

void gateway_violation(json_t *found, const char *type, const char *message, const char *field, ...)
{
    CLEAN(free) char *at = NULL;
    va_list ap;

    va_start(ap, field);
    at = x_vasprintf(field, ap);
    va_end(ap);
    jx_append(found, jx_pack("{s:s, s:o, s:s}", "reason", "FieldValueInvalid", "message",
                             json_sprintf("Invalid value: \"%s\": %s", type, message), "field", at));
}

static bool equal(const json_t *a, const json_t *b, const char *path)
{
    return !strcmp(jx_str(a, path, ""), jx_str(b, path, ""));
}

static bool is_one_of(const char *word, const char *const words[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(word, words[i]))
            return true;
    return false;
}

/* ---- listeners ---- */

static const char *const plain[] = { "HTTP", "TCP", "UDP" };
static const char *const nameless[] = { "TCP", "UDP" };

static bool tls_forbidden(const json_t *l)
{
    return jx_at(l, "tls") && is_one_of(jx_str(l, "protocol", ""), plain, ARRAY_LENGTH(plain));
}
static bool https_not_terminated(const json_t *l)
{
    return !strcmp(jx_str(l, "protocol", ""), "HTTPS") && jx_at(l, "tls") &&
           strcmp(jx_str(l, "tls.mode", "Terminate"), "Terminate") != 0;
}
static bool tls_without_mode(const json_t *l)
{
    return !strcmp(jx_str(l, "protocol", ""), "TLS") && !*jx_str(l, "tls.mode", "");
}
static bool hostname_forbidden(const json_t *l)
{
    return *jx_str(l, "hostname", "") &&
           is_one_of(jx_str(l, "protocol", ""), nameless, ARRAY_LENGTH(nameless));
}

static const struct {
    bool (*violated)(const json_t *listener);
    const char *message;
} listener_rules[] = {
    { tls_forbidden, "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']" },
    { https_not_terminated, "tls mode must be Terminate for protocol HTTPS" },
    { tls_without_mode, "tls mode must be set for protocol TLS" },
    { hostname_forbidden, "hostname must not be specified for protocols ['TCP', 'UDP']" },
};

static bool same_name(const json_t *a, const json_t *b) { return equal(a, b, "name"); }
static bool same_place(const json_t *a, const json_t *b)
{
    return jx_int(a, "port", 0) == jx_int(b, "port", 0) && equal(a, b, "protocol") && equal(a, b, "hostname");
}

static bool any_pair(const json_t *list, bool (*alike)(const json_t *, const json_t *))
{
    for (size_t i = 0; i < json_array_size(list); i++)
        for (size_t k = 0; k < i; k++)
            if (alike(json_array_get(list, i), json_array_get(list, k)))
                return true;
    return false;
}

static void check_listeners(const json_t *doc, json_t *found)
{
    const json_t *listeners = jx_at(doc, "spec.listeners"), *l;
    size_t i;

    for (size_t k = 0; k < ARRAY_LENGTH(listener_rules); k++) {
        bool violated = false;

        json_array_foreach (listeners, i, l)
            violated = violated || listener_rules[k].violated(l);
        if (violated)
            gateway_violation(found, "array", listener_rules[k].message, "spec.listeners");
    }
    if (any_pair(listeners, same_name))
        gateway_violation(found, "array", "Listener name must be unique within the Gateway",
                          "spec.listeners");
    if (any_pair(listeners, same_place))
        gateway_violation(found, "array",
                          "Combination of port, protocol and hostname must be unique for each listener",
                          "spec.listeners");
    json_array_foreach (listeners, i, l) {
        if (jx_at(l, "tls") && !strcmp(jx_str(l, "tls.mode", "Terminate"), "Terminate") &&
            !json_array_size(jx_at(l, "tls.certificateRefs")) && !json_object_size(jx_at(l, "tls.options")))
            gateway_violation(found, "object",
                              "certificateRefs or options must be specified when mode is Terminate",
                              "spec.listeners[%zu].tls", i);
    }
}

/* ---- addresses ---- */

static bool same_of_type(const json_t *a, const json_t *b, const char *type)
{
    return !strcmp(jx_str(a, "type", ""), type) && equal(a, b, "type") && jx_str(a, "value", NULL) &&
           equal(a, b, "value");
}
static bool same_ip(const json_t *a, const json_t *b) { return same_of_type(a, b, "IPAddress"); }
static bool same_hostname(const json_t *a, const json_t *b) { return same_of_type(a, b, "Hostname"); }

static bool dns_label(const char *at, size_t n)
{
    static const char edge[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    for (size_t i = 0; i < n; i++)
        if (!strchr(edge, at[i]) && (at[i] != '-' || i == 0 || i == n - 1))
            return false;
    return n > 0;
}

static bool dns_name(const char *name)
{
    for (const char *at = name;; at++) {
        size_t n = strcspn(at, ".");

        if (!dns_label(at, n))
            return false;
        at += n;
        if (!*at)
            return true;
    }
}

static bool host_pattern(const char *name) { return dns_name(strncmp(name, "*.", 2) ? name : name + 2); }

/* Labels and annotations that the controller is to put on what it makes. */
static void check_keys(const json_t *doc, const char *member, const char *what, json_t *found)
{
    json_t *map = json_object_get(jx_at(doc, "spec.infrastructure"), member), *value;
    CLEAN(free)
    char *text =
        x_asprintf("%s keys must be in the form of an optional DNS subdomain prefix followed by a required "
                   "name segment of up to 63 characters.",
                   what);
    const char *name;

    json_object_foreach (map, name, value) {
        if (!name_qualified(name))
            continue;
        gateway_violation(found, "object", text, "spec.infrastructure.%s", member);
        return;
    }
}

static void check_gateway(const struct api *a, const json_t *live, const json_t *doc, json_t *found)
{
    const json_t *addresses = jx_at(doc, "spec.addresses"), *address;
    size_t i;

    (void)a, (void)live;
    check_listeners(doc, found);
    check_keys(doc, "annotations", "Annotation", found);
    check_keys(doc, "labels", "Label", found);
    if (any_pair(addresses, same_ip))
        gateway_violation(found, "array", "IPAddress values must be unique", "spec.addresses");
    if (any_pair(addresses, same_hostname))
        gateway_violation(found, "array", "Hostname values must be unique", "spec.addresses");
    json_array_foreach (addresses, i, address) {
        if (!strcmp(jx_str(address, "type", ""), "Hostname") && *jx_str(address, "value", "") &&
            !host_pattern(jx_str(address, "value", "")))
            gateway_violation(found, "object",
                              "Hostname value must be empty or contain only valid characters (matching "
                              "^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)",
                              "spec.addresses[%zu]", i);
    }
}

static void check_listener_set(const struct api *a, const json_t *live, const json_t *doc, json_t *found)
{
    (void)a, (void)live;
    check_listeners(doc, found);
}

static void check_class(const struct api *a, const json_t *live, const json_t *doc, json_t *found)
{
    (void)a;
    if (live && !equal(live, doc, "spec.controllerName"))
        gateway_violation(found, "string", "Value is immutable", "spec.controllerName");
}

/* ---- routes ---- */

static bool same_parent(const json_t *a, const json_t *b)
{
    return equal(a, b, "group") && equal(a, b, "kind") && equal(a, b, "name") && equal(a, b, "namespace");
}
static bool one_unsaid(const json_t *a, const json_t *b)
{
    return same_parent(a, b) && !*jx_str(a, "sectionName", "") != !*jx_str(b, "sectionName", "");
}
static bool both_alike(const json_t *a, const json_t *b)
{
    return same_parent(a, b) && equal(a, b, "sectionName");
}
static bool port_unsaid(const json_t *a, const json_t *b)
{
    return same_parent(a, b) && (one_unsaid(a, b) || !jx_int(a, "port", 0) != !jx_int(b, "port", 0));
}
static bool port_alike(const json_t *a, const json_t *b)
{
    return both_alike(a, b) && jx_int(a, "port", 0) == jx_int(b, "port", 0);
}

static bool is_experimental(const struct api *a, const char *plural)
{
    CLEAN(free) char *name = x_asprintf("%s." GROUP, plural);
    CLEAN(free) char *key = objects_key("apiextensions.k8s.io", "customresourcedefinitions", NULL, name);
    const json_t *annotations = jx_at(objects_get(a->objects, key), "metadata.annotations");
    const char *channel = json_string_value(json_object_get(annotations, GROUP "/channel"));

    return channel && !strcmp(channel, "experimental");
}

static void check_parents(const struct api *a, const char *plural, const json_t *doc, json_t *found)
{
    const json_t *refs = jx_at(doc, "spec.parentRefs");
    bool ports = is_experimental(a, plural); /* there, ports tell references apart, too */

    if (any_pair(refs, ports ? port_unsaid : one_unsaid))
        gateway_violation(
            found, "array",
            ports ? "sectionName or port must be specified when parentRefs includes 2 or more "
                    "references to the same parent"
                  : "sectionName must be specified when parentRefs includes 2 or more references to "
                    "the same parent",
            "spec.parentRefs");
    if (any_pair(refs, ports ? port_alike : both_alike))
        gateway_violation(
            found, "array",
            ports ? "sectionName or port must be unique when parentRefs includes 2 or more references "
                    "to the same parent"
                  : "sectionName must be unique when parentRefs includes 2 or more references to the "
                    "same parent",
            "spec.parentRefs");
}

static void check_backends(const json_t *doc, json_t *found)
{
    const json_t *rule, *ref;
    size_t i, k;

    json_array_foreach (jx_at(doc, "spec.rules"), i, rule) {
        json_array_foreach (json_object_get(rule, "backendRefs"), k, ref) {
            if (!*jx_str(ref, "group", "") && !strcmp(jx_str(ref, "kind", "Service"), "Service") &&
                !json_object_get(ref, "port"))
                gateway_violation(found, "object", "Must have port for Service reference",
                                  "spec.rules[%zu].backendRefs[%zu]", i, k);
        }
    }
}

static bool is_address(const char *name)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}
static bool bad_plain(const char *name) { return !strchr(name, '*') && !dns_name(name); }
static bool bad_wildcard(const char *name)
{
    return strchr(name, '*') && (strncmp(name, "*.", 2) != 0 || !dns_name(name + 2));
}

static const struct {
    bool (*violated)(const char *name);
    const char *message;
} name_rules[] = {
    { is_address, "Hostnames cannot contain an IP" },
    { bad_plain, "Hostnames must be valid based on RFC-1123" },
    { bad_wildcard,
      "Wildcards on hostnames must be the first label, and the rest of hostname must be valid based on "
      "RFC-1123" },
};

static void check_names(const json_t *doc, json_t *found)
{
    const json_t *name;
    size_t i;

    for (size_t k = 0; k < ARRAY_LENGTH(name_rules); k++) {
        bool violated = false;

        json_array_foreach (jx_at(doc, "spec.hostnames"), i, name)
            violated = violated || (json_is_string(name) && name_rules[k].violated(json_string_value(name)));
        if (violated)
            gateway_violation(found, "array", name_rules[k].message, "spec.hostnames");
    }
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

/* A letter, then letters and digits. */
static bool is_identifier(const char *text, size_t n)
{
    return n > 0 && strchr(LETTERS, *text) && strspn(text, LETTERS "0123456789") >= n;
}

static bool is_service_name(const char *text)
{
    text += *text == '.';
    for (;;) {
        size_t n = strcspn(text, ".");

        if (!is_identifier(text, n))
            return false;
        text += n;
        if (!*text++)
            return true;
    }
}

static void check_method(const json_t *method, size_t i, size_t k, json_t *found)
{
    const char *service = jx_str(method, "service", NULL), *name = jx_str(method, "method", NULL);
    bool exact = !strcmp(jx_str(method, "type", "Exact"), "Exact");

    if (!service && !name)
        gateway_violation(found, "object", "One or both of 'service' or 'method' must be specified",
                          "spec.rules[%zu].matches[%zu].method", i, k);
    if (exact && service && !is_service_name(service))
        gateway_violation(found, "object",
                          "service must only contain valid characters (matching "
                          "^(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$)",
                          "spec.rules[%zu].matches[%zu].method", i, k);
    if (exact && name && !is_identifier(name, strlen(name)))
        gateway_violation(found, "object",
                          "method must only contain valid characters (matching ^[A-Za-z_][A-Za-z_0-9]*$)",
                          "spec.rules[%zu].matches[%zu].method", i, k);
}

static void check_methods(const json_t *doc, json_t *found)
{
    const json_t *rule, *match;
    size_t i, k;

    json_array_foreach (jx_at(doc, "spec.rules"), i, rule) {
        json_array_foreach (json_object_get(rule, "matches"), k, match)
            if (jx_at(match, "method"))
                check_method(jx_at(match, "method"), i, k, found);
    }
}

/* ---- EnvoyProxy ---- */

static void check_proxy(const struct api *a, const json_t *live, const json_t *doc, json_t *found)
{
    static const char *const only[] = { "allocateLoadBalancerNodePorts", "loadBalancerSourceRanges",
                                        "loadBalancerIP" };
    const json_t *service = jx_at(doc, "spec.provider.kubernetes.envoyService");

    (void)a, (void)live;
    for (size_t i = 0; i < ARRAY_LENGTH(only); i++) {
        CLEAN(free) char *text = x_asprintf("%s can only be set for LoadBalancer type", only[i]);

        if (json_object_get(service, only[i]) &&
            strcmp(jx_str(service, "type", "LoadBalancer"), "LoadBalancer") != 0)
            gateway_violation(found, "object", text, "spec.provider.kubernetes.envoyService");
    }
    if (jx_at(doc, "spec.provider.kubernetes.envoyDeployment") &&
        jx_at(doc, "spec.provider.kubernetes.envoyDaemonSet"))
        gateway_violation(found, "object", "only one of envoyDeployment or envoyDaemonSet can be specified",
                          "spec.provider.kubernetes");
}

/* ---- all together ---- */

static void check_route(const struct api *a, const struct path *p, const json_t *doc, json_t *found)
{
    check_parents(a, p->plural, doc, found);
    check_backends(doc, found);
    if (!strcmp(p->plural, "tlsroutes") && !strcmp(p->version, "v1"))
        check_names(doc, found);
    gateway_filter_rules(doc, found);
    if (!strcmp(p->plural, "httproutes"))
        gateway_http_rules(doc, found);
    if (!strcmp(p->plural, "grpcroutes"))
        check_methods(doc, found);
}

static const struct {
    const char *group, *plural;
    void (*check)(const struct api *a, const json_t *live, const json_t *doc, json_t *found);
} checks[] = {
    { GROUP, "gatewayclasses", check_class },
    { GROUP, "gateways", check_gateway },
    { GROUP, "listenersets", check_listener_set },
    { "gateway.envoyproxy.io", "envoyproxies", check_proxy },
};

bool gateway_has_rules(const struct path *p)
{
    return !strcmp(p->group, GROUP) || !strcmp(p->group, "gateway.envoyproxy.io");
}

void gateway_rules(const struct api *a, const struct path *p, const json_t *live, const json_t *doc,
                   json_t *found)
{
    size_t n = strlen(p->plural);

    for (size_t i = 0; i < ARRAY_LENGTH(checks); i++)
        if (!strcmp(checks[i].group, p->group) && !strcmp(checks[i].plural, p->plural))
            checks[i].check(a, live, doc, found);
    if (!strcmp(p->group, GROUP) && n > 6 && !strcmp(p->plural + n - 6, "routes"))
        check_route(a, p, doc, found);
}
