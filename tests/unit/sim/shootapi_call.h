/* SPDX-License-Identifier: Apache-2.0 */
/* Calls a fresh API server without HTTP; for the tests that include it. */
#pragma once
#include "sim/shootapi/api.h"

static struct api api;
static struct api_reply reply;

static inline int setup(void **state)
{
    (void)state;
    api_init(&api, "1.33.7");
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    api_reply_clear(&reply);
    api_clear(&api);
    return 0;
}

/* "a=1&b=2", without any escapes. */
static inline json_t *query_of(const char *text)
{
    json_t *query = json_object();

    while (*text) {
        const char *equals = strchr(text, '='), *end = strchrnul(text, '&');
        CLEAN(free) char *name = x_strndup(text, (size_t)(equals - text));

        jx_set(query, name, jx_textn(equals + 1, (size_t)(end - equals - 1)));
        text = *end ? end + 1 : end;
    }
    return query;
}

/* Calls the server; 'target' may have a query, 'body' has single quotes. Returns the status code. */
static inline int call_as(const char *method, const char *target, const char *type, const char *body)
{
    CLEAN(free) char *path = x_strndup(target, strcspn(target, "?"));
    CLEAN(free) char *text = x_strdup(body);
    json_auto_t *query = query_of(target[strlen(path)] ? target + strlen(path) + 1 : "");

    for (char *at = text; *at; at++)
        if (*at == '\'')
            *at = '"';
    api_reply_clear(&reply);
    api_handle(&api,
               &(struct api_request){ .method = method,
                                      .path = path,
                                      .query = query,
                                      .accept = "application/json",
                                      .content_type = type,
                                      .user_agent = "test/1",
                                      .user = "me",
                                      .body = text,
                                      .body_len = strlen(text) },
               &reply);
    return reply.code;
}

static inline int call(const char *method, const char *target, const char *body)
{
    return call_as(method, target, "application/json", body);
}

static inline int apply(const char *target, const char *body)
{
    return call_as("PATCH", target, "application/apply-patch+yaml", body);
}

static inline const char *got(const char *path) { return jx_str(reply.doc, path, "(none)"); }
