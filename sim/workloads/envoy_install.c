/* SPDX-License-Identifier: Apache-2.0 */
/* Envoy Gateway that was there from the start, by setting; and whether it runs, however it came. */
#include "sim/shootapi/kinds.h"
#include "sim/workloads/conditions.h"
#include "sim/workloads/envoy.h"
#include "sim/workloads/envoy_chart.h"
#include "sim/workloads/installer.h"

/* As if helm had installed it long ago. */
static void install(struct ctl *c, int minor, const struct crd_bundle *bundle)
{
    struct chart chart = {
        .release = "eg", .ns = ENVOY_SYSTEM, .registry = "docker.io", .minor = minor, .policy = true
    };

    (void)snprintf(chart.version, sizeof(chart.version), "%s", minor >= 9 ? "v1.9.0" : "v1.8.3");
    (void)ctl_create(c, "helm", "namespaces",
                     jx_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "v1", "kind", "Namespace", "metadata",
                             "name", ENVOY_SYSTEM));
    chart_make_definitions(c, bundle);
    chart_make_policy(c, bundle); /* somebody else's, so the chart's own is not made */
    chart_make(c, &chart);
    helm_adopt(c, ENVOY_SYSTEM, "eg");
}

void envoy_install(struct ctl *c)
{
    struct crd_bundle bundle = { .minor = c->set->eg_bundle ? c->set->eg_bundle : c->set->eg_installed - 3,
                                 .standard = c->set->eg_standard };
    json_t *note = ctl_note(c, "envoy", "install");

    if (!c->set->eg_installed || json_object_get(note, "done"))
        return;
    jx_set(note, "done", json_true());
    install(c, c->set->eg_installed, &bundle);
}

/* ---- does it run? ---- */

/* The newest of its pods that is Ready; borrowed from 'pods'. */
static const json_t *ready_pod(const json_t *pods)
{
    const json_t *pod, *container;
    size_t i;

    json_array_foreach (pods, i, pod) {
        container = json_array_get(jx_at(pod, "spec.containers"), 0);
        if (condition_true(pod, "Ready") && !strncmp(ctl_name(pod), "envoy-gateway-", 14) &&
            strstr(jx_str(container, "image", ""), "envoyproxy/gateway:"))
            return pod;
    }
    return NULL;
}

static json_t *served(const struct ctl *c)
{
    json_t *all = json_object();

    for (size_t i = 0; i < kinds_count(c->api->kinds); i++) {
        const struct kind *kind = kinds_at(c->api->kinds, i);
        CLEAN(free) char *name = x_asprintf("%s/%s", kind->plural, kind->version);

        if (!strcmp(kind->group, GATEWAY_GROUP))
            jx_set(all, name, json_true());
    }
    return all;
}

/* The controller ends at once without the kinds it cannot do without. */
static bool has_core(const json_t *seen)
{
    return json_object_get(seen, "gatewayclasses/v1") && json_object_get(seen, "gateways/v1") &&
           json_object_get(seen, "httproutes/v1");
}

bool envoy_running(struct ctl *c, struct envoy *ret)
{
    json_auto_t *pods = ctl_list(c, "", "pods", ENVOY_SYSTEM);
    const json_t *pod = ready_pod(pods), *container;
    const char *tag;
    json_t *note;

    if (!pod)
        return false;
    container = json_array_get(jx_at(pod, "spec.containers"), 0);
    tag = strstr(jx_str(container, "image", ""), "gateway:") + strlen("gateway:");
    note = ctl_note(c, "envoy-start", ctl_uid(pod));
    if (!has_core(json_object_get(note, "seen"))) /* looks once, when it starts */
        jx_set(note, "seen", served(c));
    ret->seen = json_object_get(note, "seen");
    ret->minor = 9;
    (void)sscanf(tag, "v1.%d", &ret->minor);
    return has_core(ret->seen);
}
