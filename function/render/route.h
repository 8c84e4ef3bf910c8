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

void route_status(struct route *rt);
