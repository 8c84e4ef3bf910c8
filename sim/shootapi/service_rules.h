/* SPDX-License-Identifier: Apache-2.0 */
/* What a Service must and must not say. */
#pragma once
#include "lib/jx.h"

/* Violations as validate_object() lists them are appended to 'found'. */
void service_rules(const json_t *doc, json_t *found);
