/* SPDX-License-Identifier: Apache-2.0 */
/* What single values of the built-in kinds, and everybody's metadata, must be: names, ports, ranges. */
#pragma once
#include "sim/shootapi/kinds.h"

/* Violations as validate_object() lists them are appended to 'found'. */
void builtin_rules(const struct kind *kind, const json_t *doc, json_t *found);
