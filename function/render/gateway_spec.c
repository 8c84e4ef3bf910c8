/* SPDX-License-Identifier: Apache-2.0 */
/* Binding a Gateway's spec.  Listeners are passed on in Gateway API's own words, with their defaults. */
#include "function/render/gateway.h"
#include "function/render/gwapi_words.h"
#include "function/render/shape.h"

enum {
    LISTENERS_MAX = 64,
    REFS_MAX = 64,
    OPTIONS_MAX = 16,
    KINDS_MAX = 8,
    PORT_MAX = 65535,
    NAME_MOST = 253
};

static const char *const protocols[] = { "HTTP", "HTTPS", "TLS", "TCP", "UDP", NULL };
static const char *const modes[] = { "Terminate", "Passthrough", NULL };
static const char *const from[] = { "All", "Selector", "Same", NULL };
static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist", NULL };

static const struct shape certificate[] = {
    { "group", .type = SHAPE_TEXT, .otherwise = "", .wrong = wrong_group },
    { "kind", .type = SHAPE_TEXT, .otherwise = "Secret", .wrong = wrong_kind },
    { "name", .type = SHAPE_TEXT, .required = true, .least = 1, .most = NAME_MOST },
    { "namespace", .type = SHAPE_TEXT, .wrong = wrong_namespace },
    { 0 },
};

static const struct shape tls[] = {
    { "mode", .type = SHAPE_TEXT, .one_of = modes },
    { "certificateRefs", .type = SHAPE_LIST, .most = REFS_MAX, .of = certificate },
    { "options", .type = SHAPE_MAP, .most = OPTIONS_MAX },
    { 0 },
};

static const struct shape expression[] = {
    { "key", .type = SHAPE_TEXT, .required = true, .least = 1 },
    { "operator", .type = SHAPE_TEXT, .required = true, .one_of = operators },
    { "values", .type = SHAPE_TEXTS },
    { 0 },
};

static const struct shape selector[] = {
    { "matchLabels", .type = SHAPE_MAP },
    { "matchExpressions", .type = SHAPE_LIST, .of = expression },
    { 0 },
};

static const struct shape namespaces[] = {
    { "from", .type = SHAPE_TEXT, .one_of = from, .otherwise = "Same" },
    { "selector", .type = SHAPE_OBJECT, .of = selector },
    { 0 },
};

static const struct shape route_kind[] = {
    { "group", .type = SHAPE_TEXT, .otherwise = "gateway.networking.k8s.io", .wrong = wrong_group },
    { "kind", .type = SHAPE_TEXT, .required = true, .wrong = wrong_kind },
    { 0 },
};

static const struct shape allowed[] = {
    { "namespaces", .type = SHAPE_OBJECT, .of = namespaces },
    { "kinds", .type = SHAPE_LIST, .most = KINDS_MAX, .of = route_kind },
    { 0 },
};

static const struct shape listener[] = {
    { "name", .type = SHAPE_TEXT, .required = true, .wrong = wrong_section },
    { "hostname", .type = SHAPE_TEXT, .wrong = wrong_hostname },
    { "port", .type = SHAPE_NUMBER, .required = true, .least = 1, .most = PORT_MAX },
    { "protocol", .type = SHAPE_TEXT, .required = true, .one_of = protocols },
    { "tls", .type = SHAPE_OBJECT, .of = tls },
    { "allowedRoutes", .type = SHAPE_OBJECT, .of = allowed },
    { 0 },
};

static const struct shape infrastructure[] = {
    { "labels", .type = SHAPE_MAP, .most = 8 },
    { "annotations", .type = SHAPE_MAP },
    { 0 },
};

/* What is judged in whole. */
static const struct shape whole[] = {
    { "listeners", .type = SHAPE_LIST, .required = true, .least = 1, .most = LISTENERS_MAX, .of = listener },
    { "infrastructure", .type = SHAPE_OBJECT, .of = infrastructure },
    { 0 },
};

struct document {
    struct workload_spec common;
    struct gateway g;
    json_t *listeners, *infrastructure, *octavia;
};

static const char *const policies[] = { "Cluster", "Local", NULL };

static const struct jx_field fields[] = {
    WORKLOAD_FIELDS(struct document, common),
    JX_F_STR(struct document, g.class, "gatewayClassName"),
    JX_F_TREE(struct document, listeners, "listeners"),
    JX_F_TREE(struct document, infrastructure, "infrastructure"),
    JX_F_TREE(struct document, g.addresses, "addresses"),
    JX_F_STR(struct document, g.floating_ip, "floatingIP"),
    JX_F_ARRAY(struct document, g.ranges, "loadBalancerSourceRanges"),
    JX_F_STR(struct document, g.policy, "externalTrafficPolicy", .one_of = policies),
    JX_F_INT(struct document, g.replicas, "replicas"),
    JX_F_OBJECT(struct document, octavia, "octavia"),
    { 0 },
};

/* Who may attach: those of the same namespace, unless it says otherwise. */
static void default_routes(json_t *one)
{
    json_t *routes = jx_make_object(one, "allowedRoutes");

    if (!json_object_get(routes, "namespaces"))
        jx_set(routes, "namespaces", jx_pack("{s:s}", "from", "Same"));
}

static void default_mode(json_t *one)
{
    json_t *t = json_object_get(one, "tls");

    /* what TLS means is not guessed; what is no object is told and null here */
    if (json_is_object(t) && !json_object_get(t, "mode") && !strcmp(jx_str(one, "protocol", ""), "HTTPS"))
        jx_add(t, jx_s("mode", "Terminate"));
}

void gateway_spec_read(struct gateway *g)
{
    struct call *c = &g->w.call;
    json_t *spec = json_object_get(c->req->composite, "spec"), *own = json_object(), *read, *one;
    struct document doc = { 0 };
    size_t i;

    if (!spec)
        problems_add(&c->problems, "spec is required");
    else
        jx_bind_all(spec, "spec", fields, &doc, &c->problems);
    workload_spec(&g->w, &doc.common);
    jx_add(own, jx_O("listeners", doc.listeners), jx_O("infrastructure", doc.infrastructure));
    read = shape_read(own, "spec", whole, &c->problems);
    doc.g.listeners = json_incref(json_object_get(read, "listeners"));
    doc.g.infrastructure = json_incref(json_object_get(read, "infrastructure"));
    json_decref(own);
    json_decref(read);
    json_array_foreach (doc.g.listeners, i, one) {
        default_routes(one);
        default_mode(one);
    }
    octavia_read(doc.octavia, "spec.octavia", &doc.g.octavia, &c->problems, &c->advice);
    doc.g.settings = doc.g.octavia.annotations ? json_deep_copy(doc.g.octavia.annotations) : json_object();
    octavia_annotate(json_object_get(doc.g.infrastructure, "annotations"), "spec.infrastructure.annotations",
                     "spec.octavia", &doc.g.octavia, &c->problems);
    if (!doc.g.class)
        doc.g.class = "envoy-gateway";
    doc.g.w = g->w;
    *g = doc.g;
}

void gateway_spec_free(struct gateway *g)
{
    json_decref(g->listeners);
    json_decref(g->infrastructure);
    json_decref(g->settings);
    octavia_free(&g->octavia);
}
