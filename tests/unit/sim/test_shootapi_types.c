/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server says of values of another type, of numbers and quantities, names and node ports, in built-in kinds and in
 * custom ones. Its verdicts on thousands of documents are compared with a real server's in tests/e2e; here are the kinds of them. */
#include "sim/shootapi/builtin_schema.h"
#include "sim/shootapi/quantity.h"
#include "tests/unit/sim/workloads_call.h"
#include <math.h>

#define CORE     "/api/v1/namespaces/default/"
#define SERVICES CORE "services"
#define CLAIMS   CORE "persistentvolumeclaims"
#define APPLY    "?fieldManager=me&force=true"
#define TEST(t)  cmocka_unit_test_setup_teardown(t, setup, teardown)

static char *object(const char *api_version, const char *kind, const char *rest)
{
    return x_asprintf("{'apiVersion':'%s','kind':'%s','metadata':{'name':'x'%s", api_version, kind, rest);
}

static int post(const char *target, const char *api_version, const char *kind, const char *rest)
{
    CLEAN(free) char *body = object(api_version, kind, rest);

    return call("POST", target, body);
}

static int put_on(const char *collection, const char *api_version, const char *kind, const char *rest)
{
    CLEAN(free) char *body = object(api_version, kind, rest);
    CLEAN(free) char *target = x_asprintf("%s/x" APPLY, collection);

    return apply(target, body);
}

static void every_row_of_the_types_can_be_read(void **state)
{
    json_auto_t *all = builtin_schemas();

    (void)state;
    assert_string_equal(
        jx_str(all, "Service.properties.spec.properties.ports.items.properties.port.format", ""), "int32");
    assert_string_equal(jx_str(all, "LabelSelector.x-kubernetes-map-type", ""), "atomic");
    assert_int_equal(json_array_size(jx_at(all, "PodSpec.properties.containers.items.properties.ports."
                                                "x-kubernetes-list-map-keys")),
                     2);
}

/* ---- types ---- */

static const struct {
    const char *target, *api_version, *kind, *rest, *says;
} wrong_types[] = {
    { SERVICES, "v1", "Service", "},'spec':{'ports':[80]}", "cannot unmarshal number 80" },
    { SERVICES, "v1", "Service", "},'spec':{'ports':[{'port':'80'}]}", "spec.ports[].port of type int32" },
    { SERVICES, "v1", "Service", "},'spec':{'ports':[{'port':4294967376}]}", "number 4294967376" },
    { SERVICES, "v1", "Service", "},'spec':{'ports':[{'port':80,'targetPort':1.5}]}", "of type int32" },
    { SERVICES, "v1", "Service", "},'spec':{'selector':{'app':1},'ports':[{'port':80}]}", "of type string" },
    { SERVICES, "v1", "Service", ",'labels':{'a':true}},'spec':{'ports':[{'port':80}]}",
      "metadata.labels.a of type string" },
    { CLAIMS, "v1", "PersistentVolumeClaim", "},'spec':{'accessModes':'ReadWriteOnce'}", "spec.accessModes" },
    { CLAIMS, "v1", "PersistentVolumeClaim",
      "},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'20 Gi'}}}",
      "quantities must match" },
    { CORE "secrets", "v1", "Secret", "},'data':{'a':'not base64'}", "illegal base64 data" },
    { "/api/v1/namespaces", "v1", "Namespace", "},'spec':[]", "of type map" },
    { "/apis/batch/v1/namespaces/default/jobs", "batch/v1", "Job", "},'spec':{'backoffLimit':'6'}",
      "spec.backoffLimit of type int32" },
    { "/apis/apps/v1/namespaces/default/deployments", "apps/v1", "Deployment", "},'spec':{'replicas':'two'}",
      "spec.replicas of type int32" },
    { "/apis/apps/v1/namespaces/default/deployments", "apps/v1", "Deployment",
      "},'spec':{'template':{'spec':{'containers':[{'name':'a','env':[{'name':'A','value':1}]}]}}}",
      "spec.template.spec.containers[].env[].value of type string" },
};

static void another_type_is_a_bad_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong_types); i++) {
        CLEAN(free) char *body = x_asprintf("%s}", wrong_types[i].rest);

        print_message("%s %s\n", wrong_types[i].kind, wrong_types[i].rest);
        assert_int_equal(post(wrong_types[i].target, wrong_types[i].api_version, wrong_types[i].kind, body),
                         400);
        assert_non_null(strstr(got("message"), "cannot be handled as a "));
        assert_non_null(strstr(got("message"), wrong_types[i].says));
    }
}

static const struct {
    const char *spec, *says;
} untyped[] = {
    { "'prots':[]", ".spec.prots: field not declared in schema" },
    { "'ports':[{'port':80,'nodeport':1}]",
      ".spec.ports[port=80,protocol=\"TCP\"].nodeport: field not declared in schema" },
    { "'ports':{}", ".spec.ports: expected list, got {}" },
    { "'ports':[{'port':'80'}]",
      ".spec.ports[port=\"80\",protocol=\"TCP\"].port: expected numeric (int or float)" },
    { "'ports':[{'port':80},{'port':80,'protocol':'TCP'}]",
      ".spec.ports: duplicate entries for key [port=80,protocol=\"TCP\"]" },
    { "'ports':[null]", ".spec.ports: element 0: associative list with keys may not have a null element" },
    { "'ports':[80]", ".spec.ports: element 0: associative list with keys may not have non-map elements" },
    { "'publishNotReadyAddresses':'true'", ".spec.publishNotReadyAddresses: expected boolean" },
    { "'selector':['app']", ".spec.selector: expected map" },
    { "'selector':{'app':1}", ".spec.selector.app: expected string" },
};

static void apply_wants_the_types_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(untyped); i++) {
        CLEAN(free) char *rest = x_asprintf("},'spec':{%s}}", untyped[i].spec);
        CLEAN(free)
        char *says = x_asprintf("failed to create typed patch object (default/x; /v1, Kind=Service): %s",
                                untyped[i].says);

        assert_int_equal(put_on(SERVICES, "v1", "Service", rest), 500);
        assert_memory_equal(got("message"), says, strlen(says));
    }
}

static void unknown_fields_are_told_of_or_refused(void **state)
{
    (void)state;
    assert_int_equal(post(SERVICES, "v1", "Service", "},'spec':{'ports':[{'port':80}],'prots':1}}"), 201);
    assert_null(jx_at(reply.doc, "spec.prots"));
    assert_non_null(strstr(reply.warning, "unknown field"));
    (void)call("DELETE", SERVICES "/x", "");
    assert_int_equal(post(SERVICES "?fieldValidation=Strict", "v1", "Service",
                          ",'label':{}},'spec':{'ports':[{'port':80}]}}"),
                     400);
    assert_non_null(strstr(got("message"), "unknown field \"metadata.label\""));
}

static void null_is_as_good_as_absent(void **state)
{
    (void)state;
    assert_int_equal(post(SERVICES, "v1", "Service",
                          ",'labels':{'a':null}},'spec':{'ports':[{'port':80,'name':null}],'type':null}}"),
                     201);
    assert_string_equal(got("spec.type"), "ClusterIP");
    assert_string_equal(got("metadata.labels.a"), "");
    assert_null(jx_at(json_array_get(jx_at(reply.doc, "spec.ports"), 0), "name"));
    (void)call("DELETE", SERVICES "/x", "");
    assert_int_equal(post(SERVICES, "v1", "Service", "},'spec':{'ports':[null]}}"), 422);
}

/* ---- numbers ---- */

static void a_quantity_may_be_a_number(void **state)
{
    static const struct {
        const char *given, *kept;
    } sizes[] = { { "20", "20" },          { "'20Gi'", "20Gi" }, { "'1024Mi'", "1Gi" },
                  { "'1.5Gi'", "1536Mi" }, { "2e9", "2G" },      { "'1e3'", "1e3" },
                  { "'1000'", "1k" },      { "'0.5'", "500m" },  { "2147483648", "2147483648" } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        CLEAN(free)
        char *rest =
            x_asprintf("},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':%s}}}}",
                       sizes[i].given);

        assert_int_equal(put_on(CLAIMS, "v1", "PersistentVolumeClaim", rest), 201);
        assert_string_equal(got("spec.resources.requests.storage"), sizes[i].kept);
        (void)call("DELETE", CLAIMS "/x", "");
    }
}

static void what_is_no_quantity(void **state)
{
    static const char *const texts[] = { "",   "Gi",  "20 Gi", "20gi", "1.5.5", "1e",
                                         "e3", "--1", "1KiB",  "0x10", "." };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        CLEAN(free) char *kept = quantity_canonical(texts[i]);

        assert_null(kept);
        assert_true(isnan(quantity_value(texts[i])));
        assert_int_equal(quantity_bytes(texts[i]), -1);
    }
    assert_int_equal(quantity_bytes("-1"), -1);
    assert_int_equal(quantity_gib("1Mi"), 1);
    assert_int_equal(quantity_gib("10G"), 10);
}

/* A quirk of the real server: in server-side apply the upper bits of a number that is too large are lost. */
static void apply_cuts_large_numbers(void **state)
{
    (void)state;
    assert_int_equal(put_on(SERVICES, "v1", "Service", "},'spec':{'ports':[{'port':4294967376}]}}"), 201);
    assert_int_equal(jx_int(json_array_get(jx_at(reply.doc, "spec.ports"), 0), "port", 0), 80);
    assert_int_equal(put_on(SERVICES, "v1", "Service", "},'spec':{'ports':[{'port':1.5}]}}"), 500);
    assert_non_null(strstr(got("message"), "failed to convert new object (default/x; /v1, Kind=Service)"));
}

/* ---- names ---- */

#define PORT(more) "},'spec':{'ports':[{'port':80," more "}]}}"
#define CLAIM(more)                                                                                          \
    "},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}," more "}}"
#define TEMPLATE(pod)                                                                                        \
    "},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':"     \
    "{" pod "}}}}"

static const struct {
    const char *target, *api_version, *kind, *rest, *says; /* says NULL = accepted */
} values[] = {
    { SERVICES, "v1", "Service", PORT("'name':'web'"), NULL },
    { SERVICES, "v1", "Service", PORT("'name':'Web'"), "spec.ports[0].name: Invalid value: \"Web\"" },
    { SERVICES, "v1", "Service", PORT("'name':'a.b'"), "must not contain dots" },
    { SERVICES, "v1", "Service", PORT("'targetPort':'http'"), NULL },
    { SERVICES, "v1", "Service", PORT("'targetPort':0"), NULL },
    { SERVICES, "v1", "Service", PORT("'targetPort':''"), NULL },
    { SERVICES, "v1", "Service", PORT("'targetPort':'80'"), "must contain at least one letter (a-z)" },
    { SERVICES, "v1", "Service", PORT("'targetPort':'a--b'"), "must not contain consecutive hyphens" },
    { SERVICES, "v1", "Service", PORT("'targetPort':'a-'"), "must not begin or end with a hyphen" },
    { SERVICES, "v1", "Service", PORT("'targetPort':65536"), "must be between 1 and 65535, inclusive" },
    { SERVICES, "v1", "Service", PORT("'protocol':''"), NULL },
    { SERVICES, "v1", "Service", PORT("'protocol':'tcp'"), "supported values: \"SCTP\", \"TCP\", \"UDP\"" },
    { SERVICES, "v1", "Service", PORT("'appProtocol':'example.com/x'"), NULL },
    { SERVICES, "v1", "Service", PORT("'appProtocol':'/x'"), "prefix part must be non-empty" },
    { SERVICES, "v1", "Service", PORT("'appProtocol':'a/b/c'"), "a valid label key must consist of" },
    { SERVICES, "v1", "Service", ",'labels':{'a b':'c'}},'spec':{'ports':[{'port':80}]}}",
      "metadata.labels: Invalid value: \"a b\"" },
    { SERVICES, "v1", "Service", ",'labels':{'a':'b c'}},'spec':{'ports':[{'port':80}]}}",
      "metadata.labels: Invalid value: \"b c\"" },
    { SERVICES, "v1", "Service", ",'annotations':{'Example.COM/a':'b c'}},'spec':{'ports':[{'port':80}]}}",
      NULL },
    { SERVICES, "v1", "Service",
      "},'spec':{'type':'LoadBalancer','ports':[{'port':80}],'loadBalancerSourceRanges':['10.0.0.0/"
      "8','10.0.0.0']}}",
      "spec.LoadBalancerSourceRanges[1]: Invalid value: \"10.0.0.0\": must be a valid CIDR value" },
    { SERVICES, "v1", "Service",
      "},'spec':{'ports':[{'port':80}],'sessionAffinity':'ClientIP','sessionAffinityConfig':{'clientIP':{"
      "'timeoutSeconds':0}}}}",
      "must be greater than 0 and less than 86400" },
    { SERVICES, "v1", "Service",
      "},'spec':{'ports':[{'port':80}],'ipFamilies':['IPv4','IPv6'],'ipFamilyPolicy':'SingleStack'}}",
      "when multiple IP families are specified" },
    { SERVICES, "v1", "Service", "},'spec':{'ports':[{'port':80}],'ipFamilies':['IPv4','IPv4']}}",
      "spec.ipFamilies[1]: Duplicate value: \"IPv4\"" },
    { CLAIMS, "v1", "PersistentVolumeClaim", CLAIM("'storageClassName':'fast_one'"),
      "spec.storageClassName" },
    { CLAIMS, "v1", "PersistentVolumeClaim", CLAIM("'storageClassName':''"), NULL },
    { CLAIMS, "v1", "PersistentVolumeClaim", CLAIM("'volumeMode':''"), "Unsupported value: \"\"" },
    { "/apis/apps/v1/namespaces/default/deployments", "apps/v1", "Deployment", TEMPLATE("'containers':[]"),
      "spec.template.spec.containers: Required value" },
    { "/apis/apps/v1/namespaces/default/deployments", "apps/v1", "Deployment",
      TEMPLATE("'containers':[{'name':'A','image':'i'}]"), "spec.template.spec.containers[0].name" },
    { "/apis/apps/v1/namespaces/default/deployments", "apps/v1", "Deployment",
      TEMPLATE("'containers':[{'name':'a','image':'i','imagePullPolicy':'Sometimes'}]"), "\"IfNotPresent\"" },
    { "/apis/apps/v1/namespaces/default/deployments", "apps/v1", "Deployment",
      TEMPLATE("'containers':[{'name':'a','image':'i'}]"), NULL },
};

static void names_and_words_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        CLEAN(free) char *gone = x_asprintf("%s/x", values[i].target);

        print_message("%s %s\n", values[i].kind, values[i].rest);
        assert_int_equal(post(values[i].target, values[i].api_version, values[i].kind, values[i].rest),
                         values[i].says ? 422 : 201);
        if (values[i].says)
            assert_non_null(strstr(got("message"), values[i].says));
        (void)call("DELETE", gone, "");
    }
}

/* ---- node ports ---- */

static int service(const char *name, const char *port)
{
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'v1','kind':'Service','metadata':{'name':'%s'},'spec':{'type':'NodePort',"
                   "'ports':[{'port':80%s}]}}",
                   name, port);
    CLEAN(free) char *target = x_asprintf(SERVICES "/%s" APPLY, name);

    return apply(target, body);
}

static void a_node_port_belongs_to_one_service(void **state)
{
    (void)state;
    assert_int_equal(service("a", ",'nodePort':31234"), 201);
    assert_int_equal(service("a", ",'nodePort':31234"), 200);
    assert_int_equal(service("b", ",'nodePort':31234"), 422);
    assert_string_equal(got("message"),
                        "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 31234: "
                        "provided port is already allocated");
    assert_int_equal(service("b", ",'nodePort':80"), 422);
    assert_string_equal(
        got("message"),
        "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in "
        "the valid range. The range of valid ports is 30000-32767");
    assert_int_equal(call("DELETE", SERVICES "/a", ""), 200);
    assert_int_equal(service("b", ",'nodePort':31234"), 201);
}

static void node_ports_that_are_given_out_are_free(void **state)
{
    bool seen[65536] = { false };

    (void)state;
    for (int i = 0; i < 50; i++) {
        CLEAN(free) char *name = x_asprintf("s%d", i);
        json_int_t port;

        assert_int_equal(service(name, ""), 201);
        port = jx_int(json_array_get(jx_at(reply.doc, "spec.ports"), 0), "nodePort", 0);
        assert_in_range(port, 30000, 32767);
        assert_false(seen[port]);
        seen[port] = true;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_row_of_the_types_can_be_read),
        TEST(another_type_is_a_bad_request),
        TEST(apply_wants_the_types_first),
        TEST(unknown_fields_are_told_of_or_refused),
        TEST(null_is_as_good_as_absent),
        TEST(a_quantity_may_be_a_number),
        TEST(what_is_no_quantity),
        TEST(apply_cuts_large_numbers),
        TEST(names_and_words_are_judged),
        TEST(a_node_port_belongs_to_one_service),
        TEST(node_ports_that_are_given_out_are_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
