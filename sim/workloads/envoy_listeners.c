/* SPDX-License-Identifier: Apache-2.0 */
/* Whether each listener of a Gateway can work, and which routes it lets in. */
#include "lib/crypto.h"
#include "sim/workloads/envoy.h"

/* One listener under examination. */
struct check {
    const struct envoy *e;
    const json_t *gateway, *spec;
    json_t *listener; /* of the model */
};

static void add(const struct check *k, const char *type, const char *status, const char *reason,
                const char *message)
{
    jx_append(json_object_get(k->listener, "conditions"),
              envoy_condition(k->e, k->gateway, type, status, reason, "%s", message));
}

static void spoil(const struct check *k) { jx_set(k->listener, "valid", json_false()); }

/* ---- kinds ---- */

static const struct {
    const char *protocol, *mode, *kinds;
    int since; /* the first minor version of Envoy Gateway with these */
} supported[] = {
    { "HTTP", "", "HTTPRoute GRPCRoute", 0 },
    { "HTTPS", "", "HTTPRoute GRPCRoute", 0 },
    { "TLS", "Passthrough", "TLSRoute", 0 },
    { "TLS", "Terminate", "TCPRoute TLSRoute", 7 },
    { "TLS", "Terminate", "TCPRoute", 0 },
    { "TCP", "", "TCPRoute", 0 },
    { "UDP", "", "UDPRoute", 0 },
};

/* "" when the protocol is unknown. */
static const char *kinds_of(const struct envoy *e, const json_t *spec)
{
    for (size_t i = 0; i < ARRAY_LENGTH(supported); i++)
        if (!strcmp(supported[i].protocol, jx_str(spec, "protocol", "")) && e->minor >= supported[i].since &&
            (!*supported[i].mode || !strcmp(supported[i].mode, jx_str(spec, "tls.mode", "Terminate"))))
            return supported[i].kinds;
    return "";
}

static bool word_in(const char *words, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = words; *at; at += strcspn(at, " "), at += *at == ' ')
        if (n && strcspn(at, " ") == n && !strncmp(at, word, n))
            return true;
    return false;
}

static void add_kind(const struct check *k, const char *kind, size_t n)
{
    jx_append(json_object_get(k->listener, "kinds"),
              jx_pack("{s:s, s:o}", "group", GATEWAY_GROUP, "kind", jx_textn(kind, n)));
}

static void check_kinds(const struct check *k)
{
    const char *kinds = kinds_of(k->e, k->spec);
    const json_t *asked = jx_at(k->spec, "allowedRoutes.kinds"), *one;
    size_t i;

    if (!*kinds) {
        spoil(k);
        add(k, "Accepted", "False", "UnsupportedProtocol",
            "Protocol is unsupported, must be HTTP, HTTPS, TLS, TCP or UDP.");
        return;
    }
    for (const char *at = kinds; *at && !json_array_size(asked); at += strcspn(at, " "), at += *at == ' ')
        add_kind(k, at, strcspn(at, " "));
    json_array_foreach (asked, i, one) {
        const char *kind = jx_str(one, "kind", "");

        if (!strcmp(jx_str(one, "group", GATEWAY_GROUP), GATEWAY_GROUP) && word_in(kinds, kind)) {
            add_kind(k, kind, strlen(kind));
            continue;
        }
        spoil(k);
        add(k, "ResolvedRefs", "False", "InvalidRouteKinds",
            "A kind is not supported for the listener's protocol");
        return;
    }
}

/* ---- certificates ---- */

static bool holds_pair(const json_t *secret)
{
    CLEAN(free)
    char *cert =
        crypto_base64_decode(json_string_value(json_object_get(jx_at(secret, "data"), "tls.crt"))
                                 ? json_string_value(json_object_get(jx_at(secret, "data"), "tls.crt"))
                                 : "",
                             NULL, NULL);
    CLEAN(free)
    char *key =
        crypto_base64_decode(json_string_value(json_object_get(jx_at(secret, "data"), "tls.key"))
                                 ? json_string_value(json_object_get(jx_at(secret, "data"), "tls.key"))
                                 : "",
                             NULL, NULL);
    struct err err;

    return !strcmp(jx_str(secret, "type", ""), "kubernetes.io/tls") && cert && key &&
           crypto_check_pair(cert, key, &err) == 0;
}

/* NULL when the reference is good, else the reason why not. */
static const char *trouble_with(const struct check *k, const json_t *ref)
{
    const char *ns = jx_str(ref, "namespace", ctl_namespace(k->gateway)), *name = jx_str(ref, "name", "");
    const json_t *secret = ctl_get(k->e->c, "", "secrets", ns, name);

    if (*jx_str(ref, "group", "") || strcmp(jx_str(ref, "kind", "Secret"), "Secret") != 0)
        return "InvalidCertificateRef";
    if (!envoy_granted(k->e, "Gateway", ctl_namespace(k->gateway), "Secret", ns, name))
        return "RefNotPermitted";
    return secret && holds_pair(secret) ? NULL : "InvalidCertificateRef";
}

static void check_certificates(const struct check *k)
{
    const json_t *refs = jx_at(k->spec, "tls.certificateRefs"), *ref;
    const char *reason = NULL;
    size_t i, bad = 0;

    json_array_foreach (refs, i, ref) {
        const char *trouble = trouble_with(k, ref);

        bad += trouble != NULL;
        reason = trouble ? trouble : reason;
    }
    if (!bad)
        return;
    if (bad < json_array_size(refs)) {
        add(k, "ResolvedRefs", "False", "PartiallyInvalidCertificateRef",
            "Some certificate refs are invalid.");
        return;
    }
    spoil(k);
    add(k, "Accepted", "True", "Accepted", "Listener has been successfully translated");
    add(k, "ResolvedRefs", "False", reason,
        !strcmp(reason, "RefNotPermitted")
            ? "Certificate ref to secret is not permitted by any ReferenceGrant."
            : "Secret does not exist or is no valid certificate and key.");
}

static void check_tls(const struct check *k)
{
    const char *protocol = jx_str(k->spec, "protocol", "");
    bool passthrough = !strcmp(jx_str(k->spec, "tls.mode", "Terminate"), "Passthrough");
    CLEAN(free) char *text = NULL;

    if (strcmp(protocol, "HTTPS") != 0 && strcmp(protocol, "TLS") != 0)
        return;
    if (!jx_at(k->spec, "tls")) {
        spoil(k);
        text = x_asprintf("Listener must have TLS set when protocol is %s.", protocol);
        add(k, "Programmed", "False", "Invalid", text);
    } else if (passthrough && json_array_size(jx_at(k->spec, "tls.certificateRefs"))) {
        spoil(k);
        add(k, "Programmed", "False", "Invalid",
            "Listener must not have TLS certificate refs set for TLS mode Passthrough.");
    } else if (!passthrough && !json_array_size(jx_at(k->spec, "tls.certificateRefs"))) {
        spoil(k);
        add(k, "Programmed", "False", "Invalid", "Listener must have at least 1 TLS certificate ref.");
    } else {
        check_certificates(k);
    }
}

/* ---- conflicts ---- */

/* Protocols of one class may share a port. */
static const char *class_of(const char *protocol) { return !strcmp(protocol, "HTTPS") ? "TLS" : protocol; }

static bool conflict(const json_t *a, const json_t *b)
{
    const char *x = jx_str(a, "protocol", ""), *y = jx_str(b, "protocol", "");

    if (jx_int(a, "port", 0) != jx_int(b, "port", 0) || !strcmp(x, "UDP") != !strcmp(y, "UDP"))
        return false;
    return strcmp(class_of(x), class_of(y)) != 0;
}

static void check_conflicts(const struct check *k)
{
    const json_t *other;
    size_t i;

    json_array_foreach (jx_at(k->gateway, "spec.listeners"), i, other) {
        if (!conflict(k->spec, other))
            continue;
        spoil(k);
        add(k, "Conflicted", "True", "ProtocolConflict",
            "All listeners for a given port must use a compatible protocol");
        return;
    }
}

/* ---- the model ---- */

static bool has(const json_t *listener, const char *type)
{
    const json_t *condition;
    size_t i;

    json_array_foreach (json_object_get(listener, "conditions"), i, condition) {
        if (!strcmp(jx_str(condition, "type", ""), type))
            return true;
    }
    return false;
}

static void conclude(const struct check *k)
{
    bool valid = jx_bool(k->listener, "valid", false);

    if (valid && k->e->c->set->eg_fault != EG_NO_ACCEPTED)
        add(k, "Accepted", "True", "Accepted", "Listener has been successfully translated");
    if (!has(k->listener, "Programmed"))
        add(k, "Programmed", valid ? "True" : "False", valid ? "Programmed" : "Invalid",
            valid ? "Sending translated listener configuration to the data plane"
                  : "Listener is invalid, see other Conditions for details.");
    if (!has(k->listener, "ResolvedRefs"))
        add(k, "ResolvedRefs", "True", "ResolvedRefs", "Listener references have been resolved");
}

static json_t *examine(const struct envoy *e, const json_t *gateway, json_t *spec)
{
    json_t *listener = jx_pack("{s:O, s:b, s:[], s:[], s:i}", "spec", spec, "valid", 1, "conditions", "kinds",
                               "attached", 0);
    struct check k = { .e = e, .gateway = gateway, .spec = spec, .listener = listener };

    check_conflicts(&k);
    check_kinds(&k);
    check_tls(&k);
    conclude(&k);
    return listener;
}

/* The EnvoyProxy of the Gateway, or of its class. False when one is named that does not exist. */
static bool find_proxy(const struct envoy *e, const json_t *gateway, const json_t *class, json_t **ret)
{
    const json_t *ref = jx_at(gateway, "spec.infrastructure.parametersRef");
    const char *ns = ctl_namespace(gateway);
    bool of_gateway = ref != NULL; /* which cannot merge, only a class can */

    *ret = NULL;
    if (!ref && (ref = jx_at(class, "spec.parametersRef")))
        ns = jx_str(ref, "namespace", "");
    if (!ref)
        return true;
    if (strcmp(jx_str(ref, "group", ""), ENVOY_GROUP) != 0 ||
        strcmp(jx_str(ref, "kind", ""), "EnvoyProxy") != 0)
        return false;
    *ret = ctl_get(e->c, ENVOY_GROUP, "envoyproxies", ns, jx_str(ref, "name", ""));
    return *ret && (!of_gateway || !jx_bool(*ret, "spec.mergeGateways", false));
}

/* Do the Gateways of the class share one Service? */
static bool merges(const struct envoy *e, const json_t *class)
{
    const json_t *ref = jx_at(class, "spec.parametersRef");

    return ref && jx_bool(ctl_get(e->c, ENVOY_GROUP, "envoyproxies", jx_str(ref, "namespace", ""),
                                  jx_str(ref, "name", "")),
                          "spec.mergeGateways", false);
}

/* Reason why the Gateway as a whole is not accepted, or NULL. */
static const char *problem_of(const json_t *gateway, bool proxy_found)
{
    const json_t *address;
    size_t i;

    json_array_foreach (jx_at(gateway, "spec.addresses"), i, address) {
        const char *type = jx_str(address, "type", "IPAddress");

        if (strcmp(type, "IPAddress") != 0 && strcmp(type, "Hostname") != 0)
            return "UnsupportedAddress";
    }
    return proxy_found ? NULL : "InvalidParameters";
}

json_t *envoy_listeners(const struct envoy *e, json_t *gateway, json_t *class)
{
    json_t *proxy, *spec, *listeners = json_array();
    bool found = find_proxy(e, gateway, class, &proxy);
    size_t i;

    json_array_foreach (jx_at(gateway, "spec.listeners"), i, spec)
        jx_append(listeners, examine(e, gateway, spec));
    return jx_pack("{s:O, s:O?, s:s?, s:s, s:o}", "doc", gateway, "proxy", proxy, "problem",
                   problem_of(gateway, found), "merged", merges(e, class) ? ctl_name(class) : "", "listeners",
                   listeners);
}

static bool namespace_selected(const struct envoy *e, const json_t *spec, const char *ns)
{
    return ctl_label_selector(jx_at(spec, "allowedRoutes.namespaces.selector"),
                              ctl_get(e->c, "", "namespaces", NULL, ns));
}

bool envoy_admits(const struct envoy *e, const json_t *gateway, const json_t *listener, const char *kind,
                  const char *ns)
{
    const json_t *spec = json_object_get(listener, "spec"), *one;
    const char *from = jx_str(spec, "allowedRoutes.namespaces.from", "Same");
    size_t i;

    if ((!strcmp(from, "Same") && strcmp(ns, ctl_namespace(gateway)) != 0) ||
        (!strcmp(from, "Selector") && !namespace_selected(e, spec, ns)))
        return false;
    json_array_foreach (json_object_get(listener, "kinds"), i, one) {
        if (!strcmp(jx_str(one, "kind", ""), kind))
            return true;
    }
    return false;
}
