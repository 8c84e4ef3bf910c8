/* SPDX-License-Identifier: Apache-2.0 */
/* Routes in a simulated shoot with Envoy Gateway: which attach, and what those are told that do not. */
#include "tests/unit/sim/envoy_call.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(routes_attach),
        TEST(routes_that_do_not_fit_say_why),
        TEST(namespaces_are_let_in_by_label),
        TEST(a_grant_lets_a_route_cross_namespaces),
        TEST(releases_read_different_versions),
        TEST(the_newest_takes_every_tcp_route),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
