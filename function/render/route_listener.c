/* SPDX-License-Identifier: Apache-2.0 */
/* What the probes know of the listeners' other routes.  A listener of TCP or UDP serves one route, the oldest,
 * and a second one gets no traffic, whatever its status says: so it is not made. */
#include "function/render/route.h"

static const struct link_advice no_advice[] = { { 0 } };

static const char *section(const json_t *parent) { return jx_str(parent, "sectionName", ""); }

/* Of the listener that the reference means, by name or by number; 0 = unknown. */
static json_int_t port_of(const json_t *gateway, const json_t *parent)
{
    return jx_int(parent, "port", jx_int(route_listener(gateway, parent), "port", 0));
}

/* Does another route's reference mean a listener of 'mine'?  One that names no listener means all of them. */
static bool meets(const struct route *rt, const json_t *mine, const json_t *other)
{
    bool known;
    const json_t *gateway = route_gateway(rt, mine, &known);
    json_int_t a = port_of(gateway, mine), b = port_of(gateway, other);

    if (strcmp(jx_str(mine, "name", ""), jx_str(other, "gateway", "")) != 0 ||
        strcmp(route_parent_namespace(rt, mine), jx_str(other, "at", "")) != 0)
        return false;
    if (*section(mine) && *section(other))
        return !strcmp(section(mine), section(other));
    return !a || !b || a == b;
}

static bool is_ours(const struct route *rt, const json_t *other)
{
    return !strcmp(jx_str(other, "name", ""), rt->w.call.names.own) &&
           !strcmp(jx_str(other, "namespace", ""), route_namespace(rt));
}

/* Than ours, which is the youngest while it is not there; of equals the first by namespace and name. */
static bool is_older(const struct route *rt, const json_t *other)
{
    int order =
        strcmp(jx_str(other, "created", ""), jx_str(rt->w.seen[ROUTE_OBJECT].at_provider, "created", "~"));

    if (!order)
        order = strcmp(jx_str(other, "namespace", ""), route_namespace(rt));
    return order < 0 || (!order && strcmp(jx_str(other, "name", ""), rt->w.call.names.own) < 0);
}

static const json_t *owner_of(const struct route *rt, const json_t *parent)
{
    const json_t *list = jx_at(rt->w.seen[ROUTE_ROUTES].at_provider, "routes");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *other = json_array_get(list, i);

        if (!is_ours(rt, other) && is_older(rt, other) && meets(rt, parent, other))
            return other;
    }
    return NULL;
}

/* 'parent' is what the owner has a listener of. */
static const json_t *find_owner(const struct route *rt, const json_t **ret_parent)
{
    const json_t *mine = json_object_get(rt->spec, "parentRefs"), *owner = NULL;

    for (size_t i = 0; rt->kind->alone && !owner && i < json_array_size(mine); i++) {
        *ret_parent = json_array_get(mine, i);
        owner = owner_of(rt, *ret_parent);
    }
    return owner;
}

const json_t *route_owner(const struct route *rt)
{
    const json_t *parent;

    return find_owner(rt, &parent);
}

static void tell_owner(const struct route *rt, const json_t *parent, const json_t *owner, struct link *l)
{
    const char *ns = jx_str(owner, "namespace", ""), *named = section(parent);
    bool elsewhere = strcmp(ns, route_namespace(rt)) != 0;

    link_unmet(l, "ListenerTaken",
               "%s%.63s%s of Gateway \"%.63s\" already forwards to %s \"%.63s\"%s%.63s, and serves one; use "
               "weights in one route, or a listener on another port%s",
               *named ? "Listener \"" : "A listener", named, *named ? "\"" : "", jx_str(parent, "name", ""),
               rt->kind->kind, jx_str(owner, "name", ""), elsewhere ? " of namespace " : "",
               elsewhere ? ns : "", *named ? "" : ", which sectionName names");
}

void route_owner_link(const struct route *rt, struct link *l)
{
    const struct observed *o = &rt->w.seen[ROUTE_ROUTES];
    const json_t *parent, *owner = find_owner(rt, &parent);

    *l = (struct link){ .met = true, .reason = "Alone" };
    if (owner)
        tell_owner(rt, parent, owner, l);
    else if (!jx_at(o->at_provider, "routes") && !link_troubled(l, o, "The routes of the cluster", no_advice))
        link_unmet(l, "Pending", "Who else uses the listener is being looked up; nothing to do");
}

bool route_is_held(const struct route *rt)
{
    return rt->kind->alone && !rt->w.seen[ROUTE_OBJECT].object &&
           (!rt->w.seen[ROUTE_ROUTES].ready || route_owner(rt));
}
