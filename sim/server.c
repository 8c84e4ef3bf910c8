/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd glue: a request is collected whole, an answer sent whole or broken on purpose. */
#include "sim/server.h"
#include "lib/jx.h"
#include "sim/address.h"
#include <microhttpd.h>
#include <pthread.h>
#include <sys/socket.h>

struct server {
    struct MHD_Daemon *daemon;
    struct server_options options;
    char *url;
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    bool stopping;
};

/* An idle connection is kept this long; real API gateways use a minute or two. */
enum { IDLE_SECONDS = 120, CONNECTIONS_MAX = 2000 };

/* ---- answers ---- */

struct sending {
    struct buf body;
    struct server *server;
    bool cut;
    int64_t slow_ms;
};

static ssize_t send_part(void *ctx, uint64_t pos, char *to, size_t max)
{
    const struct sending *s = ctx;
    size_t end = s->cut ? s->body.len / 2 : s->body.len, n = end > pos ? end - (size_t)pos : 0;
    size_t part = s->body.len / 10 + 1;

    if (n == 0)
        return s->cut ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;
    if (s->slow_ms)
        server_wait(s->server, s->slow_ms);
    n = s->slow_ms && n > part ? part : n;
    n = n > max ? max : n;
    memcpy(to, s->body.data + pos, n);
    return (ssize_t)n;
}

static void sending_free(void *ctx)
{
    struct sending *s = ctx;

    buf_free(&s->body);
    free(s);
}

static struct MHD_Response *streamed(struct server *server, struct answer *a)
{
    struct sending *s = x_alloc(sizeof(*s));

    *s = (struct sending){ .body = a->body, .server = server, .cut = a->cut, .slow_ms = a->slow_ms };
    a->body = buf_max(1);
    return MHD_create_response_from_callback(a->chunked ? MHD_SIZE_UNKNOWN : s->body.len, 4096, send_part, s,
                                             sending_free);
}

static void set_header(struct MHD_Response *r, const char *name, const char *value)
{
    if (*value)
        (void)MHD_add_response_header(r, name, value);
}

/* Sends RST at once; libmicrohttpd itself would close in good order. */
static void make_reset(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

    if (info)
        (void)connect(info->connect_fd, &nobody, sizeof(nobody));
}

static enum MHD_Result send_answer(struct exchange *x, struct answer *a)
{
    bool stream = (a->chunked || a->cut || a->slow_ms) && a->body.len > 0;
    struct MHD_Response *r;
    enum MHD_Result result;

    if (a->end == ANSWER_RESET)
        make_reset(x->connection);
    if (a->end != ANSWER_SEND)
        return MHD_NO;
    r = stream ? streamed(x->server, a)
               : MHD_create_response_from_buffer(a->body.len, a->body.data, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    set_header(r, "Content-Type", a->type);
    set_header(r, "Retry-After", a->retry_after);
    set_header(r, "Connection", a->close ? "close" : "");
    result = MHD_queue_response(x->connection, (unsigned)a->status, r);
    MHD_destroy_response(r);
    return result;
}

/* ---- requests ---- */

/* Called with the request line before anything else: the only place where the path is as it was sent. */
static void *begin(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *x = x_alloc(sizeof(*x));
    size_t n = strcspn(uri, "?");

    x->server = ctx;
    x->connection = connection;
    x->path = x_strndup(uri, n);
    x->query = x_strdup(uri[n] ? uri + n + 1 : "");
    x->body = buf_max(SERVER_MAX_BODY);
    return x;
}

static void complete(void *ctx, struct MHD_Connection *connection, void **request,
                     enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *request;

    (void)ctx, (void)connection, (void)code;
    *request = NULL;
    if (!x)
        return;
    free(x->method);
    free(x->path);
    free(x->query);
    buf_free(&x->body);
    free(x);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are libmicrohttpd's */
static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **request)
{
    struct server *server = ctx;
    struct exchange *x = *request;
    struct answer a = { .status = 500, .body = buf_max(SIZE_MAX / 2) };
    enum MHD_Result result;

    (void)url, (void)version, (void)connection;
    if (!x->method) {
        x->method = x_strdup(method);
        return MHD_YES;
    }
    if (*size > 0) {
        (void)buf_add(&x->body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    server->options.serve(server->options.ctx, x, &a);
    result = send_answer(x, &a);
    buf_free(&a.body);
    return result;
}

const char *exchange_header(const struct exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

struct collecting {
    json_t *headers;
    json_t *(*show)(const char *, const char *);
};

static enum MHD_Result collect(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    const struct collecting *c = ctx;

    (void)kind;
    if (json_object_set_new(c->headers, name, c->show(name, value ? value : "")) < 0)
        return MHD_YES; /* a name that is not UTF-8 */
    return MHD_YES;
}

json_t *exchange_headers(const struct exchange *x, json_t *(*show)(const char *name, const char *value))
{
    struct collecting c = { .headers = json_object(), .show = show };

    (void)MHD_get_connection_values(x->connection, MHD_HEADER_KIND, collect, &c);
    return c.headers;
}

/* ---- life ---- */

void server_wait(struct server *s, int64_t ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&s->lock);
    while (!s->stopping && pthread_cond_timedwait(&s->stopped, &s->lock, &until) == 0) {
    }
    (void)pthread_mutex_unlock(&s->lock);
}

static struct MHD_Daemon *listen_on(struct server *s, const struct address *at)
{
    const struct server_options *o = &s->options;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
                     (o->cert ? MHD_USE_TLS : 0) | (at->any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    struct MHD_OptionItem tls[] = { { MHD_OPTION_HTTPS_MEM_CERT, 0, NULL },
                                    { MHD_OPTION_HTTPS_MEM_KEY, 0, NULL },
                                    { MHD_OPTION_END, 0, NULL } };
    union {
        const char *in;
        void *out;
    } cert = { .in = o->cert }, key = { .in = o->key };

    tls[0].ptr_value = cert.out;
    tls[1].ptr_value = key.out;
    if (!o->cert)
        tls[0].option = MHD_OPTION_END;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, s, MHD_OPTION_SOCK_ADDR, &at->any, MHD_OPTION_URI_LOG_CALLBACK, begin,
        s, MHD_OPTION_NOTIFY_COMPLETED, complete, s, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

struct server *server_start(const struct server_options *options, struct err *e)
{
    CLEAN(server_stop) struct server *s = x_alloc(sizeof(*s));
    const union MHD_DaemonInfo *info;
    struct address at;

    s->options = *options;
    if (pthread_mutex_init(&s->lock, NULL) != 0 || pthread_cond_init(&s->stopped, NULL) != 0)
        abort();
    if (address_parse(options->listen, &at, e) < 0)
        return NULL;
    s->daemon = listen_on(s, &at);
    if (!s->daemon) {
        err_set(e, ERR_INVALID, "cannot listen on %s: is the port taken?", options->listen);
        return NULL;
    }
    info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    s->url =
        x_asprintf("%s://%s:%u", options->cert ? "https" : "http", at.host, info ? (unsigned)info->port : 0);
    return TAKE(s);
}

void server_stop(struct server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->stopping = true;
    (void)pthread_cond_broadcast(&s->stopped);
    (void)pthread_mutex_unlock(&s->lock);
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    (void)pthread_cond_destroy(&s->stopped);
    (void)pthread_mutex_destroy(&s->lock);
    free(s->url);
    free(s);
}

const char *server_url(const struct server *s) { return s->url; }
