/* SPDX-License-Identifier: Apache-2.0 */
/* What the probe of the parents' Gateways knows, and whether they can carry traffic. */
#include "function/render/desired.h"
#include "function/render/gwapi_programs.h"
#include "function/render/route.h"

static const struct link_advice no_advice[] = { { 0 } };

/* ---- the probe ------------------------------------------------------------------------------------------------------- */

/* The Gateways that the route refers to: what a program looks for among all routes. */
static json_t *parents_of(const struct route *rt)
{
    const json_t *list = json_object_get(rt->spec, "parentRefs");
    json_t *out = json_array();

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);

        jx_append(out, jx_object(jx_s("name", jx_str(one, "name", "")),
                                 jx_s("namespace", route_parent_namespace(rt, one))));
    }
    return out;
}

void route_put_probe_of_parents(struct route *rt, enum route_part id, struct inside_probe *probe,
                                const char *path)
{
    json_auto_t *doc = jx_object(jx_o("parents", parents_of(rt)));
    CLEAN(free) char *body = jx_dump(doc);
    json_t *fp = inside_probe(probe, path);

    jx_add(fp, jx_o("payload", jx_object(jx_s("baseUrl", path), jx_o("body", jx_text(body)))),
           jx_w("pollInterval", "1m"));
    desired_put(rt->w.call.r, &rt->w.parts[id],
                requests_probe(&rt->w.call.rq, &rt->w.parts[id], rt->w.config, fp));
}

void route_put_gateways(struct route *rt)
{
    static struct inside_probe probe = { .ready = gwapi_gateways_ready,
                                         .projection = gwapi_gateways_projection };
    const json_t *first = json_array_get(json_object_get(rt->spec, "parentRefs"), 0);
    CLEAN(free)
    char *path = x_asprintf("/apis/gateway.networking.k8s.io/v1/namespaces/%s/gateways",
                            route_parent_namespace(rt, first));

    route_put_probe_of_parents(rt, ROUTE_GATEWAYS, &probe, path);
}

/* ---- what it knows --------------------------------------------------------------------------------------------------- */

/* The probe looks in one namespace; of a Gateway elsewhere nothing is known, and nothing said. */
static const json_t *gateway_seen(const struct route *rt, const json_t *parent)
{
    const json_t *list = jx_at(rt->w.seen[ROUTE_GATEWAYS].at_provider, "gateways"),
                 *first = json_array_get(json_object_get(rt->spec, "parentRefs"), 0);

    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(jx_str(json_array_get(list, i), "name", ""), jx_str(parent, "name", "")) &&
            !strcmp(route_parent_namespace(rt, parent), route_parent_namespace(rt, first)))
            return json_array_get(list, i);
    return NULL;
}

const json_t *route_gateway(const struct route *rt, const json_t *parent, bool *ret_known)
{
    const json_t *at = rt->w.seen[ROUTE_GATEWAYS].at_provider, *list = jx_at(at, "gateways");
    const json_t *first = json_array_get(json_object_get(rt->spec, "parentRefs"), 0);

    *ret_known = list && (json_int_t)json_array_size(list) == jx_int(at, "count", -1) &&
                 !strcmp(route_parent_namespace(rt, parent), route_parent_namespace(rt, first));
    return *ret_known ? gateway_seen(rt, parent) : NULL;
}

const json_t *route_listener(const json_t *gateway, const json_t *parent)
{
    const json_t *list = json_object_get(gateway, "listeners"), *one;

    for (size_t i = 0; i < json_array_size(list); i++) {
        one = json_array_get(list, i);
        if (!strcmp(jx_str(one, "name", ""), jx_str(parent, "sectionName", "")))
            return one;
    }
    return NULL;
}

void route_gateways_link(const struct route *rt, struct link *l)
{
    const struct observed *o = &rt->w.seen[ROUTE_GATEWAYS];
    const json_t *parents = json_object_get(rt->spec, "parentRefs");

    *l = (struct link){ .met = true, .reason = "Programmed" };
    if (!jx_at(o->at_provider, "gateways")) {
        if (!o->not_synced || !link_troubled(l, o, "The route's Gateways", no_advice))
            link_unmet(l, "Pending",
                       "It is not known yet whether the route's Gateway has an address; nothing to do");
        return;
    }
    for (size_t i = 0; i < json_array_size(parents) && l->met; i++) {
        const json_t *parent = json_array_get(parents, i), *gateway = gateway_seen(rt, parent);

        if (gateway && !jx_bool(gateway, "programmed", false))
            link_unmet(l, "GatewayNotReady",
                       "Gateway \"%.63s\" has no address yet, and carries no traffic of the route; see what "
                       "the Gateway says",
                       jx_str(parent, "name", ""));
    }
}
