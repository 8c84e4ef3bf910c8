/* SPDX-License-Identifier: Apache-2.0 */
/* jq programs.  A word on their style: libjq 1.6 (every `if` has its `else`; no trim, pick, abs), no comments and no
 * line breaks inside (provider-http's rules join lines).  They are part of every Request, so they are short.
 *
 * d is what Cleura answered, w what the spec wants; g(path) is null where the answer has another shape than we know.
 *
 * Wanted and observed workers are compared in the form the API takes: 'have' turns what GET answers into that form,
 * 'due' lays the wanted fields over it, and what is then different is the whole new object to PUT.  So a field that
 * the user does not mention keeps its value whether the API merges or replaces, and [] clears. */
#include "function/render/shoot_programs.h"
#include <stddef.h>

/* Laid out by hand: the texts are programs, broken where a programmer would. */
/* clang-format off */

/* ---- what both generations share; where a thing stands in the answer is a parameter ---- */

#define G    "def g(f): try f catch null; def d: .response.body; def w: .payload.body.want; "
#define BASE ".payload.baseUrl + \"/\" + .payload.body.name"

/* No change is sent while Gardener works on the last one, nor on the way to removal. An unknown state is work. */
#define QUIET(op) \
    G \
    "def quiet: g(d.metadata.deletionTimestamp) == null and (g(" op ") | g(.type) != \"Delete\" " \
        "and (g(.state) | IN(\"Succeeded\", \"Error\", \"Failed\", \"Aborted\"))); "

/* 1.33 wanted and 1.33.7 there: not newer. */
#define NEWER \
    "def ver: split(\".\") | map(tonumber? // 0); " \
    "def newer($w; $h): ($w | ver) as $x | $x > ($h | ver)[:$x | length]; "

#define READY(op, asleep, conditions) \
    G \
    "g(d.metadata.deletionTimestamp) == null " \
    "and (g(" op ") | (g(.type) | IN(\"Create\", \"Reconcile\", \"Restore\")) and .state == \"Succeeded\") " \
    "and if g(" asleep ") == true then w | .hibernated == true or (.schedules | length > 0) " \
        "else w.hibernated != true and (g(" conditions ") | length > 0 and all(.status == \"True\")) end"

#define FAILURE(op, errors) \
    G \
    "g(" op ") as $o | if g($o.state) | IN(\"Failed\", \"Aborted\") then {reason: $o.state, message: (" \
        "[g(" errors "[] | .description + (.codes // [] | if . == [] then \"\" " \
            "else \" [\" + join(\", \") + \"]\" end)) | strings] " \
        "| join(\"; \") | if . == \"\" then $o.description // \"no reason given\" else . end " \
        "| gsub(\"\\\\s+\"; \" \")[:900])} else null end"

/* Bounded: messages may be long, and what is stored is at most 16 KiB. */
#define PROJECTION(op, conditions, constraints, errors, time, workers, rest) \
    G \
    "def cut($n): if type == \"string\" then gsub(\"\\\\s+\"; \" \")[:$n] else . end; " \
    "def conds($n): [.[$n:12][]? | {type, status, reason, message: (.message | cut(300))}]; " \
    "def some: with_entries(select(.value != null)); " \
    "{name: .payload.body.name, " rest ", " \
    "operation: (g(" op " | {type, state, progress, description: (.description | cut(1000)), " \
        "lastUpdateTime: ." time "} | some)), " \
    "conditions: (g(" conditions ") | conds(0)), " \
    "constraints: [g(" constraints ") | conds(0)[] | select(.status != \"True\")], " \
    "lastErrors: [g(" errors "[:4][] | {description: (.description | cut(600)), codes, " \
        "lastUpdateTime: ." time "} | some) | objects], " \
    "workers: [g(" workers "[:40][] | {name, machineType: .machine.type, " \
        "imageVersion: .machine.image.version, minimum, maximum, zones} | some) | objects]} | some"

#define NAMES(workers) \
    "def names: [g(" workers "[].name) | strings]; " \
    "def missing: (w.workers | map(.name)) - names; " \
    "def fresh: missing as $m | [w.workers[] | select(.name | IN($m[]))]; " \
    "def gone: names - (w.workers | map(.name)); "

/* Labels come as a map, as pairs, or as a map of pairs, depending on where one asks. */
#define HAVE(workers, fields) \
    "def kv: [if type == \"object\" then to_entries[] | if .value | type == \"object\" then .value else . end " \
        "else .[]? end | {key, value: (.value // \"\")}] | sort; " \
    "def stains: [.[]? | {key, value: (.value // \"\"), effect}] | sort; " \
    "def have: [g(" workers "[] | {name, minimum, maximum, " fields ", zones, labels: (.labels | kv), " \
        "annotations: (.annotations | kv), taints: (.taints | stains)}) | objects]; " \
    "def norm: .zones |= (. // [] | sort) | .labels |= kv | .annotations |= kv | .taints |= stains; "

/* An image version that auto-update has left behind is not asked for. 'image': the version's path, 'kind': the
 * name's. */
#define DUE(wanted_auto, auto, image, kind) \
    NEWER \
    "def due: have as $o " \
        "| ([w.maintenance." wanted_auto ", g(" auto ")] | map(select(. != null))[0] != false) as $a " \
        "| [w.workers[] as $w | $o[] | select(.name == $w.name) | . as $h | . * $w " \
        "| if $a and " image " != null and " kind " == ($h | " kind ") and ($h | " image ") != null " \
            "and (newer(" image "; $h | " image ") | not) then " image " = ($h | " image ") else . end " \
        "| select(norm != ($h | norm)) | del(.. | nulls)]; "

#define UPDATE(version, schedules, upkeep) \
    NEWER \
    "def up: g(" version ") as $h | w.version | . != null and $h != null and newer(.; $h); " \
    "def slots: [.[]? | {start: (.start // \"\"), end: (.end // \"\")}] | sort; " \
    "def moved: g(" schedules ") as $h | w.schedules | . != null and slots != ($h | slots); " \
    "def upkeep: g(" upkeep ") // {}; " \
    "def kept: w.maintenance as $w | $w != null and upkeep * $w != upkeep; "

#define ADD "quiet and (missing | length > 0)"
/* groups are added before others go, and never all of them */
#define DELETE "quiet and (w.workers | length > 0) and (missing | length == 0) and (gone | length > 0)"

/* What follows 'def text': the kubeconfig, or something else that was answered. */
#define SERVER \
    "{apiServerURL: (text | if type == \"string\" " \
        "then [match(\"server: *\\\"?(https://[^\\\"\\\\s]+)\").captures[0].string][0] else null end)}"
#define EXPECTED \
    ".statusCode >= 200 and .statusCode < 300 " \
    "and (text | type == \"string\" and test(\"client-certificate-data\"))"

/* ---- v1 ---- */

#define V1_OP      "d.status.lastOperation"
#define V1_WORKERS "d.spec.provider.workers"
#define V1_ASLEEP  "d.status.hibernated"
#define V1_HA      "g(d.spec.controlPlane.highAvailability.failureTolerance.type)"
#define V1_QUIET   QUIET(V1_OP)
#define V1_TOLD \
    "def told: g(d.spec.hibernation.enabled) as $e | if $e == null then g(" V1_ASLEEP ") == true else $e end; "
#define V1_DUE \
    HAVE(V1_WORKERS, "maxSurge, machine: {type: .machine.type, image: .machine.image}, " \
                     "volume: {size: .volume.size}") \
    DUE("autoUpdate.machineImageVersion", "d.spec.maintenance.autoUpdate.machineImageVersion", \
        ".machine.image.version", ".machine.image.name")
#define V1_UPDATE \
    UPDATE("d.spec.kubernetes.version", "d.spec.hibernation.schedules", \
           "d.spec.maintenance | {autoUpdate, timeWindow}")

/* v1's PUT wants 'provider' but changes nothing for empty workers. */
#define V1_PUT \
    "{shoot: ({provider: {infrastructureConfig: {floatingPoolName: " \
        "(g(d.spec.provider.infrastructureConfig.floatingPoolName) // \"\")}, workers: null}, " \
        "kubernetes: {version: g(d.spec.kubernetes.version)}} + "

/* The answer is a JSON string; raw YAML and {kubeconfig} are understood too. */
#define V1_KUBECONFIG \
    "def text: .body | if type == \"object\" then .kubeconfig " \
        "elif type == \"string\" and startswith(\"\\\"\") then fromjson else . end; "

const struct shoot_programs shoot_programs_v1 = {
    .observe_url = BASE,
    .create_body = "{shoot: .payload.body.create}",
    .identity = G "g(d.metadata.uid)",
    .fingerprint = G "g(" V1_OP ")",
    .ready = READY(V1_OP, V1_ASLEEP, "d.status.conditions"),
    .failure = FAILURE(V1_OP, "d.status.lastErrors"),
    .projection = PROJECTION(V1_OP, "d.status.conditions", "d.status.constraints", "d.status.lastErrors",
        "lastUpdateTime", V1_WORKERS,
        "uid: g(d.metadata.uid), kubernetesVersion: g(d.spec.kubernetes.version), "
        "hibernated: (g(" V1_ASLEEP ") == true), "
        "hibernationEnabled: (g(d.spec.hibernation.enabled) as $e "
            "| if $e == null then g(" V1_ASLEEP ") == true else $e end), "
        "apiServerURL: g(d.status.advertisedAddresses | map(select(.name == \"external\")) + . | .[0].url), "
        "highAvailability: " V1_HA ", networking: g(d.spec.networking | {type, nodes, pods, services} | some), "
        "infrastructure: g(d.spec.provider | (.controlPlaneConfig.loadBalancerProvider?) as $l "
            "| .infrastructureConfig | {floatingPoolName, networkId: .networks.id, "
            "routerId: .networks.router.id?, workers: .networks.workers, loadBalancerProvider: $l} | some)"),
    .list_key = ".response.body | if type == \"string\" then fromjson else . end | map(.metadata.name // \"\")",
    .changes = {
        { .name = "wake", .method = "POST", .url = BASE " + \"/wakeup\"",
          .when = V1_QUIET V1_TOLD "quiet and w.hibernated == false and told" },
        { .name = "hibernate", .method = "POST", .url = BASE " + \"/hibernate\"",
          .when = V1_QUIET V1_TOLD "quiet and w.hibernated == true and (told | not)" },
        { .name = "enable-ha", .method = "PUT", .url = BASE,
          .when = V1_QUIET V1_TOLD "quiet and w.highAvailability != null and " V1_HA " == null "
                                   "and (told | not) and g(" V1_ASLEEP ") != true",
          .body = G V1_PUT "{enableHaControlPlane: true})}" },
        { .name = "add-worker", .method = "POST", .url = BASE " + \"/worker\"",
          .when = V1_QUIET NAMES(V1_WORKERS) ADD,
          .body = G NAMES(V1_WORKERS) "{worker: ({volume: {size: \"50Gi\"}} * fresh[0])}" },
        { .name = "update", .method = "PUT", .url = BASE,
          .when = V1_QUIET V1_UPDATE "quiet and (up or moved or kept)",
          .body = G V1_UPDATE V1_PUT
              "(if up then {kubernetes: {version: w.version}} else {} end) "
              "+ (if kept then {maintenance: (upkeep * w.maintenance | del(.. | nulls))} else {} end) "
              "+ (if moved then {hibernation: {schedules: w.schedules}} else {} end))}" },
        { .name = "update-worker", .method = "PUT", .url = G V1_DUE BASE " + \"/worker/\" + due[0].name",
          .when = V1_QUIET V1_DUE "quiet and (due | length > 0)",
          .body = G V1_DUE "{worker: due[0]}" },
        { .name = "delete-worker", .method = "DELETE",
          .url = G NAMES(V1_WORKERS) BASE " + \"/worker/\" + gone[0]",
          .when = V1_QUIET NAMES(V1_WORKERS) DELETE },
    },
    .kubeconfig = V1_KUBECONFIG "text",
    .kubeconfig_expected = V1_KUBECONFIG EXPECTED,
    .kubeconfig_projection = V1_KUBECONFIG SERVER,
    .certificate = V1_KUBECONFIG
        "text | match(\"client-certificate-data: *\\\"?([A-Za-z0-9+/=]+)\").captures[0].string",
};

/* ---- v2, with the kubeconfig of v3 ---- */

#define V2_OP      "d.last_operation"
#define V2_WORKERS "d.shoot_provider.workers"
#define V2_ASLEEP  "d.status.is_hibernated"
#define V2_QUIET   QUIET(V2_OP)

/* On if and only if the object is there; its type may be empty. */
#define V2_HA \
    "(if g(d.control_plane) | type == \"object\" " \
        "then g(d.control_plane.high_availability.failure_tolerance.type) // \"\" else null end)"
#define V2_DUE \
    HAVE(V2_WORKERS, "max_surge, machine: {type: .machine.type, image_name: .machine.image.name, " \
                     "image_version: .machine.image.version}, volume_size: .volume.size") \
    DUE("auto_update.machine_image_version", "d.maintenance.auto_update.machine_image_version", \
        ".machine.image_version", ".machine.image_name")
#define V2_UPDATE \
    UPDATE("d.kubernetes.version", "d.hibernation.schedules", "d.maintenance | {auto_update, time_window}") \
    "def opened: g(d.allowed_cidrs) as $h | w.allowed_cidrs | . != null and sort != ($h // [] | sort); " \
    "def cilium: g(d.networking.cilium_provider_config) // {}; " \
    "def tuned: w.cilium as $w | $w != null and cilium * $w != cilium; "
#define V3_KUBECONFIG "def text: .body | if type == \"object\" then .kubeconfig else . end; "

const struct shoot_programs shoot_programs_v2 = {
    .observe_url = BASE,
    .create_body = ".payload.body.create",
    .identity = G "g(d.uid)",
    .fingerprint = G "g(" V2_OP ")",
    .ready = READY(V2_OP, V2_ASLEEP, "d.status.conditions"),
    .failure = FAILURE(V2_OP, "d.status.last_errors"),
    .projection = PROJECTION(V2_OP, "d.status.conditions", "d.status.constraints", "d.status.last_errors",
        "last_update_time", V2_WORKERS,
        "uid: g(d.uid), kubernetesVersion: g(d.kubernetes.version), hibernated: (g(" V2_ASLEEP ") == true), "
        "hibernationEnabled: (g(" V2_ASLEEP ") == true), highAvailability: " V2_HA ", "
        "networking: g(d.networking | {type, nodes} | some), "
        "infrastructure: g(d.shoot_provider | (.control_plane_config.load_balancer_provider?) as $l "
            "| .infrastructure_config | {floatingPoolName: .floating_pool_name, networkId: .networks.id, "
            "routerId: .networks.router.id?, workers: .networks.workers, loadBalancerProvider: $l} | some)"),
    .list_key = ".response.body | if type == \"string\" then fromjson else . end | map(.name // \"\")",
    .changes = {
        { .name = "wake", .method = "PATCH", .url = BASE " + \"/wakeup\"",
          .when = V2_QUIET "quiet and w.hibernated == false and g(" V2_ASLEEP ") == true" },
        { .name = "hibernate", .method = "PATCH", .url = BASE " + \"/hibernate\"",
          .when = V2_QUIET "quiet and w.hibernated == true and g(" V2_ASLEEP ") != true" },
        { .name = "enable-ha", .method = "PATCH", .url = BASE " + \"/ha-control-plane/enable\"",
          .when = V2_QUIET "quiet and w.highAvailability != null and " V2_HA " == null "
                           "and g(" V2_ASLEEP ") != true" },
        { .name = "add-worker", .method = "POST", .url = BASE " + \"/workers\"",
          .when = V2_QUIET NAMES(V2_WORKERS) ADD,
          .body = G NAMES(V2_WORKERS) "{volume_size: \"50Gi\"} + fresh[0]" },
        { .name = "update", .method = "PATCH", .url = BASE,
          .when = V2_QUIET V2_UPDATE "quiet and (up or moved or kept or opened or tuned)",
          .body = G V2_UPDATE
              "(if up then {kubernetes: w.version} else {} end) "
              "+ (if moved then {hibernation_schedules: w.schedules} else {} end) "
              "+ (if kept then {maintenance: (upkeep * w.maintenance | del(.. | nulls))} else {} end) "
              "+ (if opened then {allowed_cidrs: w.allowed_cidrs} else {} end) "
              "+ (if tuned then {networking: {cilium_provider_config: (cilium * w.cilium | del(.. | nulls))}} "
                  "else {} end)" },
        { .name = "update-worker", .method = "PUT", .url = G V2_DUE BASE " + \"/workers/\" + due[0].name",
          .when = V2_QUIET V2_DUE "quiet and (due | length > 0)",
          /* newer servers no longer take image_name: only who asks for one sends it */
          .body = G V2_DUE
              "due[0] as $t | if any(w.workers[]; .name == $t.name and .machine.image_name != null) then $t "
              "else $t | del(.machine.image_name) end" },
        { .name = "delete-worker", .method = "DELETE",
          .url = G NAMES(V2_WORKERS) BASE " + \"/workers/\" + gone[0]",
          .when = V2_QUIET NAMES(V2_WORKERS) DELETE },
    },
    .kubeconfig = V3_KUBECONFIG "text",
    .kubeconfig_expected = V3_KUBECONFIG EXPECTED,
    .kubeconfig_projection = V3_KUBECONFIG SERVER,
    .expires_at = ".body.expires_at",
};

/* ---- Gardener itself ---- */

#define GARDENER_KUBECONFIG \
    "def text: .body | if type == \"object\" then .status.kubeconfig | @base64d else null end; "

const struct shoot_gardener_programs shoot_programs_gardener = {
    .observe_url = BASE,
    .apply_url = BASE " + \"?fieldManager=cleura.crossplane.io&force=true\"",
    /* what auto-update moved on is not asked to go back */
    .apply_body = G NEWER
        "def keep($w; $h): if $w != null and $h != null and (newer($w; $h) | not) then $h else $w end; "
        "(.payload.body.create | .spec.kubernetes.version) as $v | keep($v; g(d.spec.kubernetes.version)) as $k "
        "| g(d.spec.provider.workers) as $o | .payload.body.create | .spec.kubernetes.version = $k "
        "| .spec.provider.workers |= map(. as $w | ($o // [] | map(select(.name == $w.name))[0]) as $h "
            "| if $w.machine.image.version != null and $h.machine.image.name == $w.machine.image.name "
            "then .machine.image.version = keep($w.machine.image.version; $h.machine.image.version) else . end)",
    .due = G
        "g(d.metadata.deletionTimestamp) == null "
        "and g(d.metadata.annotations[\"cleura.crossplane.io/spec\"]) != w.hash",
    .ready = G
        "g(d.metadata.generation) == g(d.status.observedGeneration) "
        "and (" READY(V1_OP, V1_ASLEEP, "d.status.conditions") ")",
    .fingerprint = G "g([d.status.observedGeneration, " V1_OP "])",
    .kubeconfig = GARDENER_KUBECONFIG "text",
    .kubeconfig_expected = GARDENER_KUBECONFIG EXPECTED,
    .kubeconfig_projection = GARDENER_KUBECONFIG SERVER,
    .expires_at = ".body.status.expirationTimestamp",
};
