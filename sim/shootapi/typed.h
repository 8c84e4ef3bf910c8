/* SPDX-License-Identifier: Apache-2.0 */
/* Documents against the types of their kind, before anything is made of them: fields that there are not, values of another
 * type, lists whose elements cannot be told apart. The values themselves are judged in validate.h. */
#pragma once
#include "sim/shootapi/kinds.h"

/* What server-side apply says of the first thing wrong, ".spec.ports: duplicate entries for key [port=80]"; NULL when nothing
 * is. free() it. */
char *typed_error(const struct kind *kind, json_t *config);
