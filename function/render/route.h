/* SPDX-License-Identifier: Apache-2.0 */
/* Everything known while one route is rendered. */
#pragma once
#include "function/render/route_spec.h"
#include "function/render/workload.h"

enum route_part {
    ROUTE_OBJECT = WORKLOAD_OBJECT,
    ROUTE_NAMESPACE = WORKLOAD_NAMESPACE,
    ROUTE_GATEWAYS = WORKLOAD_OWN, /* a probe: the Gateways where the first parent lives */
    ROUTE_CONTROLLER, /* a probe: Envoy Gateway, when its release decides which version it reads */
    ROUTE_ROUTES,     /* a probe: who else uses the listener, where that is a matter */
    ROUTE_ENDPOINTS,  /* a probe: which of the backends have a ready pod */
    ROUTE_SERVICE,    /* a probe when a port is missing: which the Service has */
    ROUTE_PARTS
};

struct route {
    struct workload w;
    const struct route_kind *kind;
    json_t *spec;
};

/* The route's namespace in the shoot; "" when a spec that is wrong does not tell. */
static inline const char *route_namespace(const struct route *rt)
{
    return rt->w.spec.ns ? rt->w.spec.ns : "";
}

/* Where a parent is: the route's namespace when it does not say. */
static inline const char *route_parent_namespace(const struct route *rt, const json_t *parent)
{
    return jx_str(parent, "namespace", route_namespace(rt));
}

/* "v1" of "gateway.networking.k8s.io/v1", as the provider chose it; NULL when it has not. */
const char *route_version(const struct route *rt);

/* Puts the probe 'id' of 'path' whose programs are told the route's Gateways: .payload.body.parents [{"name", "namespace"}]. */
void route_put_probe_of_parents(struct route *rt, enum route_part id, struct inside_probe *probe,
                                const char *path);

/* Looks at the Gateways where the first parent lives. */
void route_put_gateways(struct route *rt);

/* Met when those of them that are the route's have an address; else which has none. */
void route_gateways_link(const struct route *rt, struct link *l);

/* The Gateway of 'parent' as the probe saw it, when it looked there; *ret_known: the answer, even NULL, is to be believed. */
const json_t *route_gateway(const struct route *rt, const json_t *parent, bool *ret_known);

/* Its listener that 'parent' names; NULL when there is none. */
const json_t *route_listener(const json_t *gateway, const json_t *parent);

/* The older route that has a listener of ours, where a listener serves one; NULL when they are free, or nobody has looked. */
const json_t *route_owner(const struct route *rt);

/* Met when nobody else's route has the listener: else who, or what keeps us from knowing. */
void route_owner_link(const struct route *rt, struct link *l);

/* Is the route not to be made, since its listener is somebody else's, or since nobody has looked yet?  One that was made stays. */
bool route_is_held(const struct route *rt);

/* [{"name", "namespace", "port", "weight", "path"}] of each Service, in the order of the spec; new. */
json_t *route_backends(const struct route *rt);

/* The one that a message of Envoy Gateway's names; NULL when it names none of them. */
const json_t *route_backend_meant(const json_t *backends, const char *message);

/* Looks up which ports the Service has when Envoy Gateway says that it has not the route's. */
void route_put_service(struct route *rt);

/* True and unmet in the words of the spec when it is known what the message is about. */
bool route_explain_port(const struct route *rt, const char *message, struct link *l);
bool route_explain_grant(const struct route *rt, const char *message, struct link *l);

/* Looks for pods of the backends; nothing when there is no backend to look for. */
void route_put_endpoints(struct route *rt);

/* Met when each backend that gets a share of the traffic has a ready pod. False: there is no such backend. */
bool route_endpoints_link(const struct route *rt, struct link *l);

void route_status(struct route *rt);
