/* SPDX-License-Identifier: Apache-2.0 */
/* Does a response hold what was asked for? */
#pragma once
#include <jansson.h>
#include <stdbool.h>

/* Every member of 'wanted' is in 'there', objects member by member; everything else must be equal (arrays
 * in order, numbers by value, null present as null). */
bool contains(const json_t *there, const json_t *wanted);

/* The same for what was applied to a Kubernetes object, where the server adds: every element of a list is contained in an
 * element of the list there, in order; it leaves out what is false, 0 or empty; amounts in members 'requests', 'limits', 'capacity'
 * and 'hard' it writes in its own way ("1.5Gi" as "1536Mi"). */
bool contains_applied(const json_t *there, const json_t *wanted);

/* Equal as JSON values: 1 is 1.0. */
bool json_same(const json_t *a, const json_t *b);
