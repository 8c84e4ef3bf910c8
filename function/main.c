/* SPDX-License-Identifier: Apache-2.0 */
/* function-cleura: puts the renderers, the codec, the server and the port for probes together, and takes them down again
 * without losing a call. */
#include "function/options.h"
#include "function/render/render.h"
#include "function/serve/endpoint.h"
#include "function/service.h"
#include "lib/clock.h"
#include "lib/jx_alloc.h"
#include "lib/log.h"
#include <malloc.h>
#include <signal.h>
#include <time.h>

enum {
    AGE_GRACE_MS = 30 * 1000, /* calls on a connection that is too old; none takes a second */
    SAME_MS = 100,  /* signals this close are one: timeout(1) and shells send it to us and to our group */
    QUIET_MS = 200, /* without a call for so long, nobody is using us */
    TICK_MS = 50,
    TRIM_S = 5,          /* how often memory is looked at */
    FREE_MAX = 32 << 20, /* so much freed memory is kept for later */
    STOP_MS = 2000,      /* for calls in flight; with --drain less than five seconds in all */
};

static const struct run_renderer renderer = { .render = render,
                                              .reads = &render_reads,
                                              .kinds = render_kinds };

static void pause_ms(int64_t ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

    while (nanosleep(&t, &t) < 0)
        ;
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

static sigset_t stop_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    return set;
}

/* Before any thread is there, so that no thread gets them. */
static void hold_signals(void)
{
    sigset_t set = stop_signals();

    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* glibc keeps what was freed, which after a burst of large requests is hundreds of MiB. */
static void give_memory_back(void)
{
    if (mallinfo2().fordblks > FREE_MAX)
        (void)malloc_trim(0);
}

static void wait_for_signal(void)
{
    const struct timespec interval = { .tv_sec = TRIM_S };
    sigset_t set = stop_signals();

    while (sigtimedwait(&set, NULL, &interval) < 0)
        give_memory_back();
}

static void on_second(int number)
{
    (void)number;
    _exit(EXIT_FAILURE);
}

/* From now on a signal ends the process at once. By a handler, since the first process of a container has no default action. */
static void obey_second_signal(void)
{
    struct sigaction action = { .sa_handler = on_second };
    struct timespec none = { 0 };
    sigset_t set = stop_signals();

    pause_ms(SAME_MS);
    while (sigtimedwait(&set, NULL, &none) > 0)
        ;
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

/* Clients learn from probes and from DNS that they are to go elsewhere, which takes a second or two, and calls they make until
 * then are answered.  Who has no calls for a moment has no clients to lose. */
static void drain(const struct service *service, int64_t ms)
{
    int64_t end = clock_monotonic() + ms, quiet_since = clock_monotonic();
    uint64_t seen = service_calls(service);

    while (clock_monotonic() < end && clock_monotonic() - quiet_since < QUIET_MS) {
        pause_ms(TICK_MS);
        if (service_calls(service) != seen)
            quiet_since = clock_monotonic();
        seen = service_calls(service);
    }
}

static void run_until_signal(const struct options *o, struct server *server, struct endpoint *endpoint,
                             struct service *service)
{
    service_serving(service, true);
    serve_start(server);
    if (endpoint)
        endpoint_ready(endpoint, true);
    log_info("started", LS("version", PROJECT_VERSION), LS("address", o->address),
             LI("port", serve_port(server)), LS("tls", o->tls_dir ? o->tls_dir : "none"),
             LI("metricsPort", endpoint ? endpoint_port(endpoint) : 0));
    wait_for_signal();
    log_info("stopping");
    if (endpoint)
        endpoint_ready(endpoint, false);
    service_serving(service, false);
    serve_changed(server);
    obey_second_signal();
    drain(service, o->drain_ms);
    serve_stop(server, STOP_MS);
    log_info("stopped", LI("calls", (int64_t)service_calls(service)));
}

static int serve(const struct options *o, struct err *e)
{
    CLEAN(metrics_free) struct metrics *metrics = metrics_new(render_kinds);
    CLEAN(service_free) struct service *service = service_new(&renderer, metrics);
    CLEAN(endpoint_free) struct endpoint *endpoint = NULL;
    CLEAN(serve_free) struct server *server = NULL;

    if (o->metrics_address) {
        endpoint = endpoint_new(o->metrics_address, metrics, e);
        if (!endpoint)
            return err_wrap(e, "--metrics-address");
    }
    server = serve_new(&(struct serve_options){ .network = o->network,
                                                .address = o->address,
                                                .tls_dir = o->tls_dir,
                                                .max_message = o->max_message,
                                                .max_age_ms = o->max_age_ms,
                                                .max_age_grace_ms = AGE_GRACE_MS,
                                                .workers = o->workers,
                                                .verbose = o->debug },
                       service_methods(service), e);
    if (!server)
        return -1;
    run_until_signal(o, server, endpoint, service);
    return 0;
}

static int say(const char *text)
{
    (void)fputs(text, stdout);
    return 0;
}

int main(int argc, char **argv)
{
    CLEAN(free) char *help = options_help();
    struct options o;
    struct err e = { 0 };

    if (options_read(argc, argv, getenv, &o, &e) < 0) {
        (void)fprintf(stderr, "function-cleura: %s\nTry: function-cleura --help\n", e.text);
        return err_policy[e.kind].exit_code;
    }
    if (o.help)
        return say(help);
    if (o.version)
        return say("function-cleura " PROJECT_VERSION "\n");
    log_set_level(o.debug ? LOG_DEBUG : LOG_INFO);
    jx_alloc_install();
    hold_signals();
    if (serve(&o, &e) == 0)
        return 0;
    (void)fprintf(stderr, "function-cleura: %s\n", e.text);
    return err_policy[e.kind].exit_code;
}
