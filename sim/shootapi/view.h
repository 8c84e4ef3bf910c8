/* SPDX-License-Identifier: Apache-2.0 */
/* How a stored object is shown: in the version that was asked for, whole, as metadata only or as rows of a
 * table. */
#pragma once
#include "sim/shootapi/kinds.h"
#include "sim/shootapi/status.h"

enum view_form { VIEW_OBJECT, VIEW_METADATA, VIEW_TABLE };

/* What the Accept header asks for. */
enum view_form view_form(const struct api_request *req);

/* The document in the kind's version. New reference. */
json_t *view_object(const struct kind *kind, json_t *doc);

/* The answer to a GET or one event of a watch, in 'form'. New reference. 'columns': name the table's
 * columns. */
json_t *view_one(const struct kind *kind, json_t *doc, enum view_form form, bool columns);

/* The answer to a LIST: 'docs' is an array of stored documents (borrowed), 'metadata' the list's own
 * (taken). */
json_t *view_list(const struct kind *kind, const json_t *docs, json_t *metadata, enum view_form form);
