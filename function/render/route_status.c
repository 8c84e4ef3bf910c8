/* SPDX-License-Identifier: Apache-2.0 */
/* What a route's observed state means.  Envoy Gateway writes one entry for each parent that it owns, and none for a parent that is not there:
 * then the probes tell why. */
#include "function/render/gwapi_words.h"
#include "function/render/route.h"
#include "lib/buf.h"

enum { LISTED = 512 };

struct view {
    struct link applied, accepted, resolved, alone, gateways, endpoints;
    bool has_endpoints;
    const char *phase; /* while something is unmet here */
};

/* What a reason of Envoy Gateway's asks of the user, and whether it heals by itself. */
static const struct {
    const char *reason, *phase, *advice;
} reasons[] = {
    { "NoMatchingParent", "Failed", "correct sectionName or port" },
    { "NotAllowedByListeners", "Failed", "change the listener's allowedRoutes, or the route" },
    { "NoMatchingListenerHostname", "Failed", "change spec.hostnames, or the listener's hostname" },
    { "UnsupportedValue", "Failed", "correct the spec" },
    { "UnsupportedRefValue", "Failed", "correct the spec" },
    { "IncompatibleFilters", "Failed", "correct the spec" },
    { "InvalidRule", "Failed", "correct the spec" },
    { "InvalidKind", "Failed", "a backend must be a Service, or a kind that Envoy Gateway knows" },
    { "UnsupportedProtocol", "Failed", "the Service's port has another protocol" },
    { "RefNotPermitted", "Waiting",
      "create a ReferenceGrant in the backend's namespace, or move the Service" },
    { "BackendNotFound", "Waiting", "create the Service, or correct its name" },
    { "InvalidBackendRef", "Waiting", "name a Service that has pods, and is not of type ExternalName" },
    { "PortNotFound", "Waiting", "name a port of the Service, not the targetPort of its pods" },
    { "PortNotSpecified", "Failed", "name the port of the Service" },
    { "EndpointsNotFound", "Waiting", "it goes on when a pod of the Service is ready" },
    { "PartiallyInvalid", "Degraded", "correct the rule that is left out" },
};

static size_t find_reason(const char *reason)
{
    size_t i = 0;

    while (i < ARRAY_LENGTH(reasons) && strcmp(reasons[i].reason, reason) != 0)
        i++;
    return i;
}

static const char *section(const json_t *parent) { return jx_str(parent, "sectionName", ""); }

/* ---- what the probes know -------------------------------------------------------------------------------------------- */

/* "a, b", or "none" */
static void names_of(const json_t *list, struct buf *out)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        (void)buf_addf(out, "%s%.63s", i ? ", " : "", jx_str(json_array_get(list, i), "name", ""));
    if (!out->len)
        (void)buf_adds(out, "none");
}

static bool takes(const struct route_kind *kind, const char *protocol)
{
    for (const char *const *p = kind->protocols; *p; p++)
        if (!strcmp(*p, protocol))
            return true;
    return false;
}

/* "HTTPRoute or GRPCRoute": what a listener of that protocol takes. */
static const char *taken_by(const char *protocol)
{
    static const struct {
        const char *protocol, *kinds;
    } all[] = {
        { "HTTP", "HTTPRoute and GRPCRoute" },
        { "HTTPS", "HTTPRoute and GRPCRoute" },
        { "TLS", "TLSRoute and TCPRoute" },
        { "TCP", "TCPRoute" },
        { "UDP", "UDPRoute" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        if (!strcmp(all[i].protocol, protocol))
            return all[i].kinds;
    return "other routes";
}

/* ---- a parent that says nothing -------------------------------------------------------------------------------------- */

/* The minor release of Envoy Gateway 1.x, by its image's tag; -1 when it is not known. */
static int controller_minor(const struct route *rt)
{
    const char *image = jx_str(rt->w.seen[ROUTE_CONTROLLER].at_provider, "image", ""),
               *tag = strstr(image, ":v1.");
    char *end = NULL;
    long minor;

    if (!tag)
        return -1;
    minor = strtol(tag + strlen(":v1."), &end, 10);
    return end && *end == '.' && minor >= 0 && minor < 1000 ? (int)minor : -1;
}

/* Envoy Gateway reads another version than the cluster serves: no route of the kind is ever looked at. */
static bool unread(const struct route *rt, struct link *l)
{
    const char *served = route_version(rt), *read;
    int minor = controller_minor(rt);

    if (!served || minor < 0)
        return false;
    read = route_reads(rt->kind, minor);
    if (!strcmp(served, read))
        return false;
    if (!strcmp(served, "v1"))
        link_unmet(
            l, "VersionNotRead",
            "Envoy Gateway 1.%d reads %s %s, but this cluster serves v1; upgrade Envoy Gateway to 1.%d",
            minor, rt->kind->kind, read, rt->kind->reads->since);
    else
        link_unmet(l, "VersionNotRead",
                   "Envoy Gateway 1.%d reads %s %s, but this cluster serves only %.32s; upgrade the "
                   "cluster's Gateway API "
                   "CRDs",
                   minor, rt->kind->kind, read, served);
    return true;
}

static void explain_silence(const struct route *rt, const json_t *parent, struct view *v)
{
    CLEAN(buf_free) struct buf names = buf_max(LISTED);
    struct link *l = &v->accepted;
    bool known;

    if (!route_gateway(rt, parent, &known) && known) {
        names_of(jx_at(rt->w.seen[ROUTE_GATEWAYS].at_provider, "gateways"), &names);
        link_unmet(l, "NoSuchGateway",
                   "Gateway \"%.63s\" does not exist in namespace %.63s; Gateways there: %s. It goes on when "
                   "there is one, or "
                   "correct spec.parentRefs",
                   jx_str(parent, "name", ""), route_parent_namespace(rt, parent), buf_text(&names));
        v->phase = "Waiting";
    } else if (unread(rt, l)) {
        v->phase = "Failed";
    } else {
        link_unmet(l, "Pending",
                   "Envoy Gateway has not said yet whether Gateway \"%.63s\" takes the route; nothing to do, "
                   "unless it stays so: "
                   "then see whether the Gateway is ready",
                   jx_str(parent, "name", ""));
    }
}

/* ---- a parent that says no ------------------------------------------------------------------------------------------- */

static bool explain_section(const json_t *gateway, const json_t *parent, struct link *l)
{
    CLEAN(buf_free) struct buf names = buf_max(LISTED);
    const json_t *list = json_object_get(gateway, "listeners");

    if (!gateway || !*section(parent) || route_listener(gateway, parent) ||
        (json_int_t)json_array_size(list) != jx_int(gateway, "count", -1))
        return false;
    names_of(list, &names);
    link_unmet(l, "NoMatchingParent",
               "Gateway \"%.63s\" has no listener \"%.63s\"; it has: %s. Correct sectionName",
               jx_str(parent, "name", ""), section(parent), buf_text(&names));
    return true;
}

static bool explain_admission(const struct route *rt, const json_t *gateway, const json_t *parent,
                              struct link *l)
{
    const json_t *listener = route_listener(gateway, parent);
    const char *protocol = jx_str(listener, "protocol", ""), *ns = route_parent_namespace(rt, parent);

    if (*protocol && !takes(rt->kind, protocol))
        link_unmet(
            l, "NotAllowedByListeners",
            "Listener \"%.63s\" (%.16s) of Gateway \"%.63s\" accepts %s, not %s; name another listener",
            section(parent), protocol, jx_str(parent, "name", ""), taken_by(protocol), rt->kind->kind);
    else if (strcmp(ns, route_namespace(rt)) != 0)
        link_unmet(l, "NotAllowedByListeners",
                   "Gateway %.63s/%.63s does not admit routes from namespace \"%.63s\"; set "
                   "allowedRoutes.namespaces.from of its "
                   "listener to All, or to Selector with one that fits",
                   ns, jx_str(parent, "name", ""), route_namespace(rt));
    else
        return false;
    return true;
}

static bool explain_hostname(const struct route *rt, const json_t *gateway, const json_t *parent,
                             struct link *l)
{
    const char *cover = jx_str(route_listener(gateway, parent), "hostname", NULL);
    const json_t *names = json_object_get(rt->spec, "hostnames");

    for (size_t i = 0; cover && i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));

        if (hostnames_meet(cover, name))
            continue;
        link_unmet(l, "NoMatchingListenerHostname",
                   "\"%.80s\" is not covered by \"%.80s\", the hostname of listener \"%.63s\"; change one of "
                   "the two",
                   name, cover, section(parent));
        return true;
    }
    return false;
}

static bool explain_by_probe(const struct route *rt, const json_t *parent, const char *reason, struct link *l)
{
    const char *message = jx_str(parent, "fault.message", "");
    bool known;
    const json_t *gateway = route_gateway(rt, parent, &known);

    /* until 1.8 Envoy Gateway refuses a second route by itself */
    if (!strcmp(reason, "UnsupportedValue") && route_owner(rt)) {
        route_owner_link(rt, l);
        return true;
    }
    if (!strcmp(reason, "PortNotFound"))
        return route_explain_port(rt, message, l);
    if (!strcmp(reason, "RefNotPermitted"))
        return route_explain_grant(rt, message, l);
    if (!strcmp(reason, "NoMatchingParent"))
        return explain_section(gateway, parent, l);
    if (!strcmp(reason, "NotAllowedByListeners"))
        return explain_admission(rt, gateway, parent, l);
    return !strcmp(reason, "NoMatchingListenerHostname") && explain_hostname(rt, gateway, parent, l);
}

/* A projection's strings last as long as the request. */
static void explain(const struct route *rt, const json_t *parent, struct view *v)
{
    const json_t *fault = json_object_get(parent, "fault");
    const char *type = jx_str(fault, "type", ""), *reason = jx_str(fault, "reason", "Pending"),
               *message = jx_str(fault, "message", NULL);
    struct link *l = !strcmp(type, "None") || !strcmp(type, "Accepted") ? &v->accepted : &v->resolved;
    size_t i = find_reason(!strcmp(type, "PartiallyInvalid") ? type : reason);
    bool told = i < ARRAY_LENGTH(reasons);

    v->phase = told ? reasons[i].phase : "Progressing";
    if (!strcmp(type, "None"))
        explain_silence(rt, parent, v);
    else if (!message)
        link_unmet(l, "Pending", "Envoy Gateway has not looked at the route as it is now; nothing to do");
    else if (!explain_by_probe(rt, parent, reason, l))
        link_unmet(l, reason, "Gateway \"%.63s\" says %s: %.*s%s%s", jx_str(parent, "name", ""), reason,
                   link_sentence(message, 300), message, told ? "; " : "", told ? reasons[i].advice : "");
}

/* ---- together -------------------------------------------------------------------------------------------------------- */

/* Why there is none, of a route that was never made. */
static void look_at_held(const struct route *rt, struct view *v)
{
    workload_applied(&rt->w, ROUTE_ROUTES, &v->applied);
    if (v->applied.met || (!strcmp(v->applied.reason, "Creating") && rt->w.seen[ROUTE_ROUTES].object))
        route_owner_link(rt, &v->applied);
}

static void look_at_parents(const struct route *rt, struct view *v)
{
    const struct observed *o = &rt->w.seen[ROUTE_OBJECT];
    const json_t *parents = jx_at(o->at_provider, "parents");

    for (size_t i = 0; i < json_array_size(parents) && v->accepted.met && v->resolved.met; i++)
        if (!jx_bool(json_array_get(parents, i), "ready", false))
            explain(rt, json_array_get(parents, i), v);
    if (v->accepted.met && v->resolved.met && !o->ready)
        link_unmet(&v->accepted, "Pending", "%s",
                   jx_bool(o->at_provider, "deleting", false)
                       ? "The route is being deleted in the cluster; it is created again when it is gone"
                       : "Envoy Gateway works on the route; nothing to do");
}

static void look(const struct route *rt, struct view *v)
{
    v->phase = "Progressing";
    route_gateways_link(rt, &v->gateways);
    v->has_endpoints = route_endpoints_link(rt, &v->endpoints);
    workload_applied(&rt->w, ROUTE_OBJECT, &v->applied);
    if (route_is_held(rt))
        look_at_held(rt, v);
    if (!v->applied.met)
        return;
    v->accepted = (struct link){ .met = true, .reason = "Accepted" };
    v->resolved = (struct link){ .met = true, .reason = "ResolvedRefs" };
    look_at_parents(rt, v);
    if (rt->kind->alone)
        route_owner_link(rt, &v->alone);
    if (!v->accepted.met || !v->resolved.met)
        return;
    if (rt->kind->alone && !v->alone.met)
        v->phase = route_owner(rt) ? "Failed" : v->phase;
    else if (v->gateways.met && !strcmp(v->endpoints.reason, "NoEndpoints"))
        v->phase = "Waiting";
}

/* Which Gateways take the route. */
static json_t *parents_status(const struct route *rt)
{
    const json_t *list = jx_at(rt->w.seen[ROUTE_OBJECT].at_provider, "parents");
    json_t *out = json_array();

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *p = json_array_get(list, i);
        const char *reason = jx_str(p, "fault.reason", NULL);

        jx_append(out, jx_object(jx_s("name", jx_str(p, "name", "")),
                                 jx_s("sectionName", jx_str(p, "sectionName", NULL)),
                                 jx_O("port", json_object_get(p, "port")),
                                 jx_b("ready", jx_bool(p, "ready", false)), jx_s("reason", reason)));
    }
    return out;
}

void route_status(struct route *rt)
{
    struct view v = { 0 };
    const char *version = route_version(rt);

    look(rt, &v);
    struct workload_step chain[] = { { "Applied", &v.applied },
                                     { "Accepted", &v.accepted },
                                     { "ResolvedRefs", &v.resolved },
                                     { NULL, NULL },
                                     { NULL, NULL },
                                     { NULL, NULL },
                                     { NULL, NULL } },
                         *next = &chain[3];

    if (rt->kind->alone)
        *next++ = (struct workload_step){ "ListenerFree", &v.alone };
    *next++ = (struct workload_step){ "GatewayReady", &v.gateways };
    if (v.has_endpoints)
        *next = (struct workload_step){ "EndpointsReady", &v.endpoints };
    workload_finish(&rt->w, chain, v.phase, NULL, "The route is in use");
    jx_add(rt->w.call.r->status, jx_s("apiVersion", version),
           jx_o("parents", rt->w.seen[ROUTE_OBJECT].at_provider ? parents_status(rt) : NULL));
}
