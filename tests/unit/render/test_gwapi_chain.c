/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic can flow when each link of the chain holds: class, Gateway, listeners, load balancer, Envoy pods; route, references, listener,
 * endpoints.  Every combination of what the cluster may answer about them goes through the real jq and the renderer: Ready is never early
 * and never stuck, and who is not Ready names the first link that is missing. */
#undef NDEBUG
#include "function/render/render.h"
#include "tests/unit/render/gwapi_answers.h"

static const char controller[] = "gateway.envoyproxy.io/gatewayclass-controller", address[] = "198.51.100.7";

/* ---- calls ----------------------------------------------------------------------------------------------------------- */

static json_t *composite(const char *kind, const char *spec)
{
    CLEAN(free)
    char *text = x_asprintf("{\"apiVersion\": \"platform.cleura.crossplane.io/v1alpha1\", \"kind\": \"%s\", "
                            "\"metadata\": {\"name\": \"x\", "
                            "\"namespace\": \"my-app\"}, \"spec\": {\"shootRef\": {\"name\": \"c\"}, %s}}",
                            kind, spec);
    json_t *doc = jx_parse(text, strlen(text), NULL);

    assert_non_null(doc);
    return doc;
}

static json_t *observed_part(bool ready, json_t *at)
{
    json_t *status =
        jx_pack("{s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}], s:s}", "conditions", "type", "Ready", "status",
                ready ? "True" : "False", "reason", ready ? "Available" : "NotReady", "type", "Synced",
                "status", "True", "reason", "ReconcileSuccess", "apiVersion", "gateway.networking.k8s.io/v1");

    if (at)
        jx_share(status, "atProvider", at);
    return jx_pack("{s:o}", "status", status);
}

/* The answers of a part, each as the provider would keep it: {"ready", "at"}. Takes 'bodies'. New. */
static json_t *judged(const char *ready, const char *projection, json_t *documents)
{
    json_auto_t *is_ready = run_jq(ready, documents), *at = run_jq(projection, documents);
    json_t *out = json_array();

    for (size_t i = 0; i < json_array_size(documents); i++)
        jx_append(out, observed_part(json_is_true(json_array_get(is_ready, i)), json_array_get(at, i)));
    json_decref(documents);
    return out;
}

static json_t *answer(json_t *body)
{
    return jx_pack("{s:{s:s, s:{}}, s:{s:i, s:o}}", "payload", "baseUrl", "", "body", "response",
                   "statusCode", 200, "body", body);
}

static json_t *list_of(json_t *item)
{
    return answer(item ? jx_pack("{s:[o]}", "items", item) : jx_pack("{s:[]}", "items"));
}

/* What was rendered before stands in the object: else it is about to be changed. */
static void set_payload(json_t *part, const json_t *desired)
{
    jx_set(part, "spec",
           jx_pack("{s:{s:{s:O}}}", "forProvider", "payload", "body",
                   jx_at(desired, "resource.spec.forProvider.payload.body")));
}

struct outcome {
    bool ready;
    char missing[32], reason[64]; /* the first condition of the chain that is not True */
    bool told, made;              /* its text is the message; the object itself is rendered */
};

static const json_t *condition(const struct fn_response *r, const char *type)
{
    size_t i;
    json_t *one;

    json_array_foreach (r->conditions, i, one)
        if (!strcmp(jx_str(one, "type", ""), type))
            return one;
    return NULL;
}

static struct outcome look(const json_t *doc, const json_t *observed, const char *const chain[],
                           const char *object)
{
    struct outcome out = { 0 };
    struct fn_response r;

    fn_response_init(&r);
    assert_int_equal(render(&(struct fn_request){ doc, observed, NULL }, &r, NULL), 0);
    out.ready = r.ready == FN_READY_TRUE;
    out.made = json_object_get(r.desired, object);
    for (; *chain && !*out.missing; chain++) {
        const json_t *one = condition(&r, *chain);

        if (!one || !strcmp(jx_str(one, "status", ""), "True"))
            continue;
        (void)snprintf(out.missing, sizeof(out.missing), "%s", *chain);
        (void)snprintf(out.reason, sizeof(out.reason), "%s", jx_str(one, "reason", ""));
        out.told = *jx_str(one, "message", "") &&
                   !strcmp(jx_str(one, "message", ""), jx_str(r.status, "message", "")) &&
                   !strstr(jx_str(one, "message", ""), "null");
    }
    fn_response_free(&r);
    return out;
}

/* 'reason' may be NULL: Envoy Gateway's. */
static void compare(const struct outcome *o, const char *missing, const char *reason, const char *what,
                    unsigned n)
{
    if (reason && strcmp(o->reason, reason) != 0)
        fail_msg("%s %u: expected %s of \"%s\", got %s of \"%s\"", what, n, reason, missing, o->reason,
                 o->missing);
    if (o->ready != !*missing || strcmp(o->missing, missing) != 0 || o->told != !!*missing)
        fail_msg("%s %u: expected \"%s\", got ready %d, \"%s\" (%s), told %d", what, n, missing, o->ready,
                 o->missing, o->reason, o->told);
}

/* ---- Gateways -------------------------------------------------------------------------------------------------------- */

/* How else a condition can fail to be met is test_gwapi_programs.c's. */
static const enum said words[] = { GOOD, OLD, BAD, ABSENT };
enum { WORDS = ARRAY_LENGTH(words) };

enum listener { L_GOOD, L_BAD, L_OLD, L_NOT_THERE, L_TWICE, LISTENERS };
enum class { C_UNSEEN, C_MISSING, C_FOREIGN, C_OLD, C_REFUSED, C_GOOD, CLASSES };
enum service { S_UNSEEN, S_NONE, S_NO_ADDRESS, S_OTHER, S_SAME, SERVICES };
enum envoy { E_UNSEEN, E_NONE_AVAILABLE, E_NO_DEPLOYMENT, E_AVAILABLE, ENVOYS };
enum { GATEWAYS = WORDS * WORDS * LISTENERS * 2 * 2 };

struct gateway {
    enum said accepted, programmed;
    enum listener listener;
    bool address, deleting;
};

static struct gateway gateway_of(unsigned n)
{
    struct gateway g = { .accepted = words[digit(&n, WORDS)], .programmed = words[digit(&n, WORDS)] };

    g.listener = digit(&n, LISTENERS);
    g.address = digit(&n, 2);
    g.deleting = n;
    return g;
}

static json_t *gateway_document(const struct gateway *g)
{
    static const char *const types[] = { "Accepted", "ResolvedRefs", "Programmed" };
    json_t *conditions = json_array(), *one = json_array(), *told = json_array(), *doc;
    json_t *spec = jx_pack("{s:s, s:[{s:s, s:i, s:s}]}", "gatewayClassName", "envoy-gateway", "listeners",
                           "name", "a", "port", 80, "protocol", "HTTP");

    say(conditions, "Accepted", g->accepted, g->accepted == BAD ? "Invalid" : "Accepted");
    say(conditions, "Programmed", g->programmed, "AddressNotAssigned");
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
        say(one, types[i],
            g->listener == L_BAD   ? BAD
            : g->listener == L_OLD ? OLD
                                   : GOOD,
            "InvalidCertificateRef");
    for (int i = g->listener == L_NOT_THERE ? 0 : g->listener == L_TWICE ? 2 : 1; i; i--)
        jx_append(told, jx_pack("{s:s, s:i, s:O}", "name", "a", "attachedRoutes", 0, "conditions", one));
    json_decref(one);
    doc = document(
        json_incref(spec), spec,
        jx_pack("{s:o, s:o, s:o}", "conditions", conditions, "listeners", told, "addresses",
                g->address ? jx_pack("[{s:s, s:s}]", "type", "IPAddress", "value", address) : json_array()));
    if (g->deleting)
        jx_set(jx_at(doc, "response.body.metadata"), "deletionTimestamp", jx_text("2026-11-22T12:00:00Z"));
    return doc;
}

static json_t *all_gateways(void)
{
    json_t *list = json_array();

    for (unsigned n = 0; n < GATEWAYS; n++) {
        const struct gateway g = gateway_of(n);

        jx_append(list, gateway_document(&g));
    }
    return judged(gwapi_gateway_ready, gwapi_gateway_projection, list);
}

static json_t *class_document(enum class c)
{
    json_t *conditions = json_array();

    say(conditions, "Accepted", c == C_REFUSED ? BAD : c == C_OLD ? OLD : GOOD, "X");
    return list_of(jx_pack("{s:{s:s, s:i}, s:{s:s}, s:{s:o}}", "metadata", "name",
                           c == C_MISSING ? "other" : "envoy-gateway", "generation", GENERATION, "spec",
                           "controllerName", c == C_FOREIGN ? "example.com/x" : controller, "status",
                           "conditions", conditions));
}

static json_t *service_document(enum service s)
{
    json_t *ingress =
        s == S_NO_ADDRESS ? json_array() : jx_pack("[{s:s}]", "ip", s == S_SAME ? address : "203.0.113.9");

    if (s == S_NONE)
        json_decref(ingress);
    return list_of(s == S_NONE ? NULL
                               : jx_pack("{s:{s:s, s:s}, s:{s:s}, s:{s:{s:o}}}", "metadata", "name", "envoy",
                                         "namespace", "eg", "spec", "type", "LoadBalancer", "status",
                                         "loadBalancer", "ingress", ingress));
}

static json_t *envoy_document(enum envoy e)
{
    return list_of(e == E_NO_DEPLOYMENT ? NULL
                                        : jx_pack("{s:{s:s, s:s}, s:{s:i}, s:{s:i}}", "metadata", "name",
                                                  "envoy", "namespace", "eg", "spec", "replicas", 1, "status",
                                                  "availableReplicas", e == E_AVAILABLE));
}

/* Where the address is missing, Envoy Gateway's word on it is not the first that counts. */
static const char *first_missing(const struct gateway *g, enum class c, enum service s, enum envoy e)
{
    if (c != C_GOOD || g->accepted != GOOD)
        return "Accepted";
    if (g->listener != L_GOOD)
        return "ListenersReady";
    if (g->programmed != GOOD || !g->address || g->deleting)
        return "Programmed";
    if (s != S_SAME)
        return "LoadBalancerReady";
    return e == E_AVAILABLE || e == E_NO_DEPLOYMENT ? "" : "EnvoyReady";
}

/* Of a link that the probes tell of, and nobody else. */
static const char *reason_of(const char *missing, enum class c, enum service s, enum envoy e)
{
    static const char *const classes[] = { "Pending",          "NoSuchClass",      "ForeignClass",
                                           "ClassNotAccepted", "ClassNotAccepted", NULL },
                             *const services[] = { "Pending", "NoService", "LoadBalancerPending",
                                                   "AddressDiffers", NULL },
                             *const envoys[] = { "Pending", "NoEnvoyPod", NULL, NULL };

    if (!strcmp(missing, "Accepted"))
        return classes[c];
    if (!strcmp(missing, "LoadBalancerReady"))
        return services[s];
    return !strcmp(missing, "EnvoyReady") ? envoys[e] : NULL;
}

static void set_part(json_t *observed, const char *key, const json_t *answers, unsigned n, bool seen)
{
    if (seen)
        jx_share(observed, key, json_array_get(answers, n));
    else
        (void)json_object_del(observed, key);
}

/* One document for each member of an enumeration, the first of which is "unseen". */
#define EACH(list, n_, document_of)                                                                          \
    for (unsigned i_ = 0; i_ < (n_); i_++)                                                                   \
    jx_append(list, document_of(i_))

static const char *const gateway_chain[] = { "Applied",    "Accepted",          "ListenersReady",
                                             "Programmed", "LoadBalancerReady", "EnvoyReady",
                                             NULL };

static void a_gateway_names_its_first_missing_link(void **state)
{
    json_auto_t *doc = composite("Gateway",
                                 "\"listeners\": [{\"name\": \"a\", \"protocol\": \"HTTP\", \"port\": 80}]"),
                *gateways = all_gateways(), *classes = json_array(), *services = json_array(),
                *envoys = json_array(), *observed = jx_pack("{s:o}", "namespace", observed_part(true, NULL));
    struct fn_response first;
    unsigned ready = 0;

    (void)state;
    EACH(classes, CLASSES, class_document);
    EACH(services, SERVICES, service_document);
    EACH(envoys, ENVOYS, envoy_document);
    classes = judged(gwapi_classes_ready, gwapi_classes_projection, classes);
    services = judged(gwapi_services_ready, gwapi_services_projection, services);
    envoys = judged(gwapi_envoys_ready, gwapi_envoys_projection, envoys);
    fn_response_init(&first);
    assert_int_equal(render(&(struct fn_request){ doc, NULL, NULL }, &first, NULL), 0);
    for (unsigned n = 0; n < GATEWAYS * CLASSES * SERVICES * ENVOYS; n++) {
        unsigned rest = n, c = digit(&rest, CLASSES), s = digit(&rest, SERVICES), e = digit(&rest, ENVOYS);
        const struct gateway g = gateway_of(rest);
        const char *missing;
        struct outcome out;

        set_part(observed, "gateway", gateways, rest, true);
        set_payload(json_object_get(observed, "gateway"), json_object_get(first.desired, "gateway"));
        set_part(observed, "classes", classes, c, c != C_UNSEEN);
        set_part(observed, "service", services, s, s != S_UNSEEN);
        set_part(observed, "envoy", envoys, e, e != E_UNSEEN);
        out = look(doc, observed, gateway_chain, "gateway");
        assert_true(out.made);
        missing = first_missing(&g, c, s, e);
        compare(&out, missing, reason_of(missing, c, s, e), "Gateway", n);
        ready += out.ready;
    }
    fn_response_free(&first);
    assert_int_equal(ready, 2); /* with its Deployment, and where there is none */
}

/* ---- routes ---------------------------------------------------------------------------------------------------------- */

enum owner { O_UNSEEN, O_OTHER, O_YOUNGER, O_NOBODY, OWNERS };
enum pods { P_UNSEEN, P_NONE, P_SOME, P_ALL, PODS };
enum entry { I_UNSEEN, I_BAD, I_GOOD, ENTRIES };
enum { ROUTES = WORDS * WORDS * WORDS * 2 * 2 };

struct route {
    enum said accepted, resolved, partly;
    bool entry, deleting;
};

static struct route route_of(unsigned n)
{
    struct route r = { .accepted = words[digit(&n, WORDS)], .resolved = words[digit(&n, WORDS)] };

    r.partly = words[digit(&n, WORDS)];
    r.entry = digit(&n, 2);
    r.deleting = n;
    return r;
}

static json_t *route_document(const struct route *r)
{
    json_t *conditions = json_array(), *parents = json_array(), *doc,
           *spec = jx_pack("{s:[{s:s, s:s}]}", "parentRefs", "name", "gw", "sectionName", "a");

    say(conditions, "Accepted", r->accepted, "UnsupportedProtocol");
    say(conditions, "ResolvedRefs", r->resolved, "BackendNotFound");
    say(conditions, "PartiallyInvalid", r->partly, "UnsupportedValue");
    if (r->entry)
        jx_append(parents, jx_pack("{s:s, s:{s:s, s:s}, s:o}", "controllerName", controller, "parentRef",
                                   "name", "gw", "sectionName", "a", "conditions", conditions));
    else
        json_decref(conditions);
    doc = document(json_incref(spec), spec, jx_pack("{s:o}", "parents", parents));
    jx_set(jx_at(doc, "response.body.metadata"), "creationTimestamp", jx_text("2026-11-22T10:00:00Z"));
    if (r->deleting)
        jx_set(jx_at(doc, "response.body.metadata"), "deletionTimestamp", jx_text("2026-11-22T12:00:00Z"));
    return doc;
}

static json_t *all_routes(void)
{
    json_t *list = json_array();

    for (unsigned n = 0; n < ROUTES; n++) {
        const struct route r = route_of(n);

        jx_append(list, route_document(&r));
    }
    return judged(gwapi_route_ready, gwapi_route_projection, list);
}

static json_t *owner_document(enum owner o)
{
    json_t *other = jx_pack("{s:{s:s, s:s, s:s}, s:{s:[{s:s, s:s}]}}", "metadata", "name", "other",
                            "namespace", "my-app", "creationTimestamp",
                            o == O_YOUNGER ? "2026-11-22T11:00:00Z" : "2026-11-22T09:00:00Z", "spec",
                            "parentRefs", "name", "gw", "sectionName", o == O_NOBODY ? "b" : "a"),
           *doc = list_of(other);

    jx_set(jx_at(doc, "payload.body"), "parents",
           jx_pack("[{s:s, s:s}]", "name", "gw", "namespace", "my-app"));
    return doc;
}

static json_t *slice(const char *service, bool ready)
{
    return jx_pack("{s:{s:s, s:{s:s}}, s:[{s:i}], s:[{s:{s:b}}]}", "metadata", "namespace", "my-app",
                   "labels", "kubernetes.io/service-name", service, "ports", "port", 1, "endpoints",
                   "conditions", "ready", ready);
}

static json_t *pods_document(enum pods p)
{
    return answer(jx_pack("{s:[o, o]}", "items", slice("web", p >= P_SOME), slice("next", p == P_ALL)));
}

/* The route's Gateway; how else it can lack an address is in render/tcproute/free. */
static json_t *entry_document(enum entry e)
{
    json_t *conditions = json_array(), *doc;

    say(conditions, "Programmed", e == I_BAD ? BAD : GOOD, "AddressNotAssigned");
    doc = list_of(jx_pack("{s:{s:s, s:i}, s:{s:o, s:[{s:s}]}}", "metadata", "name", "gw", "generation",
                          GENERATION, "status", "conditions", conditions, "addresses", "value", address));
    jx_set(jx_at(doc, "payload.body"), "parents",
           jx_pack("[{s:s, s:s}]", "name", "gw", "namespace", "my-app"));
    return doc;
}

/* 'alone': one route per listener; else nobody asks who has it. */
static const char *route_missing(const struct route *r, enum owner o, enum entry e, enum pods p, bool alone)
{
    if (!r->entry || r->accepted != GOOD)
        return "Accepted";
    /* PartiallyInvalid is bad news whatever generation it speaks of */
    if (r->resolved != GOOD || r->partly == GOOD || r->partly == OLD)
        return "ResolvedRefs";
    if (r->deleting)
        return "Accepted";
    if (alone && (o == O_UNSEEN || o == O_OTHER))
        return "ListenerFree";
    if (e != I_GOOD)
        return "GatewayReady";
    return p == P_ALL ? "" : "EndpointsReady";
}

static const char *route_reason(const char *missing, enum owner o, enum entry e, enum pods p)
{
    if (!strcmp(missing, "GatewayReady"))
        return e == I_UNSEEN ? "Pending" : "GatewayNotReady";
    if (!strcmp(missing, "ListenerFree"))
        return o == O_UNSEEN ? "Pending" : "ListenerTaken";
    return strcmp(missing, "EndpointsReady") != 0 ? NULL : p == P_UNSEEN ? "Pending" : "NoEndpoints";
}

static const char *const route_chain[] = {
    "Applied", "Accepted", "ResolvedRefs", "ListenerFree", "GatewayReady", "EndpointsReady", NULL
};

struct answers {
    json_t *routes, *owners, *entries, *pods;
};

static void check_routes(const struct answers *a, const char *kind, const char *hostnames, bool alone)
{
    CLEAN(free)
    char *spec = x_asprintf("%s\"parentRefs\": [{\"name\": \"gw\", \"sectionName\": \"a\"}], \"rules\": "
                            "[{\"backendRefs\": [{\"name\": "
                            "\"web\", \"port\": 1}, {\"name\": \"next\", \"port\": 1}%s]}]",
                            hostnames, alone ? "" : ", {\"name\": \"nobody\", \"port\": 1, \"weight\": 0}");
    json_auto_t *doc = composite(kind, spec),
                *observed = jx_pack("{s:o}", "namespace", observed_part(true, NULL));
    struct fn_response first;
    unsigned ready = 0;

    jx_share(observed, "routes", json_array_get(a->owners, O_NOBODY));
    fn_response_init(&first);
    assert_int_equal(render(&(struct fn_request){ doc, observed, NULL }, &first, NULL), 0);
    for (unsigned n = 0; n < ROUTES * OWNERS * PODS * ENTRIES; n++) {
        unsigned rest = n, o = digit(&rest, OWNERS), p = digit(&rest, PODS), e = digit(&rest, ENTRIES);
        const struct route r = route_of(rest);
        const char *missing;
        struct outcome out;

        set_part(observed, "route", a->routes, rest, true);
        set_payload(json_object_get(observed, "route"), json_object_get(first.desired, "route"));
        set_part(observed, "routes", a->owners, o, o != O_UNSEEN);
        set_part(observed, "gateways", a->entries, e, e != I_UNSEEN);
        set_part(observed, "endpoints", a->pods, p, p != P_UNSEEN);
        out = look(doc, observed, route_chain, "route");
        assert_true(out.made); /* what was made stays, whoever has the listener */
        missing = route_missing(&r, o, e, p, alone);
        compare(&out, missing, route_reason(missing, o, e, p), kind, n);
        ready += out.ready;
    }
    fn_response_free(&first);
    /* PartiallyInvalid in the two ways that are no bad news; the listener is one's own, or everybody's */
    assert_int_equal(ready, 2 * (alone ? 2 : OWNERS));
}

static void check_held(const struct answers *a, const char *kind)
{
    json_auto_t
        *doc = composite(
            kind,
            "\"parentRefs\": [{\"name\": \"gw\", \"sectionName\": \"a\"}], \"rules\": [{\"backendRefs\": "
            "[{\"name\": \"web\", \"port\": 1}]}]"),
        *observed = json_object();

    for (unsigned o = 0; o < OWNERS; o++) {
        struct outcome out;

        set_part(observed, "routes", a->owners, o, o != O_UNSEEN);
        out = look(doc, observed, route_chain, "route");
        compare(&out, "Applied", o == O_UNSEEN || o == O_NOBODY ? "Creating" : "ListenerTaken", kind, o);
        assert_int_equal(out.made, o == O_NOBODY);
    }
}

static void a_route_names_its_first_missing_link(void **state)
{
    struct answers a = { all_routes(), json_array(), json_array(), json_array() };

    (void)state;
    EACH(a.owners, OWNERS, owner_document);
    EACH(a.entries, ENTRIES, entry_document);
    EACH(a.pods, PODS, pods_document);
    a.owners = judged(gwapi_routes_ready, gwapi_routes_projection, a.owners);
    a.entries = judged(gwapi_gateways_ready, gwapi_gateways_projection, a.entries);
    a.pods = judged(gwapi_endpoints_ready, gwapi_endpoints_projection, a.pods);
    check_routes(&a, "HTTPRoute", "", false);
    check_routes(&a, "GRPCRoute", "", false);
    check_routes(&a, "TLSRoute", "\"hostnames\": [\"a.example.com\"], ", false);
    check_routes(&a, "TCPRoute", "", true);
    check_routes(&a, "UDPRoute", "", true);
    check_held(&a, "TCPRoute");
    check_held(&a, "UDPRoute");
    json_decref(a.routes);
    json_decref(a.owners);
    json_decref(a.entries);
    json_decref(a.pods);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gateway_names_its_first_missing_link),
        cmocka_unit_test(a_route_names_its_first_missing_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
