/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/http.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "sim/shootapi/special.h"
#include "sim/shootapi/status.h"
#include "sim/shootapi/watch.h"
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <poll.h>
#include <sys/socket.h>

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_shared *shared;
    struct pki_pair pair;
    char *trust;
};

/* Enough for a simulator; each connection is a thread. */
enum { MAX_CONNECTIONS = 512, MAX_USER = 256, WATCH_TICK_MS = 500, ETAG = 2 + 64 + 1 };

/* One request while its body arrives. */
struct exchange {
    struct buf body;
};

/* One response that is a watch. */
struct stream {
    struct http_shared *shared;
    struct watch *watch;
    struct buf pending;
    size_t sent;
    int fd;
};

/* ---- who is calling ---- */

static bool common_name(gnutls_session_t session, char user[MAX_USER])
{
    unsigned n = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &n);
    gnutls_x509_crt_t cert;
    size_t size = MAX_USER;
    bool found;

    if (!chain || n == 0 || gnutls_x509_crt_init(&cert) < 0)
        return false;
    found = gnutls_x509_crt_import(cert, &chain[0], GNUTLS_X509_FMT_DER) == 0 &&
            gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, user, &size) == 0;
    gnutls_x509_crt_deinit(cert);
    return found;
}

/* Verified with every request, so that a certificate ends in the middle of a connection, too. */
static bool authenticated(struct MHD_Connection *connection, char user[MAX_USER])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    gnutls_session_t session = info ? info->tls_session : NULL;
    unsigned problems = 0;

    return session && gnutls_certificate_verify_peers2(session, &problems) == 0 && problems == 0 &&
           common_name(session, user);
}

/* What Kubernetes lets anybody read. */
static bool is_public(const char *path)
{
    static const char *const paths[] = { "/healthz", "/readyz", "/livez", "/version" };

    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++)
        if (!strcmp(path, paths[i]))
            return true;
    return false;
}

/* ---- the request ---- */

static const char *header(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

    return value ? value : "";
}

static enum MHD_Result add_query(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    json_auto_t *clean_key = jx_text(key);

    (void)kind;
    jx_set(ctx, json_string_value(clean_key), jx_text(value ? value : ""));
    return MHD_YES;
}

/* Reply documents share parts with stored ones, and jansson's reference counts are no matter for several
 * threads: so the document becomes text and is let go while the lock is held. */
static void write_text(struct api_reply *reply)
{
    if (!reply->doc)
        return;
    reply->text = jx_dump(reply->doc);
    json_decref(TAKE(reply->doc));
}

/* 'bearer' is the Authorization header; a certificate counts first. */
static void run(struct http_shared *shared, struct api_request *req, const char *bearer,
                struct api_reply *reply)
{
    (void)pthread_mutex_lock(&shared->lock);
    if (!req->user && !strncasecmp(bearer, "Bearer ", 7))
        req->user = special_token_user(&shared->api, bearer + 7, clock_now());
    if (!req->user && !is_public(req->path))
        reply_fail(reply, REASON_UNAUTHORIZED, NULL, "Unauthorized");
    else if (req->body_len > API_MAX_BODY)
        reply_fail(reply, REASON_TOO_LARGE, NULL, "Request entity too large: limit is %d", API_MAX_BODY);
    else
        api_handle(&shared->api, req, reply);
    write_text(reply);
    (void)pthread_cond_broadcast(&shared->changed);
    (void)pthread_mutex_unlock(&shared->lock);
}

/* ---- faults ---- */

static struct gate_verdict ask_gate(struct http_shared *shared, const struct api_request *req)
{
    gate_fn *gate;
    void *ctx;

    (void)pthread_mutex_lock(&shared->lock);
    gate = shared->gate;
    ctx = shared->gate_ctx;
    (void)pthread_mutex_unlock(&shared->lock);
    return gate ? gate(ctx, req->method, req->path) : (struct gate_verdict){ 0 };
}

static void wait_for_change(struct http_shared *shared);

/* Not longer than the server lives. */
static void wait_ms(struct http_shared *shared, int64_t ms)
{
    int64_t end = clock_monotonic() + ms;

    (void)pthread_mutex_lock(&shared->lock);
    while (!shared->closing && clock_monotonic() < end)
        wait_for_change(shared);
    (void)pthread_mutex_unlock(&shared->lock);
}

/* Sends RST at once; libmicrohttpd itself would close in good order. */
static void reset_peer(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

    if (info)
        (void)connect(info->connect_fd, &nobody, sizeof(nobody));
}

enum { HANG_MS = 3600 * 1000 }; /* no client waits longer */

/* Answers the request, with whatever a test wants to go wrong. False: there is to be no answer. */
static bool run_gated(struct http_shared *shared, struct api_request *req, struct MHD_Connection *connection,
                      struct gate_verdict *v, struct api_reply *reply)
{
    *v = ask_gate(shared, req);
    if (!v->refused)
        run(shared, req, header(connection, "Authorization"), reply);
    if (v->status) {
        (void)pthread_mutex_lock(&shared->lock); /* a watch holds references */
        gate_spoil(v, reply);
        write_text(reply);
        (void)pthread_mutex_unlock(&shared->lock);
    }
    if (v->delay_ms || v->end == GATE_HANG)
        wait_ms(shared, v->delay_ms ? v->delay_ms : HANG_MS);
    if (v->end == GATE_RESET)
        reset_peer(connection);
    return v->end == GATE_ANSWER;
}

/* ---- the response ---- */

static bool peer_is_gone(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLRDHUP };

    return poll(&p, 1, 0) > 0 && p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL);
}

/* Waits for a change, at most a tick, so that a peer that left is noticed. */
static void wait_for_change(struct http_shared *shared)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WATCH_TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&shared->changed, &shared->lock, &until);
}

static ssize_t read_stream(void *ctx, uint64_t position, char *out, size_t max)
{
    struct stream *s = ctx;
    enum watch_state state = WATCH_READY;
    size_t n;

    (void)position;
    if (s->sent == s->pending.len) {
        buf_reset(&s->pending);
        s->sent = 0;
        (void)pthread_mutex_lock(&s->shared->lock);
        while (!s->shared->closing && !peer_is_gone(s->fd) &&
               (state = watch_next(s->watch, &s->shared->api, clock_monotonic(), &s->pending)) ==
                   WATCH_WAITING)
            wait_for_change(s->shared);
        (void)pthread_mutex_unlock(&s->shared->lock);
    }
    if (s->sent == s->pending.len)
        return state == WATCH_OVER ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
    n = s->pending.len - s->sent < max ? s->pending.len - s->sent : max;
    memcpy(out, s->pending.data + s->sent, n);
    s->sent += n;
    return (ssize_t)n;
}

static void free_stream(void *ctx)
{
    struct stream *s = ctx;

    (void)pthread_mutex_lock(&s->shared->lock); /* it holds references */
    watch_free(s->watch);
    (void)pthread_mutex_unlock(&s->shared->lock);
    buf_free(&s->pending);
    free(s);
}

static struct MHD_Response *stream_response(struct http_shared *shared, struct MHD_Connection *connection,
                                            struct api_reply *reply)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct stream *s = x_alloc(sizeof(*s));

    s->shared = shared;
    s->watch = TAKE(reply->watch);
    s->pending = buf_max(API_MAX_REPLY);
    s->fd = info ? info->connect_fd : -1;
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 << 10, read_stream, s, free_stream);
}

static struct MHD_Response *plain_response(struct api_reply *reply)
{
    char *text = TAKE(reply->text);

    return MHD_create_response_from_buffer(text ? strlen(text) : 0, text, MHD_RESPMEM_MUST_FREE);
}

/* Aggregated discovery has an ETag, so that a client that knows it all already gets 304 and no body. */
static void tag(struct MHD_Connection *connection, struct api_reply *reply, char etag[ETAG])
{
    char hex[ETAG - 2];

    *etag = '\0';
    if (!reply->content_type || !strstr(reply->content_type, "APIGroupDiscoveryList"))
        return;
    crypto_sha256_hex(reply->text, strlen(reply->text), hex, sizeof(hex) - 1);
    (void)snprintf(etag, ETAG, "\"%s\"", hex);
    if (strcmp(header(connection, "If-None-Match"), etag) != 0)
        return;
    reply->code = 304;
    reply->text[0] = '\0';
}

static void clear_reply(struct http_shared *shared, struct api_reply *reply)
{
    (void)pthread_mutex_lock(&shared->lock); /* a watch that was not sent holds references */
    api_reply_clear(reply);
    (void)pthread_mutex_unlock(&shared->lock);
}

static enum MHD_Result send_reply(struct http_shared *shared, struct MHD_Connection *connection,
                                  const char *retry_after, struct api_reply *reply)
{
    char etag[ETAG];
    const char *type = reply->content_type ? reply->content_type : "application/json";
    struct MHD_Response *response;
    enum MHD_Result result;

    tag(connection, reply, etag);
    response = reply->watch ? stream_response(shared, connection, reply) : plain_response(reply);
    if (!response)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Content-Type", type);
    (void)MHD_add_response_header(response, "Cache-Control", "no-cache, private");
    if (*etag)
        (void)MHD_add_response_header(response, "ETag", etag);
    if (reply->warning)
        (void)MHD_add_response_header(response, "Warning", reply->warning);
    if (*retry_after)
        (void)MHD_add_response_header(response, "Retry-After", retry_after);
    result = MHD_queue_response(connection, (unsigned)reply->code, response);
    MHD_destroy_response(response);
    return result;
}

/* ---- libmicrohttpd's callbacks ---- */

/* NOLINTNEXTLINE(readability-function-size): the parameters are libmicrohttpd's */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct http_server *server = ctx;
    struct exchange *x = *state;
    struct api_reply reply = { 0 };
    struct api_request req;
    struct gate_verdict verdict;
    json_auto_t *query = NULL;
    char user[MAX_USER];
    enum MHD_Result result;

    (void)version;
    if (!x) { /* the headers are here; the body comes with the next calls */
        *state = x = x_alloc(sizeof(*x));
        x->body = buf_max(API_MAX_BODY);
        return MHD_YES;
    }
    if (*upload_size) {
        (void)buf_add(&x->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    query = json_object();
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_query, query);
    req = (struct api_request){ .method = method,
                                .path = url,
                                .query = query,
                                .accept = header(connection, "Accept"),
                                .content_type = header(connection, "Content-Type"),
                                .user_agent = header(connection, "User-Agent"),
                                .user = authenticated(connection, user) ? user : NULL,
                                .body = buf_text(&x->body),
                                .body_len = x->body.overflow ? API_MAX_BODY + 1 : x->body.len };
    result = run_gated(server->shared, &req, connection, &verdict, &reply)
                 ? send_reply(server->shared, connection, verdict.retry_after, &reply)
                 : MHD_NO;
    clear_reply(server->shared, &reply);
    return result;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how)
{
    struct exchange *x = *state;

    (void)ctx, (void)connection, (void)how;
    if (!x)
        return;
    buf_free(&x->body);
    free(x);
    *state = NULL;
}

/* ---- start and stop ---- */

static void free_server(struct http_server *s)
{
    pki_pair_free(&s->pair);
    free(s->trust);
    free(s);
}

struct http_server *http_server_start(int listener, const struct pki_pair *server, const char *trust,
                                      struct http_shared *shared, struct err *e)
{
    struct http_server *s = x_alloc(sizeof(*s));

    s->shared = shared;
    s->pair = (struct pki_pair){ .cert = x_strdup(server->cert), .key = x_strdup(server->key) };
    s->trust = x_strdup(trust);
    s->daemon =
        MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                             MHD_USE_ITC | MHD_USE_TLS,
                         0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, listener,
                         MHD_OPTION_HTTPS_MEM_CERT, s->pair.cert, MHD_OPTION_HTTPS_MEM_KEY, s->pair.key,
                         MHD_OPTION_HTTPS_MEM_TRUST, s->trust, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                         NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MAX_CONNECTIONS, MHD_OPTION_END);
    if (s->daemon)
        return s;
    err_set(e, ERR_INTERNAL, "cannot start the HTTPS server of a shoot");
    (void)close(listener);
    free_server(s);
    return NULL;
}

static void set_closing(struct http_shared *shared, bool closing)
{
    (void)pthread_mutex_lock(&shared->lock);
    shared->closing = closing;
    (void)pthread_cond_broadcast(&shared->changed);
    (void)pthread_mutex_unlock(&shared->lock);
}

int http_server_stop(struct http_server *s, bool keep_listener)
{
    int listener = MHD_quiesce_daemon(s->daemon);

    set_closing(s->shared, true);
    MHD_stop_daemon(s->daemon);
    set_closing(s->shared, false);
    free_server(s);
    if (keep_listener || listener < 0)
        return listener;
    (void)close(listener);
    return -1;
}
