/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of fields, as managedFields stores them (FieldsV1): nested objects with "f:name", k:{…} and v:… as
 * keys.
 *
 * While we work on them every member has a "." of its own; fieldset_decode() and fieldset_encode()
 * convert. Empty branches do not exist. All results are new references. */
#pragma once
#include "sim/shootapi/shape.h"

json_t *fieldset_decode(const json_t *fields_v1);
json_t *fieldset_encode(const json_t *set);

/* All leaves of a document. */
json_t *fieldset_of(const struct kind *kind, json_t *doc);

/* What differs between two documents: 'changed' gets what is new or has another value, 'removed' what is
 * gone. */
void fieldset_compare(const struct kind *kind, json_t *old, json_t *new, json_t *changed, json_t *removed);

void fieldset_add(json_t *set, const json_t *other);
void fieldset_subtract(json_t *set, const json_t *other);
json_t *fieldset_intersect(const json_t *a, const json_t *b);

/* ".spec.ports[port=80,protocol=\"TCP\"].nodePort" of every member, array of strings. */
json_t *fieldset_paths(const json_t *set);
