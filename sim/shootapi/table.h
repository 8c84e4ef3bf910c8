/* SPDX-License-Identifier: Apache-2.0 */
/* The Table form: what `kubectl get` prints is made by the server. */
#pragma once
#include "sim/shootapi/kinds.h"

/* A meta.k8s.io/v1 Table with one row for each of 'docs'; 'metadata' is taken. Column names only when
 * 'columns' (a watch sends them once). New reference. */
json_t *table_render(const struct kind *kind, const json_t *docs, json_t *metadata, bool columns);
