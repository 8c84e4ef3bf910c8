/* SPDX-License-Identifier: Apache-2.0 */
/* What a composite would become, without a store or a network. */
#pragma once
#include "lib/err.h"
#include <jansson.h>

/* Can it be rendered, and would the spec be applied? -1 with ERR_INVALID and the function's words when not; 'observed' may be
 * NULL. Warnings go to standard error. */
MUST_CHECK int preview_check(const json_t *composite, const json_t *observed, struct err *e);

/* Everything it becomes: [{"name", "after": "bootstrap" | absent, "resource"}] in the order in which it appears when each
 * resource becomes Ready in turn. NULL with ERR_INVALID. */
MUST_CHECK json_t *preview(const json_t *composite, struct err *e);
