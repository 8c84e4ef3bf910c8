/* SPDX-License-Identifier: Apache-2.0 */
/* What the status of an answer to OBSERVE means before its body is looked at. */
#pragma once
#include "lib/http.h"
#include <jansson.h>

enum seen {
    SEEN_OBJECT,      /* an answer to evaluate */
    SEEN_ABSENT,      /* proven: there is no such object */
    SEEN_REFUSED,     /* our credentials or rights */
    SEEN_UNAVAILABLE, /* says nothing about the object */
};

/* 'auth' is the ProviderConfig's spec.auth: Cleura proves absence with its JSON error envelope, a Kubernetes API server with a
 * Status of reason NotFound that names the object at the end of 'url', others with 404 or 410. 'created': we made the object
 * before; if not, other refusals of an unknown object (400, 422) also mean that there is none, except at those two. */
enum seen absence_of(const char *auth, const char *url, const struct http_response *res, bool created);

/* A 404 in which a Kubernetes API server names no object: it does not know the path. */
bool absence_of_path(const struct http_response *res);
