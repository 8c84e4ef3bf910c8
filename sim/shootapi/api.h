/* SPDX-License-Identifier: Apache-2.0 */
/* The API server without HTTP: a request goes in, a reply comes out. The caller holds the server's lock
 * meanwhile. */
#pragma once
#include "lib/buf.h"
#include "lib/jx.h"
#include <stdint.h>

struct kinds;
struct objects;
struct watch;

/* All state behind one API server. */
struct api {
    char version[32]; /* "1.33.7", without the "v" of gitVersion */
    struct kinds *kinds;
    struct objects *objects;
    json_t *tokens; /* issued to service accounts: token → {user, end} */
};

/* What the handlers see of an HTTP request. Texts that were not sent are "". */
struct api_request {
    const char *method, *path; /* path decoded, without the query */
    const json_t *query;       /* object of strings */
    const char *accept, *content_type, *user_agent;
    const char *user; /* from the client certificate; NULL = anonymous */
    const char *body;
    size_t body_len;
};

/* One of 'doc', 'text' and 'watch' is set after api_handle(); all owned. */
struct api_reply {
    int code;
    json_t *doc;
    char *text;
    struct watch *watch;
    const char *content_type; /* static; NULL = application/json */
    char *warning;            /* for a Warning header; owned, may be NULL */
};

/* Limits of the real server: 3 MiB for a request, and a list page we may choose. */
enum { API_MAX_BODY = 3 << 20, API_MAX_REPLY = 64 << 20 };

void api_init(struct api *a, const char *version);
void api_clear(struct api *a);
/* The cluster was upgraded: the server and its nodes are of this version now. */
void api_set_version(struct api *a, const char *version);

void api_handle(struct api *a, const struct api_request *req, struct api_reply *ret);
void api_reply_clear(struct api_reply *r);

/* A query parameter, or "" . */
const char *api_query(const struct api_request *req, const char *name);
bool api_query_is(const struct api_request *req, const char *name, const char *value);
/* "true" and "1", as the server reads booleans. */
bool api_query_true(const struct api_request *req, const char *name);

/* "1.33.7" gives 33. */
int api_minor(const struct api *a);
