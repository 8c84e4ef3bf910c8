/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in kinds' fields as schemas, in the words that definitions of custom kinds use. */
#pragma once
#include "lib/jx.h"

/* By name of the type, "Service", "ObjectMeta": what builtin_types.h lists. They share what they have in common, so nobody may
 * change them. Besides the usual keywords: "x-quantity", and "x-empty" of an enumeration that may be empty. New reference. */
json_t *builtin_schemas(void);
