/* SPDX-License-Identifier: Apache-2.0 */
/* Everything known while one Shoot is rendered. */
#pragma once
#include "function/render/call.h"
#include "function/render/observed.h"
#include "function/render/shoot_gateway.h"
#include "function/render/shoot_spec.h"

/* What a Shoot is composed of. */
enum shoot_part {
    SHOOT_BOOTSTRAP,
    SHOOT_REQUEST,
    SHOOT_CONFIG, /* a ProviderConfig for what lives inside */
    SHOOT_API_SERVER,
    SHOOT_KUBECONFIG,
    SHOOT_PROTECTION,
    SHOOT_OFFER, /* what Cleura has, once it has refused something */
    /* only with executor provider-http, these three */
    SHOOT_LOGIN,
    SHOOT_ABSENCE,   /* there is no such cluster yet */
    SHOOT_LOGIN_USE, /* the login stays for as long as the shoot's Request */
    /* only with spec.gateway, from here to the end: in the shoot, but for the last two */
    SHOOT_GATEWAY_NAMESPACE,
    SHOOT_GATEWAY_ACCOUNT, /* of the Job */
    SHOOT_GATEWAY_RIGHTS,  /* ... which are taken back when it has done its work */
    SHOOT_GATEWAY_CRDS,    /* which Gateway API there is */
    SHOOT_GATEWAY_JOB,
    SHOOT_GATEWAY_PODS,
    SHOOT_GATEWAY_CONTROLLER, /* Envoy Gateway itself */
    SHOOT_GATEWAY_CLASS,
    SHOOT_GATEWAY_SERVICES, /* what it still serves, before it goes */
    SHOOT_GATEWAY_HELM,     /* provider-helm's ProviderConfig */
    SHOOT_GATEWAY_RELEASE,
    SHOOT_PARTS
};
extern const struct part shoot_parts[SHOOT_PARTS + 1];

struct shoot_state {
    struct call call;
    struct shoot_spec spec;
    struct observed seen[SHOOT_PARTS];
    /* only with executor provider-http, these four */
    json_t *stored;   /* the shoot's projection, made here; NULL = nothing is known of it */
    json_t *have;     /* what UPDATE compares with: of the shoot, as Cleura told it last; NULL = never yet */
    bool expired;     /* Cleura no longer takes the login's token */
    char said[700];   /* with what it refused the last call */
    char *body;       /* what the shoot's Request is to carry; see shoot_state_body() */
    bool applied;     /* the shoot's Request in the cluster is the one rendered now */
    char secret[256]; /* of the kubeconfig */
    const char *secret_namespace; /* ... where it is written */
    struct shoot_gateway gateway;
};

/* The payload of the shoot's Request for the spec, made once; for a spec without problems, at Cleura. */
const char *shoot_state_body(struct shoot_state *st);

/* The desired resources; the shoot's own is as it will be when 'applied' is computed. */
void shoot_compose(struct shoot_state *st);
/* The same with provider-http's objects. */
void shoot_compose_upstream(struct shoot_state *st);
/* The same straight at Gardener. */
void shoot_compose_gardener(struct shoot_state *st);
/* What was observed, again: for when nothing new can be rendered. */
void shoot_compose_again(struct shoot_state *st);

/* The response's status, conditions and readiness, and each desired resource's. */
void shoot_status(struct shoot_state *st);

/* The cluster sleeps, and the spec says it may. */
bool shoot_sleeps(const struct shoot_state *st);
