/* SPDX-License-Identifier: Apache-2.0 */
/* What Envoy Gateway's charts consist of, as far as anybody looks at it: the definitions of gateway-crds-helm, the
 * controller's objects of gateway-helm. How they come into the shoot is for others to say. */
#pragma once
#include "sim/workloads/crds.h"
#include "sim/workloads/ctl.h"

/* A release of gateway-helm. */
struct chart {
    const char *release, *ns; /* "eg", "envoy-gateway-system" */
    const char *registry;     /* "docker.io" */
    char version[16];         /* "v1.9.0" */
    int minor;                /* 9 */
    bool policy;              /* with the policy for safe upgrades, if nobody else has brought it */
    json_t *annotations;      /* of the controller's pods; NULL = none */
};

/* 8 or 9 for a version there is, else 0. "v1.9.0" and "1.9.0" are the same. */
int chart_minor(const char *version);
/* Where a chart of that minor has its Gateway API from. */
struct crd_bundle chart_bundle(int minor, bool standard);

/* The policy for safe upgrades and its binding, as gateway-crds-helm brings them. New reference: an array. */
json_t *chart_policy(const struct crd_bundle *b) MUST_CHECK;

/* What `helm` keeps under crds/: made when it is not there, never changed. */
void chart_make_definitions(struct ctl *c, const struct crd_bundle *b);
void chart_make_policy(struct ctl *c, const struct crd_bundle *b);

/* The first object of another owner that is in the chart's way; NULL when there is none. 'ret_kind' is static. Borrowed. */
const json_t *chart_conflict(const struct ctl *c, const struct chart *chart, const char **ret_kind);
/* Make the objects of the chart or bring them into line. */
void chart_make(struct ctl *c, const struct chart *chart);
/* Take away what the release owns. The Secrets of certgen, what hooks have made and what the controller has made stay. */
void chart_remove(struct ctl *c, const struct chart *chart);

/* What certgen does. */
void chart_make_certificates(struct ctl *c, const char *ns);
