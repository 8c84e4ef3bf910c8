/* SPDX-License-Identifier: Apache-2.0 */
/* PersistentVolumeClaims in a simulated shoot. */
#include "tests/unit/sim/workloads_call.h"

#define CLAIMS "/api/v1/namespaces/default/persistentvolumeclaims"
#define DATA   CLAIMS "/data"
#define PODS   "/api/v1/namespaces/default/pods"

static int claim(const char *size, const char *more)
{
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data'},'spec':{"
                   "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'%s'}}%s}}",
                   size, more);

    return apply(DATA "?fieldManager=me&force=true", body);
}

static int pod(const char *more)
{
    CLEAN(free)
    char *body =
        x_asprintf("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'containers':[{'name':"
                   "'c','image':'i'}],'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}"
                   "}]%s}}",
                   more);

    return call("POST", PODS, body);
}

static const char *of_claim(const char *path)
{
    (void)call("GET", DATA, "");
    return got(path);
}

static void bound(void)
{
    (void)claim("10Gi", "");
    (void)pod("");
    pass(0);
    pass(10);
    pass(5);
    assert_string_equal(of_claim("status.phase"), "Bound");
}

static void it_waits_for_a_pod(void **state)
{
    CLEAN(free) char *volume = NULL;

    (void)state;
    assert_int_equal(claim("9500M", ""), 201);
    pass(3600);
    assert_string_equal(of_claim("status.phase"), "Pending");
    assert_string_equal(event("WaitForFirstConsumer"),
                        "waiting for first consumer to be created before binding");
    assert_int_equal(pod(""), 201);
    pass(0);
    (void)call("GET", DATA, "");
    assert_string_equal(ctl_annotation(reply.doc, "volume.kubernetes.io/selected-node"), "shoot-worker-z1-0");
    assert_non_null(strstr(event("ExternalProvisioning"), "Waiting for a volume to be created"));
    pass(9);
    assert_string_equal(of_claim("status.phase"), "Pending");
    pass(1);
    assert_string_equal(of_claim("status.phase"), "Bound");
    assert_string_equal(got("status.capacity.storage"), "9Gi");
    volume = x_asprintf("/api/v1/persistentvolumes/%s", got("spec.volumeName"));
    assert_int_equal(call("GET", volume, ""), 200);
    assert_string_equal(got("status.phase"), "Bound");
    assert_string_equal(got("spec.claimRef.name"), "data");
    assert_int_equal(jx_int(json_array_get(cloud.volumes, 0), "sizeGb", 0), 9);
    pass(5);
    (void)call("GET", PODS "/p", "");
    assert_string_equal(got("status.phase"), "Running");
}

static void nothing_is_written_without_a_cause(void **state)
{
    (void)state;
    bound();
    (void)claim("10Gi", "");
    pass(0);
    (void)call("GET", CLAIMS, "");
    for (int i = 0; i < 3; i++) {
        CLEAN(free) char *before = x_strdup(got("metadata.resourceVersion"));

        pass(3600);
        (void)call("GET", CLAIMS, "");
        assert_string_equal(got("metadata.resourceVersion"), before);
    }
}

static void a_pod_that_names_its_node_never_gets_it(void **state)
{
    (void)state;
    (void)claim("1Gi", "");
    (void)pod(",'nodeName':'shoot-worker-z1-0'");
    pass(0);
    pass(3600);
    assert_string_equal(of_claim("status.phase"), "Pending");
}

static void a_pod_that_cannot_be_scheduled_says_so(void **state)
{
    (void)state;
    world.settings.scheduling = false;
    (void)claim("1Gi", "");
    (void)pod("");
    pass(0);
    assert_string_equal(event("FailedScheduling"), "0/1 nodes are available: 1 Insufficient cpu.");
    assert_string_equal(of_claim("status.phase"), "Pending");
    world.settings.scheduling = true;
    pass(0);
    pass(10);
    assert_string_equal(of_claim("status.phase"), "Bound");
}

static void an_unknown_class_is_an_event(void **state)
{
    (void)state;
    (void)claim("1Gi", ",'storageClassName':'gold'");
    pass(0);
    assert_string_equal(event("ProvisioningFailed"), "storageclass.storage.k8s.io \"gold\" not found");
}

static void an_empty_class_provisions_nothing(void **state)
{
    (void)state;
    (void)claim("1Gi", ",'storageClassName':''");
    pass(0);
    assert_string_equal(event("FailedBinding"),
                        "no persistent volumes available for this claim and no storage class is set");
}

static void an_immediate_class_needs_no_pod(void **state)
{
    (void)state;
    (void)call(
        "POST", "/apis/storage.k8s.io/v1/storageclasses",
        "{'apiVersion':'storage.k8s.io/v1','kind':'StorageClass','metadata':{'name':'now'},'provisioner':"
        "'cinder.csi.openstack.org','reclaimPolicy':'Retain','volumeBindingMode':'Immediate'}");
    (void)claim("1Gi", ",'storageClassName':'now'");
    pass(0);
    pass(10);
    assert_string_equal(of_claim("status.phase"), "Bound");
    assert_int_equal(claim("2Gi", ",'storageClassName':'now'"), 403); /* and cannot grow */
    (void)call("DELETE", DATA, "");
    pass(0);
    assert_int_equal(call("GET", DATA, ""), 404);
    assert_int_equal(json_array_size(cloud.volumes), 1); /* retained */
    (void)call("GET", "/api/v1/persistentvolumes", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "items"), 0), "status.phase", ""), "Released");
}

static void any_access_mode_binds(void **state)
{
    (void)state;
    (void)call("POST", CLAIMS,
               "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data'},'spec':{"
               "'accessModes':['ReadWriteMany'],'resources':{'requests':{'storage':'1Gi'}}}}");
    (void)pod("");
    pass(0);
    pass(10);
    assert_string_equal(of_claim("status.phase"), "Bound");
}

static void it_grows_while_a_pod_uses_it(void **state)
{
    (void)state;
    bound();
    assert_int_equal(claim("20Gi", ""), 200);
    pass(0);
    (void)call("GET", DATA, "");
    assert_string_equal(got("status.capacity.storage"), "10Gi");
    assert_non_null(among(jx_at(reply.doc, "status.conditions"), "type", "Resizing"));
    pass(10);
    assert_string_equal(of_claim("status.capacity.storage"), "20Gi");
    assert_null(jx_at(reply.doc, "status.conditions"));
    assert_int_equal(jx_int(json_array_get(cloud.volumes, 0), "sizeGb", 0), 20);
}

static void without_a_pod_the_file_system_waits(void **state)
{
    (void)state;
    bound();
    (void)call("DELETE", PODS "/p", "");
    (void)claim("20Gi", "");
    pass(0);
    pass(10);
    pass(0);
    assert_string_equal(of_claim("status.capacity.storage"), "10Gi");
    assert_non_null(among(jx_at(reply.doc, "status.conditions"), "type", "FileSystemResizePending"));
    (void)pod("");
    pass(0);
    pass(5);
    assert_string_equal(of_claim("status.capacity.storage"), "20Gi");
}

static const struct {
    const char *method, *patch;
    int code;
    const char *message;
} changes[] = {
    { "shrink", "{'spec':{'resources':{'requests':{'storage':'5Gi'}}}}", 422,
      "PersistentVolumeClaim \"data\" is invalid: spec.resources.requests.storage: Forbidden: field can not "
      "be less "
      "than status.capacity" },
    { "class", "{'spec':{'storageClassName':'default-class'}}", 422,
      "PersistentVolumeClaim \"data\" is invalid: spec: Forbidden: spec is immutable after creation except "
      "resources.requests and volumeAttributesClassName for bound claims" },
    { "mode", "{'spec':{'accessModes':['ReadWriteMany']}}", 422, NULL },
    { "volume", "{'spec':{'volumeName':'other'}}", 422, NULL },
};

static void a_claim_can_only_grow(void **state)
{
    (void)state;
    bound();
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        print_message("%s\n", changes[i].method);
        assert_int_equal(call_as("PATCH", DATA, "application/merge-patch+json", changes[i].patch),
                         changes[i].code);
        if (changes[i].message)
            assert_string_equal(got("message"), changes[i].message);
    }
}

static void an_unbound_claim_cannot_grow(void **state)
{
    (void)state;
    (void)claim("1Gi", "");
    pass(0);
    assert_int_equal(claim("2Gi", ""), 422);
}

static void the_quota_is_an_event_and_tried_again(void **state)
{
    (void)state;
    world.settings.quota_gigabytes = 5;
    (void)claim("10Gi", "");
    (void)pod("");
    pass(0);
    pass(10);
    assert_non_null(strstr(event("ProvisioningFailed"),
                           "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed "
                           "gigabytes quota. Requested 10G, quota is 5G and 0G has been consumed."));
    world.settings.quota_gigabytes = 10;
    pass(5);
    pass(10);
    assert_string_equal(of_claim("status.phase"), "Bound");
}

static void a_used_claim_stays_until_the_pod_goes(void **state)
{
    (void)state;
    bound();
    (void)call("DELETE", DATA, "");
    pass(60);
    assert_int_equal(call("GET", DATA, ""), 200);
    (void)call("DELETE", PODS "/p", "");
    pass(0);
    assert_int_equal(call("GET", DATA, ""), 404);
    assert_int_equal(json_array_size(cloud.volumes), 0);
    (void)call("GET", "/api/v1/persistentvolumes", "");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 0);
}

static void a_volume_that_vanishes_is_lost(void **state)
{
    CLEAN(free) char *volume = NULL;

    (void)state;
    bound();
    volume = x_asprintf("/api/v1/persistentvolumes/%s", got("spec.volumeName"));
    (void)call("DELETE", volume, "");
    pass(3600);
    assert_string_equal(of_claim("status.phase"), "Bound"); /* it is protected; but who forces it */
    assert_int_equal(
        call_as("PATCH", volume, "application/merge-patch+json", "{'metadata':{'finalizers':null}}"), 200);
    pass(0);
    assert_string_equal(of_claim("status.phase"), "Lost");
}

static void pod_on(const char *name, const char *claim_name, const char *node)
{
    CLEAN(free)
    char *body = x_asprintf(
        "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s'},'spec':{'nodeSelector':{"
        "'kubernetes.io/hostname':'shoot-worker-z1-%s'},'containers':[{'name':'c','image':'i'}],'volumes':[{"
        "'name':'v','persistentVolumeClaim':{'claimName':'%s'}}]}}",
        name, node, claim_name);

    assert_int_equal(call("POST", PODS, body), 201);
}

static const char *phase_of(const char *name)
{
    CLEAN(free) char *path = x_asprintf(PODS "/%s", name);

    (void)call("GET", path, "");
    return got("status.phase");
}

static void a_volume_is_attached_to_one_node_at_a_time(void **state)
{
    CLEAN(free) char *message = NULL;

    (void)state;
    world.settings.nodes = 2;
    (void)claim("10Gi", "");
    pod_on("one", "data", "0");
    pass(0);
    pass(10);
    pass(5);
    assert_string_equal(phase_of("one"), "Running");
    assert_non_null(
        strstr(event("SuccessfulAttachVolume"), "AttachVolume.Attach succeeded for volume \"pvc-"));
    pod_on("same", "data", "0");
    pod_on("other", "data", "1");
    pass(0);
    pass(5);
    assert_string_equal(phase_of("same"), "Running");
    assert_string_equal(phase_of("other"), "Pending");
    message = x_asprintf("Multi-Attach error for volume \"%s\" Volume is already used by pod(s) one, same",
                         of_claim("spec.volumeName"));
    assert_string_equal(event("FailedAttachVolume"), message);
    assert_int_equal(call("DELETE", PODS "/one", ""), 200);
    assert_int_equal(call("DELETE", PODS "/same", ""), 200);
    pass(0);
    pass(5);
    assert_string_equal(phase_of("other"), "Running");
    (void)call("GET", "/apis/storage.k8s.io/v1/volumeattachments", "");
    assert_string_equal(jx_str(json_array_get(jx_at(reply.doc, "items"), 0), "spec.nodeName", ""),
                        "shoot-worker-z1-1");
    assert_int_equal(json_array_size(jx_at(reply.doc, "items")), 1);
}

/* The root disk is one of its 26. */
static void a_node_takes_25_volumes(void **state)
{
    (void)state;
    world.settings.nodes = 2;
    for (int i = 0; i < 26; i++) {
        CLEAN(free) char *name = x_asprintf("p%02d", i);
        CLEAN(free)
        char *body =
            x_asprintf("{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'%s'},'spec':{"
                       "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}",
                       name);

        assert_int_equal(call("POST", CLAIMS, body), 201);
        pod_on(name, name, "0");
    }
    pass(0);
    pass(10);
    pass(5);
    assert_string_equal(phase_of("p24"), "Running");
    assert_string_equal(phase_of("p25"), "Pending");
    assert_non_null(strstr(event("FailedAttachVolume"), "The maximum allowed number of disk devices (26)"));
    assert_int_equal(call("DELETE", PODS "/p00", ""), 200);
    pass(0);
    pass(5);
    assert_string_equal(phase_of("p25"), "Running");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKLOADS_TEST(it_waits_for_a_pod),
        WORKLOADS_TEST(nothing_is_written_without_a_cause),
        WORKLOADS_TEST(a_pod_that_names_its_node_never_gets_it),
        WORKLOADS_TEST(a_pod_that_cannot_be_scheduled_says_so),
        WORKLOADS_TEST(an_unknown_class_is_an_event),
        WORKLOADS_TEST(an_empty_class_provisions_nothing),
        WORKLOADS_TEST(an_immediate_class_needs_no_pod),
        WORKLOADS_TEST(any_access_mode_binds),
        WORKLOADS_TEST(it_grows_while_a_pod_uses_it),
        WORKLOADS_TEST(without_a_pod_the_file_system_waits),
        WORKLOADS_TEST(a_claim_can_only_grow),
        WORKLOADS_TEST(an_unbound_claim_cannot_grow),
        WORKLOADS_TEST(the_quota_is_an_event_and_tried_again),
        WORKLOADS_TEST(a_used_claim_stays_until_the_pod_goes),
        WORKLOADS_TEST(a_volume_that_vanishes_is_lost),
        WORKLOADS_TEST(a_volume_is_attached_to_one_node_at_a_time),
        WORKLOADS_TEST(a_node_takes_25_volumes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
