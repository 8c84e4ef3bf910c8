/* SPDX-License-Identifier: Apache-2.0 */
/* What Kubernetes, Envoy Gateway or good sense refuse of a route that is right member by member. */
#pragma once
#include "function/render/route_spec.h"

struct route_check {
    const struct route_kind *kind;
    const json_t *spec; /* as route_spec_read() made it */
    const char *ns;     /* the route's namespace in the shoot */
    struct problems *problems, *advice;
};

void route_rules(const struct route_check *c);

/* Those of HTTPRoute and GRPCRoute. */
void route_rules_matches(const struct route_check *c);
