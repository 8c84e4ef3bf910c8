/* SPDX-License-Identifier: Apache-2.0 */
/* d is what the cluster answered.  A condition counts when it is True and speaks of the generation that is there: without
 * observedGeneration it is the default that the server wrote, or an old controller's.  lastTransitionTime is not looked at, since Envoy
 * Gateway writes it anew each time.
 *
 * All texts and lists are cut: a projection has 16 KiB. */
#include "function/render/gwapi_programs.h"
#include "function/render/jq_basics.h"

/* Laid out by hand: the texts are programs, broken where a programmer would. */
/* clang-format off */


/* Of a list of conditions: one($t), {} when it is not there exactly once; ok($t); what is wrong with $t, null when nothing. */
#define CONDITIONS \
    BASICS \
    ".response.body as $d | .payload.body.object as $w | g($d.metadata.generation) as $gen | " \
    "def one($t): [.[]? | objects | select(.type == $t)] | if length == 1 then .[0] else {} end; " \
    "def ok($t): one($t) | .status == \"True\" and .observedGeneration == $gen and $gen != null; " \
    "def wrong($t): one($t) as $c | if ok($t) then null " \
        "elif $c.observedGeneration == null then {type: $t, reason: \"Pending\"} " \
        "elif $c.observedGeneration != $gen then {type: $t, reason: \"Outdated\"} " \
        "else {type: $t, reason: ($c.reason | cut(60)), message: ($c.message | cut(300) // \"\")} end; "

/* What is wrong with the listener of that name; Programmed last, which only says that something is, and what is not said yet after what
 * is. */
#define LISTENERS \
    "def fault($n): [g($d.status.listeners[]) | objects | select(.name == $n)] " \
        "| if length == 1 then .[0].conditions " \
            "| (if one(\"Conflicted\").status == \"True\" " \
                "then one(\"Conflicted\") | {type, reason: (.reason | cut(60)), message: (.message | cut(300))} else null end) " \
            "// ([wrong(\"ResolvedRefs\"), wrong(\"Accepted\"), wrong(\"Programmed\") | objects] " \
                "| map(select(.message != null))[0] // .[0]) " \
        "else {type: \"Accepted\", reason: \"Pending\"} end; " \
    "def names: [(g($d.spec.listeners[]), g($w.spec.listeners[])) | objects | .name] | unique; "

#define ADDRESSES "[g($d.status.addresses[]) | objects | .value | strings | select(. != \"\")]"

const char gwapi_gateway_ready[] =
    CONDITIONS LISTENERS
        "g($d.metadata.deletionTimestamp) == null "
        "and (g($d.status.conditions) | ok(\"Accepted\") and ok(\"Programmed\") "
            "and one(\"Accepted\").reason != \"ListenersNotValid\") "
        "and (" ADDRESSES " | length > 0) "
        "and (names | length > 0 and all(.[]; fault(.) == null))";
const char gwapi_gateway_projection[] =
    CONDITIONS LISTENERS
        "{generation: $gen, addresses: (" ADDRESSES "[:16] | map(.[:253])), "
        "deleting: (g($d.metadata.deletionTimestamp) != null), "
        "class: g($d.spec.gatewayClassName), "
        "accepted: (g($d.status.conditions) | wrong(\"Accepted\") "
            "// (one(\"Accepted\") | if .reason == \"ListenersNotValid\" "
                "then {type, reason, message: (.message | cut(300))} else null end)), "
        "programmed: (g($d.status.conditions) | wrong(\"Programmed\")), "
        "fault: ([names[] | . as $n | fault($n) | objects | . + {name: $n[:80]}] "
            "| map(select(.message != null))[0] // .[0]), "
        "listeners: [g($d.spec.listeners[:64][]) | . as $l "
            "| {name: (.name | cut(63)), port, protocol: (.protocol | cut(16)), "
            "attachedRoutes: ([g($d.status.listeners[]) | objects | select(.name == $l.name) | .attachedRoutes][0] // 0), "
            "ready: (fault(.name) == null), reason: (fault(.name) | .reason?)} | some]} | some";

/* It has no status to wait for. */
const char gwapi_envoy_proxy_ready[] =
    ".response.body.metadata.deletionTimestamp == null";
const char gwapi_envoy_proxy_projection[] =
    "{generation: .response.body.metadata.generation}";

/* Parents are those the spec names, with the defaults that the server would add. */
#define CONTROLLER "gateway.envoyproxy.io/gatewayclass-controller"

#define PARENTS \
    "g($w.metadata.namespace) as $ns | " \
    "def full: {group: (.group // \"gateway.networking.k8s.io\"), kind: (.kind // \"Gateway\"), namespace: (.namespace // $ns), " \
        "name, sectionName, port}; " \
    "def ours: [(g($d.spec.parentRefs[]), g($w.spec.parentRefs[])) | objects | full] | unique; " \
    "def told($p): [g($d.status.parents[]) | objects | select(.controllerName == \"" CONTROLLER "\") " \
        "| select(g(.parentRef | full) == $p) | .conditions]; " \
    "def partly: [.[]? | objects | select(.type == \"PartiallyInvalid\" and .status == \"True\") " \
        "| {type, reason: (.reason | cut(60)), message: (.message | cut(300))}][0]; " \
    "def fault($p): told($p) | if length == 0 then {type: \"None\", reason: \"Pending\"} " \
        "else [.[] | wrong(\"Accepted\") // wrong(\"ResolvedRefs\") // partly | objects][0] end; "

const char gwapi_route_ready[] =
    CONDITIONS PARENTS
        "g($d.metadata.deletionTimestamp) == null and (ours | length > 0 and all(.[]; fault(.) == null))";
/* what is wrong comes first: the list may be cut */
const char gwapi_route_projection[] =
    CONDITIONS PARENTS
        "{generation: $gen, created: g($d.metadata.creationTimestamp), "
        "deleting: (g($d.metadata.deletionTimestamp) != null), "
        "parents: ([ours[] | . as $p | fault($p) as $f "
            "| {name: (.name | cut(100)), namespace: (.namespace | cut(63)), sectionName: (.sectionName | cut(100)), port, "
            "ready: ($f == null), fault: $f} | some] | sort_by(.ready)[:16])} | some";

#define ITEMS "g(.response.body.items[]) | objects"
#define ASKED ".response.statusCode == 200"

const char gwapi_services_ready[] =
    BASICS ASKED " and ([" ITEMS " | g(.status.loadBalancer.ingress[0]) | (.ip // .hostname) | strings] | length > 0)";
const char gwapi_services_projection[] =
    BASICS
        "{services: [" ITEMS " | {name: (.metadata.name | cut(63)), namespace: (.metadata.namespace | cut(63)), "
        "type: (.spec.type | cut(16)), "
        "ingress: ([g(.status.loadBalancer.ingress[]) | (.ip // .hostname) | strings | .[:253]][:4])}][:4]}";

/* "Old" has been accepted as it was before. */
const char gwapi_classes_ready[] =
    ASKED;
const char gwapi_classes_projection[] =
    BASICS
        "{count: (g(.response.body.items) | length), classes: [" ITEMS " | g(.metadata.generation) as $gen "
        "| [g(.status.conditions[]) | objects | select(.type == \"Accepted\")][0] as $c "
        "| {name: (.metadata.name | cut(80)), controller: (.spec.controllerName | cut(120)), "
        "accepted: (if $c.status == \"True\" and ($c.observedGeneration == null or $c.observedGeneration != $gen) then \"Old\" else $c.status end), "
        "message: (if $c.status == \"True\" then null else $c.message | cut(200) end)} | some][:24]}";

/* Of all there may be: for a moment an old and a new one. */
const char gwapi_envoys_ready[] =
    BASICS ASKED " and ([" ITEMS " | select(g(.status.availableReplicas) >= 1)] | length > 0)";
const char gwapi_envoys_projection[] =
    BASICS
        "{envoys: [" ITEMS " | {name: (.metadata.name | cut(63)), namespace: (.metadata.namespace | cut(63)), "
        "available: (g(.status.availableReplicas) // 0), wanted: (g(.spec.replicas) // 1)}][:4]}";

const char gwapi_bundle_ready[] =
    ASKED;
const char gwapi_bundle_projection[] =
    BASICS
        "{bundle: (g(.response.body.metadata.annotations[\"gateway.networking.k8s.io/bundle-version\"]) | cut(32))} | some";

/* The parents first: of many only so many are told. An address that is there while the Gateway is not Programmed is an old one. */
#define PROGRAMMED \
    "def programmed: g(.metadata.generation) as $gen | ([g(.status.conditions[]) | objects | select(.type == \"Programmed\" and .status == \"True\" " \
        "and .observedGeneration == $gen)] | length > 0) and ([g(.status.addresses[]) | objects] | length > 0); " \
    "def ours($names): g(.metadata.name) | IN($names[]); " \
    ".payload.body.parents[0].namespace as $in | ([.payload.body.parents[] | select(.namespace == $in) | .name] | unique) as $names | "

const char gwapi_gateways_ready[] =
    BASICS PROGRAMMED ASKED " and ([" ITEMS " | select(ours($names) and programmed)] | length >= ($names | length))";
const char gwapi_gateways_projection[] =
    BASICS PROGRAMMED
        "[" ITEMS "] as $all | {count: ($all | length), gateways: [($all | sort_by(ours($names) | not))[:8][] | {name: (.metadata.name | cut(63)), "
        "programmed: programmed, "
        "count: (g(.spec.listeners) | length), listeners: [g(.spec.listeners[]) | objects "
        "| {name: (.name | cut(63)), protocol: (.protocol | cut(16)), port, hostname: (.hostname | cut(80)), "
        "from: (g(.allowedRoutes.namespaces.from) | cut(16)), "
        "mode: (g(.tls.mode) | cut(16))} | some][:10]}]}";

const char gwapi_controller_ready[] =
    BASICS ASKED " and g(.response.body.status.availableReplicas) >= 1";
const char gwapi_controller_projection[] =
    BASICS
        "{image: ([g(.response.body.spec.template.spec.containers[]) | objects | select(.name == \"envoy-gateway\") "
        "| .image | cut(300)][0]), available: (g(.response.body.status.availableReplicas) // 0)} | some";

const char gwapi_routes_ready[] =
    ASKED;
/* Of each listener of the Gateways in .payload.body.parents, as it is referred to, the route that is the oldest, but for those it does
 * not take. */
const char gwapi_routes_projection[] =
    BASICS
        "[.payload.body.parents[]? | [.namespace, .name]] as $ours "
        "| {routes: ([" ITEMS " | select(g(.metadata.deletionTimestamp) == null) | . as $r | $r.metadata.namespace as $ns "
        "| def place: [.namespace // $ns, .name, .sectionName, .port]; "
        "g(.spec.parentRefs[]) | objects | place as $place | select($ours | index([$place[:2]])) "
        "| select([g($r.status.parents[]) | objects | select(.controllerName == \"" CONTROLLER "\") "
            "| select(g(.parentRef | place) == $place) | g(.conditions[]) | select(g(.type == \"Accepted\" and .status == \"False\") "
            "and ([.reason] | inside([\"NotAllowedByListeners\", \"NoMatchingParent\", \"InvalidRule\", \"UnsupportedValue\"])))] == []) "
        "| {name: ($r.metadata.name | cut(63)), namespace: ($ns | cut(63)), created: ($r.metadata.creationTimestamp | cut(32)), "
            "gateway: (.name | cut(63)), at: ($place[0] | cut(63)), sectionName: (.sectionName | cut(63)), port} | some] "
        "| group_by([.at, .gateway, .sectionName, .port]) | map(min_by([.created, .namespace, .name])) "
        "| sort_by([.created, .namespace, .name]))[:40]}";

/* Services that have a ready endpoint on some port; that an endpoint says nothing means it is. */
const char gwapi_endpoints_ready[] =
    ASKED;
const char gwapi_endpoints_projection[] =
    BASICS
        "([" ITEMS " | select(g(.ports | length) > 0 and ([g(.endpoints[]) | objects | select(g(.conditions.ready) != false)] | length) > 0) "
        "| {name: (g(.metadata.labels[\"kubernetes.io/service-name\"]) | cut(63)), namespace: (.metadata.namespace | cut(63))}] | unique) as $all "
        "| {count: ($all | length), services: $all[:90]}";

const char gwapi_service_ready[] =
    ASKED;
const char gwapi_service_projection[] =
    BASICS
        "g(.response.body) as $d | {name: (g($d.metadata.name) | cut(63)), namespace: (g($d.metadata.namespace) | cut(63)), "
        "ports: [g($d.spec.ports[]) | objects | {port, protocol: (.protocol // \"TCP\" | cut(8))}][:16]} | some";
