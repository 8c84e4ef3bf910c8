/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of custom kinds against their schema: types, required fields, enums, bounds, patterns. Rules in CEL
 * (x-kubernetes-validations) are not evaluated; gateway_rules.h has those of the Gateway API as code. */
#pragma once
#include "sim/shootapi/kinds.h"

/* All violations: an array of {"reason", "message", "field"}, as in the causes of a Status; empty when
 * there are none or the kind has no schema. New reference. */
json_t *validate_object(const struct kind *kind, json_t *doc);
