/* SPDX-License-Identifier: Apache-2.0 */
/* The status of routes: which Gateways take them, and whether what they point to exists. */
#include "sim/workloads/endpoints.h"
#include "sim/workloads/envoy.h"

/* The kinds, and the version each release watches. */
static const struct family {
    const char *kind, *plural;
    const char *protocol; /* of the backend's port */
    const char *before, *since_version;
    int since;          /* from this minor version on it reads 'since_version', earlier 'before' */
    bool names, single; /* has hostnames; one rule only */
} families[] = {
    { "HTTPRoute", "httproutes", "TCP", "v1", "v1", 0, true, false },
    { "GRPCRoute", "grpcroutes", "TCP", "v1", "v1", 0, true, false },
    { "TLSRoute", "tlsroutes", "TCP", "v1alpha3", "v1", 8, true, true },
    { "TCPRoute", "tcproutes", "TCP", "v1alpha2", "v1", 9, false, true },
    { "UDPRoute", "udproutes", "UDP", "v1alpha2", "v1", 9, false, true },
};

/* One route and one of its parents. */
struct link {
    const struct envoy *e;
    const struct family *family;
    const json_t *route, *ref;
    json_t *model; /* of the Gateway */
};

struct verdict {
    const char *reason;
    char *message; /* owned */
};

/* ---- hostnames ---- */

/* "*.example.com" covers "a.example.com" and "a.b.example.com". */
static bool covers(const char *pattern, const char *name)
{
    size_t n = strlen(pattern), m = strlen(name);

    if (strncmp(pattern, "*.", 2) != 0)
        return !strcmp(pattern, name);
    return m >= n && !strcmp(name + m - (n - 1), pattern + 1);
}

static bool hosts_meet(const json_t *route, const json_t *listener)
{
    const char *host = jx_str(listener, "spec.hostname", "");
    const json_t *names = jx_at(route, "spec.hostnames"), *name;
    size_t i;

    if (!*host || !json_array_size(names))
        return true;
    json_array_foreach (names, i, name) {
        if (covers(host, json_string_value(name)) || covers(json_string_value(name), host))
            return true;
    }
    return false;
}

/* ---- which listeners ---- */

static bool is_named(const struct link *l, const json_t *listener)
{
    const char *section = jx_str(l->ref, "sectionName", NULL);
    json_int_t port = jx_int(l->ref, "port", 0);

    return (!section || !strcmp(section, jx_str(listener, "spec.name", ""))) &&
           (!port || port == jx_int(listener, "spec.port", 0));
}

/* ≤1.8: another route of the kind, older than this one, has the listener already. */
static bool is_taken(const struct link *l, const json_t *listener)
{
    return l->e->minor < 9 && l->family->single && !l->family->names && jx_int(listener, "attached", 0) > 0;
}

static int no_match(struct verdict *v, const char *reason, const char *message)
{
    *v = (struct verdict){ reason, x_strdup(message) };
    return -1;
}

/* The listeners it attaches to are put into 'attached'; -1 and why not. */
static int attach(const struct link *l, json_t *attached, struct verdict *v)
{
    json_t *listener;
    size_t i, named = 0, admitted = 0, ready = 0, met = 0;

    json_array_foreach (json_object_get(l->model, "listeners"), i, listener) {
        if (!is_named(l, listener))
            continue;
        named++;
        if (!envoy_admits(l->e, json_object_get(l->model, "doc"), listener, l->family->kind,
                          ctl_namespace(l->route)))
            continue;
        admitted++;
        if (!jx_bool(listener, "valid", false))
            continue;
        ready++;
        if (l->family->names && !hosts_meet(l->route, listener))
            continue;
        met++;
        if (!is_taken(l, listener))
            jx_append(attached, json_incref(listener));
    }
    if (!named)
        return no_match(v, "NoMatchingParent", "No listeners match this parent ref");
    if (!admitted)
        return no_match(v, "NotAllowedByListeners",
                        "No listeners included by this parent ref allowed this attachment.");
    if (!ready)
        return no_match(v, "NoReadyListeners", "There are no ready listeners for this parent ref");
    if (!met)
        return no_match(v, "NoMatchingListenerHostname",
                        "There were no hostname intersections between the route and this parent ref's "
                        "Listener(s).");
    if (!json_array_size(attached))
        return no_match(v, "UnsupportedValue",
                        !strcmp(l->family->protocol, "UDP") ? "Multiple routes on the same UDP listener"
                                                            : "Multiple routes on the same TCP listener");
    return 0;
}

/* ---- backends ---- */

static bool serves(const json_t *service, json_int_t port, const char *protocol)
{
    const json_t *one;
    size_t i;

    json_array_foreach (jx_at(service, "spec.ports"), i, one) {
        if (jx_int(one, "port", 0) == port && !strcmp(jx_str(one, "protocol", "TCP"), protocol))
            return true;
    }
    return false;
}

/* NULL when the reference is good, else the reason; the text goes to *ret. */
static const char *trouble_with(const struct link *l, const json_t *ref, char **ret)
{
    const char *ns = jx_str(ref, "namespace", ctl_namespace(l->route)), *name = jx_str(ref, "name", "");
    const json_t *service = ctl_get(l->e->c, "", "services", ns, name);
    json_int_t port = jx_int(ref, "port", 0);

    if (*jx_str(ref, "group", "") || strcmp(jx_str(ref, "kind", "Service"), "Service") != 0) {
        *ret = x_asprintf("Failed to process route rule: kind %s is not supported", jx_str(ref, "kind", ""));
        return "InvalidKind";
    }
    if (!envoy_granted(l->e, l->family->kind, ctl_namespace(l->route), "Service", ns, name)) {
        *ret = x_asprintf("Failed to process route rule: backend ref to Service %s/%s not permitted by any "
                          "ReferenceGrant",
                          ns, name);
        return "RefNotPermitted";
    }
    if (!service) {
        *ret = x_asprintf("Failed to process route rule: service %s/%s not found", ns, name);
        return "BackendNotFound";
    }
    if (!strcmp(jx_str(service, "spec.type", ""), "ExternalName")) {
        *ret = x_asprintf("Failed to process route rule: service %s/%s of type ExternalName is not supported",
                          ns, name);
        return "InvalidBackendRef";
    }
    if (!port || !serves(service, port, l->family->protocol)) {
        *ret = x_asprintf("Failed to process route rule: %s Port %d not found on Service %s/%s",
                          l->family->protocol, (int)port, ns, name);
        return port ? "PortNotFound" : "PortNotSpecified";
    }
    if (l->family->single && !endpoints_ready(l->e->c, ns, name)) {
        *ret = x_asprintf("Failed to process route rule: no ready endpoints for the related Service %s/%s",
                          ns, name);
        return "EndpointsNotFound";
    }
    return NULL;
}

static void resolve(const struct link *l, struct verdict *v)
{
    const json_t *rule, *ref;
    size_t i, k;

    json_array_foreach (jx_at(l->route, "spec.rules"), i, rule) {
        json_array_foreach (json_object_get(rule, "backendRefs"), k, ref) {
            char *text = NULL;
            const char *reason = trouble_with(l, ref, &text);

            if (reason && !v->reason)
                *v = (struct verdict){ reason, text };
            else
                free(text);
        }
    }
}

/* ---- status ---- */

static json_t *entry(const struct link *l, const json_t *ref)
{
    struct verdict accepted = { 0 }, resolved = { 0 };
    json_auto_t *attached = json_array();
    json_t *conditions = json_array(), *listener;
    size_t i;

    if (l->family->single && json_array_size(jx_at(l->route, "spec.rules")) != 1)
        (void)no_match(&accepted, "InvalidRule", "One and only one rule is supported");
    else if (attach(l, attached, &accepted) == 0)
        json_array_foreach (attached, i, listener)
            jx_set(listener, "attached", json_integer(jx_int(listener, "attached", 0) + 1));
    resolve(l, &resolved);
    jx_append(conditions, envoy_condition(l->e, l->route, "Accepted", accepted.reason ? "False" : "True",
                                          accepted.reason ? accepted.reason : "Accepted", "%s",
                                          accepted.message ? accepted.message : "Route is accepted"));
    jx_append(conditions,
              envoy_condition(l->e, l->route, "ResolvedRefs", resolved.reason ? "False" : "True",
                              resolved.reason ? resolved.reason : "ResolvedRefs", "%s",
                              resolved.message ? resolved.message
                                               : "Resolved all the Object references for the Route"));
    if (l->e->c->set->eg_fault == EG_PARTLY_INVALID && !strcmp(l->family->kind, "HTTPRoute"))
        jx_append(conditions, envoy_condition(l->e, l->route, "PartiallyInvalid", "True", "UnsupportedValue",
                                              "Dropped Rule(s) [0]: the rule cannot be translated"));
    free(accepted.message);
    free(resolved.message);
    return jx_pack("{s:o, s:s, s:o}", "parentRef", json_deep_copy(ref), "controllerName", ENVOY_CONTROLLER,
                   "conditions", conditions);
}

/* The model of the Gateway a reference names; NULL when it is none of ours. */
static json_t *parent_of(const struct envoy *e, const json_t *route, const json_t *ref)
{
    const char *ns = jx_str(ref, "namespace", ctl_namespace(route)), *name = jx_str(ref, "name", "");
    json_t *model;
    size_t i;

    if (strcmp(jx_str(ref, "kind", "Gateway"), "Gateway") != 0 ||
        strcmp(jx_str(ref, "group", GATEWAY_GROUP), GATEWAY_GROUP) != 0)
        return NULL;
    json_array_foreach (e->gateways, i, model) {
        const json_t *gateway = json_object_get(model, "doc");

        if (!strcmp(ctl_name(gateway), name) && !strcmp(ctl_namespace(gateway), ns))
            return model;
    }
    return NULL;
}

/* What other controllers say stays. */
static json_t *foreign_parents(const json_t *route)
{
    json_t *list = json_array(), *parent;
    size_t i;

    json_array_foreach (jx_at(route, "status.parents"), i, parent) {
        if (strcmp(jx_str(parent, "controllerName", ""), ENVOY_CONTROLLER) != 0)
            jx_append(list, json_incref(parent));
    }
    return list;
}

static void route_step(const struct envoy *e, const struct family *family, const json_t *route)
{
    json_t *parents = foreign_parents(route);
    const json_t *ref;
    size_t i;

    json_array_foreach (jx_at(route, "spec.parentRefs"), i, ref) {
        struct link l = { e, family, route, ref, parent_of(e, route, ref) };

        if (l.model)
            jx_append(parents, entry(&l, ref));
    }
    if (json_array_size(parents) || jx_at(route, "status.parents"))
        envoy_report(e, route, family->plural, jx_pack("{s:o}", "parents", parents));
    else
        json_decref(parents);
}

static int compare_age(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;
    int order =
        strcmp(jx_str(*x, "metadata.creationTimestamp", ""), jx_str(*y, "metadata.creationTimestamp", ""));

    return order ? order : strcmp(ctl_name(*x), ctl_name(*y));
}

/* Older routes first: they win. */
static void run_family(const struct envoy *e, const struct family *family)
{
    json_auto_t *docs = ctl_list(e->c, GATEWAY_GROUP, family->plural, NULL);
    size_t n = json_array_size(docs);
    CLEAN(free) json_t **routes = x_alloc((n + 1) * sizeof(json_t *));

    for (size_t i = 0; i < n; i++)
        routes[i] = json_array_get(docs, i);
    qsort(routes, n, sizeof(json_t *), compare_age);
    for (size_t i = 0; i < n; i++)
        if (!ctl_deleting(routes[i]) && envoy_settled(e, routes[i]))
            route_step(e, family, routes[i]);
}

void envoy_routes(struct envoy *e)
{
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++) {
        const struct family *f = &families[i];
        CLEAN(free)
        char *watched = x_asprintf("%s/%s", f->plural, e->minor >= f->since ? f->since_version : f->before);

        if (json_object_get(e->seen, watched))
            run_family(e, f);
    }
}

/* ---- grants ---- */

static bool grant_fits(const json_t *grant, const char *kind, const char *ns, const char *to_kind,
                       const char *to_name)
{
    const json_t *from, *to;
    size_t i, k;

    json_array_foreach (jx_at(grant, "spec.from"), i, from) {
        if (strcmp(jx_str(from, "group", ""), GATEWAY_GROUP) != 0 ||
            strcmp(jx_str(from, "kind", ""), kind) != 0 || strcmp(jx_str(from, "namespace", ""), ns) != 0)
            continue;
        json_array_foreach (jx_at(grant, "spec.to"), k, to) {
            if (!*jx_str(to, "group", "") && !strcmp(jx_str(to, "kind", ""), to_kind) &&
                !strcmp(jx_str(to, "name", to_name), to_name))
                return true;
        }
    }
    return false;
}

bool envoy_granted(const struct envoy *e, const char *kind, const char *ns, const char *to_kind,
                   const char *to_ns, const char *to_name)
{
    json_auto_t *grants = NULL;
    const json_t *grant;
    size_t i;

    if (!strcmp(ns, to_ns))
        return true;
    grants = ctl_list(e->c, GATEWAY_GROUP, "referencegrants", to_ns);
    json_array_foreach (grants, i, grant) {
        if (grant_fits(grant, kind, ns, to_kind, to_name))
            return true;
    }
    return false;
}
