/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/kinds.h"
#include "lib/buf.h"
#include "sim/shootapi/builtin_schema.h"
#include "sim/shootapi/objects.h"

enum {
    NS = KIND_NAMESPACED,
    ST = KIND_STATUS,
    GEN = KIND_GENERATION,
    ALL = KIND_ALL,
};

static const struct kind fixed[] = {
    { "", "v1", "ConfigMap", "configmaps", "configmap", "cm", NS, NULL, "", NULL, NULL, NULL, NULL },
    { "", "v1", "Event", "events", "event", "ev", NS,
      "LAST "
      "SEEN=date:.lastTimestamp|TYPE=string:.type|REASON=string:.reason|OBJECT=string:.involvedObject.name|"
      "MESSAGE=string:.message",
      "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid "
      "involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath reason type "
      "reportingComponent source",
      NULL, NULL, NULL, NULL },
    { "", "v1", "Namespace", "namespaces", "namespace", "ns", ST, "STATUS=string:.status.phase",
      "status.phase", "{\"phase\":\"Active\"}", NULL, NULL, NULL },
    { "", "v1", "Node", "nodes", "node", "no", ST,
      "STATUS=string:.status.conditions[?(@.type==\"Ready\")].type|VERSION=string:.status.nodeInfo."
      "kubeletVersion",
      "spec.unschedulable", NULL, NULL, NULL, NULL },
    { "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim", "pvc", NS | ST,
      "STATUS=string:.status.phase|VOLUME=string:.spec.volumeName|CAPACITY=string:.status.capacity.storage|"
      "ACCESS MODES=modes:.spec.accessModes|STORAGECLASS=string:.spec.storageClassName",
      "", "{\"phase\":\"Pending\"}", NULL, NULL, NULL },
    { "", "v1", "PersistentVolume", "persistentvolumes", "persistentvolume", "pv", ST,
      "CAPACITY=string:.spec.capacity.storage|RECLAIM POLICY=string:.spec.persistentVolumeReclaimPolicy|"
      "STATUS=string:.status.phase|CLAIM=string:.spec.claimRef.name|STORAGECLASS=string:.spec."
      "storageClassName",
      "", "{\"phase\":\"Pending\"}", NULL, NULL, NULL },
    { "", "v1", "Pod", "pods", "pod", "po", NS | ST | ALL,
      "STATUS=string:.status.phase|NODE=string:.spec.nodeName",
      "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork "
      "status.phase "
      "status.podIP status.nominatedNodeName",
      "{\"phase\":\"Pending\"}", NULL, NULL, NULL },
    { "", "v1", "Secret", "secrets", "secret", "", NS, "TYPE=string:.type", "type", NULL, NULL, NULL, NULL },
    { "", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount", "sa", NS, NULL, "", NULL, NULL, NULL,
      NULL },
    { "", "v1", "Service", "services", "service", "svc", NS | ST | ALL,
      "TYPE=string:.spec.type|CLUSTER-IP=string:.spec.clusterIP|"
      "EXTERNAL-IP=external:|PORT(S)=ports:.spec.ports",
      "spec.clusterIP spec.type", "{\"loadBalancer\":{}}", NULL, NULL, NULL },
    { "admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations",
      "mutatingwebhookconfiguration", "", GEN, NULL, "", NULL, NULL, NULL, NULL },
    { "admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies",
      "validatingadmissionpolicy", "", ST | GEN, NULL, "", NULL, NULL, NULL, NULL },
    { "admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding",
      "validatingadmissionpolicybindings", "validatingadmissionpolicybinding", "", GEN,
      "POLICYNAME=string:.spec.policyName", "", NULL, NULL, NULL, NULL },
    { "admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration",
      "validatingwebhookconfigurations", "validatingwebhookconfiguration", "", GEN, NULL, "", NULL, NULL,
      NULL, NULL },
    { "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions",
      "customresourcedefinition", "crd,crds", ST | GEN, "CREATED AT=string:.metadata.creationTimestamp", "",
      NULL, NULL, NULL, NULL },
    { "apps", "v1", "DaemonSet", "daemonsets", "daemonset", "ds", NS | ST | GEN | ALL,
      "READY=string:.status.numberReady", "", "{}", NULL, NULL, NULL },
    { "apps", "v1", "Deployment", "deployments", "deployment", "deploy", NS | ST | GEN | ALL | KIND_SCALE,
      "READY=string:.status.readyReplicas|UP-TO-DATE=string:.status.updatedReplicas|"
      "AVAILABLE=string:.status.availableReplicas",
      "", "{}", NULL, NULL, NULL },
    { "apps", "v1", "ReplicaSet", "replicasets", "replicaset", "rs", NS | ST | GEN | ALL | KIND_SCALE,
      "DESIRED=string:.spec.replicas|READY=string:.status.readyReplicas", "", "{\"replicas\":0}", NULL, NULL,
      NULL },
    { "apps", "v1", "StatefulSet", "statefulsets", "statefulset", "sts", NS | ST | GEN | ALL | KIND_SCALE,
      "READY=string:.status.readyReplicas", "", "{\"replicas\":0,\"availableReplicas\":0}", NULL, NULL,
      NULL },
    { "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "horizontalpodautoscaler",
      "hpa", NS | ST | ALL, "REFERENCE=string:.spec.scaleTargetRef.name", "", "{}", NULL, NULL, NULL },
    { "batch", "v1", "Job", "jobs", "job", "", NS | ST | GEN | ALL | KIND_ORPHANS,
      "STATUS=string:.status.conditions[0].type|COMPLETIONS=string:.status.succeeded", "status.successful",
      "{}", NULL, NULL, NULL },
    { "coordination.k8s.io", "v1", "Lease", "leases", "lease", "", NS, "HOLDER=string:.spec.holderIdentity",
      "", NULL, NULL, NULL, NULL },
    { "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice", "", NS | GEN,
      "ADDRESSTYPE=string:.addressType|PORTS=string:.ports[0].port|ENDPOINTS=string:.endpoints[0].addresses["
      "0]",
      "", NULL, NULL, NULL, NULL },
    { "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget", "pdb",
      NS | ST | GEN, "MIN AVAILABLE=string:.spec.minAvailable", "", "{}", NULL, NULL, NULL },
    { "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", "clusterrolebinding",
      "", 0, "ROLE=string:.roleRef.name", "", NULL, NULL, NULL, NULL },
    { "rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole", "", 0, NULL, "", NULL,
      NULL, NULL, NULL },
    { "rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rolebinding", "", NS,
      "ROLE=string:.roleRef.name", "", NULL, NULL, NULL, NULL },
    { "rbac.authorization.k8s.io", "v1", "Role", "roles", "role", "", NS, NULL, "", NULL, NULL, NULL, NULL },
    { "storage.k8s.io", "v1", "StorageClass", "storageclasses", "storageclass", "sc", 0,
      "PROVISIONER=string:.provisioner|RECLAIMPOLICY=string:.reclaimPolicy|"
      "VOLUMEBINDINGMODE=string:.volumeBindingMode|ALLOWVOLUMEEXPANSION=boolean:.allowVolumeExpansion",
      "", NULL, NULL, NULL, NULL },
    { "storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", "volumeattachment", "", ST,
      "ATTACHER=string:.spec.attacher|PV=string:.spec.source.persistentVolumeName|NODE=string:.spec.nodeName|"
      "ATTACHED=boolean:.status.attached",
      "", NULL, NULL, NULL, NULL },
};

struct kinds {
    struct kind built_in[ARRAY_LENGTH(fixed)]; /* as 'fixed', with schemas */
    json_t *types;
    struct kind *custom;
    size_t n_custom;
    json_t *definitions; /* array; keeps alive what 'custom' borrows */
};

struct kinds *kinds_new(void)
{
    struct kinds *k = x_alloc(sizeof(*k));

    k->definitions = json_array();
    k->types = builtin_schemas();
    for (size_t i = 0; i < ARRAY_LENGTH(fixed); i++) {
        k->built_in[i] = fixed[i];
        k->built_in[i].schema = json_object_get(k->types, fixed[i].kind);
        k->built_in[i].metadata = json_object_get(k->types, "ObjectMeta");
    }
    return k;
}

static void drop_custom(struct kinds *k)
{
    for (size_t i = 0; i < k->n_custom; i++) {
        union {
            const char *in;
            char *out;
        } owned = { .in = k->custom[i].short_names };
        free(owned.out);
    }
    free(k->custom);
    k->custom = NULL;
    k->n_custom = 0;
    (void)json_array_clear(k->definitions);
}

void kinds_free(struct kinds *k)
{
    if (!k)
        return;
    drop_custom(k);
    json_decref(k->definitions);
    json_decref(k->types);
    free(k);
}

static char *join(const json_t *words)
{
    struct buf text = buf_max(1024);
    const json_t *word;
    size_t i;

    json_array_foreach (words, i, word) {
        (void)buf_addf(&text, "%s%s", i ? "," : "", json_is_string(word) ? json_string_value(word) : "");
    }
    return buf_take(&text);
}

static void add_custom(struct kinds *k, const json_t *definition, const json_t *version)
{
    const json_t *names = jx_at(definition, "spec.names");
    unsigned flags = KIND_CUSTOM | KIND_GENERATION;

    if (!strcmp(jx_str(definition, "spec.scope", ""), "Namespaced"))
        flags |= KIND_NAMESPACED;
    if (jx_at(version, "subresources.status"))
        flags |= KIND_STATUS;
    if (jx_bool(version, "deprecated", false))
        flags |= KIND_DEPRECATED;
    k->custom = x_realloc(k->custom, (k->n_custom + 1) * sizeof(*k->custom));
    k->custom[k->n_custom++] = (struct kind){
        .group = jx_str(definition, "spec.group", ""),
        .version = jx_str(version, "name", ""),
        .kind = jx_str(names, "kind", ""),
        .plural = jx_str(names, "plural", ""),
        .singular = jx_str(names, "singular", ""),
        .short_names = join(json_object_get(names, "shortNames")),
        .flags = flags,
        .field_labels = "",
        .schema = jx_at(version, "schema.openAPIV3Schema"),
        .printer_columns = json_object_get(version, "additionalPrinterColumns"),
        .metadata = json_object_get(k->types, "ObjectMeta"),
    };
}

/* GA before beta before alpha, higher numbers first: the order Kubernetes prefers versions in. */
static int version_rank(const char *version)
{
    int major = 0, minor = 0, stage;
    char word[8] = "";

    if (sscanf(version, "v%d%7[a-z]%d", &major, word, &minor) < 1)
        return -1;
    stage = !*word ? 2 : !strcmp(word, "beta") ? 1 : 0;
    return stage * 1000000 + major * 1000 + minor;
}

static int compare_custom(const void *a, const void *b)
{
    const struct kind *x = a, *y = b;
    int order = strcmp(x->group, y->group);

    if (!order)
        order = version_rank(y->version) - version_rank(x->version);
    return order ? order : strcmp(x->plural, y->plural);
}

void kinds_reload(struct kinds *k, struct objects *o)
{
    const struct object *at = NULL;

    drop_custom(k);
    while ((at = objects_next(o, "apiextensions.k8s.io", "customresourcedefinitions", NULL, at))) {
        const json_t *version;
        size_t i;

        if (json_array_append(k->definitions, at->doc) < 0)
            abort();
        json_array_foreach (jx_at(at->doc, "spec.versions"), i, version) {
            if (jx_bool(version, "served", false))
                add_custom(k, at->doc, version);
        }
    }
    if (k->n_custom)
        qsort(k->custom, k->n_custom, sizeof(*k->custom), compare_custom);
}

size_t kinds_count(const struct kinds *k) { return ARRAY_LENGTH(fixed) + k->n_custom; }

const struct kind *kinds_at(const struct kinds *k, size_t i)
{
    return i < ARRAY_LENGTH(fixed) ? &k->built_in[i] : &k->custom[i - ARRAY_LENGTH(fixed)];
}

const struct kind *kinds_find(const struct kinds *k, const char *group, const char *version,
                              const char *plural)
{
    for (size_t i = 0; i < kinds_count(k); i++) {
        const struct kind *kind = kinds_at(k, i);

        if (!strcmp(kind->group, group) && !strcmp(kind->version, version) && !strcmp(kind->plural, plural))
            return kind;
    }
    return NULL;
}

const char *kinds_preferred(const struct kinds *k, const char *group)
{
    for (size_t i = 0; i < kinds_count(k); i++)
        if (!strcmp(kinds_at(k, i)->group, group))
            return kinds_at(k, i)->version;
    return NULL;
}

bool kinds_has_version(const struct kinds *k, const char *group, const char *version)
{
    for (size_t i = 0; i < kinds_count(k); i++)
        if (!strcmp(kinds_at(k, i)->group, group) && !strcmp(kinds_at(k, i)->version, version))
            return true;
    return false;
}

char *kind_api_version(const struct kind *kind)
{
    return *kind->group ? x_asprintf("%s/%s", kind->group, kind->version) : x_strdup(kind->version);
}
