/* SPDX-License-Identifier: Apache-2.0 */
/* Tables.  Defaults are written out: so what is sent equals what the server stores, whatever its release. */
#include "function/render/route_spec.h"
#include "function/render/gwapi_words.h"
#include "lib/jx.h"

enum {
    PARENTS_MAX = 32,
    BACKENDS_MAX = 16,
    RULES_MAX = 16,
    MATCHES_MAX = 64,
    FILTERS_MAX = 16,
    VALUES_MAX = 16,
    HOSTNAMES_MAX = 16,
    HOSTNAMES_MAX_TLS = 1024,
    PORT_MAX = 65535,
    WEIGHT_MAX = 1000000,
    OBJECT_NAME_MAX = 253,
    VALUE_MAX = 4096,
    PATH_MAX_ROUTE = 1024,
    MAX_AGE = 2147483647,
};

#define NAME      .type = SHAPE_TEXT, .least = 1, .most = OBJECT_NAME_MAX
#define NAMESPACE "namespace", .type = SHAPE_TEXT, .wrong = wrong_namespace
#define PORT      "port", .type = SHAPE_NUMBER, .least = 1, .most = PORT_MAX
#define TARGET(group_, kind_)                                                                                \
    { "group", .type = SHAPE_TEXT, .otherwise = (group_), .wrong = wrong_group },                            \
        { "kind", .type = SHAPE_TEXT, .otherwise = (kind_), .wrong = wrong_kind },                           \
        { "name", NAME, .required = true }, { NAMESPACE },                                                   \
    {                                                                                                        \
        PORT                                                                                                 \
    }

static const struct shape parent[] = {
    TARGET(GATEWAY_GROUP, "Gateway"),
    { "sectionName", .type = SHAPE_TEXT, .wrong = wrong_section },
    { 0 },
};

#define BACKEND                                                                                              \
    TARGET("", "Service"),                                                                                   \
    {                                                                                                        \
        "weight", .type = SHAPE_NUMBER, .least = 0, .most = WEIGHT_MAX, .otherwise_n = { true, 1 }           \
    }

static const struct shape backend[] = { BACKEND, { 0 } };

/* ---- filters ---- */

static const struct shape header_value[] = {
    { "name", .type = SHAPE_TEXT, .required = true, .wrong = wrong_header },
    { "value", .type = SHAPE_TEXT, .required = true, .least = 1, .most = VALUE_MAX },
    { 0 },
};

static const struct shape header_modifier[] = {
    { "set", .type = SHAPE_LIST, .most = VALUES_MAX, .of = header_value },
    { "add", .type = SHAPE_LIST, .most = VALUES_MAX, .of = header_value },
    { "remove", .type = SHAPE_TEXTS, .most = VALUES_MAX, .wrong = wrong_header },
    { 0 },
};

static const struct shape mirror_target[] = { TARGET("", "Service"), { 0 } };
static const struct shape fraction[] = {
    { "numerator", .type = SHAPE_NUMBER, .required = true, .least = 0, .most = MAX_AGE },
    { "denominator", .type = SHAPE_NUMBER, .least = 1, .most = MAX_AGE, .otherwise_n = { true, 100 } },
    { 0 },
};
static const struct shape mirror[] = {
    { "backendRef", .type = SHAPE_OBJECT, .required = true, .of = mirror_target },
    { "percent", .type = SHAPE_NUMBER, .least = 0, .most = 100 },
    { "fraction", .type = SHAPE_OBJECT, .of = fraction },
    { 0 },
};

static const char *const path_modifiers[] = { "ReplaceFullPath", "ReplacePrefixMatch", NULL };
static const struct shape path_modifier[] = {
    { "type", .type = SHAPE_TEXT, .required = true, .one_of = path_modifiers },
    { "replaceFullPath", .type = SHAPE_TEXT, .most = PATH_MAX_ROUTE },
    { "replacePrefixMatch", .type = SHAPE_TEXT, .most = PATH_MAX_ROUTE },
    { 0 },
};

static const char *const schemes[] = { "http", "https", NULL };
static const struct shape redirect[] = {
    { "scheme", .type = SHAPE_TEXT, .one_of = schemes },
    { "hostname", .type = SHAPE_TEXT, .wrong = wrong_precise_hostname },
    { "path", .type = SHAPE_OBJECT, .of = path_modifier },
    { PORT },
    { "statusCode", .type = SHAPE_NUMBER, .otherwise_n = { true, 302 } },
    { 0 },
};

static const struct shape rewrite[] = {
    { "hostname", .type = SHAPE_TEXT, .wrong = wrong_precise_hostname },
    { "path", .type = SHAPE_OBJECT, .of = path_modifier },
    { 0 },
};

static const struct shape extension[] = {
    { "group", .type = SHAPE_TEXT, .required = true, .wrong = wrong_group },
    { "kind", .type = SHAPE_TEXT, .required = true, .wrong = wrong_kind },
    { "name", NAME, .required = true },
    { 0 },
};

static const struct shape cors[] = {
    { "allowOrigins", .type = SHAPE_TEXTS, .most = 64, .wrong = wrong_origin },
    { "allowCredentials", .type = SHAPE_BOOL },
    { "allowMethods", .type = SHAPE_TEXTS, .most = 9, .wrong = wrong_cors_method },
    { "allowHeaders", .type = SHAPE_TEXTS, .most = 64, .wrong = wrong_header },
    { "exposeHeaders", .type = SHAPE_TEXTS, .most = 64, .wrong = wrong_header },
    { "maxAge", .type = SHAPE_NUMBER, .least = 1, .most = MAX_AGE, .otherwise_n = { true, 5 } },
    { 0 },
};

#define FILTERS_OF_ALL                                                                                       \
    { "requestHeaderModifier", .type = SHAPE_OBJECT, .of = header_modifier },                                \
        { "responseHeaderModifier", .type = SHAPE_OBJECT, .of = header_modifier },                           \
        { "requestMirror", .type = SHAPE_OBJECT, .of = mirror },                                             \
    {                                                                                                        \
        "extensionRef", .type = SHAPE_OBJECT, .of = extension                                                \
    }

static const char *const http_filters[] = { "RequestHeaderModifier",
                                            "ResponseHeaderModifier",
                                            "RequestMirror",
                                            "RequestRedirect",
                                            "URLRewrite",
                                            "ExtensionRef",
                                            "CORS",
                                            NULL };
static const struct shape http_filter[] = {
    { "type", .type = SHAPE_TEXT, .required = true, .one_of = http_filters },
    FILTERS_OF_ALL,
    { "requestRedirect", .type = SHAPE_OBJECT, .of = redirect },
    { "urlRewrite", .type = SHAPE_OBJECT, .of = rewrite },
    { "cors", .type = SHAPE_OBJECT, .of = cors },
    { 0 },
};

static const char *const grpc_filters[] = { "RequestHeaderModifier", "ResponseHeaderModifier",
                                            "RequestMirror", "ExtensionRef", NULL };
static const struct shape grpc_filter[] = {
    { "type", .type = SHAPE_TEXT, .required = true, .one_of = grpc_filters },
    FILTERS_OF_ALL,
    { 0 },
};

/* ---- HTTPRoute ---- */

static const char *const value_types[] = { "Exact", "RegularExpression", NULL };
static const char *const path_types[] = { "Exact", "PathPrefix", "RegularExpression", NULL };
static const char *const methods[] = { "GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                       "CONNECT", "OPTIONS", "TRACE", "PATCH", NULL };

static const struct shape path_match[] = {
    { "type", .type = SHAPE_TEXT, .one_of = path_types, .otherwise = "PathPrefix" },
    { "value", .type = SHAPE_TEXT, .most = PATH_MAX_ROUTE, .otherwise = "/" },
    { 0 },
};
static const struct shape header_match[] = {
    { "type", .type = SHAPE_TEXT, .one_of = value_types, .otherwise = "Exact" },
    { "name", .type = SHAPE_TEXT, .required = true, .wrong = wrong_header },
    { "value", .type = SHAPE_TEXT, .required = true, .least = 1, .most = VALUE_MAX },
    { 0 },
};
static const struct shape query_match[] = {
    { "type", .type = SHAPE_TEXT, .one_of = value_types, .otherwise = "Exact" },
    { "name", .type = SHAPE_TEXT, .required = true, .wrong = wrong_query },
    { "value", .type = SHAPE_TEXT, .required = true, .least = 1, .most = 1024 },
    { 0 },
};
static const struct shape http_match[] = {
    { "path", .type = SHAPE_OBJECT, .of = path_match },
    { "headers", .type = SHAPE_LIST, .most = VALUES_MAX, .of = header_match },
    { "queryParams", .type = SHAPE_LIST, .most = VALUES_MAX, .of = query_match },
    { "method", .type = SHAPE_TEXT, .one_of = methods },
    { 0 },
};

static const struct shape timeouts[] = {
    { "request", .type = SHAPE_TEXT, .wrong = wrong_duration },
    { "backendRequest", .type = SHAPE_TEXT, .wrong = wrong_duration },
    { 0 },
};

static const struct shape http_backend[] = {
    BACKEND,
    { "filters", .type = SHAPE_LIST, .most = FILTERS_MAX, .of = http_filter },
    { 0 },
};

#define PARENTS                                                                                              \
    {                                                                                                        \
        "parentRefs", .type = SHAPE_LIST, .required = true, .least = 1, .most = PARENTS_MAX, .of = parent    \
    }
#define RULE_NAME                                                                                            \
    {                                                                                                        \
        "name", .type = SHAPE_TEXT, .wrong = wrong_section                                                   \
    }
#define HOSTNAMES                                                                                            \
    {                                                                                                        \
        "hostnames", .type = SHAPE_TEXTS, .most = HOSTNAMES_MAX, .wrong = wrong_hostname                     \
    }
#define RULES(of_)                                                                                           \
    {                                                                                                        \
        "rules", .type = SHAPE_LIST, .required = true, .least = 1, .most = RULES_MAX, .of = (of_)            \
    }

static const struct shape http_rule[] = {
    RULE_NAME,
    { "matches", .type = SHAPE_LIST, .most = MATCHES_MAX, .of = http_match },
    { "filters", .type = SHAPE_LIST, .most = FILTERS_MAX, .of = http_filter },
    { "backendRefs", .type = SHAPE_LIST, .most = BACKENDS_MAX, .of = http_backend },
    { "timeouts", .type = SHAPE_OBJECT, .of = timeouts },
    { 0 },
};
static const struct shape http_spec[] = { PARENTS, HOSTNAMES, RULES(http_rule), { 0 } };

/* ---- GRPCRoute ---- */

static const struct shape method_match[] = {
    { "type", .type = SHAPE_TEXT, .one_of = value_types, .otherwise = "Exact" },
    { "service", .type = SHAPE_TEXT, .least = 1, .most = 1024 },
    { "method", .type = SHAPE_TEXT, .least = 1, .most = 1024 },
    { 0 },
};
static const struct shape grpc_match[] = {
    { "method", .type = SHAPE_OBJECT, .of = method_match },
    { "headers", .type = SHAPE_LIST, .most = VALUES_MAX, .of = header_match },
    { 0 },
};
static const struct shape grpc_backend[] = {
    BACKEND,
    { "filters", .type = SHAPE_LIST, .most = FILTERS_MAX, .of = grpc_filter },
    { 0 },
};
static const struct shape grpc_rule[] = {
    RULE_NAME,
    { "matches", .type = SHAPE_LIST, .most = MATCHES_MAX, .of = grpc_match },
    { "filters", .type = SHAPE_LIST, .most = FILTERS_MAX, .of = grpc_filter },
    { "backendRefs", .type = SHAPE_LIST, .most = BACKENDS_MAX, .of = grpc_backend },
    { 0 },
};
static const struct shape grpc_spec[] = { PARENTS, HOSTNAMES, RULES(grpc_rule), { 0 } };

/* ---- TLSRoute, TCPRoute, UDPRoute ---- */

static const struct shape plain_rule[] = {
    RULE_NAME,
    { "backendRefs", .type = SHAPE_LIST, .required = true, .least = 1, .most = BACKENDS_MAX, .of = backend },
    { 0 },
};
static const struct shape tls_spec[] = {
    PARENTS,
    { "hostnames", .type = SHAPE_TEXTS, .most = HOSTNAMES_MAX_TLS, .wrong = wrong_hostname },
    RULES(plain_rule),
    { 0 },
};
static const struct shape plain_spec[] = { PARENTS, RULES(plain_rule), { 0 } };

/* ---- the kinds ---- */

static const struct route_reads reads_l4[] = { { 9, "v1" }, { 0, "v1alpha2" }, { 0, NULL } };
static const struct route_reads reads_tls[] = {
    { 8, "v1" }, { 6, "v1alpha3" }, { 0, "v1alpha2" }, { 0, NULL }
};

static const char *const web[] = { "HTTP", "HTTPS", NULL };
static const char *const tls[] = { "TLS", NULL };
static const char *const tcp[] = { "TCP", "TLS", NULL }; /* TLS: where Envoy ends it */
static const char *const udp[] = { "UDP", NULL };

const struct route_kind route_http = {
    .kind = "HTTPRoute", .plural = "httproutes", .spec = http_spec, .protocols = web, .matches = true
};
const struct route_kind route_grpc = {
    .kind = "GRPCRoute", .plural = "grpcroutes", .spec = grpc_spec, .protocols = web, .matches = true
};
const struct route_kind route_tls = { .kind = "TLSRoute",
                                      .plural = "tlsroutes",
                                      .spec = tls_spec,
                                      .reads = reads_tls,
                                      .protocols = tls,
                                      .one_rule = true };
const struct route_kind route_tcp = { .kind = "TCPRoute",
                                      .plural = "tcproutes",
                                      .spec = plain_spec,
                                      .reads = reads_l4,
                                      .protocols = tcp,
                                      .one_rule = true,
                                      .alone = true };
const struct route_kind route_udp = { .kind = "UDPRoute",
                                      .plural = "udproutes",
                                      .spec = plain_spec,
                                      .reads = reads_l4,
                                      .protocols = udp,
                                      .one_rule = true,
                                      .alone = true };

const char *route_reads(const struct route_kind *kind, int minor)
{
    const struct route_reads *r = kind->reads;

    while (r && r->since > minor)
        r++;
    return r ? r->version : "v1";
}

/* ---- defaults of more than one member ---- */

static void match_everything(json_t *rule)
{
    json_t *list = json_object_get(rule, "matches"), *match;
    size_t i;

    if (!json_array_size(list)) {
        list = json_array();
        jx_append(list, json_object());
        jx_set(rule, "matches", list);
    }
    json_array_foreach (list, i, match)
        if (!json_object_get(match, "path"))
            jx_set(match, "path", jx_pack("{s:s, s:s}", "type", "PathPrefix", "value", "/"));
}

json_t *route_spec_read(const json_t *spec, const struct route_kind *kind, struct problems *p)
{
    json_t *own = json_object(), *out, *rule;
    size_t i;

    for (const struct shape *row = kind->spec; row->name; row++)
        jx_add(own, jx_O(row->name, json_object_get(spec, row->name)));
    out = shape_read(own, "spec", kind->spec, p);
    json_decref(own);
    if (kind == &route_http)
        json_array_foreach (json_object_get(out, "rules"), i, rule)
            match_everything(rule);
    return out;
}
