/* SPDX-License-Identifier: Apache-2.0 */
/* Which mapping of a Request serves an action. */
#pragma once
#include "provider/exec/exec.h"

/* The first mapping of that action, else the first of the action's default method, else NULL. Borrowed.
 * *ret_method is the method to use. */
const json_t *mapping_for(const json_t *object, enum exec_action action, const char **ret_method);

/* Is this a server-side apply? 'method' is that of the mapping. */
bool mapping_applies(const json_t *object, const json_t *mapping, const char *method);

/* The headers of a mapping or change: its own, or those of the Request. Borrowed. */
const json_t *mapping_headers(const json_t *object, const json_t *mapping);

/* The error for a missing one; the text of provider-http. */
int mapping_missing(enum exec_action action, struct err *e);
