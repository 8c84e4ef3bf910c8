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

/* Those of HTTPRoute and GRPCRoute: of a rule at 'path', on what it matches, and on its filters and those of its backends. */
size_t route_rules_matches(const struct route_check *c, const json_t *rule, const char *path);
void route_rules_filters(const struct route_check *c, const json_t *rule, const char *path);

/* Of a reference to what takes the traffic. */
void route_rules_backend(const struct route_check *c, const json_t *one, const char *path);

/* A problem for each name that stands in 'list' twice: one map for the server, of which it takes the first or none. 'what' is
 * "header"; of headers, X-A and x-a are one. */
void route_rules_names(const struct route_check *c, const json_t *list, const char *path, const char *what);
