/* SPDX-License-Identifier: Apache-2.0 */
/* The Job that installs, upgrades and removes Envoy Gateway, and the programs that judge what is in the cluster.
 *
 * Helm installs definitions once and never upgrades them, and their manifest is too large for a release of their own: they are
 * rendered and applied by the server first, then the chart follows without them.  Envoy Gateway looks for kinds when it starts; the
 * annotation on its pods makes it start again when the channel changes.  A helm that was killed leaves a release "pending",
 * which the next one would take for one at work, or "uninstalling", which it would not upgrade. */
#include "function/render/jq_basics.h"
#include "function/render/shoot_gateway.h"
#include "lib/cleanup.h"
#include "lib/jx.h"
#include "lib/jx_fixed.h"

#define NS SHOOT_GATEWAY_NAMESPACE_NAME

static const char default_registry[] = "docker.io";
static const char default_image[] = "alpine/k8s:1.34.1"; /* sh, helm and kubectl */

enum { NOBODY = 65532 };

static char *script_to_install(const char *version, const char *channel, const char *registry)
{
    CLEAN(free) char *images = registry ? x_asprintf(" --set global.imageRegistry=%s", registry) : NULL;
    const char *charts = registry ? registry : default_registry;

    return x_asprintf(
        "helm template eg-crds oci://%s/envoyproxy/gateway-crds-helm --version v%s"
        " --set crds.gatewayAPI.enabled=true --set crds.gatewayAPI.channel=%s"
        " --set crds.envoyGateway.enabled=true > /tmp/crds.yaml\n"
        "kubectl apply --server-side --force-conflicts --field-manager=cleura -f "
        "/tmp/crds.yaml -o name > /tmp/applied\n"
        "grep ^customresourcedefinition /tmp/applied | xargs kubectl wait "
        "--for=condition=Established --timeout=2m\n"
        "kubectl delete secret -n " NS
        " -l 'owner=helm,name=eg,status in (pending-install,pending-upgrade,pending-rollback,uninstalling)' "
        "--ignore-not-found\n"
        "helm upgrade --install eg oci://%s/envoyproxy/gateway-helm --version v%s -n " NS
        " --skip-crds --set crds.enabled=false"
        " --set-string 'deployment.pod.annotations.cleura\\.crossplane\\.io/channel=%s'%s "
        "--wait --timeout 10m\n",
        charts, version, channel, charts, version, channel, images ? images : "");
}

/* Helm without rights sees no release and says that all is done: they are asked for first. What helm's hooks made, helm leaves. */
static const char script_to_remove[] =
    "kubectl auth can-i '*' '*' -A\n"
    "helm uninstall eg -n " NS " --ignore-not-found --wait --timeout 10m\n"
    "kubectl delete job,secret,serviceaccount,role,rolebinding -n " NS
    " -l app.kubernetes.io/instance=eg,app.kubernetes.io/name=gateway-helm --ignore-not-found\n"
    "kubectl delete clusterrole,clusterrolebinding,mutatingwebhookconfiguration"
    " -l app.kubernetes.io/instance=eg,app.kubernetes.io/name=gateway-helm --ignore-not-found\n"
    "kubectl delete secret -n " NS " -l control-plane=envoy-gateway --ignore-not-found\n";

static json_t *container(const char *script, const char *image)
{
    json_t *env = jx_pack("[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:s}]", "name", "HOME", "value", "/tmp",
                          "name", "HELM_CACHE_HOME", "value", "/tmp/.cache", "name", "HELM_CONFIG_HOME",
                          "value", "/tmp/.config", "name", "HELM_DATA_HOME", "value", "/tmp/.data");
    json_t *resources = jx_pack("{s:{s:s, s:s}, s:{s:s}}", "requests", "cpu", "100m", "memory", "256Mi",
                                "limits", "memory", "1Gi");
    json_t *security = jx_pack("{s:b, s:b, s:{s:[s]}}", "allowPrivilegeEscalation", 0,
                               "readOnlyRootFilesystem", 1, "capabilities", "drop", "ALL");

    return jx_object(jx_w("name", "helm"), jx_s("image", image),
                     jx_o("command", jx_pack("[s, s]", "sh", "-ec")), jx_o("args", jx_pack("[s]", script)),
                     jx_o("env", env), jx_o("resources", resources), jx_o("securityContext", security),
                     jx_w("terminationMessagePolicy", "FallbackToLogsOnError"),
                     jx_o("volumeMounts", jx_pack("[{s:s, s:s}]", "name", "tmp", "mountPath", "/tmp")));
}

static json_t *pod(const char *script, const char *image)
{
    json_t *security =
        jx_pack("{s:b, s:i, s:i, s:i, s:{s:s}}", "runAsNonRoot", 1, "runAsUser", NOBODY, "runAsGroup", NOBODY,
                "fsGroup", NOBODY, "seccompProfile", "type", "RuntimeDefault");

    return jx_object(jx_w("serviceAccountName", SHOOT_GATEWAY_JOB_NAME), jx_w("restartPolicy", "OnFailure"),
                     jx_o("securityContext", security),
                     jx_o("containers", jx_pack("[o]", container(script, image))),
                     jx_o("volumes", jx_pack("[{s:s, s:{}}]", "name", "tmp", "emptyDir")));
}

json_t *shoot_gateway_job(const char *version, const char *channel, const char *registry, const char *image)
{
    CLEAN(free)
    char *script = version ? script_to_install(version, channel, registry) : x_strdup(script_to_remove);
    CLEAN(free)
    char *whole =
        image ? x_strdup(image) : x_asprintf("%s/%s", registry ? registry : default_registry, default_image);
    json_t *template =
        jx_object(jx_o("metadata",
                       jx_object(jx_o("labels", jx_pack("{s:s}", "app.kubernetes.io/managed-by", "cleura")))),
                  jx_o("spec", pod(script, whole)));

    /* no end but success: what heals by itself (a registry's limit, a full node) needs nobody; about eight hours until it is made anew */
    return jx_object(jx_o("spec", jx_object(jx_i("backoffLimit", 100), jx_o("template", template))));
}

/* ---- programs for libjq 1.6 -------------------------------------------------------------------------------------- */

/* clang-format off */

/* The end of a log, without what is another each time: klog's time of day, the port that a connection came from. */
#define TAIL \
    "def tail($n): if type == \"string\" then gsub(\"\\\\s+\"; \" \") | gsub(\"[IWEF][0-9]{4} [0-9:.]+ [0-9]+ [^ ]+:[0-9]+\\\\] \"; \"\") | gsub(\":[0-9]+->\"; \"->\") " \
    "| .[-$n:] else null end; "
#define ITEMS "g(.response.body.items[]) | objects"
#define ASKED ".response.statusCode == 200"
#define NOTE(name) "g($d.metadata.annotations[\"cleura.crossplane.io/" name "\"])"
#define TRUE_OF(type_) "([g($d.status.conditions[]) | objects | select(.type == \"" type_ "\" and .status == \"True\")] | length > 0)"

const char shoot_gateway_job_ready[] =
    BASICS ".response.body as $d | g($d.metadata.deletionTimestamp) == null and " TRUE_OF("Complete")
        " and " NOTE("hash") " == .payload.body.want.hash";
/* one that gave up is made anew too */
const char shoot_gateway_job_outdated[] =
    BASICS ".response.body as $d | .response.statusCode == 200 and g($d.metadata.deletionTimestamp) == null and ("
        NOTE("hash") " != .payload.body.want.hash or " TRUE_OF("Failed") ")";
const char shoot_gateway_job_projection[] =
    BASICS ".response.body as $d | {hash: (" NOTE("hash") " | cut(64)), version: (" NOTE("envoy-gateway") " | cut(24)), "
        "channel: (" NOTE("channel") " | cut(16)), image: (g($d.spec.template.spec.containers[0].image) | cut(512)), "
        "complete: (g($d.metadata.deletionTimestamp) == null and " TRUE_OF("Complete") "), "
        "failed: ([g($d.status.conditions[]) | objects | select(.type == \"Failed\" and .status == \"True\") | .message | cut(200)][0])} | some";

/* The newest pod of the Job: why it does not run, and what it said last. */
const char shoot_gateway_pods_projection[] =
    BASICS TAIL "[" ITEMS "] | sort_by(.metadata.creationTimestamp)[-1] as $p | if $p == null then {} else "
        "{phase: $p.status.phase, "
        "unschedulable: ([g($p.status.conditions[]) | objects | select(.type == \"PodScheduled\" and .status == \"False\") | .message | cut(300)][0]), "
        "waiting: ([g($p.status.containerStatuses[]) | objects | g(.state.waiting) | objects | {reason: (.reason | cut(60)), message: (.message | cut(300))} | some][0]), "
        "last: ([(g($p.status.containerStatuses[]) | objects | g(.state.terminated, .lastState.terminated) | objects | select(.exitCode != 0)), "
            "($p.status | objects | select(.phase == \"Failed\")) "
            "| {reason: (.reason | cut(60)), message: (.message | tail(300))} | some][0])} | some end";

const char shoot_gateway_crds_projection[] =
    BASICS "[" ITEMS "][0] as $d | {channel: (g($d.metadata.annotations[\"gateway.networking.k8s.io/channel\"]) | cut(16)), "
        "bundle: (g($d.metadata.annotations[\"gateway.networking.k8s.io/bundle-version\"]) | cut(24))} | some";

#define ACCEPTED \
    ".response.body as $d | g($d.metadata.generation) as $gen | " \
    "([g($d.status.conditions[]) | objects | select(.type == \"Accepted\" and .observedGeneration == $gen)][0]) as $c | "

const char shoot_gateway_class_ready[] =
    BASICS ACCEPTED "$gen != null and g($d.metadata.deletionTimestamp) == null and g($c.status) == \"True\"";
const char shoot_gateway_class_projection[] =
    BASICS ACCEPTED "{name: ($d.metadata.name | cut(253)), controller: (g($d.spec.controllerName) | cut(253)), deleting: (g($d.metadata.deletionTimestamp) != null), accepted: (g($c.status) | cut(8)), "
        "reason: (g($c.reason) | cut(60)), message: (g($c.message) | cut(300))} | some";

/* The Gateways that own what is left, by the labels of their Services; all of a class may share one. */
const char shoot_gateway_left_ready[] =
    ASKED;
const char shoot_gateway_left_projection[] =
    BASICS "[" ITEMS "] as $all | {count: ($all | length), names: [$all[:3][] | g(.metadata.labels) as $l "
        "| g($l[\"gateway.envoyproxy.io/owning-gateway-name\"]) as $of "
        "| (if $of then \"\\($l[\"gateway.envoyproxy.io/owning-gateway-namespace\"])/\\($of)\" else g(.metadata.name) end) | cut(130) // \"?\"]}";

const char shoot_gateway_controller_ready[] =
    BASICS ".response.body as $d | " ASKED " and g($d.status.observedGeneration) == g($d.metadata.generation) and " TRUE_OF("Available");
const char shoot_gateway_controller_projection[] =
    BASICS ".response.body as $d | {image: ([g($d.spec.template.spec.containers[]) | objects | select(.name == \"envoy-gateway\") | .image | cut(300)][0]), "
        "message: ([g($d.status.conditions[]) | objects | select(.type == \"Available\" and .status != \"True\") | .message | cut(300)][0])} | some";
