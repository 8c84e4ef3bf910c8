/* SPDX-License-Identifier: Apache-2.0 */
/* jq programs.  A word on their style: libjq 1.6 (every `if` has its `else`; no trim, pick, abs), no comments and no line
 * breaks inside (provider-http's rules join lines), null and missing treated alike, and {} accepted where an empty map
 * may come as [] (what PHP prints).
 *
 * Wanted and observed workers are compared in the form the API takes: 'have' turns what GET answers into that form,
 * 'due' lays the wanted fields over it, and what is then different is the whole new object to PUT.  So a field that the
 * user does not mention keeps its value whether the API merges or replaces, and [] clears. */
#include "function/render/shoot_programs.h"
#include <stddef.h>

/* ---- what both generations share -------------------------------------------------------------------------------- */

#define TOLERANT                                                                                             \
    "def o: if type == \"object\" then . else {} end; "                                                      \
    "def a: if type == \"array\" then . else [] end; "                                                       \
    "def d: .response.body | o; "
#define SOME "def some: with_entries(select(.value != null)); "
#define WANT "def want: .payload.body | o | .want | o; "

/* No change is sent while Gardener works on the last one, nor on the way to removal. An unknown state is work. */
#define QUIET                                                                                                \
    "def quiet: (leaving | not) and (op | .state | . == \"Succeeded\" or . == \"Error\" or . == \"Failed\" " \
    "or . == "                                                                                               \
    "\"Aborted\"); "

/* 1.33 wanted and 1.33.7 there: not newer. */
#define NEWER                                                                                                \
    "def ver: tostring | split(\".\") | map(tonumber? // 0); "                                               \
    "def newer($w; $h): ($w | ver) as $x | $x > (($h | ver)[0:($x | length)]); "

#define BASE ".payload.baseUrl + \"/\" + .payload.body.name"

#define READY                                                                                                \
    "(leaving | not) and (op | (.type == \"Create\" or .type == \"Reconcile\" or .type == \"Restore\") and " \
    ".state == "                                                                                             \
    "\"Succeeded\") and (if asleep then (want.hibernated == true or (want.schedules | a | length) > 0) "     \
    "else want.hibernated != true and (conds | length > 0 and all(.[]; .status == \"True\")) end)"

#define FAILURE                                                                                              \
    "def line: gsub(\"\\\\s+\"; \" \"); "                                                                    \
    "def why: (errors | map((.description // \"\") + (if (.codes | a | length) > 0 then \" [\" + (.codes | " \
    "join(\", \")) "                                                                                         \
    "+ \"]\" else \"\" end)) | map(select(. != \"\")) | join(\"; \")) as $e | if $e != \"\" then $e else "   \
    "(op | "                                                                                                 \
    ".description // \"no reason given\") end; "                                                             \
    "op as $o | if $o.state == \"Failed\" or $o.state == \"Aborted\" then {reason: $o.state, message: (why " \
    "| line | "                                                                                              \
    ".[0:900])} else null end"

/* Bounded: a condition's message may be long, and what is stored is at most 16 KiB. */
#define CUT "def cut($n): if type == \"string\" then gsub(\"\\\\s+\"; \" \") | .[0:$n] else . end; "
#define PROJECTION                                                                                           \
    "{name: .payload.body.name, uid: uid, kubernetesVersion: version, hibernated: asleep, "                  \
    "hibernationEnabled: told, "                                                                             \
    "operation: (op | .description |= cut(1000) | some), "                                                   \
    "conditions: (conds | .[0:12] | map(.message |= cut(300) | some)), "                                     \
    "constraints: (constraints | .[0:12] | map(select(.status != \"True\") | .message |= cut(300) | "        \
    "some)), "                                                                                               \
    "lastErrors: (errors | .[0:4] | map(.description |= cut(600) | some)), "                                 \
    "apiServerURL: url, highAvailability: ha, networking: network, infrastructure: infra, "                  \
    "workers: (workers | .[0:40])} | some"

#define FRESH                                                                                                \
    "def fresh: (have | map(.name)) as $n | [(want.workers | a)[] | select(.name as $x | any($n[]; . == "    \
    "$x) | not)]; "
#define GONE                                                                                                 \
    "def gone: (want.workers | a | map(.name)) as $n | [have[] | .name | select(. as $x | any($n[]; . == "   \
    "$x) | not)]; "

/* Labels come as a map, as pairs, or as a map of pairs, depending on where one asks. */
#define PAIRS                                                                                                \
    "def pairs: (if type == \"object\" then to_entries | map(if (.value | type) == \"object\" then {key: "   \
    "(.value.key // "                                                                                        \
    ".key), value: .value.value} else . end) else a end) | map({key, value: (.value // \"\")}) | "           \
    "sort_by(.key); "                                                                                        \
    "def stains: a | map({key, value: (.value // \"\"), effect}) | sort_by(.key, .effect); "                 \
    "def norm: .zones |= (a | sort) | .labels |= pairs | .annotations |= pairs | .taints |= stains; "

/* 'keep' holds back an image version that auto-update has left behind. */
#define DUE                                                                                                  \
    "def due: have as $have | [(want.workers | a)[] as $w | ($have | map(select(.name == $w.name))[0]) as "  \
    "$h | "                                                                                                  \
    "select($h != null) | keep($h; $h * $w) as $t | select(($t | norm) != ($h | norm)) | $t]; "

/* ---- v1 --------------------------------------------------------------------------------------------------------- */

#define V1_SPEC "def spec: d | .spec | o; "
#define V1_OP                                                                                                \
    TOLERANT V1_SPEC                                                                                         \
        "def status: d | .status | o; "                                                                      \
        "def op: status | .lastOperation | o | {type, state, progress, description, lastUpdateTime}; "       \
        "def leaving: (d | .metadata | o | .deletionTimestamp) != null or (op | .type == \"Delete\"); "      \
        "def asleep: status | .hibernated == true; "                                                         \
        "def told: (spec | .hibernation | o | .enabled) as $e | if $e == null then asleep else $e end; "
#define V1_STATE                                                                                             \
    V1_OP "def conds: status | .conditions | a | map({type, status, reason, message}); "                     \
          "def constraints: status | .constraints | a | map({type, status, reason, message}); "              \
          "def errors: status | .lastErrors | a | map({description, codes, lastUpdateTime}); "
#define V1_HA "def ha: spec | .controlPlane | o | .highAvailability | o | .failureTolerance | o | .type; "
#define V1_HAVE                                                                                              \
    "def have: [spec | .provider | o | .workers | a | .[] | {name, machine: ({type: .machine.type, image: "  \
    "(.machine.image "                                                                                       \
    "| o | {name, version} | some)} | some), minimum, maximum, maxSurge, volume: ({size: .volume.size} | "   \
    "some), "                                                                                                \
    "zones: (.zones | a), labels: (.labels | pairs), annotations: (.annotations | pairs), taints: (.taints " \
    "| stains)} | "                                                                                          \
    "some]; "
#define V1_KEEP                                                                                              \
    "def auto: want.maintenance.autoUpdate.machineImageVersion as $w | if $w == null then (spec | "          \
    ".maintenance | o | "                                                                                    \
    ".autoUpdate | o | .machineImageVersion) else $w end | . != false; "                                     \
    "def keep($h; $t): if auto and $t.machine.image.version != null and $t.machine.image.name == "           \
    "$h.machine.image.name "                                                                                 \
    "and (newer($t.machine.image.version; $h.machine.image.version) | not) then $t | "                       \
    ".machine.image.version = "                                                                              \
    "$h.machine.image.version else $t end; "
#define V1_WORK V1_OP WANT QUIET SOME PAIRS V1_HAVE
#define V1_DUE  V1_WORK NEWER V1_KEEP DUE
#define V1_UPDATE                                                                                            \
    V1_OP WANT QUIET SOME NEWER                                                                              \
        "def version: spec | .kubernetes | o | .version; "                                                   \
        "def slots: a | map({start: (.start // \"\"), end: (.end // \"\")}) | sort; "                        \
        "def up: want.version as $w | version as $h | $w != null and $h != null and newer($w; $h); "         \
        "def moved: want.schedules as $w | $w != null and ($w | slots) != (spec | .hibernation | o | "       \
        ".schedules | slots); "                                                                              \
        "def upkeep: spec | .maintenance | o | {autoUpdate: (.autoUpdate | o), timeWindow: (.timeWindow | "  \
        "o)}; "                                                                                              \
        "def kept: want.maintenance as $w | $w != null and upkeep * $w != upkeep; "

/* v1's PUT wants 'provider' but changes nothing for empty workers. */
#define V1_PUT                                                                                               \
    "def put: {provider: {infrastructureConfig: {floatingPoolName: (spec | .provider | o | "                 \
    ".infrastructureConfig | o | "                                                                           \
    ".floatingPoolName // \"\")}, workers: null}, kubernetes: {version: (spec | .kubernetes | o | "          \
    ".version)}}; "

/* The answer is a JSON string; raw YAML and {kubeconfig} are understood too. */
#define V1_KUBECONFIG                                                                                        \
    "def text: .body | if type == \"object\" then .kubeconfig elif type == \"string\" and "                  \
    "startswith(\"\\\"\") then fromjson "                                                                    \
    "else . end; "
#define SERVER                                                                                               \
    "{apiServerURL: (text | if type == \"string\" then [match(\"server: "                                    \
    "*\\\"?(https://[^\\\"\\\\s]+)\").captures[0].string][0] "                                               \
    "else null end)}"
#define EXPECTED                                                                                             \
    ".statusCode >= 200 and .statusCode < 300 and (text | type == \"string\" and "                           \
    "test(\"client-certificate-data\"))"

const struct shoot_programs shoot_programs_v1 = {
    .observe_url = BASE,
    .create_body = "{shoot: .payload.body.create}",
    .identity = TOLERANT "d | .metadata | o | .uid",
    .fingerprint = TOLERANT "d | .status | o | .lastOperation",
    .ready = V1_STATE WANT READY,
    .failure = V1_STATE FAILURE,
    .projection = V1_STATE SOME CUT V1_HA
    "def uid: d | .metadata | o | .uid; "
    "def version: spec | .kubernetes | o | .version; "
    "def url: status | .advertisedAddresses | a | (map(select(.name == \"external\")) + .)[0] | o | .url; "
    "def network: spec | .networking | o | {type, nodes, pods, services} | some; "
    "def infra: spec | .provider | o | (.infrastructureConfig | o) as $i | ($i.networks | o) as $n | {floatingPoolName: "
    "$i.floatingPoolName, networkId: $n.id, routerId: ($n.router | o | .id), workers: $n.workers, loadBalancerProvider: "
    "(.controlPlaneConfig | o | .loadBalancerProvider)} | some; "
    "def workers: spec | .provider | o | .workers | a | map({name, machineType: .machine.type, imageVersion: "
    ".machine.image.version, minimum, maximum, zones} | some); " PROJECTION,
    .list_key = ".response.body | if type == \"string\" then fromjson else . end | map(.metadata.name // \"\")",
    .changes = {
        { "wake", V1_OP WANT QUIET "quiet and want.hibernated == false and told", "POST", BASE " + \"/wakeup\"", NULL },
        { "hibernate", V1_OP WANT QUIET "quiet and want.hibernated == true and (told | not)", "POST",
          BASE " + \"/hibernate\"", NULL },
        { "enable-ha", V1_OP WANT QUIET V1_HA "quiet and want.highAvailability != null and ha == null and (told | not) and "
                                              "(asleep | not)",
          "PUT", BASE, TOLERANT V1_SPEC V1_PUT "{shoot: (put + {enableHaControlPlane: true})}" },
        { "add-worker", V1_WORK FRESH "quiet and (fresh | length > 0)", "POST", BASE " + \"/worker\"",
          TOLERANT V1_SPEC WANT SOME PAIRS V1_HAVE FRESH "{worker: ({volume: {size: \"50Gi\"}} * fresh[0])}" },
        { "update", V1_UPDATE "quiet and (up or moved or kept)", "PUT", BASE,
          V1_UPDATE V1_PUT
          "{shoot: (put + (if up then {kubernetes: {version: want.version}} else {} end) + (if kept then {maintenance: (upkeep * "
          "want.maintenance)} else {} end) + (if moved then {hibernation: {schedules: want.schedules}} else {} end))}" },
        { "update-worker", V1_DUE "quiet and (due | length > 0)", "PUT", V1_DUE BASE " + \"/worker/\" + due[0].name",
          V1_DUE "{worker: due[0]}" },
        { "delete-worker", V1_WORK FRESH GONE "quiet and (want.workers | a | length > 0) and (fresh | length == 0) and (gone | "
                                              "length > 0)",
          "DELETE", V1_WORK GONE BASE " + \"/worker/\" + gone[0]", NULL },
    },
    .kubeconfig = V1_KUBECONFIG "text",
    .kubeconfig_expected = V1_KUBECONFIG EXPECTED,
    .kubeconfig_projection = V1_KUBECONFIG SERVER,
    .certificate = V1_KUBECONFIG "text | match(\"client-certificate-data: *\\\"?([A-Za-z0-9+/=]+)\").captures[0].string",
};

/* ---- v2, kubeconfig v3 ------------------------------------------------------------------------------------------ */

#define V2_OP                                                                                                \
    TOLERANT                                                                                                 \
    "def status: d | .status | o; "                                                                          \
    "def op: d | .last_operation | o | {type, state, progress, description, lastUpdateTime: "                \
    ".last_update_time}; "                                                                                   \
    "def leaving: op | .type == \"Delete\"; "                                                                \
    "def asleep: status | .is_hibernated == true; "                                                          \
    "def told: asleep; "
#define V2_STATE                                                                                             \
    V2_OP                                                                                                    \
    "def conds: status | .conditions | a | map({type, status, reason, message}); "                           \
    "def constraints: status | .constraints | a | map({type, status, reason, message}); "                    \
    "def errors: status | .last_errors | a | map({description, codes, lastUpdateTime: .last_update_time}); "

/* On if and only if the object is there; its type may be empty. */
#define V2_HA                                                                                                \
    "def ha: d | .control_plane | if type == \"object\" then (.high_availability | o | .failure_tolerance "  \
    "| o | .type // \"\") "                                                                                  \
    "else null end; "
#define V2_HAVE                                                                                              \
    "def have: [d | .shoot_provider | o | .workers | a | .[] | {name, machine: ({type: .machine.type, "      \
    "image_name: "                                                                                           \
    ".machine.image.name, image_version: .machine.image.version} | some), minimum, maximum, max_surge, "     \
    "volume_size: "                                                                                          \
    ".volume.size, zones: (.zones | a), labels: (.labels | pairs), annotations: (.annotations | pairs), "    \
    "taints: (.taints "                                                                                      \
    "| stains)} | some]; "
#define V2_KEEP                                                                                              \
    "def auto: want.maintenance.auto_update.machine_image_version as $w | if $w == null then (d | "          \
    ".maintenance | o | "                                                                                    \
    ".auto_update | o | .machine_image_version) else $w end | . != false; "                                  \
    "def keep($h; $t): if auto and $t.machine.image_version != null and $t.machine.image_name == "           \
    "$h.machine.image_name "                                                                                 \
    "and (newer($t.machine.image_version; $h.machine.image_version) | not) then $t | "                       \
    ".machine.image_version = "                                                                              \
    "$h.machine.image_version else $t end; "
#define V2_WORK V2_OP WANT QUIET SOME PAIRS V2_HAVE
#define V2_DUE  V2_WORK NEWER V2_KEEP DUE
#define V2_UPDATE                                                                                            \
    V2_OP WANT QUIET SOME NEWER                                                                              \
        "def version: d | .kubernetes | o | .version; "                                                      \
        "def slots: a | map({start: (.start // \"\"), end: (.end // \"\")}) | sort; "                        \
        "def up: want.version as $w | version as $h | $w != null and $h != null and newer($w; $h); "         \
        "def moved: want.schedules as $w | $w != null and ($w | slots) != (d | .hibernation | o | "          \
        ".schedules | slots); "                                                                              \
        "def upkeep: d | .maintenance | o | {auto_update: (.auto_update | o), time_window: (.time_window | " \
        "o)}; "                                                                                              \
        "def kept: want.maintenance as $w | $w != null and upkeep * $w != upkeep; "                          \
        "def opened: want.allowed_cidrs as $w | $w != null and ($w | sort) != (d | .allowed_cidrs | a | "    \
        "sort); "                                                                                            \
        "def cilium: d | .networking | o | .cilium_provider_config | o; "                                    \
        "def tuned: want.cilium as $w | $w != null and cilium * $w != cilium; "
#define V3_KUBECONFIG "def text: .body | if type == \"object\" then .kubeconfig else . end; "

const struct shoot_programs shoot_programs_v2 = {
    .observe_url = BASE,
    .create_body = ".payload.body.create",
    .identity = TOLERANT "d | .uid",
    .fingerprint = TOLERANT "d | .last_operation",
    .ready = V2_STATE WANT READY,
    .failure = V2_STATE FAILURE,
    .projection = V2_STATE SOME CUT V2_HA
    "def uid: d | .uid; "
    "def version: d | .kubernetes | o | .version; "
    "def url: null; "
    "def network: d | .networking | o | {type, nodes} | some; "
    "def infra: d | .shoot_provider | o | (.infrastructure_config | o) as $i | ($i.networks | o) as $n | {floatingPoolName: "
    "$i.floating_pool_name, networkId: $n.id, routerId: ($n.router | o | .id), workers: $n.workers, loadBalancerProvider: "
    "(.control_plane_config | o | .load_balancer_provider)} | some; "
    "def workers: d | .shoot_provider | o | .workers | a | map({name, machineType: .machine.type, imageVersion: "
    ".machine.image.version, minimum, maximum, zones} | some); " PROJECTION,
    .list_key = ".response.body | if type == \"string\" then fromjson else . end | map(.name // \"\")",
    .changes = {
        { "wake", V2_OP WANT QUIET "quiet and want.hibernated == false and told", "PATCH", BASE " + \"/wakeup\"", NULL },
        { "hibernate", V2_OP WANT QUIET "quiet and want.hibernated == true and (told | not)", "PATCH",
          BASE " + \"/hibernate\"", NULL },
        { "enable-ha", V2_OP WANT QUIET V2_HA "quiet and want.highAvailability != null and ha == null and (asleep | not)",
          "PATCH", BASE " + \"/ha-control-plane/enable\"", NULL },
        { "add-worker", V2_WORK FRESH "quiet and (fresh | length > 0)", "POST", BASE " + \"/workers\"",
          TOLERANT WANT SOME PAIRS V2_HAVE FRESH "{volume_size: \"50Gi\"} + fresh[0]" },
        { "update", V2_UPDATE "quiet and (up or moved or kept or opened or tuned)", "PATCH", BASE,
          V2_UPDATE
          "(if up then {kubernetes: want.version} else {} end) + (if moved then {hibernation_schedules: want.schedules} else "
          "{} end) + (if kept then {maintenance: (upkeep * want.maintenance)} else {} end) + (if opened then {allowed_cidrs: "
          "want.allowed_cidrs} else {} end) + (if tuned then {networking: {cilium_provider_config: (cilium * want.cilium | "
          "some)}} else {} end)" },
        { "update-worker", V2_DUE "quiet and (due | length > 0)", "PUT", V2_DUE BASE " + \"/workers/\" + due[0].name",
          /* newer servers no longer take image_name: only who asks for one sends it */
          V2_DUE "due[0] as $t | (want.workers | map(select(.name == $t.name))[0]) as $w | if $w.machine.image_name == null then "
                 "$t | del(.machine.image_name) else $t end" },
        { "delete-worker", V2_WORK FRESH GONE "quiet and (want.workers | a | length > 0) and (fresh | length == 0) and (gone | "
                                              "length > 0)",
          "DELETE", V2_WORK GONE BASE " + \"/workers/\" + gone[0]", NULL },
    },
    .kubeconfig = V3_KUBECONFIG "text",
    .kubeconfig_expected = V3_KUBECONFIG EXPECTED,
    .kubeconfig_projection = V3_KUBECONFIG SERVER,
    .expires_at = ".body.expires_at",
};
