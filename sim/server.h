/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP listener on a loopback address: whole requests in, whole answers out, and the ways an answer can go
 * wrong. The only user of libmicrohttpd here. One thread per connection; 'serve' is called from all of
 * them. */
#pragma once
#include "lib/buf.h"
#include "lib/err.h"
#include <jansson.h>
#include <stdint.h>

enum { SERVER_MAX_BODY = 4 << 20 }; /* a shoot with hundreds of worker groups is 200 KB */

struct exchange {
    char *method, *path, *query; /* as sent; query "" when none */
    struct buf body;
    struct MHD_Connection *connection;
    struct server *server;
};

enum answer_end { ANSWER_SEND, ANSWER_RESET, ANSWER_CLOSE };

struct answer {
    int status;
    struct buf body;
    char type[80];        /* "" = no Content-Type */
    char retry_after[64]; /* "" = none */
    enum answer_end end;  /* RESET and CLOSE: nothing is sent */
    bool chunked, close;
    bool cut;        /* the connection ends in the middle of the body */
    int64_t slow_ms; /* between tenths of the body */
};

typedef void serve_fn(void *ctx, struct exchange *x, struct answer *a);

struct server_options {
    const char *listen;     /* "127.0.0.1:8480", "[::1]:0", "localhost:8480" */
    const char *cert, *key; /* PEM; NULL = plain HTTP */
    serve_fn *serve;
    void *ctx;
};

struct server;
/* NULL with ERR_INVALID when the address is no loopback address or taken. */
struct server *server_start(const struct server_options *options, struct err *e);
void server_stop(struct server *s);
DEFINE_CLEAN(struct server *, server_stop)
/* "http://127.0.0.1:8480" */
const char *server_url(const struct server *s);

/* A request header by name, or NULL. Borrowed. */
const char *exchange_header(const struct exchange *x, const char *name);
/* Every header through 'show', as {name: value}. */
json_t *exchange_headers(const struct exchange *x, json_t *(*show)(const char *name, const char *value));
/* Wait, but not beyond the server's end. */
void server_wait(struct server *s, int64_t ms);
