/* SPDX-License-Identifier: Apache-2.0 */
/* What reading a document into a type of the server's own does to it: values of another type are refused, null is as good as
 * absent, quantities get their usual spelling. Custom kinds have no such type; of them, metadata has. */
#pragma once
#include "sim/shootapi/kinds.h"

/* Changes 'doc'. 'applied': by server-side apply, where a number that is too large loses what does not fit instead of being
 * refused (a quirk of the real server). What is wrong, "json: cannot unmarshal string into ... spec.ports.port of type int32", or NULL. free() it. */
char *decode_object(const struct kind *kind, json_t *doc, bool applied);
/* Nulls of a custom kind's document are taken out unless its schema lets them be; of one that is applied, only where there is a
 * default. The others are for validate.h to judge. */
void decode_nulls(const json_t *schema, json_t *value, bool applied);
