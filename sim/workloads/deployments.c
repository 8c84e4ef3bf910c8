/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/deployments.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "sim/workloads/conditions.h"

#define MANAGER "kube-controller-manager"
#define HASH    "pod-template-hash"

enum { HASH_DIGITS = 10 };

struct count {
    json_int_t want, ready;
    bool late; /* not all ready for longer than is allowed */
};

/* One of the three kinds. */
struct family {
    const char *plural;
    bool per_node;
    json_t *(*status)(const json_t *doc, const struct count *n);
};

static json_t *progressing(const struct count *n)
{
    if (n->ready >= n->want)
        return condition_new("Progressing", "True", "NewReplicaSetAvailable",
                             "ReplicaSet has successfully progressed.");
    if (n->late)
        return condition_new("Progressing", "False", "ProgressDeadlineExceeded",
                             "ReplicaSet has timed out progressing.");
    return condition_new("Progressing", "True", "ReplicaSetUpdated", "ReplicaSet is progressing.");
}

static json_t *deployment_status(const json_t *doc, const struct count *n)
{
    bool up = n->ready >= n->want;
    json_t *conditions = jx_pack("[o, o]",
                                 condition_new("Available", up ? "True" : "False",
                                               up ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                                               up ? "Deployment has minimum availability."
                                                  : "Deployment does not have minimum availability."),
                                 progressing(n));

    conditions_keep_times(jx_at(doc, "status.conditions"), conditions);
    return jx_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "replicas", n->want, "updatedReplicas", n->want,
                   "readyReplicas", n->ready, "availableReplicas", n->ready, "unavailableReplicas",
                   n->want - n->ready, "conditions", conditions);
}

static json_t *set_status(const json_t *doc, const struct count *n)
{
    (void)doc;
    return jx_pack("{s:I, s:I, s:I, s:I, s:I}", "replicas", n->want, "updatedReplicas", n->want,
                   "currentReplicas", n->want, "readyReplicas", n->ready, "availableReplicas", n->ready);
}

static json_t *daemon_status(const json_t *doc, const struct count *n)
{
    (void)doc;
    return jx_pack("{s:I, s:I, s:I, s:I, s:I, s:i}", "desiredNumberScheduled", n->want,
                   "currentNumberScheduled", n->want, "updatedNumberScheduled", n->want, "numberReady",
                   n->ready, "numberAvailable", n->ready, "numberMisscheduled", 0);
}

static const struct family families[] = {
    { "deployments", false, deployment_status },
    { "statefulsets", false, set_status },
    { "daemonsets", true, daemon_status },
};

static void template_hash(const json_t *doc, char hash[HASH_DIGITS + 1])
{
    CLEAN(free) char *text = jx_dump(jx_at(doc, "spec.template"));

    crypto_sha256_hex(text, strlen(text), hash, HASH_DIGITS);
}

static void start_pod(struct ctl *c, const json_t *doc, const char *hash)
{
    json_t *metadata = json_deep_copy(jx_at(doc, "spec.template.metadata"));
    json_t *spec = json_deep_copy(jx_at(doc, "spec.template.spec"));

    metadata = metadata ? metadata : json_object();
    jx_set(jx_make_object(metadata, "labels"), HASH, json_string(hash));
    jx_set(metadata, "generateName", json_sprintf("%s-%s-", ctl_name(doc), hash));
    jx_set(metadata, "namespace", json_string(ctl_namespace(doc)));
    jx_set(metadata, "ownerReferences", jx_pack("[o]", ctl_owner(doc)));
    (void)ctl_create(c, MANAGER, "pods",
                     jx_pack("{s:s, s:s, s:o, s:o}", "apiVersion", "v1", "kind", "Pod", "metadata", metadata,
                             "spec", spec ? spec : json_object()));
}

/* Deletes pods of another template and those too many; counts the rest. */
static void count_pods(struct ctl *c, const json_t *doc, const char *hash, json_int_t want,
                       json_int_t *ret_have, json_int_t *ret_ready)
{
    json_auto_t *pods = ctl_list(c, "", "pods", ctl_namespace(doc));
    const json_t *pod;
    size_t i;

    json_array_foreach (pods, i, pod) {
        const char *owner = jx_str(json_array_get(jx_at(pod, "metadata.ownerReferences"), 0), "uid", "");

        if (strcmp(owner, ctl_uid(doc)) != 0 || ctl_deleting(pod))
            continue;
        if (strcmp(ctl_label(pod, HASH), hash) != 0 || *ret_have >= want) {
            ctl_delete(c, MANAGER, pod, "pods");
            continue;
        }
        ++*ret_have;
        *ret_ready += condition_true(pod, "Ready");
    }
}

static json_int_t wanted(const struct ctl *c, const struct family *family, const json_t *doc)
{
    json_auto_t *nodes = NULL;

    if (!family->per_node)
        return jx_int(doc, "spec.replicas", 1);
    nodes = ctl_list(c, "", "nodes", NULL);
    return (json_int_t)json_array_size(nodes);
}

enum {
    MOST_PODS = 100
}; /* per object; nobody tests with more, and a slip of the pen shall not fill the memory */

/* Is it without all its pods for longer than its deadline, 10 minutes when it names none? */
static bool is_late(struct ctl *c, const json_t *doc, const char *hash, bool up)
{
    json_t *note = ctl_note(c, "deployments", ctl_uid(doc));

    if (up || strcmp(jx_str(note, "hash", ""), hash) != 0)
        (void)json_object_del(note, "waits");
    jx_set(note, "hash", json_string(hash));
    return !up &&
           ctl_after(c, note, "waits", jx_int(doc, "spec.progressDeadlineSeconds", 600) * CLOCK_SECOND);
}

static void step(struct ctl *c, const struct family *family, const json_t *doc)
{
    struct count n = { .want = wanted(c, family, doc) };
    json_int_t have = 0;
    char hash[HASH_DIGITS + 1];
    json_t *status;

    n.want = n.want < MOST_PODS ? n.want : MOST_PODS;
    template_hash(doc, hash);
    count_pods(c, doc, hash, n.want, &have, &n.ready);
    for (json_int_t i = have; i < n.want; i++)
        start_pod(c, doc, hash);
    n.late = is_late(c, doc, hash, n.ready >= n.want);
    status = family->status(doc, &n);
    jx_set(status, "observedGeneration", json_integer(jx_int(doc, "metadata.generation", 1)));
    ctl_patch(c, MANAGER, doc, family->plural, "status", jx_pack("{s:o}", "status", status));
}

void deployments_run(struct ctl *c)
{
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++) {
        json_auto_t *docs = ctl_list(c, "apps", families[i].plural, NULL);
        const json_t *doc;
        size_t k;

        json_array_foreach (docs, k, doc) {
            if (!ctl_deleting(doc))
                step(c, &families[i], doc);
        }
    }
}
