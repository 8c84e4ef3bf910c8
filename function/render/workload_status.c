/* SPDX-License-Identifier: Apache-2.0 */
/* What the answers from a shoot mean for what lives in it, as far as it is the same for all kinds. */
#include "function/render/desired.h"
#include "function/render/workload.h"

/* What the provider's reasons ask of the user here. */
static const struct link_advice reasons[] = {
    { "WaitingForShoot", "nothing to do: it goes on when the cluster is ready" },
    { "NoProviderConfig",
      "there is no Shoot of that name in this namespace yet: create it, or correct spec.shootRef.name" },
    { "ShootHibernated",
      "nothing to do if that is meant; to go on, set spec.hibernation.enabled of the Shoot to "
      "false" },
    { "ShootWaking", "nothing to do: it goes on when the cluster is awake" },
    { "NotOurs",
      "choose another metadata.name, or set spec.adopt to true to take over the object that is there" },
    { "Rejected", "correct the spec" },
    { "NotServed",
      "it goes on once Envoy Gateway is in the cluster: spec.gateway.install of the Shoot brings it" },
    { "Forbidden", "a quota or a policy of the cluster is in the way" },
    { "Conflict", "another program writes the same fields: let it go of them" },
    { 0 },
};

/* With which of them the phase is more than "Pending". */
static const struct {
    const char *reason, *phase;
} phases[] = {
    { "WaitingForShoot", "WaitingForShoot" },
    { "NoProviderConfig", "WaitingForShoot" },
    { "ShootHibernated", "ShootHibernated" },
    { "ShootWaking", "WaitingForShoot" },
    { "NotOurs", "Failed" },
    { "Rejected", "Failed" },
    { "Forbidden", "Failed" },
    { "Conflict", "Failed" },
    { "InvalidSpec", "Failed" },
    { "ListenerTaken", "Failed" },
};

static bool deleting(const struct workload *w)
{
    return jx_at(w->call.req->composite, "metadata.deletionTimestamp");
}

/* Without its namespace nothing else can be there. */
static bool namespace_trouble(const struct workload *w, struct link *l)
{
    const struct observed *o = &w->seen[WORKLOAD_NAMESPACE];
    CLEAN(free) char *what = x_asprintf("Namespace %.63s", w->spec.ns ? w->spec.ns : "");

    if (o->at_provider || o->ready || !o->object)
        return false;
    return link_troubled(l, o, what, reasons);
}

void workload_applied(const struct workload *w, int id, struct link *l)
{
    const struct observed *o = &w->seen[id];
    CLEAN(free)
    char *what = x_asprintf("The %s in cluster %.63s", w->noun, w->spec.shoot ? w->spec.shoot : "");

    *l = (struct link){ .met = true, .reason = "Applied" };
    if (o->not_synced && link_troubled(l, o, what, reasons))
        return;
    if (!o->object)
        link_unmet(l, "Creating", "%s is about to be requested; nothing to do", what);
    else if (id == WORKLOAD_OBJECT && !w->current)
        link_unmet(l, "Updating", "%s is about to be changed to what the spec says; nothing to do", what);
    else if (!o->at_provider && !namespace_trouble(w, l))
        link_unmet(l, "Creating", "%s is being created; nothing to do", what);
}

static const struct link *first_unmet(const struct workload_step chain[])
{
    for (; chain->condition; chain++)
        if (!chain->link->met)
            return chain->link;
    return NULL;
}

static const char *phase_of(const struct workload *w, const struct workload_step chain[], const char *phase,
                            const char *ready_phase)
{
    const struct link *unmet = first_unmet(chain);

    if (deleting(w))
        return "Deleting";
    if (!unmet)
        return ready_phase ? ready_phase : "Ready";
    if (unmet != chain->link)
        return phase;
    for (size_t i = 0; i < ARRAY_LENGTH(phases); i++)
        if (!strcmp(phases[i].reason, unmet->reason))
            return phases[i].phase;
    return !strcmp(unmet->reason, "Updating") ? "Updating" : "Pending";
}

static void set_message(struct workload *w, const struct link *unmet, const char *done)
{
    CLEAN(free) char *text = NULL;

    if (deleting(w))
        text = x_asprintf("The %s is being deleted", w->noun);
    else if (w->lasting)
        text = x_asprintf(
            "The spec has errors and is not applied (see condition Valid); the %s stays as it was", w->noun);
    jx_add(w->call.r->status, jx_o("message", jx_text(text ? text : unmet ? unmet->text : done)));
}

/* A link after an unmet one says nothing of its own. */
static void set_conditions(struct workload *w, const struct workload_step chain[])
{
    static const struct link waiting = { .reason = "Waiting", .text = "It is not in the cluster yet" };
    bool met = true;

    for (; chain->condition; chain++) {
        link_condition(w->call.r, chain->condition, met || chain->link->met ? chain->link : &waiting);
        met = met && chain->link->met;
    }
}

void workload_finish(struct workload *w, const struct workload_step chain[], const char *phase,
                     const char *ready_phase, const char *done)
{
    const struct link *unmet = first_unmet(chain);
    struct fn_response *r = w->call.r;

    jx_add(r->status, jx_s("phase", phase_of(w, chain, phase, ready_phase)), jx_s("shoot", w->spec.shoot),
           jx_s("namespace", w->spec.ns));
    set_message(w, unmet, done);
    set_conditions(w, chain);
    r->ready = unmet ? FN_READY_FALSE : FN_READY_TRUE;
    for (int id = 0; w->parts[id].key; id++)
        desired_ready(r, &w->parts[id],
                      id == WORKLOAD_OBJECT      ? !unmet
                      : id == WORKLOAD_NAMESPACE ? !unmet || w->seen[id].ready
                                                 : w->seen[id].object != NULL);
}
