/* SPDX-License-Identifier: Apache-2.0 */
/* How Envoy Gateway comes into a shoot: by setting, by the objects of its chart applied over HTTP, or by a Job that runs
 * helm; and whether it runs. */
#include "sim/shootapi/kinds.h"
#include "sim/shootapi/safe_upgrades.h"
#include "sim/workloads/conditions.h"
#include "sim/workloads/crds.h"
#include "sim/workloads/envoy.h"

#define HELM "helm"

/* Exists already: as it is. */
static void make(struct ctl *c, const char *manager, const char *plural, json_t *doc)
{
    (void)ctl_create(c, manager, plural, doc);
}

/* Part of the bundle since 1.5. */
static void make_policy(struct ctl *c, const struct crd_bundle *b)
{
    json_t *annotations =
        jx_pack("{s:s, s:s}", GATEWAY_GROUP "/bundle-version", b->minor >= 6 ? "v1.6.1" : "v1.5.1",
                GATEWAY_GROUP "/channel", b->standard ? "standard" : "experimental");

    make(c, HELM, "validatingadmissionpolicies",
         jx_pack("{s:s, s:s, s:{s:s, s:O}, s:{s:s}}", "apiVersion", "admissionregistration.k8s.io/v1", "kind",
                 "ValidatingAdmissionPolicy", "metadata", "name", SAFE_UPGRADES, "annotations", annotations,
                 "spec", "failurePolicy", "Fail"));
    make(c, HELM, "validatingadmissionpolicybindings",
         jx_pack("{s:s, s:s, s:{s:s, s:o}, s:{s:s, s:[s]}}", "apiVersion", "admissionregistration.k8s.io/v1",
                 "kind", "ValidatingAdmissionPolicyBinding", "metadata", "name", SAFE_UPGRADES, "annotations",
                 annotations, "spec", "policyName", SAFE_UPGRADES, "validationActions", "Deny"));
}

static void make_definitions(struct ctl *c, const struct crd_bundle *bundle)
{
    json_auto_t *all = crds_all(bundle);
    json_t *definition;
    size_t i;

    json_array_foreach (all, i, definition)
        make(c, HELM, "customresourcedefinitions", json_incref(definition));
    make_policy(c, bundle);
}

static void make_secret(struct ctl *c)
{
    make(c, "envoy-gateway-certgen", "secrets",
         jx_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:{s:s, s:s, s:s}}", "apiVersion", "v1", "kind", "Secret",
                 "metadata", "name", "envoy-gateway", "namespace", ENVOY_SYSTEM, "type", "kubernetes.io/tls",
                 "data", "ca.crt", "", "tls.crt", "", "tls.key", ""));
}

static void make_deployment(struct ctl *c, int minor)
{
    const char *image =
        minor >= 9 ? "docker.io/envoyproxy/gateway:v1.9.0" : "docker.io/envoyproxy/gateway:v1.8.3";
    const json_t *live = ctl_get(c, "apps", "deployments", ENVOY_SYSTEM, "envoy-gateway");
    json_t *labels;

    if (live) { /* an upgrade */
        ctl_patch(c, HELM, live, "deployments", NULL,
                  jx_pack("{s:{s:{s:{s:[{s:s, s:s, s:[s, s]}]}}}}", "spec", "template", "spec", "containers",
                          "name", "envoy-gateway", "image", image, "args", "server",
                          "--config-path=/config/envoy-gateway.yaml"));
        return;
    }
    labels = jx_pack("{s:s, s:s}", "control-plane", "envoy-gateway", "app.kubernetes.io/instance", "eg");
    make(c, HELM, "deployments",
         jx_pack("{s:s, s:s, s:{s:s, s:s, s:O}, s:{s:i, s:{s:O}, s:{s:{s:o}, s:{s:[{s:s, s:s, s:[s, s]}], "
                 "s:[{s:s, s:{s:s}}]}}}}",
                 "apiVersion", "apps/v1", "kind", "Deployment", "metadata", "name", "envoy-gateway",
                 "namespace", ENVOY_SYSTEM, "labels", labels, "spec", "replicas", 1, "selector",
                 "matchLabels", labels, "template", "metadata", "labels", labels, "spec", "containers",
                 "name", "envoy-gateway", "image", image, "args", "server",
                 "--config-path=/config/envoy-gateway.yaml", "volumes", "name", "certs", "secret",
                 "secretName", "envoy-gateway"));
}

/* What the chart brings, as far as anybody looks at it. */
static void make_controller(struct ctl *c, int minor)
{
    make(c, HELM, "namespaces",
         jx_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "v1", "kind", "Namespace", "metadata", "name",
                 ENVOY_SYSTEM));
    make(c, HELM, "serviceaccounts",
         jx_pack("{s:s, s:s, s:{s:s, s:s}}", "apiVersion", "v1", "kind", "ServiceAccount", "metadata", "name",
                 "envoy-gateway", "namespace", ENVOY_SYSTEM));
    make(c, HELM, "configmaps",
         jx_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:s}}", "apiVersion", "v1", "kind", "ConfigMap", "metadata",
                 "name", "envoy-gateway-config", "namespace", ENVOY_SYSTEM, "data", "envoy-gateway.yaml",
                 "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyGateway\n"));
    make_secret(c);
    make_deployment(c, minor);
}

/* ---- Jobs of an installer ---- */

/* "1.8.3" or "v1.9.0" anywhere after "1." of the two versions we know; 9 when nothing is said. */
static int version_in(const char *text) { return strstr(text, "v1.8") ? 8 : 9; }

static bool is_subject(const json_t *binding, const char *ns, const char *account)
{
    const json_t *subject;
    size_t i;

    json_array_foreach (json_object_get(binding, "subjects"), i, subject) {
        if (!strcmp(jx_str(subject, "kind", ""), "ServiceAccount") &&
            !strcmp(jx_str(subject, "name", ""), account) && !strcmp(jx_str(subject, "namespace", ""), ns))
            return true;
    }
    return false;
}

bool envoy_install_refused(const struct ctl *c, const json_t *job)
{
    CLEAN(free) char *text = jx_dump(jx_at(job, "spec.template.spec"));
    json_auto_t *bindings = ctl_list(c, "rbac.authorization.k8s.io", "clusterrolebindings", NULL);
    const json_t *binding;
    size_t i;

    if (!strstr(text, "envoyproxy/gateway-helm"))
        return false;
    json_array_foreach (bindings, i, binding) {
        if (!strcmp(jx_str(binding, "roleRef.name", ""), "cluster-admin") &&
            is_subject(binding, ctl_namespace(job),
                       jx_str(job, "spec.template.spec.serviceAccountName", "default")))
            return false;
    }
    return true;
}

/* `helm uninstall` takes the controller, not the definitions, and nothing that the controller has made. */
static void remove_controller(struct ctl *c)
{
    static const struct {
        const char *group, *plural, *name;
    } parts[] = { { "apps", "deployments", "envoy-gateway" },
                  { "", "configmaps", "envoy-gateway-config" },
                  { "", "serviceaccounts", "envoy-gateway" } };

    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        const json_t *doc = ctl_get(c, parts[i].group, parts[i].plural, ENVOY_SYSTEM, parts[i].name);

        if (doc)
            ctl_delete(c, HELM, doc, parts[i].plural);
    }
}

static void job_done(struct ctl *c, const json_t *job)
{
    CLEAN(free) char *text = jx_dump(jx_at(job, "spec.template.spec"));
    json_t *note = ctl_note(c, "envoy-jobs", ctl_uid(job));
    struct crd_bundle bundle = { .minor = version_in(text) >= 9 ? 6 : 5,
                                 .standard = strstr(text, "channel=standard") != NULL };

    if (json_object_get(note, "done"))
        return;
    jx_set(note, "done", json_true());
    if (strstr(text, "certgen"))
        make_secret(c);
    if (strstr(text, "helm uninstall eg"))
        remove_controller(c);
    if (strstr(text, "gateway-crds-helm") ||
        (strstr(text, "gateway-helm") && !strstr(text, "--skip-crds") && !strstr(text, "crds.enabled=false")))
        make_definitions(c, &bundle);
    if (strstr(text, "envoyproxy/gateway-helm"))
        make_controller(c, version_in(text));
}

void envoy_install(struct ctl *c)
{
    struct crd_bundle bundle = { .minor = c->set->eg_bundle ? c->set->eg_bundle : c->set->eg_installed - 3,
                                 .standard = c->set->eg_standard };
    json_t *note = ctl_note(c, "envoy", "install");
    json_auto_t *jobs = ctl_list(c, "batch", "jobs", NULL);
    const json_t *job;
    size_t i;

    if (c->set->eg_installed && !json_object_get(note, "done")) {
        jx_set(note, "done", json_true());
        make_definitions(c, &bundle);
        make_controller(c, c->set->eg_installed);
    }
    json_array_foreach (jobs, i, job) {
        if (condition_true(job, "Complete"))
            job_done(c, job);
    }
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
