/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/probe.h"
#include "cli/account.h"
#include "cli/drive.h"
#include "cli/kinds.h"
#include "cli/outcome.h"
#include "cli/stop.h"
#include "cli/text.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "lib/table.h"

enum { PROBE_TIMEOUT_MS = 90 * 1000, STEP_MS = 200, KUBECONFIG_SECONDS = 86400 };

static bool is_v1(const struct options *o) { return !strcmp(account_api(o), "v1"); }

#define CONFIG_REF "kind", "ProviderConfig", "name", "default"
#define UNTRUSTED_ADVICE                                                                                     \
    "; name the file of the CA that signed the server's certificate with --ca-file, or correct --url"
#define MODERN "cleura.m.crossplane.io/v1alpha2"

static const struct table_name reasons[] = {
    { "NotFound", ERR_NOT_FOUND },     { "Unauthorized", ERR_AUTH },
    { "Forbidden", ERR_AUTH },         { "ForbiddenAddress", ERR_AUTH },
    { "TwoFactorRequired", ERR_AUTH }, { "InvalidSpec", ERR_INVALID },
    { "Untrusted", ERR_UNTRUSTED },    { NULL, ERR_NONE },
};

/* What the store knows of the account: somebody may have applied a ProviderConfig with a Secret. Nothing when there is no
 * store yet. */
static json_t *stored_account(const struct options *o, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_t *objects = json_array();
    json_auto_t *secrets = NULL, *config = NULL;

    if (!session_store_exists(o))
        return objects;
    if (session_open(&s, o, SESSION_LOOK, e) < 0) {
        json_decref(objects);
        return NULL;
    }
    if (kinds_get(s.store, kinds_find("ProviderConfig"), account_namespace(o), "default", &config, NULL) ==
            0 &&
        kinds_list(s.store, kinds_find("Secret"), account_namespace(o), &secrets, NULL) == 0) {
        jx_append(objects, json_incref(config));
        (void)json_array_extend(objects, secrets);
    }
    return objects;
}

static int copy_in(struct session *s, json_t *object, struct err *e)
{
    json_auto_t *copy = json_deep_copy(object);
    json_t *metadata = json_object_get(copy, "metadata");

    (void)json_object_del(metadata, "finalizers");
    (void)json_object_del(metadata, "ownerReferences");
    jx_set(metadata, "namespace", json_string(account_namespace(s->o)));
    return session_apply(s, copy, NULL, e);
}

static int probe_account(struct session *s, const json_t *stored, struct err *e)
{
    size_t i;
    json_t *object;

    json_array_foreach (stored, i, object)
        if (copy_in(s, object, e) < 0)
            return -1;
    return session_account(s, account_namespace(s->o), e);
}

int probe_open(struct session *s, const struct options *o, struct err *e)
{
    json_auto_t *stored = stored_account(o, e);

    if (!stored || session_open(s, o, SESSION_PROBE, e) < 0)
        return -1;
    return probe_account(s, stored, e);
}

/* Does an object say that it will not come to a good end? */
static int check_failure(const json_t *object, struct err *e)
{
    static const char *const types[] = { "Synced", "Ready" };

    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        const json_t *condition = outcome_condition(object, types[i]);
        int kind = table_value(reasons, jx_str(condition, "reason", ""));

        if (!strcmp(jx_str(condition, "status", ""), "False") && kind != ERR_NONE)
            return err_set(e, (enum err_kind)kind, "%s%s",
                           jx_str(condition, "message", jx_str(condition, "reason", "")),
                           kind == ERR_UNTRUSTED ? UNTRUSTED_ADVICE : "");
    }
    return 0;
}

/* A 404 that stays is no hiccup: the project, region or cloud in the URL is wrong. */
static int check_not_found(const json_t *object, int64_t waited_ms, struct err *e)
{
    enum { HICCUP_MS = 6 * 1000 };
    const char *message = jx_str(outcome_condition(object, "Synced"), "message", "");
    const char *found = strstr(message, "HTTP 404");

    if (waited_ms < HICCUP_MS || !found)
        return 0;
    return err_set(e, ERR_NOT_FOUND, "Cleura answers %s; check --cloud, --region and --project", found);
}

/* Say once why nothing comes, so that nobody sits before a silent terminal. */
static void tell_delay(const struct session *s, const json_t *object, int64_t waited_ms, int64_t timeout,
                       bool *told)
{
    enum { PATIENCE_MS = 3 * 1000 };
    const char *message = jx_str(outcome_condition(object, "Synced"), "message", "");
    CLEAN(free) char *text = NULL;
    char until[TEXT_ELAPSED];

    if (*told || s->o->quiet || waited_ms < PATIENCE_MS || !*message)
        return;
    text = text_clean(message);
    text_elapsed(timeout, until);
    (void)fprintf(stderr, "%s; trying again for up to %s (^C stops)\n", text, until);
    *told = true;
}

static int late(const json_t *object, struct err *e)
{
    const char *why = jx_str(outcome_condition(object, "Synced"), "message", "no answer yet");

    if (stop_requested())
        return err_set(e, ERR_TIMEOUT, "stopped");
    return err_set(e, ERR_TRANSIENT, "%s; try again, or wait longer with --timeout", why);
}

static int run_until_ready(struct session *s, const struct store_ref *ref, json_t **ret, struct err *e)
{
    int64_t timeout, start = clock_monotonic(), waited = 0;
    bool told = false;

    if (drive_timeout(s->o, PROBE_TIMEOUT_MS, &timeout, e) < 0)
        return -1;
    do {
        json_decref(*ret);
        *ret = NULL;
        if (session_step(s, STEP_MS, e) < 0 || s->store->ops->get(s->store, ref, ret, e) < 0 ||
            check_failure(*ret, e) < 0)
            return -1;
        if (!strcmp(jx_str(outcome_condition(*ret, "Ready"), "status", ""), "True"))
            return 0;
        waited = clock_monotonic() - start;
        if (check_not_found(*ret, waited, e) < 0)
            return -1;
        tell_delay(s, *ret, waited, timeout, &told);
    } while (!stop_requested() && waited < timeout);
    return late(*ret, e);
}

/* Put the object, run until it is Ready, take it away again. *ret: as it was then. */
static int run(struct session *s, const json_t *object, json_t **ret, struct err *e)
{
    const struct store_ref ref = store_ref_of(object);
    json_auto_t *last = NULL;
    int result;

    if (session_apply(s, object, NULL, e) < 0)
        return -1;
    result = run_until_ready(s, &ref, &last, e);
    (void)!s->store->ops->remove(s->store, &ref, NULL);
    if (result == 0)
        *ret = TAKE(last);
    return result;
}

/* Each look is an object of its own. */
static char *name_of(const char *url)
{
    char hash[17];

    crypto_sha256_hex(url, strlen(url), hash, sizeof(hash) - 1);
    return x_asprintf("probe-%s", hash);
}

json_t *probe_get(struct session *s, const char *url, struct err *e)
{
    CLEAN(free) char *name = name_of(url);
    json_auto_t *request = jx_pack(
        "{s:s, s:s, s:{s:s, s:s}, s:{s:[s], s:{s:s, s:s}, s:{s:{s:o, s:s}, s:[{s:s, s:s, s:s}], s:s, s:s, "
        "s:s}}}",
        "apiVersion", MODERN, "kind", "Request", "metadata", "name", name, "namespace",
        account_namespace(s->o), "spec", "managementPolicies", "Observe", "providerConfigRef", CONFIG_REF,
        "forProvider", "payload", "baseUrl", jx_text(url), "body", "{}", "mappings", "action", "OBSERVE",
        "method", "GET", "url", ".payload.baseUrl", "storeResponse", "Full", "pollInterval", "1h",
        "pollIntervalWhileNotReady", "5s");
    json_auto_t *done = NULL;
    const char *body;

    jx_set(jx_at(request, "spec.forProvider"), "expectedResponseCheck",
           jx_pack("{s:s, s:s}", "type", "CUSTOM", "logic", "true"));
    if (run(s, request, &done, e) < 0)
        return NULL;
    body = jx_str(done, "status.response.body", "");
    return jx_parse(body, strlen(body), e);
}

static const char *kubeconfig_program(const struct options *o)
{
    /* v1 answers with a JSON string, which may hold YAML or once more a JSON string; v3 with an object */
    return !is_v1(o) ? ".body.kubeconfig"
                     : ".body | if type == \"object\" then .kubeconfig elif type == "
                       "\"string\" and startswith(\"\\\"\") then fromjson else . "
                       "end";
}

static char *secret_text(struct session *s, const char *name, struct err *e)
{
    const struct store_ref ref = {
        .api_version = "v1", .kind = "Secret", .ns = account_namespace(s->o), .name = name
    };
    json_auto_t *secret = NULL;
    const char *encoded;

    if (s->store->ops->get(s->store, &ref, &secret, e) < 0)
        return NULL;
    encoded = json_string_value(json_object_get(json_object_get(secret, "data"), "kubeconfig"));
    if (!encoded) {
        err_set(e, ERR_FAILED, "Cleura's answer holds no kubeconfig");
        return NULL;
    }
    return crypto_base64_decode(encoded, NULL, e);
}

char *probe_kubeconfig(struct session *s, const char *url, struct err *e)
{
    CLEAN(free) char *name = name_of(url);
    CLEAN(free)
    char *body =
        x_asprintf(is_v1(s->o) ? "{\"config\": {\"expirationSeconds\": %d}}" : "{\"expiration_seconds\": %d}",
                   KUBECONFIG_SECONDS);
    json_t *inject = jx_pack("{s:{s:s, s:s}, s:[{s:s, s:s}]}", "secretRef", "name", name, "namespace",
                             account_namespace(s->o), "keyMappings", "secretKey", "kubeconfig", "responseJQ",
                             kubeconfig_program(s->o));
    json_auto_t *request =
        jx_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:{s:s, s:s}, s:{s:o, s:s, s:{s:[s]}, s:s, s:[o], s:s}}}",
                "apiVersion", MODERN, "kind", "DisposableRequest", "metadata", "name", name, "namespace",
                account_namespace(s->o), "spec", "providerConfigRef", CONFIG_REF, "forProvider", "url",
                jx_text(url), "method", "POST", "headers", "Content-Type", "application/json", "body", body,
                "secretInjectionConfigs", inject, "storeResponse", "None");
    json_auto_t *done = NULL;

    if (run(s, request, &done, e) < 0)
        return NULL;
    return secret_text(s, name, e);
}

char *probe_profile_url(const struct options *o)
{
    return x_asprintf(is_v1(o) ? "/gardener/v1/%s/cloudprofile" : "/gardener/v2/%s/cloud-profiles",
                      account_cloud(o));
}

char *probe_shoots_url(const struct options *o, const struct place *p)
{
    return x_asprintf(is_v1(o) ? "/gardener/v1/%s/shoot/%s/%s" : "/gardener/v2/%s/shoots/%s/%s",
                      account_cloud(o), p->region, p->project);
}

char *probe_shoot_url(const struct options *o, const struct place *p, const char *name)
{
    CLEAN(free) char *shoots = probe_shoots_url(o, p);

    return x_asprintf("%s/%s", shoots, name);
}

char *probe_kubeconfig_url(const struct options *o, const struct place *p, const char *name)
{
    return x_asprintf(is_v1(o) ? "/gardener/v1/%s/shoot/%s/%s/%s/adminkubeconfig"
                               : "/gardener/v3/%s/shoots/%s/%s/%s/admin-kubeconfig",
                      account_cloud(o), p->region, p->project, name);
}
