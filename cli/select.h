/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of "get shoot my-cluster" or "get shoot/my-cluster" to objects. */
#pragma once
#include "provider/store/store.h"

/* No word: all composites of the namespace. *ret is a new array. -1 with ERR_INVALID for an unknown kind, ERR_NOT_FOUND for
 * an object that is not there. */
MUST_CHECK int select_objects(struct store *s, const char *ns, const char *const words[], size_t n,
                              json_t **ret, struct err *e);
