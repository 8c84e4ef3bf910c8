/* SPDX-License-Identifier: Apache-2.0 */
/* What Envoy Gateway in the shoot waits for, in words. */
#include "function/render/desired.h"
#include "function/render/gateway_releases.h"
#include "function/render/shoot_gateway.h"
#include "function/render/shoot_state.h"
#include "lib/buf.h"
#include "lib/jx.h"

#define JOB_PATH SHOOT_GATEWAY_NAMESPACE_NAME "/" SHOOT_GATEWAY_JOB_NAME

#define ANOTHER "somebody has put another in place of ours: delete it in the cluster, and ours is made again"

static const struct link_advice advice[] = {
    { "Forbidden", "a policy of the cluster is in the way" },
    { "NotOurs", ANOTHER },
    { 0 },
};

static const struct link_advice class_advice[] = {
    { "Rejected",
      "a GatewayClass of that name belongs to another controller: choose another spec.gateway.className" },
    { "NotOurs", ANOTHER },
    { 0 },
};

static const json_t *at(const struct shoot_state *st, enum shoot_part id) { return st->seen[id].at_provider; }

/* What keeps the Job's own objects from being made; what is there and only not seen at the moment keeps nothing from its work. */
static bool blocked(const struct shoot_state *st, struct link *l)
{
    static const struct {
        enum shoot_part id;
        const char *what;
    } needed[] = {
        { SHOOT_GATEWAY_CRDS, "The cluster's Gateway API" },
        { SHOOT_GATEWAY_NAMESPACE, "Namespace " SHOOT_GATEWAY_NAMESPACE_NAME },
        { SHOOT_GATEWAY_ACCOUNT, "ServiceAccount " JOB_PATH },
        { SHOOT_GATEWAY_RIGHTS, "ClusterRoleBinding " SHOOT_GATEWAY_JOB_NAME },
        { SHOOT_GATEWAY_JOB, "Job " JOB_PATH },
        { SHOOT_GATEWAY_SERVICES, "Envoy Gateway's Services" },
        { SHOOT_GATEWAY_RELEASE, "Release of Envoy Gateway" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(needed); i++) {
        const struct observed *o = &st->seen[needed[i].id];

        if (o->not_synced && !(st->gateway.stage == SHOOT_GATEWAY_INSTALLED && o->ready) &&
            desired_has(st->call.r, &shoot_parts[needed[i].id]) &&
            link_troubled(l, o, needed[i].what, advice))
            return true;
    }
    return false;
}

static const char *or_else(const char *text, const char *other) { return text && *text ? text : other; }

/* The Job that is there is about to be replaced: what it has to say is no news. */
static bool is_former(const struct shoot_state *st)
{
    const char *hash = jx_str(at(st, SHOOT_GATEWAY_JOB), "hash", st->gateway.hash);

    return *st->gateway.hash && strcmp(hash, st->gateway.hash) != 0;
}

/* The Job's pod knows more than the Job. */
static bool pod_trouble(const struct shoot_state *st, struct link *l)
{
    const json_t *pod = is_former(st) ? NULL : at(st, SHOOT_GATEWAY_PODS);
    const char *waiting = jx_str(pod, "waiting.reason", ""),
               *message = or_else(jx_str(pod, "waiting.message", NULL), waiting),
               *unschedulable = jx_str(pod, "unschedulable", NULL),
               *last = or_else(jx_str(pod, "last.message", NULL), jx_str(pod, "last.reason", NULL));

    if (unschedulable)
        link_unmet(l, "Unschedulable", "The pod of Job %s finds no node: %.*s; add workers or make room",
                   JOB_PATH, link_sentence(unschedulable, 300), unschedulable);
    else if (strstr(waiting, "Image"))
        link_unmet(l, "ImagePullFailed",
                   "The image of Job %s cannot be pulled: %.*s; correct spec.gateway.image or "
                   "spec.gateway.registry, or let the "
                   "cluster reach it",
                   JOB_PATH, link_sentence(message, 300), message);
    else if (last)
        link_unmet(l, "Retrying", "Job %s failed and tries again: %.*s", JOB_PATH, link_sentence(last, 300),
                   last);
    return unschedulable || strstr(waiting, "Image") || last;
}

/* Without a pod: one that may not be made, because of a quota or a webhook, leaves no trace but events. */
static void installing(const struct shoot_state *st, struct link *l)
{
    const struct observed *pods = &st->seen[SHOOT_GATEWAY_PODS];
    const char *version = or_else(st->gateway.version, "");

    if (pod_trouble(st, l))
        return;
    if (pods->ready && !json_object_size(pods->at_provider) && !is_former(st))
        link_unmet(
            l, "Installing",
            "Envoy Gateway %s is being installed: Job %s has no pod yet; should that last, its events say "
            "why",
            version, JOB_PATH);
    else
        link_unmet(l, "Installing", "Envoy Gateway %s is being installed; nothing to do", version);
}

/* What was installed was removed behind our back: who installs takes it for done. */
static void is_lost(const struct shoot_state *st, struct link *l)
{
    bool by_job = st->gateway.by == SHOOT_GATEWAY_BY_JOB;

    link_unmet(l, "NotFound",
               "Deployment " SHOOT_GATEWAY_NAMESPACE_NAME
               "/envoy-gateway is not in the cluster any more; %s, and "
               "Envoy Gateway is installed again",
               by_job ? "delete Job " JOB_PATH
                      : "uninstall what is left (helm uninstall eg -n " SHOOT_GATEWAY_NAMESPACE_NAME ")");
}

/* Its Request is another once the class was seen to be ours, which makes no less true what the cluster said of the class. */
static bool class_accepted(const struct shoot_state *st)
{
    const struct observed *class = &st->seen[SHOOT_GATEWAY_CLASS];
    const json_t *seen = class->at_provider;

    return class->ready ||
           (class->stale && !class->not_ready && !shoot_gateway_class_foreign(st) &&
            !strcmp(jx_str(seen, "name", ""), shoot_gateway_class(st)) &&
            !strcmp(jx_str(seen, "accepted", ""), "True") && !jx_bool(seen, "deleting", false));
}

/* Installed is one thing, at work another. */
static void at_work(const struct shoot_state *st, struct link *l)
{
    const struct observed *controller = &st->seen[SHOOT_GATEWAY_CONTROLLER],
                          *class = &st->seen[SHOOT_GATEWAY_CLASS];
    const char *name = shoot_gateway_class(st), *why = jx_str(class->at_provider, "message", ""),
               *down = jx_str(controller->at_provider, "message", NULL);

    *l = (struct link){ .met = true, .reason = "Available" };
    if (down && strcmp(controller->ready_reason, "NotFound") != 0)
        link_unmet(l, "NotAvailable",
                   "Deployment " SHOOT_GATEWAY_NAMESPACE_NAME "/envoy-gateway is not available: %.*s",
                   link_sentence(down, 300), down);
    else if (controller->not_ready && !strcmp(controller->ready_reason, "NotFound"))
        is_lost(st, l);
    else if (!controller->ready)
        link_unmet(l, "Starting", "Envoy Gateway starts; nothing to do");
    else if (!desired_has(st->call.r, &shoot_parts[SHOOT_GATEWAY_CLASS]))
        link_unmet(l, "NotAccepted", "GatewayClass %.80s is about to be made; nothing to do", name);
    else if (!class_accepted(st) &&
             !(class->not_synced && link_troubled(l, class, "GatewayClass", class_advice)))
        link_unmet(l, "NotAccepted", "Envoy Gateway has not accepted GatewayClass %.80s%s%.*s%s", name,
                   *why ? ": " : "", link_sentence(why, 300), why, *why ? "" : "; nothing to do");
}

static void draining(const struct shoot_state *st, struct link *l)
{
    const json_t *left = at(st, SHOOT_GATEWAY_SERVICES), *names = jx_at(left, "names");
    json_int_t count = jx_int(left, "count", -1);
    CLEAN(buf_free) struct buf text = buf_max(512);

    for (size_t i = 0; i < json_array_size(names); i++)
        (void)buf_addf(&text, "%s%s", i ? ", " : "", json_string_value(json_array_get(names, i)) ?: "?");
    if (count <= 0)
        link_unmet(l, "Removing", "Envoy Gateway is to be removed; nothing to do");
    else
        link_unmet(l, "GatewaysRemain",
                   "Envoy Gateway is to be removed, but %d Gateway%s still own%s load balancers: %s%s; "
                   "delete them first, or set "
                   "spec.gateway.install again",
                   (int)count, count == 1 ? "" : "s", count == 1 ? "s" : "", buf_text(&text),
                   (size_t)count > json_array_size(names) ? " ..." : "");
}

static void judge(struct shoot_state *st, struct link *l)
{
    const struct shoot_gateway *g = &st->gateway;

    switch (g->stage) {
    case SHOOT_GATEWAY_ABSENT: l->met = true; break;
    case SHOOT_GATEWAY_LOOKING:
    case SHOOT_GATEWAY_GRANTING:
        link_unmet(l, "Installing", "Envoy Gateway %s is about to be installed; nothing to do", g->version);
        break;
    case SHOOT_GATEWAY_CONFLICT:
        link_unmet(l, "ChannelConflict",
                   "spec.gateway.channel: the cluster has the standard channel of the Gateway API (%.24s), "
                   "which the "
                   "experimental one cannot replace; write Standard, or leave it out",
                   g->have_bundle ? g->have_bundle : "?");
        break;
    case SHOOT_GATEWAY_INSTALLING: installing(st, l); break;
    case SHOOT_GATEWAY_INSTALLED: at_work(st, l); break;
    case SHOOT_GATEWAY_DRAINING: draining(st, l); break;
    case SHOOT_GATEWAY_UNCLASSING:
        link_unmet(l, "Removing", "GatewayClass %.80s is being removed; it goes when no Gateway names it",
                   jx_str(at(st, SHOOT_GATEWAY_CLASS), "name", ""));
        break;
    case SHOOT_GATEWAY_REMOVING:
    case SHOOT_GATEWAY_REMOVAL:
    case SHOOT_GATEWAY_GONE:
        if (g->stage != SHOOT_GATEWAY_REMOVING || !pod_trouble(st, l))
            link_unmet(l, "Removing", "Envoy Gateway is being removed; nothing to do");
        break;
    }
}

void shoot_gateway_judge(struct shoot_state *st)
{
    struct link *l = &st->gateway.link;

    *l = (struct link){ .reason = "Available" };
    if (st->gateway.stage == SHOOT_GATEWAY_CONFLICT || !blocked(st, l))
        judge(st, l);
}

static bool part_ready(const struct shoot_state *st, enum shoot_part id)
{
    const struct observed *o = &st->seen[id];
    bool installed = st->gateway.stage == SHOOT_GATEWAY_INSTALLED;

    switch (id) {
    case SHOOT_GATEWAY_JOB:
    case SHOOT_GATEWAY_RELEASE: return installed && o->ready;
    case SHOOT_GATEWAY_HELM: return o->object;
    case SHOOT_GATEWAY_CLASS: return class_accepted(st);
    default: return o->ready;
    }
}

/* What the Job installed counts, and not what was there when somebody last looked. */
static json_t *described(const struct shoot_state *st)
{
    const struct shoot_gateway *g = &st->gateway;
    bool installed = g->stage == SHOOT_GATEWAY_INSTALLED, ours = installed && g->by == SHOOT_GATEWAY_BY_JOB;
    const struct gateway_release *r = ours ? gateway_release_of(g->version) : NULL;

    return jx_object(
        jx_s("className", shoot_gateway_class_foreign(st) ? NULL : shoot_gateway_class_there(st)),
        jx_s("version", installed ? g->version : NULL), jx_s("gatewayAPI", r ? r->gateway_api : NULL),
        jx_s("channel", !ours                             ? NULL
                        : !strcmp(g->channel, "standard") ? "Standard"
                                                          : "Experimental"));
}

void shoot_gateway_status(struct shoot_state *st)
{
    for (enum shoot_part id = SHOOT_GATEWAY_NAMESPACE; id < SHOOT_PARTS; id++)
        desired_ready(st->call.r, &shoot_parts[id], part_ready(st, id));
    if (st->seen[SHOOT_GATEWAY_CLASS].object)
        jx_add(st->call.r->status, jx_o("gateway", described(st)));
}
