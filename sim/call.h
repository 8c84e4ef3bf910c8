/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way through a handler, and the answers a handler can give. The state's mutex is held. */
#pragma once
#include "lib/jx.h"
#include "sim/state.h"

struct route;

struct http_in {
    const char *method;
    const char *path;  /* as sent, without the query */
    const char *query; /* "" = none */
    const char *body;
    size_t body_len;
    const char *login, *token; /* NULL = no such header */
};

struct path_params {
    char *cloud, *region, *project, *shoot, *worker, *node, *domain, *id;
};

struct call {
    struct sim *sim;
    const struct http_in *in;
    const struct route *route; /* NULL: control endpoint */
    struct path_params at;
    json_t *body; /* NULL when none was sent; else parsed */
    int64_t now, real_now;
    /* resolved before the handler runs, as the route's scope says */
    struct account *account;
    const struct region *region;
    struct project *project;
    struct shoot *shoot;
    /* the answer */
    int status;
    json_t *json;     /* owned */
    char *text;       /* owned; when there is no 'json' */
    const char *type; /* content type; NULL = by what there is */
    const char *retry_after;
    bool escape; /* "\/" */
    bool applied;
};

/* Release everything a call owns. */
void call_clear(struct call *c);

void call_json(struct call *c, int status, json_t *json);
void call_empty(struct call *c, int status);
/* Takes 'text'. */
void call_text(struct call *c, int status, const char *type, char *text);
void call_error(struct call *c, int status, const char *fmt, ...) PRINTF(3, 4);
/* 400 (or 'status') with the list of {key, value}; takes 'errors'. */
void call_invalid(struct call *c, int status, const char *message, json_t *errors);
/* What an action answers: 202, empty or (switch) with a JSON body. */
void call_accepted(struct call *c, int status);

/* The error envelope, for answers made outside a handler. */
json_t *error_envelope(int status, const char *message);

/* A parameter of the query string, decoded, or NULL. The caller frees. */
char *call_query(const struct call *c, const char *name);

/* The body as an object, or an answer 400 and NULL. */
json_t *call_object(struct call *c);
