/* SPDX-License-Identifier: Apache-2.0 */
/* Envoy Gateway (modelled): its installation, GatewayClasses, Gateways, routes, and the Services and Deployments it
 * makes. Traffic is not modelled, nor policies and ListenerSets; of merged Gateways
 * not what conflicts between them. */
#pragma once
#include "sim/workloads/ctl.h"

#define GATEWAY_GROUP    "gateway.networking.k8s.io"
#define ENVOY_GROUP      "gateway.envoyproxy.io"
#define ENVOY_CONTROLLER ENVOY_GROUP "/gatewayclass-controller"
#define ENVOY_SYSTEM     "envoy-gateway-system"
#define ENVOY_MANAGER    "envoy-gateway"

void envoy_run(struct ctl *c);

/* ---- for its parts ---- */

/* One pass of the controller. */
struct envoy {
    struct ctl *c;
    int minor;        /* 8 = Envoy Gateway 1.8 */
    json_t *seen;     /* "tcproutes/v1": the resources that were there when it started */
    json_t *gateways; /* of our classes, as made by listeners_evaluate() */
};

/* Equal but for lastTransitionTime: then nothing is written. */
bool envoy_same_status(const json_t *a, const json_t *b);
/* Writes the status unless it says the same already; conditions get today's time, as the real one gives them. */
void envoy_report(const struct envoy *e, const json_t *doc, const char *plural, json_t *status);
/* A condition about the object's present generation. New reference. */
json_t *envoy_condition(const struct envoy *e, const json_t *doc, const char *type, const char *status,
                        const char *reason, const char *fmt, ...) PRINTF(6, 7);
/* The object has been as it is for long enough to be looked at. */
bool envoy_settled(const struct envoy *e, const json_t *doc);

/* Makes what an installation consists of when it is asked for by setting. */
void envoy_install(struct ctl *c);
/* Is the controller running? Fills in everything but the gateways; 'seen' is borrowed. */
bool envoy_running(struct ctl *c, struct envoy *ret);

/* A model of a Gateway and its listeners: {doc, proxy, problem, merged (a class whose Gateways share one Service), listeners: [{spec, valid, conditions, kinds, attached}]}.
 * New reference. */
json_t *envoy_listeners(const struct envoy *e, json_t *gateway, json_t *class);
/* May a route of this kind and namespace attach there? */
bool envoy_admits(const struct envoy *e, const json_t *gateway, const json_t *listener, const char *kind,
                  const char *ns);

/* Routes get their status; listeners count those attached. */
void envoy_routes(struct envoy *e);
/* Does a ReferenceGrant let 'from' (kind in a namespace) name 'to' in another? True in the same namespace. */
bool envoy_granted(const struct envoy *e, const char *kind, const char *ns, const char *to_kind,
                   const char *to_ns, const char *to_name);

/* The Service and Deployment behind a Gateway. */
void envoy_make_infra(const struct envoy *e, const json_t *model);
/* Take away those of Gateways that are no more. */
void envoy_clean_infra(const struct envoy *e);
/* Borrowed, NULL when there is none. */
json_t *envoy_service(const struct envoy *e, const json_t *model);
json_t *envoy_deployment(const struct envoy *e, const json_t *model);

void envoy_gateway_status(const struct envoy *e, const json_t *model);
