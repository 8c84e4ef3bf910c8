/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners and status in a simulated shoot with Envoy Gateway, and how they can be wrong. */
#include "lib/crypto.h"
#include "sim/pki.h"
#include "tests/unit/sim/envoy_call.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(certificates_must_be_there_and_real),
        TEST(listeners_that_cannot_work_say_why),
        TEST(an_address_in_the_spec_deceives),
        TEST(status_can_be_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
