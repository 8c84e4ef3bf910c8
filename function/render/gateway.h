/* SPDX-License-Identifier: Apache-2.0 */
/* Everything known while one Gateway is rendered. */
#pragma once
#include "function/render/octavia.h"
#include "function/render/workload.h"

enum gateway_part {
    GATEWAY_OBJECT = WORKLOAD_OBJECT,
    GATEWAY_NAMESPACE = WORKLOAD_NAMESPACE,
    GATEWAY_PROXY = WORKLOAD_OWN, /* an EnvoyProxy, for what annotations cannot say */
    GATEWAY_SERVICE,              /* a probe: the Service that Envoy Gateway makes of it */
    GATEWAY_CLASSES,              /* a probe: the cluster's GatewayClasses */
    GATEWAY_ENVOY,                /* a probe: the Deployment of Envoy pods */
    GATEWAY_EVENTS,               /* a probe while the address is not there: the Service's events */
    GATEWAY_SHOOT,                /* a probe when those are bad news: where the cluster is */
    GATEWAY_BUNDLE,               /* a probe when it matters: which release of Gateway API there is */
    GATEWAY_PARTS
};

struct gateway {
    struct workload w;
    const char *class, *floating_ip, *policy;
    struct jx_opt_int replicas;
    json_t *ranges;                     /* loadBalancerSourceRanges, borrowed */
    json_t *addresses;                  /* which are refused; borrowed */
    json_t *listeners, *infrastructure; /* with defaults; owned */
    json_t *settings;                   /* Octavia's annotations; owned */
    struct octavia octavia;             /* with the user's own annotations */
};

/* More annotations of the user's own than every release of Gateway API takes? */
bool gateway_needs_bundle(const struct gateway *g);

/* The Service that Envoy Gateway made, as it was seen; NULL when there is none. */
const json_t *gateway_service(const struct gateway *g);

/* Its address, NULL when it has none, or when it is not yet the one asked for; *ret_other: then it has that one. */
const char *gateway_address(const struct gateway *g, const char **ret_other);

/* The GatewayClass that is named, as it was seen; NULL when it was not. */
const json_t *gateway_class(const struct gateway *g);

/* Are there settings that only an EnvoyProxy can carry, or more annotations than every release takes? */
bool gateway_needs_proxy(const struct gateway *g);

void gateway_spec_read(struct gateway *g);
void gateway_spec_free(struct gateway *g);
void gateway_rules(struct gateway *g);
void gateway_rules_listeners(struct gateway *g);
void gateway_status(struct gateway *g);
