/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on who and where a Shoot is, and on what Cleura's API has no words for. */
#include "function/render/shoot_rules.h"
#include "function/render/octavia.h"
#include "function/render/shoot_state.h"
#include "function/render/shoot_upstream.h"
#include "function/render/words.h"
#include "lib/buf.h"
#include "lib/jx.h"
#include <ctype.h>

enum {
    NAME_MAX_CLEURA = 15,
    SECRET_NAME_MAX = 253, /* Kubernetes */
    KUBECONFIG_LEAST = 600,
    KUBECONFIG_MOST = 86400, /* more is silently shortened */
};

bool shoot_is_version(const char *text, int least)
{
    int numbers = 0;

    for (;;) {
        size_t n = strspn(text, "0123456789");

        if (!n || n > 9)
            return false;
        numbers++;
        if (!text[n])
            return numbers >= least;
        if (text[n] != '.')
            return false;
        text += n + 1;
    }
}

int shoot_version_compare(const char *a, const char *b)
{
    while (*a && *b) {
        char *a_end, *b_end;
        unsigned long x = strtoul(a, &a_end, 10), y = strtoul(b, &b_end, 10);

        if (x != y)
            return x < y ? -1 : 1;
        a = *a_end == '.' ? a_end + 1 : "";
        b = *b_end == '.' ? b_end + 1 : "";
    }
    return 0;
}

/* What 'text' might have been meant as: lower case, single hyphens, at most 'most'. */
static void suggest_name(const char *text, size_t most, char out[NAME_MAX_CLEURA + 1])
{
    size_t n = 0;

    for (; *text && n < most && n < NAME_MAX_CLEURA; text++) {
        if (isalnum((unsigned char)*text))
            out[n++] = (char)tolower((unsigned char)*text);
        else if (n && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

static const char *name_path(const struct shoot_state *st)
{
    if (jx_str(st->call.req->composite, "spec.name", NULL))
        return "spec.name";
    return st->call.names.own == st->call.names.object ? "metadata.name" : "spec.claimRef.name";
}

/* Gardener allows 21 with the project's name, which has 6 letters at Cleura. */
static size_t longest_name(const struct shoot_state *st)
{
    const char *ns = st->call.in.garden_namespace ? st->call.in.garden_namespace : st->call.names.ns;
    size_t project = ns && !strncmp(ns, "garden-", 7) ? strlen(ns + 7) : 6;

    return !st->call.in.gardener ? NAME_MAX_CLEURA : project < 20 ? 21 - project : 1;
}

static void check_name(struct shoot_state *st)
{
    const char *name = st->spec.name;
    size_t most = longest_name(st);
    char better[NAME_MAX_CLEURA + 1];

    suggest_name(name, most, better);
    if (!words_dns_label(name) || strstr(name, "--"))
        problems_add(&st->call.problems,
                     "%s: \"%.64s\" cannot name a cluster: use lower-case letters, digits and single hyphens "
                     "inside%s%s%s",
                     name_path(st), name, *better ? ", for example \"" : "", better, *better ? "\"" : "");
    else if (strlen(name) > most)
        problems_add(&st->call.problems,
                     "%s: \"%.64s\" has %zu characters, and %s takes at most %zu; set spec.name, for "
                     "example to \"%s\"",
                     name_path(st), name, strlen(name),
                     st->call.in.gardener ? "Gardener with this project" : "Cleura", most, better);
}

static void check_project(struct shoot_state *st)
{
    const char *id = st->call.in.gardener ? NULL : st->spec.project_id;
    char digits[33];
    size_t n = 0;
    bool good = true;

    if (!id)
        return;
    for (const char *c = id; *c; c++) {
        if (*c == '-')
            continue;
        good = good && isxdigit((unsigned char)*c) && n < 32;
        if (good)
            digits[n++] = *c;
    }
    digits[n] = '\0';
    if (!good || n != 32)
        problems_add(&st->call.problems,
                     "spec.projectId: \"%.64s\" is not an OpenStack project's id, which has 32 hex digits, "
                     "for example "
                     "0123456789abcdef0123456789abcdef",
                     id);
    else if (strlen(id) != n)
        problems_add(&st->call.problems, "spec.projectId: \"%s\" has hyphens; write %s", id, digits);
}

static void check_place(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;

    if (s->region && !words_only(s->region, "-_"))
        problems_add(&st->call.problems,
                     "spec.region: \"%.64s\" is not a region's name; write for example kna1 or sto2",
                     s->region);
    if (!words_only(s->cloud, "-_."))
        problems_add(
            &st->call.problems,
            "spec.cloud: \"%.64s\" is not a cloud's name; write public, compliant or your own cloud's",
            s->cloud);
    check_project(st);
}

static void check_config(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    char own[NAMING_SIZE];

    naming_object(&st->call.names, &shoot_parts[SHOOT_CONFIG], own);
    if (st->call.names.cluster && strcmp(s->config_kind, "ProviderConfig") != 0)
        problems_add(
            &st->call.problems,
            "spec.providerConfigRef.kind: \"%s\" does not exist in cluster scope; use ProviderConfig",
            s->config_kind);
    else if (!strcmp(s->config_kind, "ProviderConfig") && !strcmp(s->config_name, own))
        problems_add(
            &st->call.problems,
            "metadata.name: \"%s\" is also the name of the account's ProviderConfig, and the cluster gets a "
            "ProviderConfig of its own name; rename one of them",
            own);
}

static void check_version(struct shoot_state *st)
{
    const char *v = st->spec.version;

    if (!v)
        return;
    if (!shoot_is_version(v, 2))
        problems_add(&st->call.problems,
                     "spec.kubernetes.version: \"%.32s\" is not a version; write for example %s", v,
                     *v == 'v' && shoot_is_version(v + 1, 2) ? v + 1 : "1.33.7");
    else if (!shoot_is_version(v, 3))
        problems_add(&st->call.advice,
                     "spec.kubernetes.version: \"%s\" has no patch number: Gardener takes the newest patch "
                     "it offers; should "
                     "Cleura refuse it, write it in full, like 1.33.7",
                     v);
}

/* What every load balancer in such a cluster will lack. */
static void advise_of_load_balancers(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;

    if (octavia_lacks_l4(s->region))
        problems_add(
            &st->call.advice,
            "spec.region: %.64s has no TCP and UDP load balancers: a LoadBalancer or Gateway in this "
            "cluster gets no address; use another region for what must be reached from outside",
            s->region);
    if (s->lb_provider && !strcmp(s->lb_provider, "ovn"))
        problems_add(
            &st->call.advice,
            "spec.provider.controlPlaneConfig.loadBalancerProvider: \"ovn\" knows TCP and UDP only: no "
            "proxyProtocol, no xForwardedFor, no timeouts, no connectionLimit, and UDP members that its "
            "monitor takes for down; \"amphora\" has all of them");
}

static void check_infrastructure(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    static const char path[] = "spec.provider.infrastructureConfig";
    const struct {
        const char *name, *value;
    } ids[] = { { "networks.id", s->network_id }, { "networks.router.id", s->router_id } };

    for (size_t i = 0; i < ARRAY_LENGTH(ids); i++)
        if (ids[i].value &&
            (strlen(ids[i].value) != 36 || strspn(ids[i].value, "0123456789abcdefABCDEF-") != 36))
            problems_add(&st->call.problems,
                         "%s.%s: \"%.64s\" is not a UUID like 0f1e2d3c-4b5a-4697-8877-665544332211", path,
                         ids[i].name, ids[i].value);
    if (!s->network_id != !s->router_id)
        problems_add(&st->call.problems,
                     "%s.networks: an existing network needs both id and router.id; %s is missing", path,
                     s->network_id ? "router.id" : "id");
    if (s->floating_pool && !*s->floating_pool)
        problems_add(&st->call.problems, "%s.floatingPoolName is empty; leave it out for ext-net", path);
    if (!st->call.in.gardener && !shoot_is_v2(s) && s->lb_provider && strcmp(s->lb_provider, "amphora") != 0)
        problems_add(&st->call.problems,
                     "spec.provider.controlPlaneConfig.loadBalancerProvider: \"%.64s\" cannot be chosen with "
                     "Cleura's API v1, "
                     "which uses amphora; set spec.apiGeneration to v2, or leave it out",
                     s->lb_provider);
}

/* Fields of a Gardener Shoot that Cleura's API does not take, and whose loss does no harm. */
static void check_unsent(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    const struct {
        const char *path, *value, *same;
    } profile[] = {
        { "spec.cloudProfileName", s->cloud_profile_name, "cleuracloud" },
        { "spec.cloudProfile.name", s->cloud_profile, "cleuracloud" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(profile); i++)
        if (profile[i].value && strcmp(profile[i].value, profile[i].same) != 0)
            problems_add(&st->call.advice,
                         "%s: \"%.64s\" is not sent: Cleura chooses its cloud profile itself; leave it out",
                         profile[i].path, profile[i].value);
    if (s->purpose && strcmp(s->purpose, "evaluation") != 0)
        problems_add(&st->call.advice,
                     "spec.purpose: \"%s\" is not sent: Cleura's API has no field for it; leave it out",
                     s->purpose);
    if (s->failure_tolerance && !strcmp(s->failure_tolerance, "zone"))
        problems_add(&st->call.advice,
                     "spec.controlPlane.highAvailability.failureTolerance.type: \"zone\" is "
                     "sent as \"on\": Cleura chooses "
                     "between node and zone by what the region has");
}

/* What Gardener itself needs, and what it does not know. */
static void check_gardener(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    const char *ns = st->call.in.garden_namespace ? st->call.in.garden_namespace : st->call.names.ns;

    if (!s->cloud_profile && !s->cloud_profile_name)
        problems_add(&st->call.problems, "spec.cloudProfile.name is required with backend Gardener");
    if (!ns || !words_dns_label(ns))
        problems_add(&st->call.problems,
                     "input.gardenNamespace is required with backend Gardener: the project's namespace, for "
                     "example garden-my-project");
    if (s->allowed_cidrs)
        problems_add(&st->call.problems,
                     "spec.allowedCidrs is no field of Gardener's Shoot; leave it out with backend Gardener");
    if (s->cilium.encryption.set || s->cilium.encryption_mode || s->cilium.node_to_node.set ||
        s->cilium.strict_mode.set)
        problems_add(
            &st->call.problems,
            "spec.networking.ciliumProviderConfig: encryption is not sent to Gardener; leave it out");
    for (size_t i = 0; i < s->n_workers; i++)
        if (!s->workers[i].zones)
            problems_add(&st->call.problems,
                         "%s.zones is required with backend Gardener; write for example [nova]",
                         s->workers[i].path);
}

static void check_kubeconfig(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    json_int_t seconds = s->kubeconfig_seconds.value;

    if (s->kubeconfig_seconds.set && seconds > KUBECONFIG_MOST)
        problems_add(&st->call.problems,
                     "spec.kubeconfig.expirationSeconds: %lld is more than a day, which Cleura would "
                     "silently shorten; write "
                     "at most %d",
                     (long long)seconds, KUBECONFIG_MOST);
    if (s->kubeconfig_seconds.set && seconds < KUBECONFIG_LEAST)
        problems_add(&st->call.problems,
                     "spec.kubeconfig.expirationSeconds: %lld is less than ten minutes; write at least %d",
                     (long long)seconds, KUBECONFIG_LEAST);
    if (s->kubeconfig_secret &&
        (!words_only(s->kubeconfig_secret, "-.") || strlen(s->kubeconfig_secret) > SECRET_NAME_MAX ||
         strpbrk(s->kubeconfig_secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
        problems_add(&st->call.problems,
                     "spec.kubeconfig.secretName: \"%.64s\" cannot name a Secret: use lower-case letters, "
                     "digits, hyphens and "
                     "dots, for example my-cluster-kubeconfig",
                     s->kubeconfig_secret);
}

/* What upstream provider-http cannot do for a cluster. */
static void check_executor(struct shoot_state *st)
{
    if (!st->call.in.upstream)
        return;
    problems_add(
        &st->call.advice,
        "executor provider-http: after its creation only the cluster's version, schedules, maintenance and "
        "allowed addresses are changed; workers, hibernation and high availability are not");
    problems_add(&st->call.advice,
                 "executor provider-http: the kubeconfig also stands in clear in the status of its "
                 "DisposableRequest and is renewed by the clock; nothing inside the cluster can be managed");
    if (shoot_upstream_moved(st))
        problems_add(
            &st->call.problems,
            "input: the cluster's login is of another endpoint, account or API generation, which executor "
            "provider-http cannot change; set input.endpoint, input.accountSecretRef and input.apiGeneration "
            "(or spec.apiGeneration) back, and put a new login or password into the Secret that is there");
    if (!st->call.in.endpoint && strcmp(st->spec.cloud, "public") != 0 &&
        strcmp(st->spec.cloud, "compliant") != 0)
        problems_add(&st->call.problems, "input.endpoint is required for cloud \"%.64s\": its REST API's URL",
                     st->spec.cloud);
}

void shoot_rules(struct shoot_state *st)
{
    check_executor(st);
    check_name(st);
    check_place(st);
    check_config(st);
    check_version(st);
    check_infrastructure(st);
    advise_of_load_balancers(st);
    if (st->call.in.gardener)
        check_gardener(st);
    else
        check_unsent(st);
    shoot_rules_workers(st);
    shoot_rules_network(st);
    shoot_rules_time(st);
    shoot_rules_gateway(st);
    check_kubeconfig(st);
    input_duration("spec.pollInterval", jx_str(st->call.req->composite, "spec.pollInterval", NULL),
                   &st->call.problems);
}
