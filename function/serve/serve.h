/* SPDX-License-Identifier: Apache-2.0 */
/* A gRPC server for unary and question-and-answer methods, on gRPC core.  It knows nothing of Crossplane: bytes go to a
 * handler, bytes come back.
 *
 * One completion queue.  One poller decides: small requests are answered on the spot, large ones by a worker.  A call whose client has gone
 * or whose deadline has passed is not handled.  A method nobody serves is UNIMPLEMENTED at once. */
#pragma once
#include "function/function.h"
#include "lib/err.h"
#include <stddef.h>
#include <stdint.h>

enum serve_code { /* gRPC's numbers */
                  SERVE_OK = 0,
                  SERVE_CANCELLED = 1,
                  SERVE_INVALID_ARGUMENT = 3,
                  SERVE_DEADLINE_EXCEEDED = 4,
                  SERVE_NOT_FOUND = 5,
                  SERVE_RESOURCE_EXHAUSTED = 8,
                  SERVE_UNIMPLEMENTED = 12,
                  SERVE_INTERNAL = 13,
                  SERVE_UNAVAILABLE = 14,
};

/* Initialised to zero by the server: OK, no bytes. */
struct serve_reply {
    enum serve_code code;
    char message[512]; /* for other codes than OK; UTF-8 */
    uint8_t *bytes;    /* the message, allocated with malloc; the server frees it */
    size_t n;
};

/* Answers one message.  Called from several threads at once. 'ctx' is the method's. */
typedef void serve_handler(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply);

enum serve_kind {
    SERVE_UNARY,
    /* The client sends any number of messages and gets one reply to each; a reply that is not OK ends the call.  Messages of a stream or a
     * watch have at most SERVE_INLINE_MAX bytes. */
    SERVE_STREAM,
    SERVE_WATCH, /* one message; one reply at once, and one more each time serve_changed() is called */
};

struct serve_method {
    const char *path; /* "/package.Service/Method"; borrowed for good */
    enum serve_kind kind;
    serve_handler *handle;
    void *ctx;
};

struct serve_options {
    /* "tcp", "tcp4", "tcp6" or "unix".  Without a host all three of tcp are both families, where the machine has both: gRPC core
     * has no switch for it. */
    const char *network;
    /* As Go's net.Listen takes it: ":9443", "127.0.0.1:0", "[::1]:9443"; a path for unix. */
    const char *address;
    /* tls.crt, tls.key and ca.crt: mutual TLS, read again when they change; NULL = plaintext. */
    const char *tls_dir;
    size_t max_message;       /* bytes of a request; more is RESOURCE_EXHAUSTED */
    int64_t max_age_ms;       /* of a connection, so that clients resolve again; 0 = unlimited */
    int64_t max_age_grace_ms; /* for calls in flight on it */
    unsigned workers;         /* threads for requests over SERVE_INLINE_MAX; at least 1 */
    bool verbose;             /* all the gRPC library has to say is logged, at level debug */
};

enum { SERVE_INLINE_MAX = 64 << 10 };

struct server;

/* Bound, but not answering yet; its threads are there.  NULL with ERR_INVALID (address, certificates), ERR_CONFLICT (the port is taken)
 * or ERR_INTERNAL, naming the file or the address and a way out.  'methods' ends in {NULL}; borrowed until serve_free().
 * Signals that a main waits for are blocked before: the library's threads inherit the mask. SIGPIPE is ignored by the main. */
MUST_CHECK struct server *serve_new(const struct serve_options *options, const struct serve_method *methods,
                                    struct err *e);
/* The port bound; 0 for a unix socket. */
int serve_port(const struct server *s);
/* Calls are answered from now on. */
void serve_start(struct server *s);
/* Replies of all WATCH calls are made anew, and sent where they differ from the last (any thread, but no handler). */
void serve_changed(struct server *s);
/* Drain and stop: health has already said NOT_SERVING for a while, if the caller wants clients to look elsewhere first.  New connections
 * are refused, calls that have reached us are answered, none of these is cancelled before 'grace_ms' is over. Returns when no call is
 * left; a handler that does not return holds it up.  drain.c says how that is done. */
void serve_stop(struct server *s, int64_t grace_ms);
/* Stops at once what was not stopped. */
void serve_free(struct server *s);
DEFINE_CLEAN(struct server *, serve_free)
