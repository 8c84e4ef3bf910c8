/* SPDX-License-Identifier: Apache-2.0 */
/* The part of kubectl that installers use: server-side apply of the charts' definitions, wait, delete, rollout restart, auth
 * can-i. */
#include "lib/clock.h"
#include "sim/shootapi/kinds.h"
#include "sim/workloads/conditions.h"
#include "sim/workloads/envoy_chart.h"
#include "sim/workloads/installer.h"
#include "sim/workloads/rights.h"
#include "sim/workloads/script.h"

#define DEFINITIONS "customresourcedefinitions"

/* ---- resources ---- */

static bool is_called(const struct kind *kind, const char *name)
{
    size_t n = strcspn(name, "."); /* "deployments.apps" */

    for (const char *at = kind->short_names; *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == n && !strncmp(at, name, n))
            return true;
    return (strlen(kind->plural) == n && !strncmp(kind->plural, name, n)) ||
           (strlen(kind->singular) == n && !strncmp(kind->singular, name, n));
}

static const struct kind *kind_of(const struct step *s, const char *name)
{
    for (size_t i = 0; i < kinds_count(s->c->api->kinds); i++)
        if (is_called(kinds_at(s->c->api->kinds, i), name))
            return kinds_at(s->c->api->kinds, i);
    return NULL;
}

static const char *scope_of(const struct step *s, const struct kind *kind)
{
    return kind->flags & KIND_NAMESPACED ? step_namespace(s) : "";
}

/* "(Forbidden)": how kubectl begins what a server refuses. */
static int refused(struct step *s, const char *why)
{
    return step_fail(s, "Error from server (Forbidden): %s", why);
}

static int not_found(struct step *s, const struct kind *kind, const char *name)
{
    return step_fail(s, "Error from server (NotFound): %s%s%s \"%s\" not found", kind->plural,
                     *kind->group ? "." : "", kind->group, name);
}

/* ---- apply ---- */

/* What `helm template` of gateway-crds-helm has written. */
static json_t *documents(const json_t *file)
{
    struct crd_bundle bundle = { .minor = (int)jx_int(file, "bundle", 6),
                                 .standard = jx_bool(file, "standard", false) };
    json_auto_t *all = crds_all(&bundle);
    json_auto_t *policy = chart_policy(&bundle);
    json_t *docs = json_array(), *doc;
    size_t i;

    json_array_foreach (all, i, doc) {
        bool gateway = strstr(jx_str(doc, "spec.group", ""), "networking") != NULL;

        if (jx_bool(file, gateway ? "gateway" : "envoy", false))
            jx_append(docs, json_incref(doc));
    }
    if (jx_bool(file, "gateway", false))
        (void)json_array_extend(docs, policy);
    return docs;
}

/* A refusal by an admission policy has its reason among the causes; kubectl then prints only these. */
static void say_error(struct step *s, const json_t *status, const struct kind *kind, const char *name)
{
    const char *message = jx_str(status, "message", "no answer"), *cause = strstr(message, "is forbidden: ");

    if (!strcmp(jx_str(status, "reason", ""), "Invalid") && cause)
        step_say(s, "The %s \"%s\" is invalid: : %s", kind->plural, name, cause + strlen("is forbidden: "));
    else
        step_say(s, "Error from server (%s): %s", jx_str(status, "reason", "Unknown"), message);
}

static bool send_apply(struct step *s, const json_t *doc, const struct kind *kind)
{
    CLEAN(free) char *path = ctl_path(doc, kind->plural, NULL);
    json_auto_t *query =
        jx_pack("{s:s, s:s}", "fieldManager", script_option(s->command, "--field-manager", "kubectl"),
                "force", script_flag(s->command, "--force-conflicts") ? "true" : "false");
    struct ctl_call call = { .manager = "kubectl",
                             .method = "PATCH",
                             .path = path,
                             .query = query,
                             .type = "application/apply-patch+yaml",
                             .body = doc };
    struct api_reply reply = { 0 };
    bool ok;

    ctl_call(s->c, &call, &reply);
    ok = reply.code < 300;
    if (ok && !jx_str(s->command, "to", NULL)) /* else it is in that file */
        step_say(s, "%s%s%s/%s serverside-applied", kind->singular, *kind->group ? "." : "", kind->group,
                 ctl_name(doc));
    if (!ok)
        say_error(s, reply.doc, kind, ctl_name(doc));
    api_reply_clear(&reply);
    return ok;
}

/* Every document is tried, whatever became of those before. */
static int apply_all(struct step *s, const json_t *docs)
{
    const json_t *doc;
    int failed = 0;
    size_t i;

    json_array_foreach (docs, i, doc) {
        const char *name = jx_str(doc, "kind", "");
        const struct kind *kind =
            kind_of(s, !strcmp(name, "CustomResourceDefinition")    ? DEFINITIONS
                       : !strcmp(name, "ValidatingAdmissionPolicy") ? "validatingadmissionpolicies"
                                                                    : "validatingadmissionpolicybindings");
        CLEAN(free)
        char *why =
            step_refusal(s, &(struct rights_ask){ "patch", kind->group, kind->plural, "", ctl_name(doc) });

        if (why)
            failed += refused(s, why);
        else
            failed += !send_apply(s, doc, kind);
    }
    return failed ? 1 : 0;
}

static int kubectl_apply(struct step *s)
{
    const char *name = script_option(s->command, "-f", script_option(s->command, "--filename", ""));
    const json_t *file = json_object_get(jx_make_object(s->run, "files"), name);
    json_auto_t *docs = NULL;

    if (!file)
        return step_fail(s, "error: the path \"%s\" does not exist", name);
    if (!script_flag(s->command, "--server-side"))
        return step_fail(s,
                         "The CustomResourceDefinition \"httproutes.gateway.networking.k8s.io\" is invalid: "
                         "metadata.annotations: Too long: may not be more than 262144 bytes");
    docs = documents(file);
    if (!json_array_size(docs))
        return step_fail(s, "error: no objects passed to apply");
    return apply_all(s, docs);
}

/* ---- wait ---- */

/* "crd/a crd/b": split at the slash; "" when there is none. */
static const char *name_in(const char *word)
{
    const char *slash = strchr(word, '/');

    return slash ? slash + 1 : "";
}

static char *kind_in(const char *word) { return x_strndup(word, strcspn(word, "/")); }

static int wait_for(struct step *s, const char *word, bool *ret_met)
{
    const char *wanted = script_option(s->command, "--for", ""), *name = name_in(word);
    CLEAN(free) char *called = kind_in(word);
    const struct kind *kind = kind_of(s, called);
    const json_t *doc;

    if (!kind)
        return step_fail(s, "error: the server doesn't have a resource type \"%s\"", called);
    doc = ctl_get(s->c, kind->group, kind->plural, kind->flags & KIND_NAMESPACED ? step_namespace(s) : NULL,
                  name);
    if (!doc)
        return not_found(s, kind, name);
    *ret_met = !strncmp(wanted, "condition=", 10) && condition_true(doc, wanted + 10);
    if (!*ret_met && ctl_after(s->c, s->note, "wait", step_timeout(s, 30 * CLOCK_SECOND)))
        return step_fail(s, "error: timed out waiting for the condition on %s/%s", kind->plural, name);
    if (*ret_met)
        step_say(s, "%s%s%s/%s condition met", kind->singular, *kind->group ? "." : "", kind->group, name);
    return 0;
}

static int kubectl_wait(struct step *s)
{
    for (size_t i = (size_t)jx_int(s->note, "next", 2); *script_word(s->command, i); i++) {
        bool met = false;
        int code = wait_for(s, script_word(s->command, i), &met);

        jx_set(s->note, "next", json_integer((json_int_t)i));
        if (code)
            return code;
        if (!met) {
            jx_set(s->note, "waited", json_true());
            return INSTALLER_RUNNING;
        }
    }
    return 0;
}

/* ---- delete ---- */

static int delete_one(struct step *s, const struct kind *kind, const json_t *doc)
{
    const char *ns = scope_of(s, kind);
    CLEAN(free)
    char *why =
        step_refusal(s, &(struct rights_ask){ "delete", kind->group, kind->plural, ns, ctl_name(doc) });

    if (why)
        return refused(s, why);
    ctl_delete(s->c, "kubectl", doc, kind->plural);
    step_say(s, "%s \"%s\" deleted", kind->singular, ctl_name(doc));
    return 0;
}

static int delete_named(struct step *s, const struct kind *kind, const char *name)
{
    const json_t *doc = ctl_get(s->c, kind->group, kind->plural,
                                kind->flags & KIND_NAMESPACED ? step_namespace(s) : NULL, name);

    if (!doc)
        return script_flag(s->command, "--ignore-not-found") ? 0 : not_found(s, kind, name);
    return delete_one(s, kind, doc);
}

static int delete_selected(struct step *s, const struct kind *kind, const char *selector)
{
    const char *ns = scope_of(s, kind);
    CLEAN(free)
    char *why = step_refusal(s, &(struct rights_ask){ "list", kind->group, kind->plural, ns, "" });
    CLEAN(free) char *version = kind_api_version(kind);
    CLEAN(free)
    char *path = x_asprintf("/%s/%s/%s%s%s%s", *kind->group ? "apis" : "api", version,
                            *ns ? "namespaces/" : "", ns, *ns ? "/" : "", kind->plural);
    json_auto_t *query = jx_pack("{s:s}", "labelSelector", selector);
    struct ctl_call call = { .manager = "kubectl", .method = "GET", .path = path, .query = query };
    struct api_reply reply = { 0 };
    json_auto_t *items = NULL;
    const json_t *doc;
    int failed = 0;
    size_t i;

    if (why)
        return refused(s, why);
    ctl_call(s->c, &call, &reply);
    items = json_incref(jx_at(reply.doc, "items"));
    failed = reply.code >= 300 ? step_fail(s, "Error from server: %s", jx_str(reply.doc, "message", "")) : 0;
    api_reply_clear(&reply);
    json_array_foreach (items, i, doc) {
        json_auto_t *whole = json_deep_copy(doc); /* lists leave out what all their objects are */

        jx_set(whole, "apiVersion", jx_text(version));
        failed += delete_one(s, kind, whole);
    }
    if (!failed && !json_array_size(items))
        step_say(s, "No resources found");
    return failed ? 1 : 0;
}

static int delete_of_kind(struct step *s, const char *called, const char *selector)
{
    const struct kind *kind = kind_of(s, called);
    int code = 0;

    if (!kind)
        return step_fail(s, "error: the server doesn't have a resource type \"%s\"", called);
    if (selector)
        return delete_selected(s, kind, selector);
    for (size_t i = 3; *script_word(s->command, i); i++)
        code |= delete_named(s, kind, script_word(s->command, i));
    return code;
}

/* "delete kind/name", "delete kind name name" or "delete kind,kind -l labels". */
static int kubectl_delete(struct step *s)
{
    const char *selector = script_option(s->command, "-l", script_option(s->command, "--selector", NULL));
    const char *word = script_word(s->command, 2), *name = name_in(word);
    int code = 0;

    if (*name) {
        CLEAN(free) char *called = kind_in(word);
        const struct kind *kind = kind_of(s, called);

        return kind ? delete_named(s, kind, name)
                    : step_fail(s, "error: the server doesn't have a resource type \"%s\"", called);
    }
    for (; *word; word += strcspn(word, ","), word += *word == ',') {
        CLEAN(free) char *called = x_strndup(word, strcspn(word, ","));

        code |= delete_of_kind(s, called, selector);
    }
    return code;
}

/* ---- rollout ---- */

static int kubectl_rollout(struct step *s)
{
    const char *name = name_in(script_word(s->command, 3)), *ns = step_namespace(s);
    const json_t *doc = ctl_get(s->c, "apps", "deployments", ns, name);
    CLEAN(free) char *why = step_refusal(s, &(struct rights_ask){ "patch", "apps", "deployments", ns, name });

    if (strcmp(script_word(s->command, 2), "restart") != 0)
        return 0;
    if (!doc)
        return step_fail(s, "Error from server (NotFound): deployments.apps \"%s\" not found", name);
    if (why)
        return refused(s, why);
    ctl_patch(s->c, "kubectl-rollout", doc, "deployments", NULL,
              jx_pack("{s:{s:{s:{s:{s:o}}}}}", "spec", "template", "metadata", "annotations",
                      "kubectl.kubernetes.io/restartedAt", ctl_time()));
    step_say(s, "deployment.apps/%s restarted", name);
    return 0;
}

/* ---- auth ---- */

/* can-i VERB RESOURCE: "no" is a failure. */
static int kubectl_auth(struct step *s)
{
    const char *verb = script_word(s->command, 3), *resource = script_word(s->command, 4);
    bool everywhere = script_flag(s->command, "-A") || script_flag(s->command, "--all-namespaces");
    const struct kind *kind = kind_of(s, resource);
    struct rights_ask ask = { verb, kind ? kind->group : resource, kind ? kind->plural : resource,
                              everywhere ? "" : step_namespace(s), "" };
    CLEAN(free) char *why = step_refusal(s, &ask);

    if (strcmp(script_word(s->command, 2), "can-i") != 0)
        return 0;
    step_say(s, why ? "no" : "yes");
    return why ? 1 : 0;
}

static const struct {
    const char *name;
    int (*run)(struct step *s);
} verbs[] = { { "apply", kubectl_apply },
              { "wait", kubectl_wait },
              { "delete", kubectl_delete },
              { "rollout", kubectl_rollout },
              { "auth", kubectl_auth } };

int kubectl_run(struct step *s)
{
    if (!s->due)
        return INSTALLER_RUNNING;
    for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
        if (!strcmp(script_word(s->command, 1), verbs[i].name))
            return verbs[i].run(s);
    return 0;
}
