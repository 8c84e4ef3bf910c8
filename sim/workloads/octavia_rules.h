/* SPDX-License-Identifier: Apache-2.0 */
/* What the cloud controller reads from a Service and what it refuses. */
#pragma once
#include "sim/workloads/ctl.h"

#define OCTAVIA "loadbalancer.openstack.org/"

/* "true" is true; everything else is the default, false: that is how the real one reads them. */
bool octavia_flag(const json_t *service, const char *annotation);
bool octavia_internal(const json_t *service);
/* PROXY protocol is asked for. */
bool octavia_proxied(const json_t *service);
/* ["TCP/80", ...]; new reference. */
json_t *octavia_ports(const json_t *service);

/* Whether this Service can have its load balancer; 'exists': it has one already. A load balancer it asks to share
 * goes to *ret_shared. -1 + err with the text of the event. */
MUST_CHECK int octavia_check(struct ctl *c, const json_t *service, bool exists, json_t **ret_shared,
                             struct err *e);

/* The project's floating IP of that address if it is free; NULL + err. */
json_t *octavia_wanted_ip(struct ctl *c, const char *address, struct err *e);
