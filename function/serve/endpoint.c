/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP for probes and scrapers, on libevent's listener and buffers: one request per connection, no body, 8 KiB, five
 * seconds.  Anybody in the cluster can reach this port, and the function shares its file descriptors with it: so connections
 * are few and the oldest makes room (evhttp of libevent 2.1 can bound neither their number nor their age). */
#include "function/serve/endpoint.h"
#include "function/serve/address.h"
#include "lib/clock.h"
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum {
    CLIENTS = 32,       /* a kubelet, two or three scrapers, and a person with curl */
    HEAD_MAX = 8 << 10, /* of a request; what browsers and proxies send is 2 KiB */
    REQUEST_MS = 5000,  /* from the connection to the end of the answer */
    LINGER_MS = 1000,   /* for the client to close after the answer */
    NO_FILES_MS = 500,  /* until the next try when there are no file descriptors left */
    STACK = 256 << 10,
};

struct client {
    struct endpoint *p;
    struct bufferevent *stream; /* NULL = the slot is free */
    struct event *timer;
    int64_t deadline;
    bool answered, gone; /* gone: the other side will not send any more */
};

struct endpoint {
    struct metrics *metrics;
    atomic_bool ready;
    int wake; /* eventfd: written once, to stop */
    in_port_t port;
    pthread_t thread;
    struct event_base *base;
    struct event *stop, *resume;
    struct evconnlistener *listener;
    struct client clients[CLIENTS];
};

/* ---- answers ----------------------------------------------------------------------------------------------------- */

struct answer {
    int status;
    const char *type;
    char *body; /* freed by who sends it */
};

static const char plain[] = "text/plain; charset=utf-8";

static struct answer say(int status, const char *text)
{
    return (struct answer){ status, plain, x_strdup(text) };
}

static struct answer get_metrics(struct endpoint *p)
{
    return (struct answer){ 200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(p->metrics) };
}

static struct answer get_healthz(struct endpoint *p)
{
    (void)p;
    return say(200, "ok\n");
}

static struct answer get_readyz(struct endpoint *p)
{
    return atomic_load(&p->ready) ? say(200, "ok\n") : say(503, "not ready: starting or stopping\n");
}

static const struct route {
    const char *path;
    struct answer (*get)(struct endpoint *p);
} routes[] = { { "/metrics", get_metrics }, { "/healthz", get_healthz }, { "/readyz", get_readyz } };

static const char *reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 431: return "Request Header Fields Too Large";
    default: return "Service Unavailable";
    }
}

static struct answer get(struct endpoint *p, const char *target)
{
    size_t n = strcspn(target, "?");

    for (size_t i = 0; i < ARRAY_LENGTH(routes); i++)
        if (strlen(routes[i].path) == n && !memcmp(routes[i].path, target, n))
            return routes[i].get(p);
    return say(404, "not found; there are /metrics, /healthz and /readyz\n");
}

/* 'line' is "GET /path HTTP/1.1" and is taken apart. */
static struct answer answer_line(struct endpoint *p, char *line, bool *ret_head)
{
    char *target = strchr(line, ' '), *version = target ? strchr(target + 1, ' ') : NULL;

    if (!version || (strcmp(version, " HTTP/1.1") != 0 && strcmp(version, " HTTP/1.0") != 0))
        return say(400, "this is no HTTP/1.1 request\n");
    *target++ = '\0';
    *version = '\0';
    *ret_head = !strcmp(line, "HEAD");
    if (strcmp(line, "GET") != 0 && !*ret_head)
        return say(405, "only GET and HEAD\n");
    return get(p, target);
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

static void client_close(struct client *c)
{
    if (c->stream)
        bufferevent_free(c->stream);
    if (c->timer)
        event_free(c->timer);
    *c = (struct client){ .p = c->p };
}

static void client_expires(struct client *c, long ms)
{
    struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

    c->deadline = clock_monotonic() + ms;
    (void)event_add(c->timer, &tv);
}

static void client_send(struct client *c, struct answer answer, bool head)
{
    struct evbuffer *out = bufferevent_get_output(c->stream);

    c->answered = true;
    (void)evbuffer_add_printf(out,
                              "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
                              "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
                              answer.status, reason(answer.status), answer.type, strlen(answer.body),
                              answer.status == 405 ? "Allow: GET, HEAD\r\n" : "");
    if (!head)
        (void)evbuffer_add(out, answer.body, strlen(answer.body));
    free(answer.body);
}

/* A whole head is there. */
static void client_answer(struct client *c, struct evbuffer *in)
{
    CLEAN(free) char *line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF_STRICT);
    bool head = false;
    struct answer answer = answer_line(c->p, line, &head);

    client_send(c, answer, head);
}

static void on_read(struct bufferevent *stream, void *ctx)
{
    struct client *c = ctx;
    struct evbuffer *in = bufferevent_get_input(stream);

    if (!c->answered && evbuffer_search(in, "\r\n\r\n", 4, NULL).pos >= 0)
        client_answer(c, in);
    else if (!c->answered && evbuffer_get_length(in) >= HEAD_MAX)
        client_send(c, say(431, "a request of more than 8 KiB\n"), false);
    /* What follows an answered request is not read, but taken: closing a socket with unread bytes resets it, and the
     * client would lose the answer. */
    if (c->answered)
        (void)evbuffer_drain(in, evbuffer_get_length(in));
}

/* All is written. */
static void on_write(struct bufferevent *stream, void *ctx)
{
    struct client *c = ctx;

    if (!c->answered || evbuffer_get_length(bufferevent_get_output(stream)))
        return;
    if (c->gone) {
        client_close(c);
        return;
    }
    (void)shutdown(bufferevent_getfd(stream), SHUT_WR);
    client_expires(c, LINGER_MS);
}

static void on_event(struct bufferevent *stream, short what, void *ctx)
{
    struct client *c = ctx;

    c->gone = true;
    if (!(what & BEV_EVENT_EOF) || !c->answered || !evbuffer_get_length(bufferevent_get_output(stream)))
        client_close(c);
}

static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    client_close(ctx);
}

/* A free slot, or that of whoever has been here longest. */
static struct client *slot(struct endpoint *p)
{
    struct client *oldest = p->clients;

    for (struct client *c = p->clients; c < p->clients + CLIENTS; c++) {
        if (!c->stream)
            return c;
        if (c->deadline < oldest->deadline)
            oldest = c;
    }
    client_close(oldest);
    return oldest;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int n,
                      void *ctx)
{
    struct endpoint *p = ctx;
    struct client *c = slot(p);

    (void)listener;
    (void)from;
    (void)n;
    c->p = p;
    c->stream = bufferevent_socket_new(p->base, fd, BEV_OPT_CLOSE_ON_FREE);
    c->timer = evtimer_new(p->base, on_deadline, c);
    if (!c->stream || !c->timer)
        abort(); /* out of memory */
    bufferevent_setcb(c->stream, on_read, on_write, on_event, c);
    bufferevent_setwatermark(c->stream, EV_READ, 0, HEAD_MAX);
    client_expires(c, REQUEST_MS);
    (void)bufferevent_enable(c->stream, EV_READ | EV_WRITE);
}

/* accept() failed: without file descriptors it would fail again and again. */
static void on_accept_error(struct evconnlistener *listener, void *ctx)
{
    const struct endpoint *p = ctx;
    struct timeval tv = { .tv_usec = NO_FILES_MS * 1000L };

    (void)evconnlistener_disable(listener);
    (void)event_add(p->resume, &tv);
}

static void on_resume(evutil_socket_t fd, short what, void *ctx)
{
    const struct endpoint *p = ctx;

    (void)fd;
    (void)what;
    (void)evconnlistener_enable(p->listener);
}

/* ---- start and stop ---------------------------------------------------------------------------------------------- */

static void on_stop(evutil_socket_t fd, short what, void *ctx)
{
    const struct endpoint *p = ctx;

    (void)fd;
    (void)what;
    (void)event_base_loopbreak(p->base);
}

static void *run(void *ctx)
{
    const struct endpoint *p = ctx;

    (void)event_base_dispatch(p->base);
    return NULL;
}

static void libevent_says(int severity, const char *message)
{
    (void)severity;
    (void)message;
}

static void start_thread(struct endpoint *p)
{
    pthread_attr_t attr;

    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setstacksize(&attr, STACK);
    if (pthread_create(&p->thread, &attr, run, p) != 0)
        abort(); /* out of memory, or a limit of the container that nothing could work with */
    (void)pthread_attr_destroy(&attr);
    (void)pthread_setname_np(p->thread, "endpoint");
}

struct endpoint *endpoint_new(const char *address, struct metrics *m, struct err *e)
{
    in_port_t port;
    int fd = address_listen(address, &port, e);
    struct endpoint *p;

    if (fd < 0)
        return NULL;
    event_set_log_callback(libevent_says); /* it would write to stderr, between our JSON lines */
    p = x_alloc(sizeof(*p));
    p->metrics = m;
    p->port = port;
    p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    p->base = event_base_new();
    if (!p->base || p->wake < 0)
        abort();
    p->stop = event_new(p->base, p->wake, EV_READ, on_stop, p);
    p->resume = evtimer_new(p->base, on_resume, p);
    p->listener =
        evconnlistener_new(p->base, on_accept, p, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (!p->stop || !p->resume || !p->listener)
        abort();
    evconnlistener_set_error_cb(p->listener, on_accept_error);
    (void)event_add(p->stop, NULL);
    start_thread(p);
    return p;
}

int endpoint_port(const struct endpoint *p) { return p->port; }

void endpoint_ready(struct endpoint *p, bool ready) { atomic_store(&p->ready, ready); }

void endpoint_free(struct endpoint *p)
{
    if (!p)
        return;
    (void)eventfd_write(p->wake, 1);
    (void)pthread_join(p->thread, NULL);
    for (struct client *c = p->clients; c < p->clients + CLIENTS; c++)
        client_close(c);
    evconnlistener_free(p->listener);
    event_free(p->resume);
    event_free(p->stop);
    event_base_free(p->base);
    (void)close(p->wake);
    free(p);
}
