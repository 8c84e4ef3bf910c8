/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/envoy_chart.h"
#include "sim/shootapi/safe_upgrades.h"
#include "sim/workloads/envoy.h"

#define HELM      "helm"
#define RBAC      "rbac.authorization.k8s.io"
#define ADMISSION "admissionregistration.k8s.io"

/* Exists already: as it is. */
static void make(struct ctl *c, const char *manager, const char *plural, json_t *doc)
{
    (void)ctl_create(c, manager, plural, doc);
}

/* ---- versions ---- */

enum { MINOR_MODELLED_FROM = 8, MINOR_MODELLED_TO = 9, PATCHES = 10 };

int chart_minor(const char *version)
{
    int minor = 0, patch = -1;
    char rest;

    if (sscanf(version + (*version == 'v'), "1.%d.%d%c", &minor, &patch, &rest) != 2 || patch < 0 ||
        patch >= PATCHES)
        return 0;
    return minor >= MINOR_MODELLED_FROM && minor <= MINOR_MODELLED_TO ? minor : 0;
}

struct crd_bundle chart_bundle(int minor, bool standard)
{
    return (struct crd_bundle){ .minor = minor >= 9 ? 6 : 5, .standard = standard };
}

/* ---- definitions ---- */

json_t *chart_policy(const struct crd_bundle *b)
{
    json_t *annotations =
        jx_pack("{s:s, s:s}", GATEWAY_GROUP "/bundle-version", b->minor >= 6 ? "v1.6.1" : "v1.5.1",
                GATEWAY_GROUP "/channel", b->standard ? "standard" : "experimental");

    return jx_pack("[{s:s, s:s, s:{s:s, s:o}, s:{s:s}}, {s:s, s:s, s:{s:s, s:o}, s:{s:s, s:[s]}}]",
                   "apiVersion", ADMISSION "/v1", "kind", "ValidatingAdmissionPolicy", "metadata", "name",
                   SAFE_UPGRADES, "annotations", annotations, "spec", "failurePolicy", "Fail", "apiVersion",
                   ADMISSION "/v1", "kind", "ValidatingAdmissionPolicyBinding", "metadata", "name",
                   SAFE_UPGRADES, "annotations", json_deep_copy(annotations), "spec", "policyName",
                   SAFE_UPGRADES, "validationActions", "Deny");
}

void chart_make_definitions(struct ctl *c, const struct crd_bundle *b)
{
    json_auto_t *all = crds_all(b);
    json_t *definition;
    size_t i;

    json_array_foreach (all, i, definition)
        make(c, HELM, "customresourcedefinitions", json_incref(definition));
}

static void make_policy_docs(struct ctl *c, const json_t *docs)
{
    make(c, HELM, "validatingadmissionpolicies", json_incref(json_array_get(docs, 0)));
    make(c, HELM, "validatingadmissionpolicybindings", json_incref(json_array_get(docs, 1)));
}

void chart_make_policy(struct ctl *c, const struct crd_bundle *b)
{
    json_auto_t *docs = chart_policy(b);

    make_policy_docs(c, docs);
}

/* ---- the controller's objects ---- */

static json_t *labels_of(const struct chart *chart)
{
    return jx_pack("{s:s, s:s, s:s}", "app.kubernetes.io/managed-by", "Helm", "app.kubernetes.io/instance",
                   chart->release, "app.kubernetes.io/name", "gateway-helm");
}

static json_t *annotations_of(const struct chart *chart)
{
    return jx_pack("{s:s, s:s}", "meta.helm.sh/release-name", chart->release,
                   "meta.helm.sh/release-namespace", chart->ns);
}

static json_t *doc_of(const struct chart *chart, const char *version, const char *kind, const char *name)
{
    return jx_pack("{s:s, s:s, s:{s:s, s:o, s:o}}", "apiVersion", version, "kind", kind, "metadata", "name",
                   name, "labels", labels_of(chart), "annotations", annotations_of(chart));
}

static void fill_namespaced(json_t *doc, const struct chart *chart)
{
    jx_set(jx_at(doc, "metadata"), "namespace", json_string(chart->ns));
}

static void fill_config(json_t *doc, const struct chart *chart)
{
    fill_namespaced(doc, chart);
    jx_set(doc, "data",
           jx_pack("{s:s}", "envoy-gateway.yaml",
                   "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyGateway\n"));
}

static void fill_nothing(json_t *doc, const struct chart *chart) { (void)doc, (void)chart; }

static void fill_certgen_role(json_t *doc, const struct chart *chart)
{
    fill_namespaced(doc, chart);
    jx_set(doc, "rules",
           jx_pack("[{s:[s], s:[s], s:[s, s, s]}]", "apiGroups", "", "resources", "secrets", "verbs", "get",
                   "create", "update"));
}

static void fill_certgen_cluster_role(json_t *doc, const struct chart *chart)
{
    (void)chart;
    jx_set(doc, "rules",
           jx_pack("[{s:[s], s:[s], s:[s, s]}]", "apiGroups", ADMISSION, "resources",
                   "mutatingwebhookconfigurations", "verbs", "get", "update"));
}

static void fill_role(json_t *doc, const struct chart *chart)
{
    (void)chart;
    jx_set(doc, "rules",
           jx_pack("[{s:[s, s], s:[s], s:[s]}, {s:[s], s:[s, s, s], s:[s, s, s]}]", "apiGroups",
                   GATEWAY_GROUP, ENVOY_GROUP, "resources", "*", "verbs", "*", "apiGroups", "", "resources",
                   "namespaces", "secrets", "services", "verbs", "get", "list", "watch"));
}

static void fill_binding(json_t *doc, const struct chart *chart)
{
    jx_set(doc, "roleRef",
           jx_pack("{s:s, s:s, s:o}", "apiGroup", RBAC, "kind", "ClusterRole", "name",
                   json_sprintf("%s-gateway-helm-envoy-gateway-role", chart->release)));
    jx_set(doc, "subjects",
           jx_pack("[{s:s, s:s, s:s}]", "kind", "ServiceAccount", "name", "envoy-gateway", "namespace",
                   chart->ns));
}

static void fill_service(json_t *doc, const struct chart *chart)
{
    fill_namespaced(doc, chart);
    jx_set(doc, "spec",
           jx_pack("{s:{s:s, s:s}, s:[{s:s, s:i, s:i}]}", "selector", "control-plane", "envoy-gateway",
                   "app.kubernetes.io/instance", chart->release, "ports", "name", "grpc", "port", 18000,
                   "targetPort", 18000));
}

static void fill_deployment(json_t *doc, const struct chart *chart)
{
    json_t *labels =
        jx_pack("{s:s, s:s}", "control-plane", "envoy-gateway", "app.kubernetes.io/instance", chart->release);

    fill_namespaced(doc, chart);
    jx_set(doc, "spec",
           jx_pack("{s:i, s:{s:O}, s:{s:{s:o}, s:{s:s, s:[{s:s, s:o, s:[s, s]}], s:[{s:s, s:{s:s}}]}}}",
                   "replicas", 1, "selector", "matchLabels", labels, "template", "metadata", "labels", labels,
                   "spec", "serviceAccountName", "envoy-gateway", "containers", "name", "envoy-gateway",
                   "image", json_sprintf("%s/envoyproxy/gateway:%s", chart->registry, chart->version), "args",
                   "server", "--config-path=/config/envoy-gateway.yaml", "volumes", "name", "certs", "secret",
                   "secretName", "envoy-gateway"));
    if (json_object_size(chart->annotations))
        jx_share(jx_at(doc, "spec.template.metadata"), "annotations", chart->annotations);
}

/* In the order in which helm makes them; the names of some begin with the release's. What hooks make is no part of the
 * release. */
static const struct part {
    const char *group, *version, *kind, *plural, *name;
    bool prefixed, namespaced, hook;
    void (*fill)(json_t *doc, const struct chart *chart);
} parts[] = {
    { "", "v1", "ServiceAccount", "serviceaccounts", "-gateway-helm-certgen", true, true, true,
      fill_namespaced },
    { RBAC, RBAC "/v1", "Role", "roles", "-gateway-helm-certgen", true, true, true, fill_certgen_role },
    { RBAC, RBAC "/v1", "ClusterRole", "clusterroles", "-gateway-helm-certgen:envoy-gateway-system", true,
      false, true, fill_certgen_cluster_role },
    { ADMISSION, ADMISSION "/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations",
      "envoy-gateway-topology-injector.envoy-gateway-system", false, false, true, fill_nothing },
    { "", "v1", "ServiceAccount", "serviceaccounts", "envoy-gateway", false, true, false, fill_namespaced },
    { "", "v1", "ConfigMap", "configmaps", "envoy-gateway-config", false, true, false, fill_config },
    { RBAC, RBAC "/v1", "ClusterRole", "clusterroles", "-gateway-helm-envoy-gateway-role", true, false, false,
      fill_role },
    { RBAC, RBAC "/v1", "ClusterRoleBinding", "clusterrolebindings",
      "-gateway-helm-envoy-gateway-rolebinding", true, false, false, fill_binding },
    { "", "v1", "Service", "services", "envoy-gateway", false, true, false, fill_service },
    { "apps", "apps/v1", "Deployment", "deployments", "envoy-gateway", false, true, false, fill_deployment },
};

static char *name_of(const struct part *part, const struct chart *chart)
{
    return x_asprintf("%s%s", part->prefixed ? chart->release : "", part->name);
}

static json_t *live_part(const struct ctl *c, const struct part *part, const struct chart *chart)
{
    CLEAN(free) char *name = name_of(part, chart);

    return ctl_get(c, part->group, part->plural, part->namespaced ? chart->ns : NULL, name);
}

static bool owns(const struct chart *chart, const json_t *doc)
{
    return !strcmp(ctl_label(doc, "app.kubernetes.io/managed-by"), "Helm") &&
           !strcmp(ctl_annotation(doc, "meta.helm.sh/release-name"), chart->release) &&
           !strcmp(ctl_annotation(doc, "meta.helm.sh/release-namespace"), chart->ns);
}

const json_t *chart_conflict(const struct ctl *c, const struct chart *chart, const char **ret_kind)
{
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        const json_t *live = live_part(c, &parts[i], chart);

        *ret_kind = parts[i].kind;
        if (live && !owns(chart, live))
            return live;
    }
    return NULL;
}

/* The chart leaves out a policy that is there and somebody else's. Its own is that of the experimental channel. */
static void make_policy(struct ctl *c, const struct chart *chart)
{
    struct crd_bundle bundle = chart_bundle(chart->minor, false);
    json_auto_t *docs = chart_policy(&bundle);
    json_auto_t *annotations = annotations_of(chart);
    json_t *doc;
    size_t i;

    json_array_foreach (docs, i, doc) {
        jx_set(jx_at(doc, "metadata"), "labels", labels_of(chart));
        (void)json_object_update(jx_at(doc, "metadata.annotations"), annotations);
    }
    make_policy_docs(c, docs);
}

void chart_make_certificates(struct ctl *c, const char *ns)
{
    static const char *const names[] = { "envoy-gateway", "envoy", "envoy-rate-limit" };

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        make(c, "envoy-gateway-certgen", "secrets",
             jx_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s}}, s:s, s:{s:s, s:s, s:s}}", "apiVersion", "v1", "kind",
                     "Secret", "metadata", "name", names[i], "namespace", ns, "labels", "control-plane",
                     "envoy-gateway", "type", "kubernetes.io/tls", "data", "ca.crt", "", "tls.crt", "",
                     "tls.key", ""));
}

void chart_make(struct ctl *c, const struct chart *chart)
{
    if (chart->policy)
        make_policy(c, chart);
    chart_make_certificates(c, chart->ns); /* a hook before the rest */
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        const json_t *live = live_part(c, &parts[i], chart);
        CLEAN(free) char *name = name_of(&parts[i], chart);
        json_t *doc = doc_of(chart, parts[i].version, parts[i].kind, name);

        parts[i].fill(doc, chart);
        if (live)
            ctl_patch(c, HELM, live, parts[i].plural, NULL, doc);
        else
            make(c, HELM, parts[i].plural, doc);
    }
}

static void remove_owned(struct ctl *c, const struct chart *chart, const json_t *doc, const char *plural)
{
    if (doc && owns(chart, doc))
        ctl_delete(c, HELM, doc, plural);
}

void chart_remove(struct ctl *c, const struct chart *chart)
{
    static const char *const policy[] = { "validatingadmissionpolicybindings",
                                          "validatingadmissionpolicies" };

    for (size_t i = ARRAY_LENGTH(parts); i-- > 0;)
        if (!parts[i].hook)
            remove_owned(c, chart, live_part(c, &parts[i], chart), parts[i].plural);
    for (size_t i = 0; i < ARRAY_LENGTH(policy); i++)
        remove_owned(c, chart, ctl_get(c, ADMISSION, policy[i], NULL, SAFE_UPGRADES), policy[i]);
}
