/* SPDX-License-Identifier: Apache-2.0 */
/* Status objects: how a Kubernetes API server says what went wrong. */
#pragma once
#include "sim/shootapi/api.h"

struct path;

enum reason {
    REASON_BAD_REQUEST,
    REASON_UNAUTHORIZED,
    REASON_FORBIDDEN,
    REASON_NOT_FOUND,
    REASON_METHOD_NOT_ALLOWED,
    REASON_NOT_ACCEPTABLE,
    REASON_ALREADY_EXISTS,
    REASON_CONFLICT,
    REASON_EXPIRED,
    REASON_TOO_LARGE,
    REASON_UNSUPPORTED,
    REASON_INVALID,
    REASON_INTERNAL,
    REASON_TIMEOUT,
    REASON_N
};

/* A Status of failure; 'at' (may be NULL) fills details. New reference. */
json_t *status_make(enum reason reason, const struct path *at, const char *fmt, ...) PRINTF(3, 4) MUST_CHECK;

/* Add one entry to details.causes; 'field' may be NULL. */
void status_add_cause(json_t *status, const char *reason, const char *message, const char *field);

/* Status "Success" about a deleted object. */
json_t *status_deleted(const struct path *at, const char *uid) MUST_CHECK;

/* Answer with 'doc' (taken). */
void reply_doc(struct api_reply *r, int code, json_t *doc);
/* Answer with a Status (taken), its own code. */
void reply_status(struct api_reply *r, json_t *status);
/* Both in one. */
void reply_fail(struct api_reply *r, enum reason reason, const struct path *at, const char *fmt, ...)
    PRINTF(4, 5);
/* 404 "page not found" in plain text: what an unknown API group or resource gets. */
void reply_unknown(struct api_reply *r);
enum { STATUS_RESOURCE = 300 };
/* "services", "deployments.apps": how messages name a resource. Returns 'text'. */
const char *status_resource(const struct path *at, char text[STATUS_RESOURCE]);
/* 404: services "web" not found. */
void reply_not_found(struct api_reply *r, const struct path *at);
/* 422 with one cause: 'Kind "name" is invalid: field: message'. 'cause' such as "FieldValueRequired". */
void reply_invalid(struct api_reply *r, const struct path *at, const char *cause, const char *field,
                   const char *message);
