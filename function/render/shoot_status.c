/* SPDX-License-Identifier: Apache-2.0 */
/* What a Shoot's observed state means: phase, the one line "why not ready" and who must act, conditions,
 * readiness. */
#include "function/render/desired.h"
#include "function/render/link.h"
#include "function/render/shoot_state.h"
#include "lib/buf.h"
#include "lib/jx.h"

struct view {
    const json_t *at; /* statusProjection of the shoot's Request; NULL = nothing known */
    const char *type, *state;
    bool working, asleep, told;
    struct link bootstrap, shoot, api, kubeconfig, gateway;
    bool ready;
};

static const struct link_advice own_reasons[] = {
    { "NotOurs",
      "choose another spec.name, or set spec.adopt to true to take over the cluster that is there" },
    { "Untrusted", "name its CA: ProviderConfig spec.tls, or --ca-file" },
    { "LoginRefused", "check login and password in the account's Secret" },
    { "TwoFactorRequired", "use an account without a second factor, or another executor" },
    { "Rejected",
      "correct the spec; what is offered instead is told by condition Advice, where it is known" },
    { 0 },
};

/* What an error code of Gardener asks of the user. */
static const struct link_advice codes[] = {
    { "ERR_INFRA_QUOTA_EXCEEDED",
      "the project's OpenStack quota is used up: ask Cleura for more, or use fewer or smaller workers" },
    { "ERR_INFRA_UNAUTHENTICATED",
      "OpenStack does not accept the project's credentials: ask Cleura to renew them" },
    { "ERR_INFRA_UNAUTHORIZED", "the project's credentials lack a right in OpenStack: ask Cleura" },
    { "ERR_INFRA_RATE_LIMITS_EXCEEDED", "OpenStack refuses so many calls: wait, then retry" },
    { "ERR_INFRA_DEPENDENCIES",
      "something in the OpenStack project is in the way (a router, a port, a network in use): remove it" },
    { "ERR_RETRYABLE_INFRA_DEPENDENCIES",
      "something in the OpenStack project is in the way; it is tried again" },
    { "ERR_INFRA_RESOURCES_DEPLETED",
      "Cleura has no free machines of that type: choose another machine type or wait" },
    { "ERR_CLEANUP_CLUSTER_RESOURCES",
      "objects in the cluster cannot be removed: look for finalizers and webhooks there" },
    { "ERR_CONFIGURATION_PROBLEM", "the spec asks for what is not possible: change it" },
    { "ERR_RETRYABLE_CONFIGURATION_PROBLEM",
      "the spec or an object in the cluster is in the way; it is tried again" },
    { "ERR_PROBLEMATIC_WEBHOOK", "a webhook in the cluster blocks Gardener: remove it or let it fail open" },
    { 0 },
};

static bool troubled(struct link *l, const struct observed *o, const char *what)
{
    return link_troubled(l, o, what, own_reasons);
}

static void look_at_bootstrap(const struct shoot_state *st, struct view *v)
{
    const struct observed *o = &st->seen[SHOOT_BOOTSTRAP];
    json_int_t code = jx_int(o->object, "status.response.statusCode", 0);

    v->bootstrap.met = o->ready || st->seen[SHOOT_REQUEST].object || st->call.in.gardener;
    if (v->bootstrap.met)
        return;
    if (st->call.in.upstream && !o->object) {
        if (!troubled(&v->bootstrap, &st->seen[SHOOT_LOGIN], "Login at Cleura"))
            link_unmet(&v->bootstrap, "LoggingIn", "Logging in at Cleura; nothing to do");
        return;
    }
    if (code == 404)
        link_unmet(&v->bootstrap, "UnknownRegion", "Cleura does not know region %.64s: correct spec.region",
                   st->spec.region);
    else if (code == 500)
        link_unmet(
            &v->bootstrap, "BootstrapFailed",
            "Cleura answers 500 to the bootstrap of project %.40s, which is also its answer to an unknown "
            "project: check "
            "spec.projectId",
            st->spec.project_id);
    else if (!troubled(&v->bootstrap, o, "Bootstrap of the project"))
        link_unmet(&v->bootstrap, "Bootstrapping", "Cleura prepares project %.40s in %.64s; nothing to do",
                   st->spec.project_id, st->spec.region);
}

/* "EveryNodeReady is False: <message>", of the first that is not True. */
static bool bad_condition(const struct view *v, struct link *l)
{
    const json_t *list = jx_at(v->at, "conditions");
    size_t i;
    json_t *c;

    json_array_foreach (list, i, c) {
        if (!strcmp(jx_str(c, "status", ""), "True"))
            continue;
        link_unmet(l, jx_str(c, "type", "Unhealthy"), "%.64s is %.16s: %.600s", jx_str(c, "type", ""),
                   jx_str(c, "status", ""), jx_str(c, "message", ""));
        return true;
    }
    return false;
}

/* "<verb>: <first error>; <what to do>" */
static void operation_trouble(const struct view *v, struct link *l, const char *reason, const char *verb)
{
    const json_t *errors = jx_at(v->at, "lastErrors"), *error = json_array_get(errors, 0);
    const char *code = json_string_value(json_array_get(jx_at(error, "codes"), 0));
    const char *advice = code ? link_advice(codes, code) : NULL;
    const char *text =
        jx_str(error, "description", jx_str(v->at, "operation.description", "no reason given"));

    link_unmet(l, reason, "%s: %.600s%s%s", verb, text, advice ? "; " : "", advice ? advice : "");
}

/* Whom the cluster is asked from. */
static const char *maker(const struct shoot_state *st)
{
    return st->call.in.gardener ? "Gardener" : "Cleura";
}

static bool is(const char *a, const char *b) { return !strcmp(a, b); }

/* The spec wants the cluster up (or says nothing) and Cleura has it hibernated, or the other way round. */
static bool sleep_trouble(const struct shoot_state *st, const struct view *v, struct link *l)
{
    const struct jx_opt_bool want = st->spec.hibernated;

    if (v->asleep && ((want.set && !want.value && !st->spec.n_schedules) || !v->told))
        link_unmet(l, "Waking", "The cluster wakes up; nothing to do");
    else if (!v->asleep && (v->told || (want.set && want.value && !st->spec.n_schedules)))
        link_unmet(l, "Hibernating", "The cluster goes to sleep; nothing to do");
    else if (v->asleep && !shoot_sleeps(st))
        link_unmet(l, "Hibernated",
                   "The cluster is hibernated and the spec does not say that it should be: set "
                   "spec.hibernation.enabled "
                   "to false to wake it up, or to true to keep it so");
    else
        return false;
    return true;
}

static void look_at_progress(const struct shoot_state *st, struct view *v)
{
    struct link *l = &v->shoot;

    if (sleep_trouble(st, v, l))
        return;
    if (!*v->state || (is(v->type, "Create") && v->working))
        link_unmet(l, "Creating", "%s creates the cluster, which takes 10 to 15 minutes; nothing to do",
                   maker(st));
    else if (v->working)
        link_unmet(l, "Updating", "Gardener works on the cluster; nothing to do");
    else if (bad_condition(v, l))
        return;
    else if (!json_array_size(jx_at(v->at, "conditions")))
        link_unmet(l, "Unknown", "Gardener has not yet said how the cluster is; nothing to do");
    else
        link_unmet(
            l, *st->seen[SHOOT_REQUEST].ready_reason ? st->seen[SHOOT_REQUEST].ready_reason : "NotReady",
            "Waiting for Cleura to act on the last change: %.600s", st->seen[SHOOT_REQUEST].ready_message);
}

static void look_at_shoot(const struct shoot_state *st, struct view *v)
{
    const struct observed *o = &st->seen[SHOOT_REQUEST];
    struct link *l = &v->shoot;

    l->met = o->ready && st->applied;
    l->reason = "Available";
    if (l->met)
        return;
    if (!o->object) {
        if (!troubled(l, &st->seen[SHOOT_ABSENCE], "Cluster at Cleura"))
            link_unmet(l, "Creating", "The cluster is about to be requested from %s; nothing to do",
                       maker(st));
    } else if (is(v->type, "Delete"))
        link_unmet(l, "Deleting", "%s deletes the cluster%s", maker(st),
                   jx_at(st->call.req->composite, "metadata.deletionTimestamp")
                       ? ""
                       : ", which was asked for outside of this spec; it is created again when it is gone");
    else if (!st->applied)
        link_unmet(l, "Updating", "The changed spec is about to be sent to %s; nothing to do", maker(st));
    else if (is(v->state, "Failed") || is(v->state, "Aborted"))
        operation_trouble(v, l, v->state, "Gardener gave up");
    else if (is(v->state, "Error"))
        operation_trouble(v, l, "Retrying", "Gardener tries again");
    else if (!troubled(l, o, "Cluster at Cleura"))
        look_at_progress(st, v);
}

static void look_inside(const struct shoot_state *st, struct view *v)
{
    const struct observed *api = &st->seen[SHOOT_API_SERVER], *kc = &st->seen[SHOOT_KUBECONFIG];

    v->api.met = api->ready ||
                 (st->call.in.upstream && v->shoot.met); /* nobody probes it there: Gardener's word counts */
    v->kubeconfig.met = kc->ready;
    v->api.reason = v->kubeconfig.reason = v->gateway.reason = "Available";
    v->gateway.met = true;
    if (st->gateway.by)
        v->gateway = st->gateway.link;
    if (shoot_sleeps(st)) {
        link_unmet(&v->api, "Hibernated", "The cluster is hibernated");
        if (!kc->ready)
            link_unmet(&v->kubeconfig, "Hibernated", "The cluster is hibernated");
        link_unmet(&v->gateway, "Hibernated", "The cluster is hibernated");
        return;
    }
    if (!v->api.met && !troubled(&v->api, api, "API server"))
        link_unmet(&v->api, "NotAnswering", "The API server does not answer yet%s%.600s",
                   *api->ready_message ? ": " : "", api->ready_message);
    if (!kc->ready && !troubled(&v->kubeconfig, kc, "Kubeconfig"))
        link_unmet(&v->kubeconfig, "NotWritten", "The kubeconfig is not yet in Secret %s", st->secret);
}

bool shoot_sleeps(const struct shoot_state *st)
{
    bool asleep = jx_bool(st->seen[SHOOT_REQUEST].at_provider, "hibernated", false);

    return asleep && (st->spec.n_schedules || (st->spec.hibernated.set && st->spec.hibernated.value));
}

/* All that is missing is Envoy Gateway, and nobody need do anything about it. */
static bool gateway_works(const struct view *v)
{
    static const char *const reasons[] = { "Installing", "Starting", "NotAccepted", "Removing" };

    for (size_t i = 0; v->shoot.met && v->api.met && v->kubeconfig.met && i < ARRAY_LENGTH(reasons); i++)
        if (is(v->gateway.reason, reasons[i]))
            return true;
    return false;
}

static const char *phase(const struct shoot_state *st, const struct view *v)
{
    static const char *const by_reason[] = { "Deleting", "Waking",   "Hibernating", "Hibernated",
                                             "Retrying", "Creating", "Updating" };

    if (jx_at(st->call.req->composite, "metadata.deletionTimestamp"))
        return "Deleting";
    if (!v->bootstrap.met)
        return st->seen[SHOOT_BOOTSTRAP].object ? "Bootstrapping" : "Pending";
    if (v->shoot.met && shoot_sleeps(st))
        return "Hibernated";
    if (v->ready)
        return "Ready";
    for (size_t i = 0; !v->shoot.met && i < ARRAY_LENGTH(by_reason); i++)
        if (is(v->shoot.reason, by_reason[i]))
            return by_reason[i];
    if (is(v->state, "Failed") || is(v->state, "Aborted") || is(v->shoot.reason, "NotOurs"))
        return "Failed";
    if (!v->at || (v->shoot.met && !v->kubeconfig.met) || is(v->shoot.reason, "Unknown"))
        return "Creating";
    return is(v->shoot.reason, "Settling") || gateway_works(v) ? "Updating" : "Degraded";
}

static const char *message(const struct shoot_state *st, const struct view *v)
{
    const struct link *const chain[] = { &v->bootstrap, &v->shoot, &v->api, &v->kubeconfig, &v->gateway };

    if (jx_at(st->call.req->composite, "metadata.deletionTimestamp"))
        return "The cluster is being deleted";
    if (st->call.problems.n)
        return "The spec has errors and is not applied (see condition Valid); the cluster stays as it was";
    if (v->shoot.met && shoot_sleeps(st))
        return "The cluster is hibernated as the spec says";
    for (size_t i = 0; i < ARRAY_LENGTH(chain); i++)
        if (!chain[i]->met)
            return chain[i]->text;
    return "The cluster is ready";
}

/* A link after an unmet one says nothing of its own. */
static void set_conditions(const struct shoot_state *st, const struct view *v)
{
    struct fn_response *r = st->call.r;
    static const struct link waiting = { .reason = "WaitingForShoot",
                                         .text = "The cluster is not ready yet" };

    link_condition(r, "ShootReady", v->bootstrap.met ? &v->shoot : &v->bootstrap);
    link_condition(r, "APIServerAvailable", v->shoot.met || v->api.met ? &v->api : &waiting);
    link_condition(r, "KubeconfigReady", v->shoot.met || v->kubeconfig.met ? &v->kubeconfig : &waiting);
    if (st->gateway.by)
        link_condition(r, "EnvoyGatewayReady", v->shoot.met ? &v->gateway : &waiting);
}

/* A member as it was observed, when it was. */
static struct jx_member seen(const char *key, const json_t *from, const char *path)
{
    json_t *value = jx_at(from, path);

    return jx_O(key, json_is_null(value) ? NULL : value);
}

static void fill_status(struct shoot_state *st, const struct view *v)
{
    const struct observed *kc = &st->seen[SHOOT_KUBECONFIG];
    json_t *s = st->call.r->status;

    jx_add(s, jx_s("phase", phase(st, v)), jx_o("message", jx_text(message(st, v))),
           jx_s("shootName", st->spec.name), seen("uid", v->at, "uid"),
           seen("kubernetesVersion", v->at, "kubernetesVersion"),
           seen("apiServerURL", jx_at(v->at, "apiServerURL") ? v->at : kc->at_provider, "apiServerURL"),
           seen("hibernated", v->at, "hibernated"), seen("gardenerConditions", v->at, "conditions"),
           seen("lastErrors", v->at, "lastErrors"));
    if (json_object_size(jx_at(v->at, "operation")))
        jx_add(s, seen("operation", v->at, "operation"));
    shoot_gateway_status(st);
    if (desired_has(st->call.r, &shoot_parts[SHOOT_KUBECONFIG]))
        jx_add(s, jx_o("kubeconfig", jx_object(jx_s("secretName", st->secret),
                                               seen("expiresAt", kc->object, "status.expiresAt"))));
}

static void set_ready(struct shoot_state *st, const struct view *v)
{
    bool sleeps = v->shoot.met && shoot_sleeps(st);
    const bool ready[] = {
        [SHOOT_BOOTSTRAP] = v->bootstrap.met,
        [SHOOT_REQUEST] = v->shoot.met,
        [SHOOT_CONFIG] = st->seen[SHOOT_CONFIG].object,
        [SHOOT_API_SERVER] = v->api.met || sleeps,
        [SHOOT_KUBECONFIG] = v->kubeconfig.met || sleeps,
        [SHOOT_PROTECTION] = st->seen[SHOOT_PROTECTION].object,
        [SHOOT_OFFER] = st->seen[SHOOT_OFFER].object,
        [SHOOT_LOGIN] = st->seen[SHOOT_LOGIN].ready,
        [SHOOT_ABSENCE] = st->seen[SHOOT_ABSENCE].ready,
        [SHOOT_LOGIN_USE] = st->seen[SHOOT_LOGIN_USE].object,
    };

    for (enum shoot_part id = 0; id <= SHOOT_LOGIN_USE; id++)
        desired_ready(st->call.r, &shoot_parts[id], ready[id]);
}

void shoot_status(struct shoot_state *st)
{
    struct view v = { .at = st->seen[SHOOT_REQUEST].at_provider };

    v.type = jx_str(v.at, "operation.type", "");
    v.state = jx_str(v.at, "operation.state", "");
    v.working = is(v.state, "Processing") || is(v.state, "Pending");
    v.asleep = jx_bool(v.at, "hibernated", false);
    v.told = jx_bool(v.at, "hibernationEnabled", false);
    look_at_bootstrap(st, &v);
    look_at_shoot(st, &v);
    look_inside(st, &v);
    v.ready = v.bootstrap.met && v.shoot.met &&
              (shoot_sleeps(st) || (v.api.met && v.kubeconfig.met && v.gateway.met));
    st->call.r->ready = v.ready ? FN_READY_TRUE : FN_READY_FALSE;
    fill_status(st, &v);
    set_conditions(st, &v);
    set_ready(st, &v);
}
