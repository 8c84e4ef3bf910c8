/* SPDX-License-Identifier: Apache-2.0 */
/* What handlers do with a body before they believe it: schema, meaning, and whether the shoot can take a
 * change. */
#pragma once
#include "sim/call.h"
#include "sim/schema.h"

/* The body (or its member 'wrapper') when it fits the schema; else the call is answered with 400 and NULL
 * returned. */
json_t *request_object(struct call *c, const struct schema_field *schema, const char *wrapper);

/* Check a spec a request would make; 'old' NULL for a create. When a rule is broken the call is answered. */
bool request_spec_ok(struct call *c, const json_t *old, const json_t *spec);

/* Answer one broken semantic rule, unless the switch "rules-off" names it: then true. */
bool request_rule(struct call *c, const char *rule, const char *key, const char *message);

/* Not deleting, and not busy if the switch says that matters: else 409. */
bool request_free(struct call *c, bool worker);

/* The spec becomes the shoot's (takes it), an operation follows, the call counts as applied. */
void request_apply(struct call *c, json_t *spec, enum life_work work);
