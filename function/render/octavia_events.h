/* SPDX-License-Identifier: Apache-2.0 */
/* What the cloud controller says of a Service of type LoadBalancer: its events, which is where Octavia's and Neutron's errors are. */
#pragma once
#include "function/render/inside.h"
#include "function/render/link.h"

extern struct inside_probe octavia_events;

/* Where the events of the Service are. The caller frees. */
char *octavia_events_path(const char *ns, const char *service);

/* True and unmet when the newest word on the load balancer, as the probe 'o' saw it, is a warning: what it says, and what to do. */
bool octavia_events_trouble(const struct observed *o, struct link *l);

bool octavia_events_warn(const struct observed *o);

/* What Gardener tells of a cluster inside it: the region, which nothing else there says.  Of interest only in trouble. */
extern struct inside_probe octavia_shoot_info;
#define OCTAVIA_SHOOT_INFO_PATH "/api/v1/namespaces/kube-system/configmaps/shoot-info"

/* The same when the trouble is the region, as the probe 'info' saw it: no load balancer will ever come. */
bool octavia_region_trouble(const struct observed *o, const struct observed *info, struct link *l);

/* What the cloud controller did other than it was told, and went on. */
void octavia_events_advise(const struct observed *o, struct problems *advice);
