/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/endpoints.h"
#include "lib/crypto.h"
#include "sim/workloads/conditions.h"

#define MANAGER "kube-controller-manager"
#define OWNER   "kubernetes.io/service-name"
#define SLICES  "endpointslices"

static json_t *endpoints_of(const struct ctl *c, const json_t *service)
{
    json_auto_t *pods = ctl_list(c, "", "pods", ctl_namespace(service));
    json_t *list = json_array();
    const json_t *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        const char *ip = jx_str(pod, "status.podIP", NULL), *phase = jx_str(pod, "status.phase", "");
        int ready = condition_true(pod, "Ready");

        if (!ip || !ctl_selects(jx_at(service, "spec.selector"), pod) || strcmp(phase, "Running") != 0)
            continue;
        jx_append(list, jx_pack("{s:[s], s:{s:b, s:b, s:b}, s:s, s:{s:s, s:s, s:s}}", "addresses", ip,
                                "conditions", "ready", ready, "serving", ready, "terminating", 0, "nodeName",
                                jx_str(pod, "spec.nodeName", ""), "targetRef", "kind", "Pod", "namespace",
                                ctl_namespace(pod), "name", ctl_name(pod)));
    }
    return list;
}

static json_t *ports_of(const json_t *service)
{
    json_t *list = json_array();
    const json_t *port;
    size_t i;

    json_array_foreach (jx_at(service, "spec.ports"), i, port) {
        jx_append(list, jx_pack("{s:o, s:o, s:I}", "name", jx_text(jx_str(port, "name", "")), "protocol",
                                jx_text(jx_str(port, "protocol", "TCP")), "port",
                                jx_int(port, "targetPort", jx_int(port, "port", 0))));
    }
    return list;
}

static void step(struct ctl *c, const json_t *service)
{
    char hash[6];
    CLEAN(free) char *name = NULL;
    json_t *live, *doc;

    crypto_sha256_hex(ctl_uid(service), strlen(ctl_uid(service)), hash, 5);
    name = x_asprintf("%s-%s", ctl_name(service), hash);
    doc = jx_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:{s:s}, s:[o]}, s:o, s:o}", "apiVersion",
                  "discovery.k8s.io/v1", "kind", "EndpointSlice", "addressType", "IPv4", "metadata", "name",
                  name, "namespace", ctl_namespace(service), "labels", OWNER, ctl_name(service),
                  "ownerReferences", ctl_owner(service), "endpoints", endpoints_of(c, service), "ports",
                  ports_of(service));
    live = ctl_get(c, "discovery.k8s.io", SLICES, ctl_namespace(service), name);
    if (live)
        ctl_patch(c, MANAGER, live, SLICES, NULL, doc);
    else
        (void)ctl_create(c, MANAGER, SLICES, doc);
}

void endpoints_run(struct ctl *c)
{
    json_auto_t *services = ctl_list(c, "", "services", NULL);
    const json_t *service;
    size_t i;

    json_array_foreach (services, i, service) {
        if (json_object_size(jx_at(service, "spec.selector")) && !ctl_deleting(service))
            step(c, service);
    }
}

bool endpoints_ready(const struct ctl *c, const char *ns, const char *service)
{
    json_auto_t *slices = ctl_list(c, "discovery.k8s.io", SLICES, ns);
    const json_t *slice, *endpoint;
    size_t i, k;

    json_array_foreach (slices, i, slice) {
        if (strcmp(ctl_label(slice, OWNER), service) != 0)
            continue;
        json_array_foreach (jx_at(slice, "endpoints"), k, endpoint) {
            if (jx_bool(endpoint, "conditions.ready", true))
                return true;
        }
    }
    return false;
}
