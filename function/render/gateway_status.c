/* SPDX-License-Identifier: Apache-2.0 */
/* What a Gateway's observed state means.  That Envoy Gateway calls it programmed is not enough: its Service must have the same address from
 * Octavia, for Envoy Gateway's status can be stale, and can name addresses that nobody has assigned. */
#include "function/render/gateway.h"
#include "function/render/gwapi_words.h"
#include "function/render/octavia_events.h"
#include "lib/buf.h"
#include <arpa/inet.h>

static const char controller[] = "gateway.envoyproxy.io/gatewayclass-controller";

enum { LISTED = 512 };

struct view {
    const json_t *at, *service;
    struct link applied, accepted, listeners, programmed, balancer, envoy;
    const char *phase; /* by the first link that is unmet; NULL: it goes on by itself */
};

static const struct link_advice no_advice[] = { { 0 } };

static const struct {
    const char *reason, *phase, *advice;
} reasons[] = {
    { "Invalid", "Failed", "correct the spec" },
    { "InvalidParameters", "Failed", "see the EnvoyProxy of the same name in the cluster" },
    { "UnsupportedAddress", "Failed", "correct the spec" },
    { "UnsupportedProtocol", "Failed", "use another protocol" },
    { "PortUnavailable", "Failed", "use another port" },
    { "ProtocolConflict", "Failed", "a port serves one protocol: use another port" },
    { "HostnameConflict", "Failed", "give each listener of a port a hostname of its own" },
    { "InvalidRouteKinds", "Failed", "correct allowedRoutes.kinds" },
    { "InvalidCertificateRef", "Waiting",
      "create the Secret, of type kubernetes.io/tls with tls.crt and tls.key, or correct its name" },
    { "PartiallyInvalidCertificateRef", "Degraded", "one of the Secrets is missing or wrong" },
    { "RefNotPermitted", "Waiting", "create a ReferenceGrant in the Secret's namespace, or copy the Secret" },
    { "AddressNotAssigned", "Progressing", "nothing to do: Octavia takes one to five minutes" },
    { "NoResources", "Progressing",
      "it goes on when an Envoy pod is ready; if it stays so, see the pods in envoy-gateway-system" },
};

static void explain(struct view *v, struct link *l, const json_t *fault, const char *what)
{
    const char *reason = jx_str(fault, "reason", "Pending"), *message = jx_str(fault, "message", NULL);
    size_t i = 0;

    while (i < ARRAY_LENGTH(reasons) && strcmp(reasons[i].reason, reason) != 0)
        i++;
    if (!v->phase && i < ARRAY_LENGTH(reasons))
        v->phase = reasons[i].phase;
    if (!message)
        link_unmet(l, "Pending", "Envoy Gateway has not looked at %s as it is now; nothing to do", what);
    else
        link_unmet(l, reason, "Envoy Gateway says of %s: %s: %.*s%s%s", what, reason,
                   link_sentence(message, 300), message, i < ARRAY_LENGTH(reasons) ? "; " : "",
                   i < ARRAY_LENGTH(reasons) ? reasons[i].advice : "");
}

/* ---- what the probes know ---- */

const json_t *gateway_service(const struct gateway *g)
{
    return json_array_get(jx_at(g->w.seen[GATEWAY_SERVICE].at_provider, "services"), 0);
}

const char *gateway_address(const struct gateway *g, const char **ret_other)
{
    const char *text = json_string_value(json_array_get(json_object_get(gateway_service(g), "ingress"), 0));
    unsigned char bytes[sizeof(struct in_addr)];

    *ret_other = NULL;
    if (!text || !*text)
        return NULL;
    /* instead of an address there can be a hostname */
    if (!g->floating_ip || !strcmp(g->floating_ip, text) || inet_pton(AF_INET, text, bytes) != 1)
        return text;
    *ret_other = text;
    return NULL;
}

const json_t *gateway_class(const struct gateway *g)
{
    const json_t *list = jx_at(g->w.seen[GATEWAY_CLASSES].at_provider, "classes");

    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(jx_str(json_array_get(list, i), "name", ""), g->class))
            return json_array_get(list, i);
    return NULL;
}

/* ---- the class ---- */

static void no_class(const struct gateway *g, const json_t *list, struct view *v)
{
    CLEAN(buf_free) struct buf names = buf_max(LISTED);

    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(jx_str(json_array_get(list, i), "controller", ""), controller))
            (void)buf_addf(&names, "%s%.63s", names.len ? ", " : "",
                           jx_str(json_array_get(list, i), "name", ""));
    link_unmet(&v->accepted, "NoSuchClass",
               "GatewayClass \"%.63s\" does not exist in the cluster; available: %s. Correct "
               "spec.gatewayClassName, or create the "
               "class with controllerName %s",
               g->class, names.len ? buf_text(&names) : "none", controller);
    v->phase = "Waiting";
}

/* Without a class that Envoy Gateway took, nothing that stands in a status is Envoy Gateway's word on the Gateway as it is. */
static bool class_trouble(const struct gateway *g, struct view *v)
{
    const struct observed *o = &g->w.seen[GATEWAY_CLASSES];
    const json_t *list = jx_at(o->at_provider, "classes"), *class = gateway_class(g);
    bool all = (json_int_t)json_array_size(list) == jx_int(o->at_provider, "count", -1);

    if (!list && !link_troubled(&v->accepted, o, "The GatewayClasses of the cluster", no_advice))
        link_unmet(&v->accepted, "Pending", "The GatewayClasses are about to be looked at; nothing to do");
    else if (list && !class && all)
        no_class(g, list, v);
    else if (class && strcmp(jx_str(class, "controller", ""), controller) != 0) {
        link_unmet(&v->accepted, "ForeignClass",
                   "GatewayClass \"%.63s\" is of controller %.120s, and only Envoy Gateway (%s) is "
                   "supported; choose another in "
                   "spec.gatewayClassName",
                   g->class, jx_str(class, "controller", ""), controller);
        v->phase = "Failed";
    } else if (class && strcmp(jx_str(class, "accepted", ""), "True") != 0)
        link_unmet(&v->accepted, "ClassNotAccepted",
                   "Envoy Gateway has not accepted GatewayClass \"%.63s\": %.200s. See whether the "
                   "deployment envoy-gateway runs",
                   g->class, jx_str(class, "message", "it has not looked at it as it is now"));
    return !v->accepted.met;
}

/* ---- the chain ---- */

static const json_t *find_listener(const struct gateway *g, const char *name)
{
    for (size_t i = 0; i < json_array_size(g->listeners); i++)
        if (!strcmp(jx_str(json_array_get(g->listeners, i), "name", ""), name))
            return json_array_get(g->listeners, i);
    return NULL;
}

static const char *namespace_of(const struct gateway *g, const json_t *ref)
{
    return jx_str(ref, "namespace", g->w.spec.ns ? g->w.spec.ns : "");
}

/* The certificate that the message names, else the first in another namespace; NULL when there is none. */
static const json_t *certificate_meant(const struct gateway *g, const json_t *refs, const char *message)
{
    const json_t *foreign = NULL;

    for (size_t i = json_array_size(refs); i--;) {
        const json_t *one = json_array_get(refs, i);

        if (names_object(message, namespace_of(g, one), jx_str(one, "name", "")))
            return one;
        if (json_object_get(one, "namespace"))
            foreign = one;
    }
    return foreign;
}

static bool explain_grant(const struct gateway *g, const json_t *fault, struct link *l)
{
    const char *name = jx_str(fault, "name", "");
    const json_t *meant = certificate_meant(g, jx_at(find_listener(g, name), "tls.certificateRefs"),
                                            jx_str(fault, "message", ""));
    const char *ns = namespace_of(g, meant);

    if (!meant)
        return false;
    link_unmet(
        l, "RefNotPermitted",
        "listener \"%.63s\": Secret \"%.63s\" is in namespace %.63s, which does not permit it; create a "
        "ReferenceGrant in namespace %.63s, from Gateway in %.63s to Secret, or copy the Secret",
        name, jx_str(meant, "name", ""), ns, ns, namespace_of(g, NULL));
    return true;
}

static void look_at_listeners(const struct gateway *g, struct view *v)
{
    const json_t *fault = jx_at(v->at, "fault");
    CLEAN(free) char *what = x_asprintf("listener \"%.63s\"", jx_str(fault, "name", ""));

    if (!json_is_object(fault))
        return;
    explain(v, &v->listeners, fault, what);
    if (!strcmp(jx_str(fault, "reason", ""), "RefNotPermitted"))
        (void)explain_grant(g, fault, &v->listeners);
}

static void look_at_accepted(const struct gateway *g, struct view *v)
{
    const json_t *fault = jx_at(v->at, "accepted");

    if (!class_trouble(g, v) && json_is_object(fault))
        explain(v, &v->accepted, fault, "the Gateway");
}

/* What Octavia refuses is in events, and nowhere else. */
static bool refused(const struct gateway *g, struct view *v, struct link *l)
{
    const struct observed *events = &g->w.seen[GATEWAY_EVENTS];

    if (!octavia_region_trouble(events, &g->w.seen[GATEWAY_SHOOT], l) && !octavia_events_trouble(events, l))
        return false;
    if (!v->phase)
        v->phase = "Retrying";
    return true;
}

/* "AddressNotAssigned" while the Service has one: the controller has missed it. */
static void look_at_programmed(const struct gateway *g, struct view *v)
{
    const json_t *fault = jx_at(v->at, "programmed");
    const char *other, *address = gateway_address(g, &other);

    if (!json_is_object(fault))
        return;
    if (strcmp(jx_str(fault, "reason", ""), "AddressNotAssigned") != 0 || (!address && !other)) {
        if (strcmp(jx_str(fault, "reason", ""), "AddressNotAssigned") != 0 || !refused(g, v, &v->programmed))
            explain(v, &v->programmed, fault, "the Gateway");
        return;
    }
    link_unmet(&v->programmed, "StaleStatus",
               "Octavia has given Service %.63s/%.63s the address %.63s, but Envoy Gateway still says "
               "AddressNotAssigned; that lasts "
               "some seconds. If it stays so: kubectl -n envoy-gateway-system rollout restart deployment "
               "envoy-gateway",
               jx_str(v->service, "namespace", ""), jx_str(v->service, "name", ""),
               address ? address : other);
    if (!v->phase)
        v->phase = "Stale";
}

static void look_at_address(const struct gateway *g, struct view *v)
{
    const char *said = json_string_value(json_array_get(jx_at(v->at, "addresses"), 0)), *other,
               *address = gateway_address(g, &other), *ns = jx_str(v->service, "namespace", ""),
               *name = jx_str(v->service, "name", "");

    if (!address && refused(g, v, &v->balancer))
        return;
    if (other)
        link_unmet(&v->balancer, "Moving",
                   "The load balancer has address %.63s and moves to spec.floatingIP; nothing to do", other);
    else if (!address)
        link_unmet(&v->balancer, "LoadBalancerPending",
                   "Octavia has given Service %.63s/%.63s no address yet; nothing to do: it takes one to "
                   "five minutes",
                   ns, name);
    else if (!jx_lists(jx_at(v->at, "addresses"), address))
        link_unmet(&v->balancer, "AddressDiffers",
                   "Envoy Gateway says the address is %.63s, but Service %.63s/%.63s has %.63s from Octavia; "
                   "nothing to do, unless it "
                   "stays so: then restart deployment envoy-gateway",
                   said ? said : "unknown", ns, name, address);
}

static void look_at_balancer(const struct gateway *g, struct view *v)
{
    const struct observed *o = &g->w.seen[GATEWAY_SERVICE];

    if (v->service)
        look_at_address(g, v);
    else if (o->at_provider)
        link_unmet(&v->balancer, "NoService",
                   "Envoy Gateway has made no Service for this Gateway; a GatewayClass whose EnvoyProxy says "
                   "mergeGateways is not "
                   "supported here");
    else if (!link_troubled(&v->balancer, o, "The Service of the Gateway", no_advice))
        link_unmet(&v->balancer, "Pending",
                   "The Service that Envoy Gateway makes is about to be looked at; nothing to do");
}

/* That the Gateway is programmed was true when it was said. Where there is no Deployment, Envoy runs otherwise. */
static void look_at_envoy(const struct gateway *g, struct view *v)
{
    const struct observed *o = &g->w.seen[GATEWAY_ENVOY];
    const json_t *list = jx_at(o->at_provider, "envoys"), *first = json_array_get(list, 0);

    if (!list && !link_troubled(&v->envoy, o, "The Envoy pods of the Gateway", no_advice))
        link_unmet(&v->envoy, "Pending", "The Envoy pods are about to be looked at; nothing to do");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (jx_int(json_array_get(list, i), "available", 0) > 0)
            return;
    if (first)
        link_unmet(&v->envoy, "NoEnvoyPod",
                   "No pod of Deployment %.63s/%.63s is ready, so nobody takes the traffic; it goes on when "
                   "one is. If it stays so, see its pods",
                   jx_str(first, "namespace", ""), jx_str(first, "name", ""));
}

static void look(const struct gateway *g, struct view *v)
{
    const struct observed *o = &g->w.seen[GATEWAY_OBJECT];

    workload_applied(&g->w, GATEWAY_OBJECT, &v->applied);
    if (v->applied.met && gateway_needs_proxy(g))
        workload_applied(&g->w, GATEWAY_PROXY, &v->applied);
    if (!v->applied.met)
        return;
    v->accepted = v->listeners = v->programmed = v->balancer = v->envoy =
        (struct link){ .met = true, .reason = "Ready" };
    look_at_accepted(g, v);
    look_at_listeners(g, v);
    /* that some listener is bad is told by it */
    if (!v->listeners.met && !strcmp(v->accepted.reason, "ListenersNotValid"))
        v->accepted = (struct link){ .met = true, .reason = "Accepted" };
    look_at_programmed(g, v);
    look_at_balancer(g, v);
    look_at_envoy(g, v);
    if (!o->ready && v->accepted.met && v->listeners.met && v->programmed.met)
        link_unmet(&v->programmed, "Pending", "%s",
                   jx_bool(v->at, "deleting", false)
                       ? "The Gateway is being deleted in the cluster; it is created again when it is gone"
                       : "Envoy Gateway works on the Gateway; nothing to do");
}

static json_t *listeners_status(const struct view *v)
{
    const json_t *list = jx_at(v->at, "listeners");
    json_t *out = json_array();

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *l = json_array_get(list, i);
        const char *reason = jx_str(l, "reason", NULL);

        jx_append(out,
                  jx_object(jx_s("name", jx_str(l, "name", "")), jx_O("port", json_object_get(l, "port")),
                            jx_s("protocol", jx_str(l, "protocol", NULL)),
                            jx_O("attachedRoutes", json_object_get(l, "attachedRoutes")),
                            jx_b("ready", jx_bool(l, "ready", false)), jx_s("reason", reason)));
    }
    return out;
}

void gateway_status(struct gateway *g)
{
    struct view v = { .at = g->w.seen[GATEWAY_OBJECT].at_provider, .service = gateway_service(g) };
    const struct workload_step chain[] = { { "Applied", &v.applied },
                                           { "Accepted", &v.accepted },
                                           { "ListenersReady", &v.listeners },
                                           { "Programmed", &v.programmed },
                                           { "LoadBalancerReady", &v.balancer },
                                           { "EnvoyReady", &v.envoy },
                                           { NULL, NULL } };

    look(g, &v);
    workload_finish(&g->w, chain, v.phase ? v.phase : "Progressing", NULL, "The Gateway is ready");
    jx_add(g->w.call.r->status, jx_O("addresses", jx_at(v.at, "addresses")),
           jx_o("listeners", v.at ? listeners_status(&v) : NULL));
}
