/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server itself fills in: defaults of the built-in kinds, and the first status. */
#pragma once
#include "sim/shootapi/kinds.h"
#include <stdint.h>

/* Fill in what 'doc' leaves open; 'live' is the stored object or NULL. 'serial' makes allocated numbers
 * differ. */
void defaults_fill(const struct kind *kind, json_t *doc, json_t *live, uint64_t serial);

/* The status a new object starts with; NULL for none. New reference. */
json_t *defaults_status(const struct kind *kind);

/* A CustomResourceDefinition's status once its names are accepted. New reference. */
json_t *defaults_definition_status(const json_t *definition, const char *now);
