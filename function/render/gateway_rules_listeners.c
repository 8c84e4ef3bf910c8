/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on a Gateway's listeners: what the API server refuses, and what Envoy Gateway would only tell in a status later. */
#include "function/render/gateway.h"

/* What each protocol can have. Two listeners share a port when they are of one 'family' and differ in hostname, or when one is UDP. */
static const struct protocol {
    const char *name, *family;
    bool hostname, tls;
    const char *kinds[3];
} protocols[] = {
    { "HTTP", "HTTP", true, false, { "HTTPRoute", "GRPCRoute", NULL } },
    { "HTTPS", "TLS", true, true, { "HTTPRoute", "GRPCRoute", NULL } },
    { "TLS", "TLS", true, true, { "TLSRoute", NULL, NULL } },
    { "TCP", "TCP", false, false, { "TCPRoute", NULL, NULL } },
    { "UDP", "UDP", false, false, { "UDPRoute", NULL, NULL } },
};

/* Ports of Envoy itself in its pods. */
static const json_int_t own_ports[] = { 19000, 19001, 19003 };

struct check {
    struct gateway *g;
    struct problems *problems, *advice;
    const json_t *one;
    size_t i;
    const char *name;
    const struct protocol *protocol;
};

static const struct protocol *protocol_of(const json_t *listener)
{
    const char *name = jx_str(listener, "protocol", "");

    for (size_t i = 0; i < ARRAY_LENGTH(protocols); i++)
        if (!strcmp(protocols[i].name, name))
            return &protocols[i];
    return NULL;
}

static void check_hostname(const struct check *c)
{
    if (json_object_get(c->one, "hostname") && !c->protocol->hostname)
        problems_add(c->problems,
                     "spec.listeners[%zu].hostname: listener \"%.63s\" is %s, which carries no host name; "
                     "remove it, or use "
                     "protocol TLS with a TLSRoute (by SNI)",
                     c->i, c->name, c->protocol->name);
}

static void check_certificate(const struct check *c, const json_t *ref, size_t j)
{
    const char *own = c->g->w.spec.ns ? c->g->w.spec.ns : "", *ns = jx_str(ref, "namespace", own);

    if (*jx_str(ref, "group", "") || strcmp(jx_str(ref, "kind", ""), "Secret") != 0)
        problems_add(c->problems,
                     "spec.listeners[%zu].tls.certificateRefs[%zu]: a certificate is in a Secret, not in a "
                     "%.63s; leave group and "
                     "kind out",
                     c->i, j, jx_str(ref, "kind", ""));
    if (strcmp(ns, own) != 0)
        problems_add(c->advice,
                     "spec.listeners[%zu].tls.certificateRefs[%zu]: Secret \"%.64s\" is in namespace %.64s: "
                     "that needs a "
                     "ReferenceGrant there, from Gateway in %.64s; or copy the Secret",
                     c->i, j, jx_str(ref, "name", ""), ns, own);
}

static void check_terminate(const struct check *c, const json_t *tls)
{
    const json_t *refs = json_object_get(tls, "certificateRefs");

    if (!json_array_size(refs) && !json_is_null(refs) && !json_object_size(json_object_get(tls, "options")))
        problems_add(c->problems,
                     "spec.listeners[%zu].tls.certificateRefs is required: listener \"%.63s\" ends TLS and "
                     "needs a Secret of type "
                     "kubernetes.io/tls, for example [{name: my-app-tls}]",
                     c->i, c->name);
    for (size_t j = 0; j < json_array_size(refs); j++)
        check_certificate(c, json_array_get(refs, j), j);
}

static void check_mode(const struct check *c, const json_t *tls)
{
    const char *mode = jx_str(tls, "mode", "");
    bool https = !strcmp(c->protocol->name, "HTTPS"), passes = !strcmp(mode, "Passthrough");

    if (json_is_null(json_object_get(tls, "mode")))
        return; /* told already */
    if (!*mode)
        problems_add(c->problems,
                     "spec.listeners[%zu].tls.mode is required: is TLS of listener \"%.63s\" ended here "
                     "(Terminate, with "
                     "certificateRefs) or at the backend (Passthrough)?",
                     c->i, c->name);
    else if (https && passes)
        problems_add(c->problems,
                     "spec.listeners[%zu].tls.mode: an HTTPS listener reads the requests, so it ends TLS "
                     "(Terminate); for "
                     "Passthrough use protocol TLS",
                     c->i);
    else if (passes && json_array_size(json_object_get(tls, "certificateRefs")))
        problems_add(c->problems,
                     "spec.listeners[%zu].tls.certificateRefs: with Passthrough the backend has the "
                     "certificate; remove them, or "
                     "set mode to Terminate",
                     c->i);
    else if (!passes)
        check_terminate(c, tls);
}

static void check_tls(const struct check *c)
{
    const json_t *tls = json_object_get(c->one, "tls");

    if (tls && !c->protocol->tls)
        problems_add(
            c->problems,
            "spec.listeners[%zu].tls: listener \"%.63s\" is %s, which has no TLS; remove it, or use %s", c->i,
            c->name, c->protocol->name, c->protocol->hostname ? "protocol HTTPS" : "protocol TLS");
    else if (tls)
        check_mode(c, tls);
    else if (!strcmp(c->protocol->name, "HTTPS"))
        problems_add(c->problems,
                     "spec.listeners[%zu].tls is required: listener \"%.63s\" needs tls.certificateRefs, for "
                     "example [{name: "
                     "my-app-tls}]",
                     c->i, c->name);
    else if (c->protocol->tls)
        check_mode(c, NULL);
}

static bool takes(const struct check *c, const char *kind)
{
    const char *const *k = c->protocol->kinds;

    for (; *k; k++)
        if (!strcmp(*k, kind))
            return true;
    return !strcmp(kind, "TCPRoute") && !strcmp(c->protocol->name, "TLS") &&
           !strcmp(jx_str(c->one, "tls.mode", ""), "Terminate");
}

static void check_routes(const struct check *c)
{
    const json_t *kinds = jx_at(c->one, "allowedRoutes.kinds"),
                 *namespaces = jx_at(c->one, "allowedRoutes.namespaces");
    bool selects = !strcmp(jx_str(namespaces, "from", ""), "Selector");

    for (size_t j = 0; j < json_array_size(kinds); j++) {
        const char *kind = jx_str(json_array_get(kinds, j), "kind", "");

        if (!takes(c, kind))
            problems_add(c->problems,
                         "spec.listeners[%zu].allowedRoutes.kinds[%zu]: a listener of protocol %s serves "
                         "%s%s%s, not %.63s",
                         c->i, j, c->protocol->name, c->protocol->kinds[0],
                         c->protocol->kinds[1] ? " and " : "",
                         c->protocol->kinds[1] ? c->protocol->kinds[1] : "", kind);
    }
    if (selects && !json_object_size(json_object_get(namespaces, "selector")))
        problems_add(c->problems,
                     "spec.listeners[%zu].allowedRoutes.namespaces.selector is required with from Selector, "
                     "for example "
                     "{matchLabels: {team: a}}",
                     c->i);
    else if (!selects && json_object_get(namespaces, "selector"))
        problems_add(
            c->problems,
            "spec.listeners[%zu].allowedRoutes.namespaces.selector counts with from Selector only; set it",
            c->i);
}

static void check_port(const struct check *c)
{
    json_int_t port = jx_int(c->one, "port", 0);

    for (size_t i = 0; i < ARRAY_LENGTH(own_ports); i++)
        if (port == own_ports[i])
            problems_add(c->problems,
                         "spec.listeners[%zu].port: %lld is used by Envoy itself; choose another", c->i,
                         (long long)port);
}

static void check_pair(const struct check *c, const json_t *other, size_t j)
{
    const struct protocol *a = protocol_of(other), *b = c->protocol;
    json_int_t port = jx_int(c->one, "port", 0);
    const char *name = jx_str(other, "name", "");

    if (*name && !strcmp(name, c->name))
        problems_add(
            c->problems,
            "spec.listeners[%zu].name: \"%.63s\" is the name of spec.listeners[%zu] too; names must differ",
            c->i, name, j);
    if (!a || !port || port != jx_int(other, "port", 0) ||
        (a != b && (!strcmp(a->name, "UDP") || !strcmp(b->name, "UDP"))))
        return;
    if (strcmp(a->family, b->family) != 0)
        problems_add(c->problems,
                     "spec.listeners[%zu].port: %lld is used by listeners \"%.63s\" (%s) and \"%.63s\" (%s); "
                     "a port serves one "
                     "protocol: choose another",
                     c->i, (long long)port, name, a->name, c->name, b->name);
    else if (!a->hostname)
        problems_add(c->problems,
                     "spec.listeners[%zu].port: %lld is used by listeners \"%.63s\" and \"%.63s\", both %s, "
                     "which differ by port "
                     "only; choose another",
                     c->i, (long long)port, name, c->name, a->name);
    else if (!strcmp(jx_str(other, "hostname", ""), jx_str(c->one, "hostname", "")))
        problems_add(c->problems,
                     "spec.listeners[%zu]: listeners \"%.63s\" and \"%.63s\" have the same port %lld and %s; "
                     "give each a hostname "
                     "of its own, or another port",
                     c->i, name, c->name, (long long)port,
                     *jx_str(other, "hostname", "") ? "hostname" : "no hostname");
}

void gateway_rules_listeners(struct gateway *g)
{
    struct check c = { .g = g, .problems = &g->w.call.problems, .advice = &g->w.call.advice };

    for (c.i = 0; c.i < json_array_size(g->listeners); c.i++) {
        c.one = json_array_get(g->listeners, c.i);
        c.name = jx_str(c.one, "name", "");
        c.protocol = protocol_of(c.one);
        if (!c.protocol)
            continue; /* told already */
        check_hostname(&c);
        check_tls(&c);
        check_routes(&c);
        check_port(&c);
        for (size_t j = 0; j < c.i; j++)
            check_pair(&c, json_array_get(g->listeners, j), j);
    }
}
