/* SPDX-License-Identifier: Apache-2.0 */
/* Gateways and routes in a simulated shoot with Envoy Gateway. */
#include "lib/crypto.h"
#include "sim/pki.h"
#include "sim/shootapi/remove.h"
#include "tests/unit/sim/workloads_call.h"

#define G        "/apis/gateway.networking.k8s.io/v1"
#define GATEWAYS G "/namespaces/default/gateways"
#define GW       GATEWAYS "/gw"
#define SYSTEM   "/api/v1/namespaces/envoy-gateway-system"
#define TEST(t)  cmocka_unit_test_setup_teardown(t, setup_envoy, teardown_workloads)

/* Envoy Gateway 1.9 runs and its class is accepted. */
static int setup_envoy(void **state)
{
    (void)setup_workloads(state);
    world.settings.eg_installed = 9;
    world.settings.eg_ms = CLOCK_SECOND;
    pass(0);
    pass(5);
    assert_int_equal(
        call("POST", G "/gatewayclasses",
             "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':'eg'},"
             "'spec':{'controllerName':'gateway.envoyproxy.io/gatewayclass-controller'}}"),
        201);
    pass(0);
    pass(1);
    return 0;
}

/* The same with another version. */
static void restart_with(void **state, int minor)
{
    (void)teardown_workloads(state);
    (void)setup_workloads(state);
    world.settings.eg_installed = minor;
    pass(0);
    pass(5);
    (void)call("POST", G "/gatewayclasses",
               "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':'eg'},"
               "'spec':{'controllerName':'gateway.envoyproxy.io/gatewayclass-controller'}}");
    pass(0);
}

static int gateway(const char *listeners, const char *more)
{
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':'gw'},"
                   "'spec':{'gatewayClassName':'eg','listeners':[%s]%s}}",
                   listeners, more);

    return apply(GW "?fieldManager=me&force=true", body);
}

static int route(const char *kind, const char *version, const char *name, const char *spec)
{
    CLEAN(free) char *plural = x_asprintf("%ss", kind);
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'gateway.networking.k8s.io/%s','kind':'%s','metadata':{'name':'%s'},"
                   "'spec':%s}",
                   version, kind, name, spec);
    CLEAN(free) char *target = NULL;

    for (char *at = plural; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
    target =
        x_asprintf("/apis/gateway.networking.k8s.io/%s/namespaces/default/%s/%s?fieldManager=me&force=true",
                   version, plural, name);
    return apply(target, body);
}

/* A Service 'web' with port 80 and a pod behind it. */
static void backend(void)
{
    assert_int_equal(
        call("POST", "/api/v1/namespaces/default/services",
             "{'apiVersion':'v1','kind':'Service','metadata':{'name':'web'},'spec':{'selector':{'app':'w'"
             "},'ports':[{'port':80}]}}"),
        201);
    assert_int_equal(
        call("POST", "/api/v1/namespaces/default/pods",
             "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'w','labels':{'app':'w'}},'spec':{"
             "'containers':[{'name':'c','image':'i'}]}}"),
        201);
    pass(0);
    pass(5);
}

static const char *word_of(const json_t *conditions, const char *type, char text[128])
{
    const json_t *condition = among(conditions, "type", type);

    (void)snprintf(text, 128, "%s/%s", jx_str(condition, "status", ""), jx_str(condition, "reason", ""));
    return text;
}

/* "True/Accepted" */
static const char *of_gateway(const char *type)
{
    static char text[128];

    (void)call("GET", GW, "");
    return word_of(jx_at(reply.doc, "status.conditions"), type, text);
}

static const char *of_listener(const char *name, const char *type)
{
    static char text[128];

    (void)call("GET", GW, "");
    return word_of(jx_at(among(jx_at(reply.doc, "status.listeners"), "name", name), "conditions"), type,
                   text);
}

static int attached(const char *name)
{
    (void)call("GET", GW, "");
    return (int)jx_int(among(jx_at(reply.doc, "status.listeners"), "name", name), "attachedRoutes", -1);
}

/* The first parent's condition; "none" without parents. 'resource' "tcproutes/db". */
static const char *of_route(const char *version, const char *resource, const char *type)
{
    static char text[128];
    CLEAN(free)
    char *target = x_asprintf("/apis/gateway.networking.k8s.io/%s/namespaces/default/%s", version, resource);

    (void)call("GET", target, "");
    if (!json_array_size(jx_at(reply.doc, "status.parents")))
        return "none";
    return word_of(jx_at(json_array_get(jx_at(reply.doc, "status.parents"), 0), "conditions"), type, text);
}

#define HTTP80 "{'name':'http','protocol':'HTTP','port':80}"
#define TCP90  "{'name':'tcp','protocol':'TCP','port':9000}"
#define TO_WEB "'rules':[{'backendRefs':[{'name':'web','port':80}]}]"

static void a_gateway_gets_its_address(void **state)
{
    const json_t *service;

    (void)state;
    assert_int_equal(gateway(HTTP80 "," TCP90, ""), 201);
    assert_string_equal(of_gateway("Accepted"), "Unknown/Pending");
    assert_null(json_object_get(among(jx_at(reply.doc, "status.conditions"), "type", "Accepted"),
                                "observedGeneration"));
    pass(0);
    pass(1);
    assert_string_equal(of_gateway("Accepted"), "True/Accepted");
    assert_string_equal(of_gateway("Programmed"), "False/AddressNotAssigned");
    pass(5);
    pass(180);
    assert_string_equal(of_gateway("Programmed"), "True/Programmed");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.addresses"), 0), "value", ""),
                        "203.0.113.10");
    assert_string_equal(of_listener("tcp", "Programmed"), "True/Programmed");
    assert_int_equal(attached("tcp"), 0);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gateway-name=gw", "");
    service = json_array_get(jx_at(reply.doc, "items"), 0);
    assert_int_equal(strncmp(ctl_name(service), "envoy-default-gw-", 17), 0);
    assert_string_equal(jx_str(service, "spec.externalTrafficPolicy", ""), "Local");
    assert_string_equal(jx_str(json_array_get(jx_at(service, "spec.ports"), 0), "name", ""), "http-80");
    assert_int_equal(jx_int(json_array_get(jx_at(service, "spec.ports"), 0), "targetPort", 0), 10080);
}

/* The first 48 characters of namespace and name, and a hash of both. */
static const struct {
    const char *ns, *name, *service;
} named[] = {
    { "default", "eg", "envoy-default-eg-e41e7b31" },
    { "my-app", "my-gateway", "envoy-my-app-my-gateway-5ddc25d4" },
    { "a-rather-long-namespace", "a-gateway-with-a-name-thats-long",
      "envoy-a-rather-long-namespace-a-gateway-with-a-name-th-" },
};

static void services_have_names_of_their_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(named); i++) {
        CLEAN(free)
        char *ns = x_asprintf("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'%s'}}", named[i].ns);
        CLEAN(free)
        char *body = x_asprintf(
            "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':'%s'},"
            "'spec':{'gatewayClassName':'eg','listeners':[" HTTP80 "]}}",
            named[i].name);
        CLEAN(free) char *target = x_asprintf(G "/namespaces/%s/gateways", named[i].ns);
        const json_t *service;
        size_t k;
        bool found = false;

        (void)call("POST", "/api/v1/namespaces", ns);
        assert_int_equal(call("POST", target, body), 201);
        pass(0);
        pass(1);
        (void)call("GET", SYSTEM "/services", "");
        json_array_foreach (jx_at(reply.doc, "items"), k, service)
            found = found || !strncmp(ctl_name(service), named[i].service, strlen(named[i].service));
        assert_true(found);
    }
}

static void nothing_is_written_without_a_cause(void **state)
{
    CLEAN(free) char *before = NULL;

    a_gateway_gets_its_address(state);
    backend();
    (void)route("HTTPRoute", "v1", "r", "{'parentRefs':[{'name':'gw'}]," TO_WEB "}");
    pass(0);
    pass(1);
    pass(1);
    (void)call("GET", GATEWAYS, "");
    before = x_strdup(got("metadata.resourceVersion"));
    pass(3600);
    (void)call("GET", GATEWAYS, "");
    assert_string_equal(got("metadata.resourceVersion"), before);
}

static void deletion_takes_the_service_along(void **state)
{
    a_gateway_gets_its_address(state);
    (void)call("DELETE", GW, "");
    pass(0);
    pass(15);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gateway-name=gw", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 0);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
    assert_int_equal(json_array_size(cloud.floating_ips), 0);
}

static void without_the_controller_the_load_balancer_stays(void **state)
{
    a_gateway_gets_its_address(state);
    (void)call("DELETE", "/apis/apps/v1/namespaces/envoy-gateway-system/deployments/envoy-gateway", "");
    (void)call("DELETE", GW, "");
    pass(0);
    pass(3600);
    assert_int_equal(json_array_size(cloud.load_balancers), 1);
}

static void routes_attach(void **state)
{
    (void)state;
    (void)gateway(
        HTTP80 "," TCP90 ",{'name':'tls','protocol':'TLS','port':8443,'tls':{'mode':'Passthrough'}}", "");
    backend();
    assert_int_equal(
        route("HTTPRoute", "v1", "h", "{'parentRefs':[{'name':'gw','sectionName':'http'}]," TO_WEB "}"), 201);
    assert_int_equal(
        route("TCPRoute", "v1", "t", "{'parentRefs':[{'name':'gw','sectionName':'tcp'}]," TO_WEB "}"), 201);
    assert_int_equal(route("TLSRoute", "v1", "s",
                           "{'parentRefs':[{'name':'gw'}],'hostnames':['a.example.com']," TO_WEB "}"),
                     201);
    pass(0);
    pass(1);
    assert_string_equal(of_route("v1", "httproutes/h", "Accepted"), "True/Accepted");
    assert_string_equal(of_route("v1", "httproutes/h", "ResolvedRefs"), "True/ResolvedRefs");
    assert_string_equal(of_route("v1", "tcproutes/t", "Accepted"), "True/Accepted");
    assert_string_equal(of_route("v1", "tlsroutes/s", "Accepted"), "True/Accepted");
    assert_int_equal(attached("http"), 1);
    assert_int_equal(attached("tcp"), 1);
    assert_int_equal(attached("tls"), 1);
}

static const struct {
    const char *name, *kind, *spec, *accepted, *resolved;
} misfits[] = {
    { "wrong section", "HTTPRoute", "{'parentRefs':[{'name':'gw','sectionName':'htpt'}]," TO_WEB "}",
      "False/NoMatchingParent", "True/ResolvedRefs" },
    { "wrong gateway", "HTTPRoute", "{'parentRefs':[{'name':'other'}]," TO_WEB "}", "none", "none" },
    { "kind not let in", "HTTPRoute", "{'parentRefs':[{'name':'gw','sectionName':'tcp'}]," TO_WEB "}",
      "False/NotAllowedByListeners", "True/ResolvedRefs" },
    { "no such host", "HTTPRoute",
      "{'parentRefs':[{'name':'gw','sectionName':'named'}],'hostnames':['a.example.org']," TO_WEB "}",
      "False/NoMatchingListenerHostname", "True/ResolvedRefs" },
    { "host under the wildcard", "HTTPRoute",
      "{'parentRefs':[{'name':'gw','sectionName':'named'}],'hostnames':['a.b.example.com']," TO_WEB "}",
      "True/Accepted", "True/ResolvedRefs" },
    { "no such Service", "HTTPRoute",
      "{'parentRefs':[{'name':'gw'}],'rules':[{'backendRefs':[{'name':'no','port':80}]}]}", "True/Accepted",
      "False/BackendNotFound" },
    { "no such port", "TCPRoute",
      "{'parentRefs':[{'name':'gw'}],'rules':[{'backendRefs':[{'name':'web','port':8080}]}]}",
      "True/Accepted", "False/PortNotFound" },
    { "no endpoints", "TCPRoute",
      "{'parentRefs':[{'name':'gw'}],'rules':[{'backendRefs':[{'name':'idle','port':80}]}]}", "True/Accepted",
      "False/EndpointsNotFound" },
    { "elsewhere", "TCPRoute",
      "{'parentRefs':[{'name':'gw'}],'rules':[{'backendRefs':[{'name':'web','namespace':'kube-system','port':"
      "80}]}]}",
      "True/Accepted", "False/RefNotPermitted" },
};

static void routes_that_do_not_fit_say_why(void **state)
{
    (void)state;
    (void)gateway(HTTP80 "," TCP90 ",{'name':'named','protocol':'HTTP','port':80,'hostname':'*.example.com'}",
                  "");
    backend();
    (void)call(
        "POST", "/api/v1/namespaces/default/services",
        "{'apiVersion':'v1','kind':'Service','metadata':{'name':'idle'},'spec':{'selector':{'app':'no'},"
        "'ports':[{'port':80}]}}");
    for (size_t i = 0; i < ARRAY_LENGTH(misfits); i++) {
        const char *resource = !strcmp(misfits[i].kind, "TCPRoute") ? "tcproutes/r" : "httproutes/r";
        CLEAN(free) char *target = x_asprintf(G "/namespaces/default/%s", resource);

        print_message("%s\n", misfits[i].name);
        assert_int_equal(route(misfits[i].kind, "v1", "r", misfits[i].spec), 201);
        pass(0);
        pass(1);
        assert_string_equal(of_route("v1", resource, "Accepted"), misfits[i].accepted);
        assert_string_equal(of_route("v1", resource, "ResolvedRefs"), misfits[i].resolved);
        (void)call("DELETE", target, "");
    }
}

static void namespaces_are_let_in_by_label(void **state)
{
    static const char *const selectors[] = {
        "{'matchLabels':{'team':'a'}}",
        "{'matchExpressions':[{'key':'team','operator':'In','values':['a','b']}]}",
        "{'matchExpressions':[{'key':'team','operator':'DoesNotExist'}]}",
    };
    static const char *const words[] = { "True/Accepted", "True/Accepted", "False/NotAllowedByListeners" };

    (void)state;
    (void)call("POST", "/api/v1/namespaces",
               "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'b','labels':{'team':'a'}}}");
    assert_int_equal(
        call(
            "POST", G "/namespaces/b/httproutes",
            "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'HTTPRoute','metadata':{'name':'r'},'spec':{"
            "'parentRefs':[{'name':'gw','namespace':'default'}]}}"),
        201);
    for (size_t i = 0; i < ARRAY_LENGTH(selectors); i++) {
        CLEAN(free)
        char *listener =
            x_asprintf("{'name':'http','protocol':'HTTP','port':80,'allowedRoutes':{'namespaces':{'from':"
                       "'Selector','selector':%s}}}",
                       selectors[i]);
        char text[128];

        (void)gateway(listener, "");
        pass(0);
        pass(1);
        (void)call("GET", G "/namespaces/b/httproutes/r", "");
        assert_string_equal(
            word_of(jx_at(json_array_get(jx_at(reply.doc, "status.parents"), 0), "conditions"), "Accepted",
                    text),
            words[i]);
    }
}

static void a_grant_lets_a_route_cross_namespaces(void **state)
{
    (void)state;
    (void)gateway(TCP90, "");
    (void)call("POST", "/api/v1/namespaces",
               "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'b'}}");
    (void)call(
        "POST", "/api/v1/namespaces/b/services",
        "{'apiVersion':'v1','kind':'Service','metadata':{'name':'db'},'spec':{'ports':[{'port':80}]}}");
    (void)route(
        "TCPRoute", "v1", "r",
        "{'parentRefs':[{'name':'gw'}],'rules':[{'backendRefs':[{'name':'db','namespace':'b','port':80}]}]}");
    pass(0);
    pass(1);
    assert_string_equal(of_route("v1", "tcproutes/r", "ResolvedRefs"), "False/RefNotPermitted");
    assert_int_equal(call("POST", "/apis/gateway.networking.k8s.io/v1beta1/namespaces/b/referencegrants",
                          "{'apiVersion':'gateway.networking.k8s.io/"
                          "v1beta1','kind':'ReferenceGrant','metadata':{'name':'g'},'spec':{"
                          "'from':[{'group':'gateway.networking.k8s.io','kind':'TCPRoute','namespace':'"
                          "default'}],'to':[{'group':'',"
                          "'kind':'Service'}]}}"),
                     201);
    pass(0);
    assert_string_equal(of_route("v1", "tcproutes/r", "ResolvedRefs"), "False/EndpointsNotFound");
}

static void certificates_must_be_there_and_real(void **state)
{
    static const char *const names[] = { "localhost", NULL };
    struct pki_ca *ca = pki_ca_new("test", NULL);
    CLEAN(pki_pair_free) struct pki_pair pair = { 0 };
    CLEAN(free) char *body = NULL;
    CLEAN(free) char *cert = NULL;
    CLEAN(free) char *key = NULL;

    (void)state;
    assert_int_equal(pki_issue_server(ca, names, &pair, NULL), 0);
    pki_ca_free(ca);
    (void)gateway(
        HTTP80 ",{'name':'https','protocol':'HTTPS','port':443,'tls':{'mode':'Terminate','certificateRefs':[{"
               "'name':'cert'}]}}",
        "");
    pass(0);
    pass(1);
    assert_string_equal(of_gateway("Accepted"), "True/ListenersNotValid");
    assert_string_equal(of_listener("https", "Accepted"), "True/Accepted");
    assert_string_equal(of_listener("https", "ResolvedRefs"), "False/InvalidCertificateRef");
    assert_string_equal(of_listener("https", "Programmed"), "False/Invalid");
    assert_string_equal(of_listener("http", "Programmed"), "True/Programmed");
    cert = crypto_base64(pair.cert, strlen(pair.cert));
    key = crypto_base64(pair.key, strlen(pair.key));
    body = x_asprintf(
        "{'apiVersion':'v1','kind':'Secret','type':'kubernetes.io/tls','metadata':{'name':'cert'},'data':{"
        "'tls.crt':'%s','tls.key':'%s'}}",
        cert, key);
    assert_int_equal(call("POST", "/api/v1/namespaces/default/secrets", body), 201);
    pass(0);
    assert_string_equal(of_listener("https", "ResolvedRefs"), "True/ResolvedRefs");
    assert_string_equal(of_gateway("Accepted"), "True/Accepted");
}

static const struct {
    const char *listeners, *name, *type, *word;
} listeners[] = {
    { TCP90 ",{'name':'http','protocol':'HTTP','port':9000}", "http", "Conflicted", "True/ProtocolConflict" },
    { TCP90 ",{'name':'http','protocol':'HTTP','port':9000}", "tcp", "Conflicted", "True/ProtocolConflict" },
    { TCP90 ",{'name':'http','protocol':'HTTP','port':9000}", "tcp", "Accepted", "/" },
    { TCP90 ",{'name':'udp','protocol':'UDP','port':9000}", "udp", "Programmed", "True/Programmed" },
    { "{'name':'x','protocol':'HTTPS','port':443}", "x", "Programmed", "False/Invalid" },
    { "{'name':'x','protocol':'QUIC','port':443}", "x", "Accepted", "False/UnsupportedProtocol" },
    { "{'name':'x','protocol':'TCP','port':443,'allowedRoutes':{'kinds':[{'kind':'HTTPRoute'}]}}", "x",
      "ResolvedRefs", "False/InvalidRouteKinds" },
};

static void listeners_that_cannot_work_say_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(listeners); i++) {
        print_message("%s %s\n", listeners[i].listeners, listeners[i].type);
        (void)gateway(listeners[i].listeners, "");
        pass(0);
        pass(1);
        assert_string_equal(of_listener(listeners[i].name, listeners[i].type), listeners[i].word);
        (void)call("DELETE", GW, "");
        pass(0);
    }
}

static void releases_read_different_versions(void **state)
{
    const char *spec = "{'parentRefs':[{'name':'gw'}]," TO_WEB "}";

    (void)state;
    restart_with(state, 8);
    backend();
    (void)gateway(TCP90, "");
    assert_int_equal(route("TCPRoute", "v1", "a", spec), 404);
    assert_int_equal(route("TCPRoute", "v1alpha2", "a", spec), 201);
    assert_int_equal(route("TCPRoute", "v1alpha2", "b", spec), 201);
    pass(0);
    pass(1);
    assert_string_equal(of_route("v1alpha2", "tcproutes/a", "Accepted"), "True/Accepted");
    assert_string_equal(of_route("v1alpha2", "tcproutes/b", "Accepted"), "False/UnsupportedValue");
    assert_int_equal(attached("tcp"), 1);
}

static void the_newest_takes_every_tcp_route(void **state)
{
    (void)state;
    backend();
    (void)gateway(TCP90, "");
    (void)route("TCPRoute", "v1", "a", "{'parentRefs':[{'name':'gw'}]," TO_WEB "}");
    (void)route("TCPRoute", "v1", "b", "{'parentRefs':[{'name':'gw'}]," TO_WEB "}");
    pass(0);
    pass(1);
    assert_string_equal(of_route("v1", "tcproutes/b", "Accepted"), "True/Accepted");
    assert_int_equal(attached("tcp"), 2);
}

static void an_address_in_the_spec_deceives(void **state)
{
    (void)state;
    world.settings.lb_outcome = LB_NEVER;
    (void)gateway(HTTP80, ",'addresses':[{'type':'IPAddress','value':'192.0.2.9'}]");
    pass(0);
    pass(1);
    pass(5);
    assert_string_equal(of_gateway("Programmed"), "True/Programmed");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.addresses"), 0), "value", ""),
                        "192.0.2.9");
}

static void a_proxy_shapes_the_service(void **state)
{
    CLEAN(free) char *name = NULL;
    const json_t *service;

    (void)state;
    (void)gateway(HTTP80, ",'infrastructure':{'annotations':{'a/b':'c'},'parametersRef':{'group':"
                          "'gateway.envoyproxy.io','kind':'EnvoyProxy','name':'p'}}");
    pass(0);
    pass(1);
    assert_string_equal(of_gateway("Accepted"), "False/InvalidParameters");
    assert_int_equal(
        call("POST", "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/default/envoyproxies",
             "{'apiVersion':'gateway.envoyproxy.io/v1alpha1','kind':'EnvoyProxy','metadata':{'name':'p'},"
             "'spec':{'provider':{'type':'Kubernetes','kubernetes':{'envoyDeployment':{'replicas':2},"
             "'envoyService':{'externalTrafficPolicy':'Cluster','annotations':{"
             "'loadbalancer.openstack.org/keep-floatingip':'true'}}}}}}"),
        201);
    pass(0);
    assert_string_equal(of_gateway("Accepted"), "True/Accepted");
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gateway-name=gw", "");
    service = json_array_get(jx_at(reply.doc, "items"), 0);
    assert_string_equal(jx_str(service, "spec.externalTrafficPolicy", ""), "Cluster");
    assert_string_equal(ctl_annotation(service, "loadbalancer.openstack.org/keep-floatingip"), "true");
    assert_string_equal(ctl_annotation(service, "a/b"), "c");
    name = x_strdup(ctl_name(service));
    (void)call("GET", "/apis/apps/v1/namespaces/envoy-gateway-system/deployments", "");
    assert_int_equal(jx_int(among(jx_at(reply.doc, "items"), "metadata.name", name), "spec.replicas", 0), 2);
}

static void status_can_be_wrong(void **state)
{
    const json_t *condition;

    (void)state;
    world.settings.eg_fault = EG_ADDRESS_STALE;
    (void)gateway(HTTP80, "");
    pass(0);
    pass(1);
    pass(180);
    assert_string_equal(of_gateway("Programmed"), "False/AddressNotAssigned");
    world.settings.eg_fault = EG_OLD_GENERATION;
    pass(0);
    assert_string_equal(of_gateway("Programmed"), "True/Programmed");
    condition = among(jx_at(reply.doc, "status.conditions"), "type", "Programmed");
    assert_int_equal(jx_int(condition, "observedGeneration", -1), 0);
    (void)call("GET", G "/gatewayclasses/eg", "");
    condition = among(jx_at(reply.doc, "status.conditions"), "type", "Accepted");
    assert_int_equal(jx_int(condition, "observedGeneration", -1), 1);
    world.settings.eg_fault = EG_NO_ACCEPTED;
    pass(0);
    assert_string_equal(of_listener("http", "Accepted"), "/");
    assert_string_equal(of_listener("http", "Programmed"), "True/Programmed");
    world.settings.eg_fault = EG_NO_PROGRAMMED;
    pass(0);
    assert_string_equal(of_gateway("Programmed"), "/");
    world.settings.eg_fault = EG_SOUND;
    pass(0);
    assert_string_equal(of_listener("http", "Accepted"), "True/Accepted");
}

static void status_can_be_written_again_and_again(void **state)
{
    CLEAN(free) char *before = NULL;

    a_gateway_gets_its_address(state);
    world.settings.eg_fault = EG_REWRITES;
    pass(0);
    (void)call("GET", GATEWAYS, "");
    before = x_strdup(got("metadata.resourceVersion"));
    (void)usleep(1100000); /* times in objects are real and have seconds only */
    pass(5);
    assert_string_equal(of_gateway("Programmed"), "True/Programmed");
    (void)call("GET", GATEWAYS, "");
    assert_string_not_equal(got("metadata.resourceVersion"), before);
}

static void a_proxy_asks_for_a_floating_ip(void **state)
{
    (void)state;
    (void)cloud_add_floating_ip(&cloud, &world.owner, "reserved");
    (void)call(
        "POST", "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/default/envoyproxies",
        "{'apiVersion':'gateway.envoyproxy.io/v1alpha1','kind':'EnvoyProxy','metadata':{'name':'p'},'spec':{"
        "'provider':{'type':'Kubernetes','kubernetes':{'envoyService':{'loadBalancerIP':'203.0.113.10'}}}}}");
    (void)gateway(
        HTTP80,
        ",'infrastructure':{'parametersRef':{'group':'gateway.envoyproxy.io','kind':'EnvoyProxy','name':"
        "'p'}}");
    pass(0);
    pass(1);
    pass(180);
    assert_string_equal(of_gateway("Programmed"), "True/Programmed");
    assert_int_equal(json_array_size(cloud.floating_ips), 1);
    (void)call("DELETE", GW, "");
    pass(0);
    pass(15);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
    assert_int_equal(json_array_size(cloud.floating_ips), 1); /* it is the user's */
}

/* A namespace is held by a Service until its load balancer is gone. */
static void a_namespace_waits_for_its_load_balancer(void **state)
{
    a_gateway_gets_its_address(state);
    assert_int_equal(call("DELETE", "/api/v1/namespaces/envoy-gateway-system", ""), 200);
    remove_tick(&api, clock_now() + 5000);
    pass(0);
    assert_int_equal(call("GET", "/api/v1/namespaces/envoy-gateway-system", ""), 200);
    pass(15);
    assert_int_equal(call("GET", "/api/v1/namespaces/envoy-gateway-system", ""), 404);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
}

static void another_controllers_class_stays_pending(void **state)
{
    (void)state;
    (void)call(
        "POST", G "/gatewayclasses",
        "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':'x'},'spec':{"
        "'controllerName':'example.org/controller'}}");
    (void)apply(GW "?fieldManager=me",
                "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':"
                "'gw'},'spec':{'gatewayClassName':'x','listeners':[" HTTP80 "]}}");
    pass(0);
    pass(3600);
    assert_string_equal(of_gateway("Accepted"), "Unknown/Pending");
    (void)call("GET", G "/gatewayclasses/x", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.conditions"), 0), "status", ""),
                        "Unknown");
}

/* One Service for all Gateways of a class, which goes with the last of them. */
static void a_class_can_merge_its_gateways(void **state)
{
    const json_t *service;
    CLEAN(free) char *address = NULL;

    (void)state;
    assert_int_equal(
        call("POST", "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/default/envoyproxies",
             "{'apiVersion':'gateway.envoyproxy.io/v1alpha1','kind':'EnvoyProxy','metadata':{'name':'all'},"
             "'spec':{'mergeGateways':true}}"),
        201);
    assert_int_equal(
        call("POST", G "/gatewayclasses",
             "{'apiVersion':'gateway.networking.k8s.io/v1','kind':'GatewayClass','metadata':{'name':"
             "'merged'},'spec':{'controllerName':'gateway.envoyproxy.io/gatewayclass-controller',"
             "'parametersRef':{'group':'gateway.envoyproxy.io','kind':'EnvoyProxy','name':'all',"
             "'namespace':'default'}}}"),
        201);
    for (int i = 0; i < 2; i++) {
        CLEAN(free)
        char *body =
            x_asprintf("{'apiVersion':'gateway.networking.k8s.io/v1','kind':'Gateway','metadata':{'name':"
                       "'m%d'},'spec':{'gatewayClassName':'merged','listeners':[{'name':'tcp','protocol':"
                       "'TCP','port':%d}]}}",
                       i, 9000 + i);

        assert_int_equal(call("POST", GATEWAYS, body), 201);
    }
    pass(0);
    pass(5);
    pass(180);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gatewayclass=merged", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 1);
    service = json_array_get(jx_at(reply.doc, "items"), 0);
    assert_int_equal(json_array_size(jx_at(service, "spec.ports")), 2);
    assert_int_equal(strncmp(ctl_name(service), "envoy-merged-", 13), 0);
    address = x_strdup(jx_str(json_array_get(jx_at(service, "status.loadBalancer.ingress"), 0), "ip", ""));
    (void)call("GET", GATEWAYS "/m1", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "status.addresses"), 0), "value", ""),
                        address);
    assert_int_equal(call("DELETE", GATEWAYS "/m0", ""), 200);
    pass(5);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gatewayclass=merged", "");
    assert_int_equal(json_array_size(jx_at(json_array_get(jx_at(reply.doc, "items"), 0), "spec.ports")), 1);
    assert_int_equal(call("DELETE", GATEWAYS "/m1", ""), 200);
    pass(0);
    pass(60);
    (void)call("GET", SYSTEM "/services?labelSelector=gateway.envoyproxy.io/owning-gatewayclass=merged", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 0);
    assert_int_equal(json_array_size(cloud.load_balancers), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_gateway_gets_its_address),
        TEST(services_have_names_of_their_own),
        TEST(nothing_is_written_without_a_cause),
        TEST(deletion_takes_the_service_along),
        TEST(without_the_controller_the_load_balancer_stays),
        TEST(routes_attach),
        TEST(routes_that_do_not_fit_say_why),
        TEST(namespaces_are_let_in_by_label),
        TEST(a_grant_lets_a_route_cross_namespaces),
        TEST(certificates_must_be_there_and_real),
        TEST(listeners_that_cannot_work_say_why),
        TEST(releases_read_different_versions),
        TEST(the_newest_takes_every_tcp_route),
        TEST(an_address_in_the_spec_deceives),
        TEST(a_proxy_shapes_the_service),
        TEST(status_can_be_wrong),
        TEST(status_can_be_written_again_and_again),
        TEST(a_proxy_asks_for_a_floating_ip),
        TEST(a_namespace_waits_for_its_load_balancer),
        TEST(another_controllers_class_stays_pending),
        TEST(a_class_can_merge_its_gateways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
