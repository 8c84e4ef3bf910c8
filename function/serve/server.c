/* SPDX-License-Identifier: Apache-2.0 */
/* The server as a whole: options to library arguments, ports, the poller, the way up and the way down. */
#include "function/serve/server.h"
#include "function/serve/accept.h"
#include "function/serve/address.h"
#include "function/serve/glog.h"
#include "function/serve/tls.h"
#include "function/serve/tsan.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <grpc/grpc_security.h>
#include <grpc/support/time.h>
#include <limits.h>
#include <malloc.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
    PING_INTERVAL_MS = 20 * 1000,   /* clients may ping each 30 s, some clocks run fast */
    HANDSHAKE_MS = 20 * 1000,       /* who connects and says nothing is gone after that */
    TARGET = INET6_ADDRSTRLEN + 16, /* bytes of an address as the library takes it */
    KEPT = 1 << 20, /* bytes of freed memory at the end of a heap, of which each thread may have one */
};

/* Messages that are on their way take at most about this much, however many calls there are: when it gets scarce, the library gives clients
 * less room to send, and in the end refuses calls with RESOURCE_EXHAUSTED. */
static grpc_resource_quota *memory_quota(const struct serve_options *o)
{
    grpc_resource_quota *quota = grpc_resource_quota_create("requests");
    size_t wanted = SERVER_LARGEST_AT_ONCE * o->max_message;

    grpc_resource_quota_resize(quota, wanted > SERVER_MEMORY_MIN ? wanted : SERVER_MEMORY_MIN);
    return quota;
}

static grpc_server *create(const struct serve_options *o)
{
    grpc_resource_quota *quota = memory_quota(o);
    grpc_server *server;
    grpc_arg args[16];
    size_t n = 0;
#define INTEGER(name, v)                                                                                     \
    args[n++] = (grpc_arg){ .type = GRPC_ARG_INTEGER,                                                        \
                            .key = (char *)(uintptr_t)(name),                                                \
                            .value.integer = (int)((v) < INT_MAX ? (v) : INT_MAX) }
    INTEGER(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, o->max_message);
    INTEGER(GRPC_ARG_MAX_CONCURRENT_STREAMS, SERVER_STREAMS_MAX);
    /* A second process on the same port would get half of the calls. */
    INTEGER(GRPC_ARG_ALLOW_REUSEPORT, 0);
    /* Only identity: the limit of a message's size counts after inflating. */
    INTEGER(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1);
    INTEGER(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, PING_INTERVAL_MS);
    INTEGER(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    INTEGER(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, HANDSHAKE_MS);
    INTEGER(GRPC_ARG_ENABLE_CHANNELZ, 0);
    if (o->max_age_ms)
        INTEGER(GRPC_ARG_MAX_CONNECTION_AGE_MS, o->max_age_ms);
    if (o->max_age_ms && o->max_age_grace_ms)
        INTEGER(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, o->max_age_grace_ms);
#undef INTEGER
    args[n++] = (grpc_arg){ .type = GRPC_ARG_POINTER,
                            .key = (char *)(uintptr_t)GRPC_ARG_RESOURCE_QUOTA,
                            .value.pointer = { quota, grpc_resource_quota_arg_vtable() } };
    server = grpc_server_create(&(grpc_channel_args){ .num_args = n, .args = args }, NULL);
    grpc_resource_quota_unref(quota);
    return server;
}

static void add_route(struct server *s, const struct serve_method *m)
{
    struct route *r = &s->routes[s->routes_n++];

    *r = (struct route){ .server = s, .method = m };
    if (m)
        r->registered = grpc_server_register_method(
            s->server, m->path, NULL,
            m->kind == SERVE_STREAM ? GRPC_SRM_PAYLOAD_NONE : GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
}

static void add_routes(struct server *s, const struct serve_method *methods)
{
    size_t n = 0;

    while (methods[n].path)
        n++;
    s->routes = x_alloc((n + 1) * sizeof(*s->routes));
    for (size_t i = 0; i < n; i++)
        add_route(s, &methods[i]);
    add_route(s, NULL);
}

/* The library only says that it did not work: try by ourselves, to see why. */
static int why_not(const struct sockaddr *at, socklen_t n, const char *shown, struct err *e)
{
    CLEAN(fd) int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;

    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (fd >= 0 && bind(fd, at, n) == 0)
        return err_set(e, ERR_CONFLICT, "%s could not be bound, though it is free now; start again", shown);
    if (errno == EADDRINUSE)
        return err_set(e, ERR_CONFLICT, "%s is taken by another process; stop it or choose another --address",
                       shown);
    return err_set(e, ERR_INVALID, "cannot listen on %s: %s", shown, strerror(errno));
}

static int bind_at(struct server *s, const char *target, struct err *e)
{
    grpc_server_credentials *how =
        s->tls ? tls_credentials(s->tls) : grpc_insecure_server_credentials_create();
    int port;

    glog_expect_errors(true);
    port = grpc_server_add_http2_port(s->server, target, how);
    glog_expect_errors(false);
    grpc_server_credentials_release(how);
    return port ? port : err_set(e, ERR_CONFLICT, "%s", target);
}

static int bind_ip(struct server *s, const struct serve_options *o, struct err *e)
{
    int family = !strcmp(o->network, "tcp4") ? AF_INET : !strcmp(o->network, "tcp6") ? AF_INET6 : AF_UNSPEC;
    char host[INET6_ADDRSTRLEN];
    char target[TARGET];
    struct address a;
    bool v6;

    if (address_parse(o->address, &a, e) < 0)
        return -1;
    v6 = a.at.any.sa_family == AF_INET6;
    if (!a.everywhere && family != AF_UNSPEC && family != a.at.any.sa_family)
        return err_set(e, ERR_INVALID, "%s is no address of network %s", o->address, o->network);
    (void)inet_ntop(a.at.any.sa_family, v6 ? (void *)&a.at.v6.sin6_addr : (void *)&a.at.v4.sin_addr, host,
                    sizeof(host));
    (void)snprintf(target, sizeof(target), v6 ? "[%s]:%d" : "%s:%d", host,
                   ntohs(v6 ? a.at.v6.sin6_port : a.at.v4.sin_port));
    s->port = bind_at(s, target, e);
    return s->port > 0 ? 0 : why_not(&a.at.any, a.n, o->address, e);
}

/* '%' starts an escape in what the library takes. */
static char *unix_target(const char *path)
{
    struct buf target = buf_max(sizeof("unix:") + 3 * strlen(path));

    (void)buf_adds(&target, "unix:");
    for (; *path; path++)
        (void)buf_adds(&target, *path == '%' ? "%25" : (const char[2]){ *path });
    return buf_take(&target);
}

/* The library removes a socket that is in the way, even one that somebody listens on. */
static int bind_unix(struct server *s, const char *path, struct err *e)
{
    CLEAN(free) char *target = unix_target(path);
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    CLEAN(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (!*path || strlen(path) >= sizeof(at.sun_path))
        return err_set(e, ERR_INVALID, "the path of a unix socket has 1 to %zu bytes: %s",
                       sizeof(at.sun_path) - 1, path);
    memcpy(at.sun_path, path, strlen(path));
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
        return err_set(e, ERR_CONFLICT, "another process listens on %s; stop it or choose another --address",
                       path);
    if (bind_at(s, target, e) < 0)
        return why_not((struct sockaddr *)&at, sizeof(at), path, e);
    return 0;
}

static int bind_network(struct server *s, const struct serve_options *o, struct err *e)
{
    if (!strcmp(o->network, "unix"))
        return bind_unix(s, o->address, e);
    if (strcmp(o->network, "tcp") != 0 && strcmp(o->network, "tcp4") != 0 && strcmp(o->network, "tcp6") != 0)
        return err_set(e, ERR_INVALID, "network \"%.40s\" is none of tcp, tcp4, tcp6 and unix", o->network);
    return bind_ip(s, o, e);
}

static bool poller_step(struct server *s)
{
    grpc_event event = grpc_completion_queue_next(s->events, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    struct tag *tag = event.tag;

    if (event.type == GRPC_QUEUE_SHUTDOWN)
        return false;
    tsan_got(tag);
    if (tag == &s->shut_down) {
        (void)pthread_mutex_lock(&s->lock);
        s->is_down = true;
        (void)pthread_cond_broadcast(&s->down);
        (void)pthread_mutex_unlock(&s->lock);
        return true;
    }
    tag->done(tag->call, event.success);
    call_release(tag->call);
    return true;
}

static void *poll_events(void *server)
{
    while (poller_step(server))
        ;
    return NULL;
}

static void init_locks(struct server *s)
{
    pthread_condattr_t attr;

    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->work, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&s->down, &attr);
    (void)pthread_condattr_destroy(&attr);
}

/* Before there is a port, so that what fails here leaves nothing to shut down. */
static int start_threads(struct server *s, unsigned workers, struct err *e)
{
    s->workers_wanted = workers < SERVER_WORKERS_MAX ? workers : SERVER_WORKERS_MAX;
    if (queue_start(s) < 0 || thread_start(&s->poller, "poller", poll_events, s) < 0)
        return err_set(e, ERR_INTERNAL,
                       "cannot start a thread: is the limit of processes (ulimit -u, pids.max) reached?");
    s->polling = true;
    return 0;
}

/* What a call needs is freed after it, and glibc would give the kernel back the pages that the next call needs. */
static void keep_memory(void)
{
    (void)mallopt(M_TRIM_THRESHOLD, KEPT);
    (void)mallopt(M_MMAP_THRESHOLD, KEPT);
}

struct server *serve_new(const struct serve_options *options, const struct serve_method *methods,
                         struct err *e)
{
    CLEAN(serve_free) struct server *s = x_alloc(sizeof(*s));

    init_locks(s);
    keep_memory();
    glog_route(options->verbose);
    accept_prepare();
    grpc_init();
    s->server = create(options);
    s->events = grpc_completion_queue_create_for_next(NULL);
    grpc_server_register_completion_queue(s->server, s->events, NULL);
    add_routes(s, methods);
    if (options->tls_dir && !(s->tls = tls_new(options->tls_dir, e)))
        return NULL;
    if (start_threads(s, options->workers, e) < 0 || bind_network(s, options, e) < 0)
        return NULL;
    return TAKE(s);
}

int serve_port(const struct server *s) { return s->port; }

void serve_start(struct server *s)
{
    grpc_server_start(s->server);
    s->started = true;
    for (size_t i = 0; i < s->routes_n; i++) {
        const struct serve_method *m = s->routes[i].method;
        int armed = m && m->kind == SERVE_UNARY ? SERVER_ARMED : SERVER_ARMED_OTHER;

        while (armed--)
            call_arm(&s->routes[i]);
    }
}

/* The library is down and the last call is freed? At most until 'until'. */
static bool wait_down(struct server *s, int64_t until)
{
    struct timespec at = { .tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000000 };
    bool down;

    (void)pthread_mutex_lock(&s->lock);
    while (!(down = s->is_down && !atomic_load(&s->calls)))
        if (pthread_cond_timedwait(&s->down, &s->lock, &at) == ETIMEDOUT)
            break;
    (void)pthread_mutex_unlock(&s->lock);
    return down;
}

void serve_stop(struct server *s, int64_t grace_ms)
{
    int64_t until = clock_monotonic() + grace_ms;

    if (s->stopped)
        return;
    s->stopped = true;
    if (s->started && grace_ms)
        (void)drain(s, until);
    tsan_asked(&s->shut_down);
    grpc_server_shutdown_and_notify(s->server, s->events, &s->shut_down);
    stream_end_all(s);
    if (!wait_down(s, until)) {
        grpc_server_cancel_all_calls(s->server);
        while (!wait_down(s, clock_monotonic() + CLOCK_MINUTE))
            ;
    }
}

void serve_free(struct server *s)
{
    if (s->polling)
        serve_stop(s, 0);
    queue_stop(s);
    if (s->events)
        grpc_completion_queue_shutdown(s->events);
    if (s->polling)
        (void)pthread_join(s->poller, NULL);
    else
        (void)poll_events(s);
    grpc_server_destroy(s->server);
    grpc_completion_queue_destroy(s->events);
    if (s->tls)
        tls_free(s->tls);
    grpc_shutdown_blocking();
    free(s->routes);
    (void)pthread_cond_destroy(&s->work);
    (void)pthread_cond_destroy(&s->down);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
