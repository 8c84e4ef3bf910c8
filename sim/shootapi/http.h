/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd and GnuTLS: TLS with client certificates in, api_request out. The only file that includes
 * them. */
#pragma once
#include "sim/pki.h"
#include "sim/shootapi/gate.h"
#include <pthread.h>

/* What connection threads share; the owner keeps it alive until http_server_stop() returned. */
struct http_shared {
    pthread_mutex_t lock;   /* over all below */
    pthread_cond_t changed; /* after every change of 'api' or 'closing'; on CLOCK_MONOTONIC */
    bool closing;           /* open watches end */
    gate_fn *gate;          /* NULL = none */
    void *gate_ctx;
    struct api api;
};

struct http_server;

/* Serve on a listening socket (taken, also on failure). Certificates are copied. 'trust' is PEM, one or
 * more CAs. */
struct http_server *http_server_start(int listener, const struct pki_pair *server, const char *trust,
                                      struct http_shared *shared, struct err *e);

/* Ends every connection and waits for it. With 'keep_listener' the socket is returned, still listening,
 * else -1. */
int http_server_stop(struct http_server *s, bool keep_listener);
