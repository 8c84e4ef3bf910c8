/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP calls on one thread: many at once, none able to hold up another.  The only user of libcurl.
 *
 * Connections are kept and reused per origin and TLS identity; HTTP/2 over TLS where the server speaks it.
 * Certificates are verified.  Redirects are followed only inside the origin, credentials never leave it.
 * What is sent and received is never logged. */
#pragma once
#include "lib/buf.h"
#include "lib/err.h"
#include <stdint.h>

/* Who we are and whom we trust, as PEM text. NULL ca = the system's roots. */
struct http_tls {
    const char *ca, *cert, *key;
    bool insecure;
};

struct http_header {
    const char *name, *value;
};

struct http_request {
    const char *method; /* any token */
    const char *url;    /* absolute, http or https */
    const struct http_header *headers;
    size_t n_headers;
    const char *body; /* NULL = none; POST, PUT and PATCH then send Content-Length: 0 */
    size_t body_len;
    struct http_tls tls;
    int64_t timeout_ms;         /* the whole exchange; 0 = HTTP_TIMEOUT_MS */
    int64_t connect_timeout_ms; /* 0 = HTTP_CONNECT_TIMEOUT_MS */
    size_t max_body;            /* 0 = HTTP_MAX_BODY */
};

enum {
    HTTP_TIMEOUT_MS = 60000,
    HTTP_CONNECT_TIMEOUT_MS = 10000,
    HTTP_MAX_BODY = 16 << 20, /* a list of some thousand shoots is 10 MiB */
    HTTP_MAX_HEADERS =
        256 << 10, /* bytes of response headers; Go's client allows 1 MiB, servers send 8 KiB */
    HTTP_MAX_REDIRECTS = 10,
    HTTP_MAX_RETRY_AFTER_MS = 300000, /* whoever asks for a day gets five minutes */
};

/* A header of a response. Names are canonical ("X-Auth-Token"); one entry per line received, in order. */
struct http_response {
    int status;
    struct http_header *headers;
    size_t n_headers;
    struct buf body; /* NUL-terminated */
};

/* The first value of a header (any case), or NULL. Borrowed. */
const char *http_header(const struct http_response *res, const char *name);

/* Retry-After in milliseconds from 'now' (both forms of RFC 9110), HTTP_MAX_RETRY_AFTER_MS at most; -1 when absent or
 * nonsense. */
int64_t http_retry_after(const struct http_response *res, int64_t now_ms);

/* How a call that got no response failed: may the server have seen it? */
enum http_fate {
    HTTP_ANSWERED,  /* 'res' is set */
    HTTP_NOT_SENT,  /* no connection, or the request is not allowed: the server saw nothing */
    HTTP_MAYBE_SENT /* sent at least in part: it may have taken effect */
};

/* Called once per call, from http_poll(), never from http_send(). 'res' and 'e' live until it returns. */
typedef void http_done_fn(void *ctx, enum http_fate fate, const struct http_response *res,
                          const struct err *e);

struct http;
struct http_call;

/* 'user_agent' is borrowed for good. NULL + err only when libcurl cannot start. */
struct http *http_new(const char *user_agent, struct err *e);
/* Calls in flight are dropped without a callback. */
void http_free(struct http *h);
DEFINE_CLEAN(struct http *, http_free)

/* Start a call; everything in 'req' is copied. A request that may not be sent (CR, LF or NUL in a header, a URL that is
 * not http(s)) is reported through 'done' with HTTP_NOT_SENT and ERR_INVALID, like every other failure.
 * The result is good for http_cancel() until 'done' was called. */
struct http_call *http_send(struct http *h, const struct http_request *req, http_done_fn *done, void *ctx);

/* Drop a call; 'done' is not called any more. */
void http_cancel(struct http_call *call);

/* Move everything on; wait at most 'timeout_ms' for something to happen. */
void http_poll(struct http *h, int timeout_ms);

/* From any thread or signal handler: end a running http_poll() early. */
void http_wake(struct http *h);

/* Scheme, host and port of an absolute URL: "https://rest.cleura.cloud:443", lower case. The caller frees.
 * NULL with ERR_INVALID "invalid url ..." when there is no http(s) scheme or no host, or there are credentials. */
char *http_origin(const char *url, struct err *e);

/* 'url' itself when absolute, else resolved against 'endpoint' (a path of the endpoint is kept as prefix).
 * The caller frees. NULL with ERR_INVALID. */
char *http_resolve(const char *endpoint, const char *url, struct err *e);

/* RFC 9110's token: what a method or a header's name may be. */
bool http_is_token(const char *s);

/* RFC 9110 token and field-value rules; what libcurl would otherwise send as it is. */
bool http_header_valid(const char *name, const char *value);

/* "x-auth-token" becomes "X-Auth-Token", as Go's net/http does it; in place. */
void http_canonical_name(char *name);
