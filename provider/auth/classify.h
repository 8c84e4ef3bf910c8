/* SPDX-License-Identifier: Apache-2.0 */
/* What answers of Cleura's API mean, as pure functions. */
#pragma once
#include "lib/http.h"
#include <jansson.h>

/* The message of Cleura's error envelope {"error": {"code", "message"}}; NULL when the body is no such thing. free() it. */
char *classify_message(const struct http_response *res);

/* What the other side says, for people: its message, and which properties it finds wrong. Never a raw body, never the
 * value of what may be a secret (Cleura repeats what was sent). free() it. */
char *classify_text(const struct http_response *res);

/* A Kubernetes API server's Status. */
bool classify_kubernetes(const struct http_response *res);

/* A server-side apply with a field that the schema does not have: a 500, but no other try will go better. */
bool classify_mistyped(const struct http_response *res);

/* "This token is not (or no longer) good": 401, or 403 with the envelope whose message speaks of a token. */
bool classify_invalid_token(const struct http_response *res);

/* Condition reason for an answer that refuses us: Unauthorized, Forbidden, ForbiddenAddress; NULL for other statuses. */
const char *classify_refusal(const struct http_response *res);

/* Proof that what was asked for does not exist: 404 in the envelope, and not about a region or project that is unknown. */
bool classify_absent(const struct http_response *res);

/* What a login was answered. 'token' (free() it) only for LOGIN_OK. */
enum login_outcome { LOGIN_OK, LOGIN_TWO_FACTOR, LOGIN_REFUSED, LOGIN_LATER };
enum login_outcome classify_login(const struct http_response *res, char **ret_token);

/* The state of a shoot as far as calls to its API server care. */
enum shoot_state { SHOOT_UNKNOWN, SHOOT_COMING, SHOOT_RUNNING, SHOOT_HIBERNATED, SHOOT_WAKING, SHOOT_GONE };
/* 'generation' "v1" or "v2": the shape of the document. */
enum shoot_state classify_shoot(const struct http_response *res, const char *generation);
