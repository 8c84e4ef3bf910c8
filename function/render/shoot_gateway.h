/* SPDX-License-Identifier: Apache-2.0 */
/* Envoy Gateway in the shoot, as spec.gateway of a Shoot asks for it: a Job in the cluster runs helm, or provider-helm does, and a
 * GatewayClass is made.  It goes in the order that leaves no load balancer behind: Gateways, GatewayClass, the controller.  The
 * definitions of the Gateway API stay, since all routes go with them.
 *
 * Which step is due follows from what was observed alone, in decide(); compose puts it, status tells it. */
#pragma once
#include "function/render/link.h"
#include <jansson.h>
#include <stdbool.h>

struct shoot_state;

#define SHOOT_GATEWAY_NAMESPACE_NAME  "envoy-gateway-system"
#define SHOOT_GATEWAY_JOB_NAME        "envoy-gateway-installer"
#define SHOOT_GATEWAY_CONTROLLER_NAME "gateway.envoyproxy.io/gatewayclass-controller"

enum shoot_gateway_by { SHOOT_GATEWAY_BY_NOBODY, SHOOT_GATEWAY_BY_JOB, SHOOT_GATEWAY_BY_RELEASE };

enum shoot_gateway_stage {
    SHOOT_GATEWAY_ABSENT,     /* nothing is wanted, and nothing there */
    SHOOT_GATEWAY_LOOKING,    /* which Gateway API the cluster has is not known yet */
    SHOOT_GATEWAY_CONFLICT,   /* it has one that the wanted channel cannot replace */
    SHOOT_GATEWAY_GRANTING,   /* the Job gets its rights */
    SHOOT_GATEWAY_INSTALLING, /* also: another version, or with other settings */
    SHOOT_GATEWAY_INSTALLED,
    SHOOT_GATEWAY_DRAINING, /* to go, but Gateways need it, or that is not known yet */
    SHOOT_GATEWAY_UNCLASSING,
    SHOOT_GATEWAY_REMOVAL, /* the Job gets its rights back */
    SHOOT_GATEWAY_REMOVING,
    SHOOT_GATEWAY_GONE, /* what is left of ours goes */
};

/* What the step depends on. */
struct shoot_gateway_facts {
    enum shoot_gateway_by wanted, /* by whom the spec wants it installed */
        there;                    /* by whom it is */
    bool channel_known, channel_conflict;
    bool rights;    /* the Job's account is there and may do what it must */
    bool job_done;  /* the Job did what is wanted of it now */
    bool released;  /* provider-helm has done what is wanted of it */
    bool deletable; /* provider-helm may uninstall */
    bool going;     /* ... and is at it */
    bool drained;   /* no Gateway has a load balancer of it any more */
    bool classed;   /* the GatewayClass is there */
};

enum shoot_gateway_stage shoot_gateway_decide(const struct shoot_gateway_facts *f);

struct shoot_gateway {
    enum shoot_gateway_stage stage;
    enum shoot_gateway_by by;
    const char *version;                    /* which is to be there; NULL while it goes */
    const char *channel;                    /* "experimental", "standard"; NULL = not known yet */
    const char *have_channel, *have_bundle; /* what the cluster has; NULL = none, or not known yet */
    json_t *job;                            /* the Job's own members, as they are to be; NULL without one */
    char hash[17];                          /* ... and what tells it from others */
    struct link link;                       /* met when nothing is left to do */
};

/* Fills st->gateway; shoot_gateway_free(). */
void shoot_gateway_plan(struct shoot_state *st);
void shoot_gateway_free(struct shoot_state *st);

/* The same for a spec that is wrong: what there is, and nothing that is to be done. What stays then are all parts but rights that
 * nobody needs. */
void shoot_gateway_recall(struct shoot_state *st);
bool shoot_gateway_may_stay(const struct shoot_state *st, int part);

/* The version that was to be installed last, "1.9.0"; NULL when none was, or that is not what is there. */
const char *shoot_gateway_installed(const struct shoot_state *st);
/* What it has to fit: the Kubernetes that runs, else the one that is asked for; "" = not known. */
const char *shoot_gateway_kubernetes(const struct shoot_state *st);

/* The GatewayClass that is to be there; the one that was seen, or NULL; whether that is another controller's. */
const char *shoot_gateway_class(const struct shoot_state *st);
const char *shoot_gateway_class_there(const struct shoot_state *st);
bool shoot_gateway_class_foreign(const struct shoot_state *st);

/* The desired resources of the step that is due. */
void shoot_gateway_compose(struct shoot_state *st);

/* Judges st->gateway.link. */
void shoot_gateway_judge(struct shoot_state *st);
/* The condition, status.gateway, and each composed resource's readiness. */
void shoot_gateway_status(struct shoot_state *st);

/* ---- between the files of this ------------------------------------------------------------------------------------ */

/* The Job's members beside metadata that install 'version', or that remove it when that is NULL. New. */
json_t *shoot_gateway_job(const char *version, const char *channel, const char *registry, const char *image);

extern const char shoot_gateway_job_ready[], shoot_gateway_job_outdated[], shoot_gateway_job_projection[];
extern const char shoot_gateway_pods_projection[], shoot_gateway_crds_projection[];
extern const char shoot_gateway_class_ready[], shoot_gateway_class_projection[];
extern const char shoot_gateway_left_ready[], shoot_gateway_left_projection[];
extern const char shoot_gateway_controller_ready[], shoot_gateway_controller_projection[];
