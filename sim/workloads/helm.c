/* SPDX-License-Identifier: Apache-2.0 */
/* The part of helm that installers of Envoy Gateway use: template, upgrade (and install), uninstall. A release is a Secret,
 * as with the real one; what is in it is not modelled. */
#include "lib/clock.h"
#include "sim/workloads/conditions.h"
#include "sim/workloads/envoy.h"
#include "sim/workloads/envoy_chart.h"
#include "sim/workloads/installer.h"
#include "sim/workloads/rights.h"
#include "sim/workloads/script.h"

#define TYPE "helm.sh/release.v1"

/* ---- registries ---- */

enum { SLOW = 5 * CLOCK_MINUTE };

/* "docker.io/envoyproxy/gateway-helm" of the word that is a reference; "" when none is. */
static const char *reference_of(const struct step *s)
{
    for (size_t i = 2; *script_word(s->command, i); i++)
        if (!strncmp(script_word(s->command, i), "oci://", 6))
            return script_word(s->command, i) + 6;
    return "";
}

static int pull_failed(struct step *s, const char *reference, const char *version)
{
    const char *path = strchr(reference, '/') ? strchr(reference, '/') + 1 : reference;

    switch (s->c->set->chart_pull) {
    case PULL_RATE_LIMITED:
        return step_fail(s,
                         "Error: failed to perform \"FetchReference\" on source: GET "
                         "\"https://registry-1.docker.io/v2/%s/manifests/%s\": response status code 429: "
                         "toomanyrequests: You have reached your unauthenticated pull rate limit. "
                         "https://www.docker.com/increase-rate-limit",
                         path, version);
    case PULL_UNREACHABLE:
        return step_fail(s,
                         "Error: failed to perform \"FetchReference\" on source: Get "
                         "\"https://registry-1.docker.io/v2/%s/manifests/%s\": dial tcp: lookup "
                         "registry-1.docker.io: i/o timeout",
                         path, version);
    case PULL_OK:
    case PULL_SLOW:
    case PULL_NOT_FOUND: break;
    }
    return step_fail(s, "Error: failed to perform \"FetchReference\" on source: %s:%s: not found", reference,
                     version);
}

static bool is_known(const char *reference)
{
    const char *name = strrchr(reference, '/');

    return name && (!strcmp(name, "/gateway-helm") || !strcmp(name, "/gateway-crds-helm"));
}

/* 0 when the chart is here, else as a verb says. 'ret_minor' is 0 for charts nobody knows, which hold nothing. */
static int pull(struct step *s, int *ret_minor)
{
    const char *reference = reference_of(s), *version = script_option(s->command, "--version", "v1.9.0");

    *ret_minor = is_known(reference) ? chart_minor(version) : 0;
    if (s->c->set->chart_pull == PULL_SLOW && !ctl_after(s->c, s->note, "pull", SLOW)) {
        jx_set(s->note, "waited", json_true());
        return INSTALLER_RUNNING;
    }
    if ((s->c->set->chart_pull != PULL_OK && s->c->set->chart_pull != PULL_SLOW) ||
        (is_known(reference) && !*ret_minor))
        return pull_failed(s, reference, version);
    return 0;
}

/* ---- template ---- */

static bool is_true(const struct step *s, const char *path, const char *otherwise)
{
    return !strcmp(script_set(s->command, path, otherwise), "true");
}

/* What is written to a file is remembered by what it was made of. It needs no cluster. */
static int helm_template(struct step *s)
{
    const char *file = jx_str(s->command, "to", "");
    bool crds = strstr(reference_of(s), "gateway-crds-helm") != NULL;
    int minor, code;

    if (!s->due)
        return INSTALLER_RUNNING;
    code = pull(s, &minor);
    if (code || !*file)
        return code;
    jx_set(jx_make_object(s->run, "files"), file,
           jx_pack("{s:i, s:b, s:b, s:b}", "bundle", chart_bundle(minor, false).minor, "standard",
                   !strcmp(script_set(s->command, "crds.gatewayAPI.channel", "experimental"), "standard"),
                   "gateway", crds && is_true(s, "crds.gatewayAPI.enabled", "false"), "envoy",
                   crds && is_true(s, "crds.envoyGateway.enabled", "false")));
    return 0;
}

/* ---- releases ---- */

static bool is_revision(const json_t *secret, const char *release)
{
    return !strcmp(ctl_label(secret, "owner"), "helm") && !strcmp(ctl_label(secret, "name"), release) &&
           !strcmp(jx_str(secret, "type", ""), TYPE);
}

static long revision_of(const json_t *secret) { return strtol(ctl_label(secret, "version"), NULL, 10); }

/* The newest revision. New reference, NULL when there is none. */
static json_t *latest(const struct ctl *c, const char *ns, const char *release)
{
    json_auto_t *secrets = ctl_list(c, "", "secrets", ns);
    json_t *secret, *found = NULL;
    size_t i;

    json_array_foreach (secrets, i, secret) {
        if (is_revision(secret, release) && (!found || revision_of(secret) > revision_of(found)))
            found = secret;
    }
    return json_incref(found);
}

static void record(struct ctl *c, const char *ns, const char *release, long revision, const char *status)
{
    CLEAN(free) char *name = x_asprintf("sh.helm.release.v1.%s.v%ld", release, revision);
    json_t *live = ctl_get(c, "", "secrets", ns, name);
    json_t *labels = jx_pack("{s:s, s:s, s:s, s:o, s:o}", "owner", "helm", "name", release, "status", status,
                             "version", json_sprintf("%ld", revision), "modifiedAt",
                             json_sprintf("%lld", (long long)(clock_now() / CLOCK_SECOND)));

    if (live)
        ctl_patch(c, "helm", live, "secrets", NULL, jx_pack("{s:{s:o}}", "metadata", "labels", labels));
    else
        (void)ctl_create(c, "helm", "secrets",
                         jx_pack("{s:s, s:s, s:{s:s, s:s, s:o}, s:s, s:{s:s}}", "apiVersion", "v1", "kind",
                                 "Secret", "metadata", "name", name, "namespace", ns, "labels", labels,
                                 "type", TYPE, "data", "release", "c2ltdWxhdGVk"));
}

void helm_adopt(struct ctl *c, const char *ns, const char *release) { record(c, ns, release, 1, "deployed"); }

/* What is known of the history: not found and not allowed to look are told apart by 'ret_why'. */
static json_t *history(struct step *s, const char *ns, const char *release, char **ret_why)
{
    *ret_why = step_refusal(s, &(struct rights_ask){ "list", "", "secrets", ns, "" });
    return *ret_why ? NULL : latest(s->c, ns, release);
}

/* ---- upgrade ---- */

struct upgrade {
    struct chart chart;
    bool first; /* installs; it then says its errors without "UPGRADE FAILED" */
};

static int upgrade_failed(struct step *s, const char *text)
{
    return step_fail(s, "Error: %s%s", jx_bool(s->note, "first", false) ? "" : "UPGRADE FAILED: ", text);
}

static bool is_pending(const json_t *secret) { return !strncmp(ctl_label(secret, "status"), "pending-", 8); }

/* Who may not make the chart's roles learns it before anything is made. */
static int check_rights(struct step *s, const struct chart *chart)
{
    const struct rights_ask asks[] = {
        { "get", "rbac.authorization.k8s.io", "clusterroles", "", "" },
        { "create", "", "secrets", chart->ns, "" },
        { "create", "rbac.authorization.k8s.io", "clusterroles", "", "" },
        { "create", "apps", "deployments", chart->ns, "" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(asks); i++) {
        CLEAN(free) char *why = step_refusal(s, &asks[i]);
        CLEAN(free) char *text = NULL;

        if (!why)
            continue;
        text = x_asprintf("%s%s",
                          i ? ""
                            : "Unable to continue with install: could not get information about the resource "
                              "ClusterRole \"eg-gateway-helm-envoy-gateway-role\" in namespace \"\": ",
                          why);
        return upgrade_failed(s, text);
    }
    return 0;
}

static int check_conflict(struct step *s, const struct chart *chart)
{
    const char *kind;
    const json_t *other = chart_conflict(s->c, chart, &kind);

    if (!other)
        return 0;
    return step_fail(
        s,
        "Error: %sUnable to continue with %s: %s \"%s\" in namespace \"%s\" exists and cannot be imported "
        "into the current release: invalid ownership metadata; label validation error: missing key "
        "\"app.kubernetes.io/managed-by\": must be set to \"Helm\"; annotation validation error: missing "
        "key \"meta.helm.sh/release-name\": must be set to \"%s\"; annotation validation error: missing "
        "key \"meta.helm.sh/release-namespace\": must be set to \"%s\"",
        jx_bool(s->note, "first", false) ? "" : "UPGRADE FAILED: ",
        jx_bool(s->note, "first", false) ? "install" : "update", kind, ctl_name(other), ctl_namespace(other),
        chart->release, chart->ns);
}

/* Until the release is noted as pending. */
static int begin(struct step *s, const struct chart *chart)
{
    CLEAN(free) char *why = NULL;
    json_auto_t *last = history(s, chart->ns, chart->release, &why);
    int code;

    if (why)
        return step_fail(s, "Error: query: failed to query with labels: %s", why);
    jx_set(s->note, "first", json_boolean(!last));
    if (!last)
        step_say(s, "Release \"%s\" does not exist. Installing it now.", chart->release);
    if (is_pending(last))
        return upgrade_failed(s, "another operation (install/upgrade/rollback) is in progress");
    code = check_rights(s, chart);
    if (!code)
        code = check_conflict(s, chart);
    if (code)
        return code;
    jx_set(s->note, "revision", json_integer(last ? revision_of(last) + 1 : 1));
    record(s->c, chart->ns, chart->release, (long)jx_int(s->note, "revision", 1),
           last ? "pending-upgrade" : "pending-install");
    jx_set(s->run, "pending", json_true());
    return 0;
}

static bool is_up(const struct ctl *c, const struct chart *chart)
{
    const json_t *doc = ctl_get(c, "apps", "deployments", chart->ns, "envoy-gateway");

    return condition_true(doc, "Available") &&
           jx_int(doc, "status.observedGeneration", 0) == jx_int(doc, "metadata.generation", 0);
}

static void make_all(struct step *s, const struct chart *chart)
{
    struct crd_bundle bundle = chart_bundle(chart->minor, false);

    if (jx_bool(s->note, "made", false) || !chart->minor)
        return;
    jx_set(s->note, "made", json_true());
    if (!script_flag(s->command, "--skip-crds") && is_true(s, "crds.enabled", "true") &&
        jx_bool(s->note, "first", false))
        chart_make_definitions(s->c, &bundle);
    chart_make(s->c, chart);
}

static void supersede(struct step *s, const struct chart *chart, long revision)
{
    if (revision > 1)
        record(s->c, chart->ns, chart->release, revision - 1, "superseded");
}

/* The objects are there; when they are to be waited for, until they are ready. */
static int finish(struct step *s, const struct chart *chart)
{
    long revision = (long)jx_int(s->note, "revision", 1);
    bool late = false;

    if (script_flag(s->command, "--wait") && chart->minor && !is_up(s->c, chart)) {
        late = ctl_after(s->c, s->note, "wait", step_timeout(s, 5 * CLOCK_MINUTE));
        jx_set(s->note, "waited", json_true());
        if (!late)
            return INSTALLER_RUNNING;
    }
    jx_set(s->run, "pending", json_false());
    record(s->c, chart->ns, chart->release, revision, late ? "failed" : "deployed");
    if (late)
        return upgrade_failed(s, "context deadline exceeded");
    supersede(s, chart, revision);
    step_say(s, "NAME: %s\nNAMESPACE: %s\nSTATUS: deployed\nREVISION: %ld", chart->release, chart->ns,
             revision);
    return 0;
}

static struct chart chart_of(const struct step *s)
{
    struct chart chart = { .release = script_word(s->command, 2), .ns = step_namespace(s) };
    const char *version = script_option(s->command, "--version", "v1.9.0");

    chart.registry = script_set(s->command, "global.imageRegistry", "docker.io");
    chart.policy =
        is_true(s, "crds.enabled", "true") && is_true(s, "crds.gatewayAPI.safeUpgradePolicy.enabled", "true");
    (void)snprintf(chart.version, sizeof(chart.version), "v%.14s", version + (*version == 'v'));
    return chart;
}

static int helm_upgrade(struct step *s)
{
    json_auto_t *annotations = script_set_below(s->command, "deployment.pod.annotations");
    struct chart chart = chart_of(s);
    int code;

    chart.annotations = annotations;

    code = pull(s, &chart.minor);
    if (code)
        return code;
    if (!json_object_get(s->note, "revision")) {
        code = begin(s, &chart);
        if (code)
            return code;
    }
    if (!s->due)
        return INSTALLER_RUNNING;
    make_all(s, &chart);
    return finish(s, &chart);
}

/* ---- uninstall ---- */

/* With --ignore-not-found every failure to read the history is taken for "there is none", also a refusal. */
static int helm_uninstall(struct step *s)
{
    struct chart chart = chart_of(s);
    CLEAN(free) char *why = NULL;
    json_auto_t *last = NULL, *secrets = NULL;
    const json_t *secret;
    size_t i;

    if (!s->due)
        return INSTALLER_RUNNING;
    last = history(s, chart.ns, chart.release, &why);
    if (!last && script_flag(s->command, "--ignore-not-found"))
        return 0;
    if (!last)
        return step_fail(s, "Error: uninstall: Release not loaded: %s: %s%s", chart.release,
                         why ? "query: failed to query with labels: " : "", why ? why : "release: not found");
    chart_remove(s->c, &chart);
    secrets = ctl_list(s->c, "", "secrets", chart.ns);
    json_array_foreach (secrets, i, secret) {
        if (is_revision(secret, chart.release))
            ctl_delete(s->c, "helm", secret, "secrets");
    }
    step_say(s, "release \"%s\" uninstalled", chart.release);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(struct step *s);
} verbs[] = { { "template", helm_template },
              { "upgrade", helm_upgrade },
              { "install", helm_upgrade },
              { "uninstall", helm_uninstall } };

int helm_run(struct step *s)
{
    for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
        if (!strcmp(script_word(s->command, 1), verbs[i].name))
            return verbs[i].run(s);
    return s->due ? 0 : INSTALLER_RUNNING;
}
