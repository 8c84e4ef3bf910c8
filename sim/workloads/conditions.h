/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of conditions in a status. */
#pragma once
#include "lib/jx.h"

/* {type, status, reason, message, lastTransitionTime}; reason and message NULL = none. New reference. */
json_t *condition_new(const char *type, const char *status, const char *reason,
                      const char *message) MUST_CHECK;
/* The condition of that type, or NULL. Borrowed. */
json_t *condition_find(const json_t *conditions, const char *type);
/* The object's status has a condition of that type which says "True". */
bool condition_true(const json_t *doc, const char *type);
/* Where a condition says the same as before, it keeps its time; as most controllers do. 'next' is changed. */
void conditions_keep_times(const json_t *before, json_t *next);
