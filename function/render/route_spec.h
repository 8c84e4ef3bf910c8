/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of routes: what the spec of each may say, in Gateway API's own words, and what Kubernetes and Envoy Gateway make of it. */
#pragma once
#include "function/render/shape.h"

#define GATEWAY_GROUP "gateway.networking.k8s.io"

/* Which releases of Envoy Gateway read the kind in which version. */
struct route_reads {
    int since;           /* the minor release of 1.x from which on; a list starts with the newest */
    const char *version; /* "v1alpha2"; NULL ends the list */
};

struct route_kind {
    const char *kind, *plural;
    const struct shape *spec;
    const struct route_reads *reads; /* NULL = always v1 */
    const char *const *protocols;    /* of listeners that take it */
    bool one_rule;                   /* exactly one, which has backends and nothing else */
    bool alone;                      /* its listener can serve one route only */
    bool matches;                    /* rules have matches, filters and timeouts */
};

extern const struct route_kind route_http, route_grpc, route_tls, route_tcp, route_udp;

/* The whole spec as it is sent to Kubernetes, with its defaults; new. 'spec' is the composite's, of which only the route's own
 * members are looked at. */
json_t *route_spec_read(const json_t *spec, const struct route_kind *kind, struct problems *p);

/* The version that Envoy Gateway 1.<minor> reads the kind in. */
const char *route_reads(const struct route_kind *kind, int minor);
