/* SPDX-License-Identifier: Apache-2.0 */
/* Request bodies: media type, parsing, and whether they fit the URL. */
#pragma once
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

/* The media type of the request without parameters is 'type'. */
bool body_is(const struct api_request *req, const char *type);

/* Parse JSON or YAML; false when answered (400). */
bool body_parse(const struct api_request *req, const struct path *p, json_t **ret_doc, struct api_reply *ret);

/* A whole object in JSON or YAML (else 415) whose apiVersion, kind and namespace fit the URL (else 400). */
bool body_object(const struct api_request *req, const struct path *p, json_t **ret_doc,
                 struct api_reply *ret);

/* The same checks for a document at hand. */
bool body_fits(const struct path *p, const json_t *doc, struct api_reply *ret);

/* A body that may be missing (*ret_doc stays NULL). */
bool body_optional(const struct api_request *req, const struct path *p, json_t **ret_doc,
                   struct api_reply *ret);
