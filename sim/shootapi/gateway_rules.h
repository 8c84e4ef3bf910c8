/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that the definitions of the Gateway API and of Envoy Gateway carry in CEL, as code: the same rules and
 * messages whichever definitions are installed. */
#pragma once
#include "sim/shootapi/api.h"
#include "sim/shootapi/path.h"

/* Whether the kind's definition carries such rules. */
bool gateway_has_rules(const struct path *p);
/* Violations as validate_object() lists them are appended to 'found'. 'live' NULL for a new object. */
void gateway_rules(const struct api *a, const struct path *p, const json_t *live, const json_t *doc,
                   json_t *found);

/* ---- for its parts ---- */

/* 'type' of the value the rule is about: "object", "array", "string". */
void gateway_violation(json_t *found, const char *type, const char *message, const char *field, ...)
    PRINTF(4, 5);

void gateway_http_rules(const json_t *doc, json_t *found);
void gateway_filter_rules(const json_t *doc, json_t *found);
/* The first filter of a type, NULL when there is none; 'ret_count' says how many there are. */
const json_t *gateway_filter_of(const json_t *filters, const char *type, size_t *ret_count);
