/* SPDX-License-Identifier: Apache-2.0 */
/* What a Service must and must not say, beyond single values; and its node ports. */
#pragma once
#include "lib/jx.h"
#include "sim/shootapi/objects.h"

/* Gives ports that want one a node port that no Service has; 'key' is the Service's own. */
void service_assign_ports(struct objects *o, const char *key, json_t *doc);
/* 'dry': a dry run, in which the real server does not look at the range of node ports. Violations as validate_object() lists them are appended to 'found'. */
void service_rules(struct objects *o, const char *key, bool dry, const json_t *doc, json_t *found);
