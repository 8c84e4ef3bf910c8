/* SPDX-License-Identifier: Apache-2.0 */
/* What is composed at each step.  What was observed stays until its step says that it goes. */
#include "function/render/desired.h"
#include "function/render/inside.h"
#include "function/render/shoot_gateway.h"
#include "function/render/shoot_state.h"
#include "lib/jx.h"

#define NS SHOOT_GATEWAY_NAMESPACE_NAME

enum { STAGES = SHOOT_GATEWAY_GONE + 1 };

static const char *const core[] = { "v1", NULL };
static const char *const rbac[] = { "rbac.authorization.k8s.io/v1", NULL };
static const char *const batch[] = { "batch/v1", NULL };
static const char *const gateway_api[] = { "gateway.networking.k8s.io/v1", NULL };

static const char is_there[] = ".response.body.metadata.deletionTimestamp == null";
static const char uid_of[] = "{uid: .response.body.metadata.uid}";

static void put(struct shoot_state *st, enum shoot_part id, json_t *resource)
{
    desired_put(st->call.r, &shoot_parts[id], resource);
}

/* Requests through the shoot's own ProviderConfig. */
static void begin(const struct shoot_state *st, struct requests *rq, char config[NAMING_SIZE])
{
    naming_object(&st->call.names, &shoot_parts[SHOOT_CONFIG], config);
    requests_init(rq, &st->call.names, "ProviderConfig", config);
}

static json_t *polled(const struct shoot_state *st, json_t *for_provider, const char *poll)
{
    jx_add(
        for_provider, jx_s("pollInterval", poll),
        jx_s("pollIntervalWhileNotReady", st->call.in.poll_not_ready ? st->call.in.poll_not_ready : "10s"));
    return for_provider;
}

/* Nobody else has a say in these objects: what is there already is taken over. */
static json_t *object_of(struct shoot_state *st, enum shoot_part id, json_t *for_provider)
{
    struct requests rq = { 0 };
    char config[NAMING_SIZE];
    json_t *request;

    begin(st, &rq, config);
    jx_add(for_provider, jx_b("adopt", true));
    request = requests_request(&rq, &shoot_parts[id], polled(st, for_provider, st->spec.poll));
    requests_free(&rq);
    return request;
}

static void put_object(struct shoot_state *st, enum shoot_part id, json_t *for_provider)
{
    put(st, id, object_of(st, id, for_provider));
}

static void put_probe(struct shoot_state *st, enum shoot_part id, struct inside_probe *probe,
                      const char *path, const char *poll)
{
    struct requests rq = { 0 };
    char config[NAMING_SIZE];

    begin(st, &rq, config);
    put(st, id, requests_probe(&rq, &shoot_parts[id], config, polled(st, inside_probe(probe, path), poll)));
    requests_free(&rq);
}

static json_t *named(const char *name, const char *ns, json_t *annotations)
{
    return jx_object(jx_s("name", name), jx_s("namespace", ns),
                     jx_o("labels", jx_pack("{s:s}", "app.kubernetes.io/managed-by", "cleura")),
                     jx_o("annotations", annotations));
}

/* ---- the Job's namespace, account and rights --------------------------------------------------------------------- */

static void put_namespace(struct shoot_state *st)
{
    struct requests rq = { 0 };
    char config[NAMING_SIZE];

    begin(st, &rq, config);
    put(st, SHOOT_GATEWAY_NAMESPACE,
        requests_provision(&rq, &shoot_parts[SHOOT_GATEWAY_NAMESPACE], inside_namespace(NS)));
    requests_free(&rq);
}

static void put_account(struct shoot_state *st)
{
    static struct inside_kind kind = { .kind = "ServiceAccount",
                                       .resource = "serviceaccounts",
                                       .versions = core,
                                       .ready = is_there,
                                       .projection = uid_of };

    put_object(st, SHOOT_GATEWAY_ACCOUNT,
               inside_apply(&kind, NS, named(SHOOT_GATEWAY_JOB_NAME, NS, NULL), json_object(), NULL, NULL));
}

/* The charts make roles: who grants a right must have it. */
static void put_rights(struct shoot_state *st)
{
    static struct inside_kind kind = { .kind = "ClusterRoleBinding",
                                       .resource = "clusterrolebindings",
                                       .versions = rbac,
                                       .ready = is_there,
                                       .projection = uid_of };
    json_t *role = jx_pack("{s:s, s:s, s:s}", "apiGroup", "rbac.authorization.k8s.io", "kind", "ClusterRole",
                           "name", "cluster-admin");
    json_t *subject =
        jx_pack("{s:s, s:s, s:s}", "kind", "ServiceAccount", "name", SHOOT_GATEWAY_JOB_NAME, "namespace", NS);

    put_object(st, SHOOT_GATEWAY_RIGHTS,
               inside_apply(&kind, NULL, named(SHOOT_GATEWAY_JOB_NAME, NULL, NULL),
                            jx_object(jx_o("roleRef", role), jx_o("subjects", jx_pack("[o]", subject))), NULL,
                            NULL));
}

/* ---- the Job ----------------------------------------------------------------------------------------------------- */

static void put_job(struct shoot_state *st)
{
    static struct inside_kind kind = { .kind = "Job",
                                       .resource = "jobs",
                                       .versions = batch,
                                       .ready = shoot_gateway_job_ready,
                                       .outdated = shoot_gateway_job_outdated,
                                       .projection = shoot_gateway_job_projection };
    const struct shoot_gateway *g = &st->gateway;
    json_t *notes = jx_object(jx_s("cleura.crossplane.io/hash", g->hash),
                              jx_s("cleura.crossplane.io/envoy-gateway", g->version),
                              jx_s("cleura.crossplane.io/channel", g->version ? g->channel : NULL));

    put_object(st, SHOOT_GATEWAY_JOB,
               inside_apply(&kind, NS, named(SHOOT_GATEWAY_JOB_NAME, NS, notes), json_incref(g->job), NULL,
                            jx_object(jx_s("hash", g->hash))));
}

static void put_pods(struct shoot_state *st)
{
    static struct inside_probe probe = { .ready = ".response.statusCode == 200",
                                         .projection = shoot_gateway_pods_projection };

    put_probe(st, SHOOT_GATEWAY_PODS, &probe,
              "/api/v1/namespaces/" NS
              "/pods?labelSelector=batch.kubernetes.io%2Fjob-name%3D" SHOOT_GATEWAY_JOB_NAME,
              "15s");
}

/* ---- what there is ----------------------------------------------------------------------------------------------- */

/* Without their schemas, which are megabytes. Looked at often as long as the Job may change them, and once more when it is done. */
static void put_crds(struct shoot_state *st)
{
    bool at_rest = st->gateway.stage == SHOOT_GATEWAY_INSTALLED;
    static struct inside_probe probe = {
        .ready = ".response.statusCode == 200",
        .projection = shoot_gateway_crds_projection,
        .accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    };

    put_probe(st, SHOOT_GATEWAY_CRDS, &probe,
              "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
              "?fieldSelector=metadata.name%3Dgateways.gateway.networking.k8s.io",
              at_rest ? "10m" : "1m");
}

static void put_controller(struct shoot_state *st)
{
    static struct inside_probe probe = { .ready = shoot_gateway_controller_ready,
                                         .projection = shoot_gateway_controller_projection };

    put_probe(st, SHOOT_GATEWAY_CONTROLLER, &probe,
              "/apis/apps/v1/namespaces/" NS "/deployments/envoy-gateway", "5m");
}

static void put_services(struct shoot_state *st)
{
    static struct inside_probe probe = { .ready = shoot_gateway_left_ready,
                                         .projection = shoot_gateway_left_projection };

    put_probe(st, SHOOT_GATEWAY_SERVICES, &probe,
              "/api/v1/services?labelSelector=app.kubernetes.io%2Fmanaged-by%3Denvoy-gateway%2C"
              "app.kubernetes.io%2Fcomponent%3Dproxy",
              "15s");
}

/* Another controller's is not ours to delete: who it belongs to is known once it was seen. When the name of such a one is given up,
 * its Request goes before there is one for the other name. */
static void put_class(struct shoot_state *st)
{
    static struct inside_kind kind = { .kind = "GatewayClass",
                                       .resource = "gatewayclasses",
                                       .versions = gateway_api,
                                       .discovered = true,
                                       .ready = shoot_gateway_class_ready,
                                       .projection = shoot_gateway_class_projection };
    const char *name = shoot_gateway_class(st), *there = shoot_gateway_class_there(st);
    bool foreign = shoot_gateway_class_foreign(st);
    json_t *spec, *request;

    if (foreign && strcmp(there, name) != 0)
        return;
    spec = jx_pack("{s:s}", "controllerName", SHOOT_GATEWAY_CONTROLLER_NAME);
    request = object_of(
        st, SHOOT_GATEWAY_CLASS,
        inside_apply(&kind, NULL, named(name, NULL, NULL), jx_object(jx_o("spec", spec)), NULL, NULL));
    if (!there || foreign)
        jx_set(json_object_get(request, "spec"), "managementPolicies",
               jx_pack("[s, s, s]", "Observe", "Create", "Update"));
    put(st, SHOOT_GATEWAY_CLASS, request);
}

/* ---- provider-helm ----------------------------------------------------------------------------------------------- */

static void put_helm(struct shoot_state *st)
{
    json_t *ref = jx_object(jx_s("name", st->secret), jx_s("namespace", st->secret_namespace),
                            jx_w("key", "kubeconfig"));

    put(st, SHOOT_GATEWAY_HELM,
        requests_helm_config(
            &st->call.rq, &shoot_parts[SHOOT_GATEWAY_HELM],
            jx_object(jx_o("credentials", jx_object(jx_w("source", "Secret"), jx_o("secretRef", ref))))));
}

/* Without Delete: a release goes with its cluster, and nobody can uninstall it from one that is gone. */
static void put_release(struct shoot_state *st)
{
    const struct shoot_gateway *g = &st->gateway;
    const char *registry = st->spec.gateway.registry ? st->spec.gateway.registry : "docker.io";
    CLEAN(free) char *repository = x_asprintf("oci://%s/envoyproxy", registry);
    CLEAN(free) char *version = x_asprintf("v%s", g->version);
    json_t *values =
        st->spec.gateway.registry ? jx_pack("{s:{s:s}}", "global", "imageRegistry", registry) : NULL;
    json_t *chart =
        jx_object(jx_s("repository", repository), jx_w("name", "gateway-helm"), jx_s("version", version));

    put(st, SHOOT_GATEWAY_RELEASE,
        requests_release(&st->call.rq, &shoot_parts[SHOOT_GATEWAY_RELEASE], &shoot_parts[SHOOT_GATEWAY_HELM],
                         "eg", jx_pack("[s, s, s]", "Observe", "Create", "Update"),
                         jx_object(jx_o("chart", chart), jx_w("namespace", NS), jx_b("wait", true),
                                   jx_w("waitTimeout", "10m"), jx_o("values", values))));
}

static void put_release_last(struct shoot_state *st)
{
    const json_t *there = st->seen[SHOOT_GATEWAY_RELEASE].object;

    put(st, SHOOT_GATEWAY_RELEASE,
        requests_release(&st->call.rq, &shoot_parts[SHOOT_GATEWAY_RELEASE], &shoot_parts[SHOOT_GATEWAY_HELM],
                         "eg", jx_pack("[s]", "*"), json_deep_copy(jx_at(there, "spec.forProvider"))));
}

/* ---- the steps --------------------------------------------------------------------------------------------------- */

enum todo { LEAVE_OUT, KEEP, PUT };

/* Of each step, by the Job: KEEP is for what is there only. */
static const enum todo by_job[STAGES][SHOOT_PARTS] = {
/* the class comes last: one that is there may be somebody else's, until Envoy Gateway is ours */
#define ALWAYS                                                                                               \
    [SHOOT_GATEWAY_NAMESPACE] = PUT, [SHOOT_GATEWAY_ACCOUNT] = PUT, [SHOOT_GATEWAY_CRDS] = PUT,              \
    [SHOOT_GATEWAY_CLASS] = KEEP
    [SHOOT_GATEWAY_LOOKING] = { ALWAYS, [SHOOT_GATEWAY_RIGHTS] = KEEP, [SHOOT_GATEWAY_JOB] = KEEP },
    [SHOOT_GATEWAY_CONFLICT] = { ALWAYS, [SHOOT_GATEWAY_JOB] = KEEP },
    [SHOOT_GATEWAY_GRANTING] = { ALWAYS, [SHOOT_GATEWAY_RIGHTS] = PUT, [SHOOT_GATEWAY_JOB] = KEEP },
    [SHOOT_GATEWAY_INSTALLING] = { ALWAYS, [SHOOT_GATEWAY_RIGHTS] = PUT, [SHOOT_GATEWAY_JOB] = PUT,
                                   [SHOOT_GATEWAY_PODS] = PUT },
#undef ALWAYS
    [SHOOT_GATEWAY_INSTALLED] = { [SHOOT_GATEWAY_NAMESPACE] = PUT,
                                  [SHOOT_GATEWAY_ACCOUNT] = PUT,
                                  [SHOOT_GATEWAY_CRDS] = PUT,
                                  [SHOOT_GATEWAY_JOB] = PUT,
                                  [SHOOT_GATEWAY_CONTROLLER] = PUT,
                                  [SHOOT_GATEWAY_CLASS] = PUT },
#define REST [SHOOT_GATEWAY_NAMESPACE] = KEEP, [SHOOT_GATEWAY_ACCOUNT] = PUT, [SHOOT_GATEWAY_SERVICES] = PUT
    [SHOOT_GATEWAY_DRAINING] = { REST, [SHOOT_GATEWAY_JOB] = KEEP, [SHOOT_GATEWAY_CLASS] = KEEP },
    [SHOOT_GATEWAY_UNCLASSING] = { REST, [SHOOT_GATEWAY_JOB] = KEEP },
    [SHOOT_GATEWAY_REMOVAL] = { REST, [SHOOT_GATEWAY_RIGHTS] = PUT, [SHOOT_GATEWAY_JOB] = KEEP },
    [SHOOT_GATEWAY_REMOVING] = { REST, [SHOOT_GATEWAY_RIGHTS] = PUT, [SHOOT_GATEWAY_JOB] = PUT,
                                 [SHOOT_GATEWAY_PODS] = PUT },
#undef REST
};

static const enum todo by_release[STAGES][SHOOT_PARTS] = {
#define ALWAYS [SHOOT_GATEWAY_HELM] = PUT, [SHOOT_GATEWAY_RELEASE] = PUT, [SHOOT_GATEWAY_CRDS] = PUT
    [SHOOT_GATEWAY_INSTALLING] = { ALWAYS, [SHOOT_GATEWAY_CLASS] = KEEP },
    [SHOOT_GATEWAY_INSTALLED] = { ALWAYS, [SHOOT_GATEWAY_CONTROLLER] = PUT, [SHOOT_GATEWAY_CLASS] = PUT },
#undef ALWAYS
    [SHOOT_GATEWAY_DRAINING] = { [SHOOT_GATEWAY_HELM] = KEEP,
                                 [SHOOT_GATEWAY_RELEASE] = KEEP,
                                 [SHOOT_GATEWAY_CLASS] = KEEP,
                                 [SHOOT_GATEWAY_SERVICES] = PUT },
    [SHOOT_GATEWAY_UNCLASSING] = { [SHOOT_GATEWAY_HELM] = KEEP,
                                   [SHOOT_GATEWAY_RELEASE] = KEEP,
                                   [SHOOT_GATEWAY_SERVICES] = PUT },
    [SHOOT_GATEWAY_REMOVAL] = { [SHOOT_GATEWAY_HELM] = KEEP,
                                [SHOOT_GATEWAY_RELEASE] = PUT,
                                [SHOOT_GATEWAY_SERVICES] = PUT },
    [SHOOT_GATEWAY_GONE] = { [SHOOT_GATEWAY_HELM] = KEEP, [SHOOT_GATEWAY_SERVICES] = KEEP },
};

static void (*const putters[SHOOT_PARTS])(struct shoot_state *st) = {
    [SHOOT_GATEWAY_NAMESPACE] = put_namespace,
    [SHOOT_GATEWAY_ACCOUNT] = put_account,
    [SHOOT_GATEWAY_RIGHTS] = put_rights,
    [SHOOT_GATEWAY_CRDS] = put_crds,
    [SHOOT_GATEWAY_JOB] = put_job,
    [SHOOT_GATEWAY_PODS] = put_pods,
    [SHOOT_GATEWAY_CONTROLLER] = put_controller,
    [SHOOT_GATEWAY_CLASS] = put_class,
    [SHOOT_GATEWAY_SERVICES] = put_services,
    [SHOOT_GATEWAY_HELM] = put_helm,
    [SHOOT_GATEWAY_RELEASE] = put_release,
};

/* The way in is an exported kubeconfig, which is not there yet. */
static bool is_early(const struct shoot_state *st)
{
    return st->call.in.gardener && !st->seen[SHOOT_KUBECONFIG].ready;
}

void shoot_gateway_compose(struct shoot_state *st)
{
    const struct shoot_gateway *g = &st->gateway;
    const enum todo *row = (g->by == SHOOT_GATEWAY_BY_RELEASE ? by_release : by_job)[g->stage];

    for (enum shoot_part id = SHOOT_GATEWAY_NAMESPACE; id < SHOOT_PARTS; id++) {
        if (is_early(st) && !st->seen[id].object)
            continue;
        if (row[id] == PUT && id == SHOOT_GATEWAY_RELEASE && g->stage == SHOOT_GATEWAY_REMOVAL)
            put_release_last(st);
        else if (row[id] == PUT)
            putters[id](st);
        else if (row[id] == KEEP && st->seen[id].object)
            desired_keep(st->call.r, &shoot_parts[id]);
    }
}
