/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas of the Gateway API and of Envoy Gateway's EnvoyProxy, short: the fields, required ones, enums, patterns and
 * bounds of the real definitions, without descriptions and CEL. */
#pragma once
#include "lib/jx.h"

/* The schema of that name: a whole object or a fragment that others use. New reference; NULL when there is none. */
json_t *crd_schema(const char *name);
