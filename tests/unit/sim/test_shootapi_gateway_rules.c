/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server refuses about Gateways and routes, with its words; and which versions it serves. */
#include "tests/unit/sim/workloads_call.h"

#define NS "/apis/gateway.networking.k8s.io/v1/namespaces/default/"

static int eg_minor = 9;
static bool eg_standard;

static int setup_kinds(void **state)
{
    (void)setup_workloads(state);
    world.settings.eg_installed = eg_minor;
    world.settings.eg_standard = eg_standard;
    pass(0);
    return 0;
}

static int teardown_kinds(void **state)
{
    eg_minor = 9;
    eg_standard = false;
    return teardown_workloads(state);
}

static int make(const char *plural, const char *kind, const char *spec)
{
    CLEAN(free) char *target = x_asprintf(NS "%s", plural);
    CLEAN(free)
    char *body = x_asprintf(
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'%s','metadata':{'name':'x'},'spec':%s}", kind,
        spec);

    return call("POST", target, body);
}

#define L(more)       "{'gatewayClassName':'eg','listeners':[{'name':'a','port':80," more "}]}"
#define L2(one, two)  "{'gatewayClassName':'eg','listeners':[{" one "},{" two "}]}"
#define R(rule)       "{'rules':[{" rule "}]}"
#define TO            "'backendRefs':[{'name':'web','port':80}]"
#define HEADERS(what) "'filters':[{'type':'RequestHeaderModifier','requestHeaderModifier':{" what "}}]"
#define REWRITE(path) "'filters':[{'type':'URLRewrite','urlRewrite':{'path':{" path "}}}]"
#define MIRROR(what)  "'filters':[{'type':'RequestMirror','requestMirror':{" what "}}]"
#define INFRASTRUCTURE(what)                                                                                 \
    "{'gatewayClassName':'eg','listeners':[{'name':'a','port':80,'protocol':'HTTP'}],'infrastructure':"      \
    "{" what "}}"
/* What is said where the schema's promises are broken. */
#define UNFIT(what)                                                                                          \
    "[" what ", <nil>: Invalid value: null: some validation rules were not checked because the object was "  \
    "invalid; correct the existing errors to complete validation]"
#define ADDRESSES(list)                                                                                      \
    "{'gatewayClassName':'eg','listeners':[{'name':'a','port':80,'protocol':'HTTP'}],'addresses':[" list "]" \
    "}"

/* 'message' NULL = accepted. */
static const struct {
    const char *plural, *kind, *spec, *message;
} cases[] = {
    { "gateways", "Gateway", L("'protocol':'HTTP'"), NULL },
    { "gateways", "Gateway", L("'protocol':'TCP','tls':{'mode':'Passthrough'}"),
      "spec.listeners: Invalid value: \"array\": tls must not be specified for protocols ['HTTP', 'TCP', "
      "'UDP']" },
    { "gateways", "Gateway", L("'protocol':'HTTPS','tls':{'mode':'Passthrough'}"),
      "spec.listeners: Invalid value: \"array\": tls mode must be Terminate for protocol HTTPS" },
    { "gateways", "Gateway", L("'protocol':'TLS'"),
      "spec.listeners: Invalid value: \"array\": tls mode must be set for protocol TLS" },
    { "gateways", "Gateway", L("'protocol':'HTTPS'"), NULL },
    { "gateways", "Gateway", L("'protocol':'TCP','hostname':'a.example.com'"),
      "spec.listeners: Invalid value: \"array\": hostname must not be specified for protocols ['TCP', "
      "'UDP']" },
    { "gateways", "Gateway",
      L2("'name':'a','port':80,'protocol':'HTTP'", "'name':'a','port':81,'protocol':'HTTP'"),
      "[spec.listeners[1]: Duplicate value: {\"name\":\"a\"}, spec.listeners: Invalid value: \"array\": "
      "Listener name "
      "must be unique within the Gateway]" },
    { "gateways", "Gateway",
      L2("'name':'a','port':80,'protocol':'HTTP'", "'name':'b','port':80,'protocol':'HTTP'"),
      "spec.listeners: Invalid value: \"array\": Combination of port, protocol and hostname must be unique "
      "for each "
      "listener" },
    { "gateways", "Gateway", L("'protocol':'HTTPS','tls':{'mode':'Terminate'}"),
      "spec.listeners[0].tls: Invalid value: \"object\": certificateRefs or options must be specified when "
      "mode is "
      "Terminate" },
    { "gateways", "Gateway",
      ADDRESSES("{'type':'IPAddress','value':'192.0.2.1'},{'type':'IPAddress','value':'192.0.2.1'}"),
      "spec.addresses: Invalid value: \"array\": IPAddress values must be unique" },
    { "gateways", "Gateway", ADDRESSES("{'type':'Hostname','value':'a'},{'type':'Hostname','value':'a'}"),
      "spec.addresses: Invalid value: \"array\": Hostname values must be unique" },
    { "gateways", "Gateway", L("'protocol':'HTTP','hostname':'Shop.example.com'"),
      "spec.listeners[0].hostname: Invalid value: \"Shop.example.com\": spec.listeners[0].hostname in body "
      "should match "
      "'^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'" },
    { "gateways", "Gateway", L("'protocol':'HTTP','allowedRoutes':{'namespaces':{'from':'Some'}}"),
      UNFIT("spec.listeners[0].allowedRoutes.namespaces.from: Unsupported value: \"Some\": supported values: "
            "\"All\", "
            "\"Selector\", \"Same\"") },
    { "gateways", "Gateway", "{'gatewayClassName':'eg'}", UNFIT("spec.listeners: Required value") },
    { "tcproutes", "TCPRoute", R(TO), NULL },
    { "tcproutes", "TCPRoute", "{'rules':[{" TO "},{" TO "}]}",
      UNFIT("spec.rules: Too many: 2: must have at most 1 item") },
    { "tcproutes", "TCPRoute", R("'name':'a'"), UNFIT("spec.rules[0].backendRefs: Required value") },
    { "tcproutes", "TCPRoute", R("'backendRefs':[{'name':'web'}]"),
      "spec.rules[0].backendRefs[0]: Invalid value: \"object\": Must have port for Service reference" },
    { "tcproutes", "TCPRoute",
      "{'parentRefs':[{'name':'gw','sectionName':'a'},{'name':'gw'}],'rules':[{" TO "}]}",
      "spec.parentRefs: Invalid value: \"array\": sectionName or port must be specified when parentRefs "
      "includes 2 or "
      "more references to the same parent" },
    { "tcproutes", "TCPRoute", "{'parentRefs':[{'name':'gw'},{'name':'gw'}],'rules':[{" TO "}]}",
      "spec.parentRefs: Invalid value: \"array\": sectionName or port must be unique when parentRefs "
      "includes 2 or "
      "more references to the same parent" },
    { "tcproutes", "TCPRoute",
      "{'parentRefs':[{'name':'gw','port':1},{'name':'gw','port':2}],'rules':[{" TO "}]}", NULL },
    { "tlsroutes", "TLSRoute", R(TO), UNFIT("spec.hostnames: Required value") },
    { "tlsroutes", "TLSRoute", "{'hostnames':['10.0.0.1'],'rules':[{" TO "}]}",
      "spec.hostnames: Invalid value: \"array\": Hostnames cannot contain an IP" },
    { "tlsroutes", "TLSRoute", "{'hostnames':['*.example.com'],'rules':[{" TO "}]}", NULL },
    { "httproutes", "HTTPRoute", R("'matches':[{'path':{'value':'shop'}}]," TO),
      "spec.rules[0].matches[0].path: Invalid value: \"object\": value must be an absolute path and start "
      "with '/' "
      "when type one of ['Exact', 'PathPrefix']" },
    { "httproutes", "HTTPRoute", R("'matches':[{'path':{'value':'/a//b'}}]," TO),
      "spec.rules[0].matches[0].path: Invalid value: \"object\": must not contain '//' when type one of "
      "['Exact', "
      "'PathPrefix']" },
    { "httproutes", "HTTPRoute", R("'matches':[{'path':{'type':'RegularExpression','value':'a//b'}}]," TO),
      NULL },
    { "httproutes", "HTTPRoute", R("'filters':[{'type':'RequestRedirect','requestRedirect':{'port':1}}]," TO),
      "spec.rules[0]: Invalid value: \"object\": RequestRedirect filter must not be used together with "
      "backendRefs" },
    { "httproutes", "HTTPRoute", R("'filters':[{'type':'URLRewrite'}]," TO),
      "spec.rules[0].filters[0]: Invalid value: \"object\": filter.urlRewrite must be specified for "
      "URLRewrite "
      "filter.type" },
    { "httproutes", "HTTPRoute",
      R("'matches':[{'path':{'type':'Exact','value':'/"
        "a'}}],'filters':[{'type':'URLRewrite','urlRewrite':{'path':{"
        "'type':'ReplacePrefixMatch','replacePrefixMatch':'/'}}}]," TO),
      "spec.rules[0]: Invalid value: \"object\": When using URLRewrite filter with path.replacePrefixMatch, "
      "exactly "
      "one PathPrefix match must be specified" },
    { "httproutes", "HTTPRoute", R("'timeouts':{'request':'1s','backendRequest':'1500ms'}," TO),
      "spec.rules[0].timeouts: Invalid value: \"object\": backendRequest timeout cannot be longer than "
      "request "
      "timeout" },
    { "httproutes", "HTTPRoute", R("'timeouts':{'request':'1.5s'}," TO),
      "spec.rules[0].timeouts.request: Invalid value: \"1.5s\": spec.rules[0].timeouts.request in body "
      "should match "
      "'^([0-9]{1,5}(h|m|s|ms)){1,4}$'" },
    { "httproutes", "HTTPRoute", R("'matches':[{'headers':[{'name':'a b','value':'c'}]}]," TO),
      "spec.rules[0].matches[0].headers[0].name: Invalid value: \"a b\": "
      "spec.rules[0].matches[0].headers[0].name in "
      "body should match '^[A-Za-z0-9!#$%&'*+.^_`|~-]+$'" },
    { "httproutes", "HTTPRoute",
      R("'matches':[{'headers':[{'name':'a','value':'b'},{'name':'a','value':'c'}]}]," TO),
      "spec.rules[0].matches[0].headers[1]: Duplicate value: {\"name\":\"a\"}" },
    { "httproutes", "HTTPRoute", R(HEADERS("'remove':['a','a']") "," TO),
      "spec.rules[0].filters[0].requestHeaderModifier.remove[1]: Duplicate value: \"a\"" },
    { "httproutes", "HTTPRoute", R("'matches':null," TO), NULL },
    { "httproutes", "HTTPRoute", R("'filters':null," TO), NULL },
    { "httproutes", "HTTPRoute", R("'matches':[null]," TO),
      UNFIT("spec.rules[0].matches[0]: Invalid value: \"null\": spec.rules[0].matches[0] in body must be of "
            "type object: "
            "\"null\"") },
    { "httproutes", "HTTPRoute", R(REWRITE("'type':'ReplaceFullPath','replacePrefixMatch':'/'") "," TO),
      "[spec.rules[0].filters[0].urlRewrite.path: Invalid value: \"object\": replaceFullPath must be "
      "specified when "
      "type is set to 'ReplaceFullPath', spec.rules[0].filters[0].urlRewrite.path: Invalid value: "
      "\"object\": type "
      "must be 'ReplacePrefixMatch' when replacePrefixMatch is set]" },
    { "httproutes", "HTTPRoute", R(REWRITE("'type':'ReplaceFullPath','replaceFullPath':'/'") "," TO), NULL },
    { "httproutes", "HTTPRoute", R(MIRROR("'backendRef':{'name':'web'}") "," TO),
      "spec.rules[0].filters[0].requestMirror.backendRef: Invalid value: \"object\": Must have port for "
      "Service "
      "reference" },
    { "httproutes", "HTTPRoute",
      R(MIRROR("'backendRef':{'name':'web','port':80},'percent':1,'fraction':{'numerator':1}") "," TO),
      "spec.rules[0].filters[0].requestMirror: Invalid value: \"object\": Only one of percent or fraction "
      "may be "
      "specified in HTTPRequestMirrorFilter" },
    { "httproutes", "HTTPRoute",
      R(MIRROR("'backendRef':{'name':'web','port':80},'fraction':{'numerator':101}") "," TO),
      "spec.rules[0].filters[0].requestMirror.fraction: Invalid value: \"object\": numerator must be less "
      "than or "
      "equal to denominator" },
    { "httproutes", "HTTPRoute",
      R("'filters':[{'type':'CORS','cors':{'allowOrigins':['*','https://example.com']}}]," TO),
      "spec.rules[0].filters[0].cors.allowOrigins: Invalid value: \"array\": AllowOrigins cannot contain '*' "
      "alongside "
      "other origins" },
    { "grpcroutes", "GRPCRoute", R("'filters':[{'type':'RequestRedirect'}]," TO),
      UNFIT("spec.rules[0].filters[0].type: Unsupported value: \"RequestRedirect\": supported values: "
            "\"ResponseHeaderModifier\", \"RequestHeaderModifier\", \"RequestMirror\", \"ExtensionRef\"") },
    { "grpcroutes", "GRPCRoute", R("'matches':[{'method':{'service':'shop.v1.Cart','method':'Add'}}]," TO),
      NULL },
    { "grpcroutes", "GRPCRoute", R("'matches':[{'method':{'service':'shop..v1'}}]," TO),
      "spec.rules[0].matches[0].method: Invalid value: \"object\": service must only contain valid "
      "characters (matching "
      "^(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$)" },
    { "grpcroutes", "GRPCRoute", R("'matches':[{'method':{'method':'a-b'}}]," TO),
      "spec.rules[0].matches[0].method: Invalid value: \"object\": method must only contain valid characters "
      "(matching "
      "^[A-Za-z_][A-Za-z_0-9]*$)" },
    { "gateways", "Gateway", INFRASTRUCTURE("'labels':{'a':'b c'}"),
      "spec.infrastructure.labels.a: Invalid value: \"b c\": spec.infrastructure.labels.a in body should "
      "match "
      "'^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'" },
    { "gateways", "Gateway", INFRASTRUCTURE("'annotations':{'a b':'c'}"),
      "spec.infrastructure.annotations: Invalid value: \"object\": Annotation keys must be in the form of an "
      "optional "
      "DNS subdomain prefix followed by a required name segment of up to 63 characters." },
};

static void wrong_objects_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CLEAN(free) char *target = x_asprintf(NS "%s/x", cases[i].plural);
        CLEAN(free)
        char *message = cases[i].message ? x_asprintf("%s.gateway.networking.k8s.io \"x\" is invalid: %s",
                                                      cases[i].kind, cases[i].message)
                                         : NULL;

        print_message("%s\n", cases[i].spec);
        assert_int_equal(make(cases[i].plural, cases[i].kind, cases[i].spec), message ? 422 : 201);
        if (message)
            assert_string_equal(got("message"), message);
        (void)call("DELETE", target, "");
    }
}

static void all_violations_come_at_once(void **state)
{
    const json_t *causes;

    (void)state;
    assert_int_equal(make("gateways", "Gateway",
                          L2("'name':'a','port':80,'protocol':'TCP','hostname':'a'",
                             "'name':'a','port':81,'protocol':'UDP','tls':{'options':{'a':'b'}}")),
                     422);
    causes = jx_at(reply.doc, "details.causes");
    assert_int_equal(json_array_size(causes), 4);
    assert_string_equal(jx_str(json_array_get(causes, 0), "field", ""), "spec.listeners[1]");
    assert_string_equal(jx_str(json_array_get(causes, 0), "reason", ""), "FieldValueDuplicate");
    assert_string_equal(jx_str(json_array_get(causes, 1), "field", ""), "spec.listeners");
    assert_string_equal(jx_str(json_array_get(causes, 1), "reason", ""), "FieldValueInvalid");
}

static void a_class_keeps_its_controller(void **state)
{
    (void)state;
    (void)call(
        "POST", "/apis/gateway.networking.k8s.io/v1/gatewayclasses",
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':'c'},'spec':{"
        "'controllerName':'example.org/one'}}");
    assert_int_equal(call_as("PATCH", "/apis/gateway.networking.k8s.io/v1/gatewayclasses/c",
                             "application/merge-patch+json", "{'spec':{'controllerName':'example.org/two'}}"),
                     422);
    assert_string_equal(got("message"),
                        "GatewayClass.gateway.networking.k8s.io \"c\" is invalid: spec.controllerName: "
                        "Invalid value: \"string\": Value is immutable");
}

static void a_proxy_has_load_balancer_fields_only_with_one(void **state)
{
    (void)state;
    assert_int_equal(
        call("POST", "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/default/envoyproxies",
             "{'apiVersion':'gateway.envoyproxy.io/v1alpha1','kind':'EnvoyProxy','metadata':{'name':'p'},"
             "'spec':{'provider':{'type':'Kubernetes','kubernetes':{'envoyService':{'type':'ClusterIP',"
             "'loadBalancerIP':'192.0.2.1'}}}}}"),
        422);
    assert_non_null(strstr(got("message"), "loadBalancerIP can only be set for LoadBalancer type"));
}

/* Which of the versions of a kind answer. */
static const struct {
    int minor;
    bool standard;
    const char *resource;
    int v1, v1alpha2, v1alpha3;
} served[] = {
    { 9, false, "tcproutes", 200, 200, 404 }, { 9, true, "tcproutes", 200, 404, 404 },
    { 8, false, "tcproutes", 404, 200, 404 }, { 8, true, "tcproutes", 404, 404, 404 },
    { 9, false, "tlsroutes", 200, 200, 200 }, { 8, true, "tlsroutes", 200, 404, 404 },
    { 8, true, "udproutes", 404, 404, 404 },  { 8, true, "listenersets", 200, 404, 404 },
};

static int get(const char *version, const char *resource)
{
    CLEAN(free) char *target = x_asprintf("/apis/gateway.networking.k8s.io/%s/%s", version, resource);

    return call("GET", target, "");
}

static void bundles_serve_their_versions(void **state)
{
    for (size_t i = 0; i < ARRAY_LENGTH(served); i++) {
        print_message("%d %d %s\n", served[i].minor, served[i].standard, served[i].resource);
        eg_minor = served[i].minor;
        eg_standard = served[i].standard;
        (void)setup_kinds(state);
        assert_int_equal(get("v1", served[i].resource), served[i].v1);
        assert_int_equal(get("v1alpha2", served[i].resource), served[i].v1alpha2);
        assert_int_equal(get("v1alpha3", served[i].resource), served[i].v1alpha3);
        (void)teardown_kinds(state);
    }
}

static void definitions_say_where_they_are_from(void **state)
{
    eg_minor = 8;
    eg_standard = true;
    (void)setup_kinds(state);
    (void)call("GET",
               "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.gateway.networking.k8s.io",
               "");
    assert_string_equal(ctl_annotation(reply.doc, "gateway.networking.k8s.io/bundle-version"), "v1.5.1");
    assert_string_equal(ctl_annotation(reply.doc, "gateway.networking.k8s.io/channel"), "standard");
    assert_non_null(among(jx_at(reply.doc, "status.conditions"), "type", "Established"));
    assert_int_equal(
        make("gateways", "Gateway",
             "{'gatewayClassName':'eg','listeners':[{'name':'a','port':80,'protocol':'HTTP'}],"
             "'infrastructure':{'annotations':{'a':'','b':'','c':'','d':'','e':'','f':'','g':'','h':'',"
             "'i':''}}}"),
        422);
    assert_non_null(
        strstr(got("message"), "spec.infrastructure.annotations: Too many: 9: must have at most 8 items"));
    (void)teardown_kinds(state);
}

int main(void)
{
#define KINDS_TEST(t) cmocka_unit_test_setup_teardown(t, setup_kinds, teardown_kinds)
    const struct CMUnitTest tests[] = {
        KINDS_TEST(wrong_objects_are_refused),
        KINDS_TEST(all_violations_come_at_once),
        KINDS_TEST(a_class_keeps_its_controller),
        KINDS_TEST(a_proxy_has_load_balancer_fields_only_with_one),
        cmocka_unit_test(bundles_serve_their_versions),
        cmocka_unit_test(definitions_say_where_they_are_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
