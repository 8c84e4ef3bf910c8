/* SPDX-License-Identifier: Apache-2.0 */
/* The way down: what is under way is answered, nobody is told CANCELLED, and nothing waits for ever. */
#undef NDEBUG
#include "function/serve/serve.h"
#include "lib/clock.h"
#include "tests/unit/serve/client.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

enum { OUTSTANDING = 64, LONG_MS = 300, RESTARTS = 3 };

static atomic_int handled;

static void nap(int64_t ms)
{
    const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

    (void)nanosleep(&t, NULL);
}

/* "s..." takes a while. */
static void answer(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    (void)ctx;
    atomic_fetch_add(&handled, 1);
    if (n && *bytes == 's')
        nap(LONG_MS);
    reply->bytes = (uint8_t *)x_strdup("yes");
    reply->n = 3;
}

static const struct serve_method methods[] = { { "/t/Ask", SERVE_UNARY, answer, NULL },
                                               { "/t/Watch", SERVE_WATCH, answer, NULL },
                                               { "/t/Stream", SERVE_STREAM, answer, NULL },
                                               { NULL, SERVE_UNARY, NULL, NULL } };

static struct server *start(int port)
{
    CLEAN(free) char *address = x_asprintf("127.0.0.1:%d", port);
    struct err e = { 0 };
    struct server *s = serve_new(
        &(struct serve_options){ .network = "tcp", .address = address, .max_message = 1 << 20, .workers = 2 },
        methods, &e);

    if (!s)
        fail_msg("%s", e.text);
    serve_start(s);
    return s;
}

/* ---- a restart, as clients see it -------------------------------------------------------------------------------- */

struct restart {
    struct server *server;
    int port;
    atomic_bool done;
};

/* A moment of load, the end of the server, and another one in its place. */
static void *restart(void *state)
{
    struct restart *r = state;

    nap(50);
    serve_stop(r->server, 3000);
    serve_free(r->server);
    r->server = start(r->port);
    atomic_store(&r->done, true);
    return NULL;
}

/* Keep the slots busy until the restart is over and everybody had an answer since; how many calls failed. */
static int hammer(struct client *c, struct restart *r)
{
    struct ask *asks = x_alloc(OUTSTANDING * sizeof(*asks));
    int failed = 0, open = OUTSTANDING;
    bool last[OUTSTANDING] = { false };

    for (int i = 0; i < OUTSTANDING; i++)
        ask_send(c, &asks[i], "/t/Ask", "x", 1, CLIENT_WAIT_MS);
    for (int i = 0; open; i = (i + 1) % OUTSTANDING) {
        if (last[i])
            continue;
        ask_finish(&asks[i]);
        if (asks[i].status != GRPC_STATUS_OK) {
            print_message("status %d: %s\n", asks[i].status, asks[i].message);
            failed++;
        }
        ask_free(&asks[i]);
        last[i] = atomic_load(&r->done);
        open -= last[i];
        if (!last[i])
            ask_send(c, &asks[i], "/t/Ask", "x", 1, CLIENT_WAIT_MS);
    }
    free(asks);
    return failed;
}

static void a_restart_under_load_fails_no_call(void **state)
{
    struct restart r = { .server = start(0) };

    (void)state;
    r.port = serve_port(r.server);
    for (int i = 0; i < RESTARTS; i++) {
        struct client c = client_at(r.port);
        pthread_t thread;

        atomic_store(&r.done, false);
        assert_int_equal(pthread_create(&thread, NULL, restart, &r), 0);
        assert_int_equal(hammer(&c, &r), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        client_close(&c);
    }
    serve_free(r.server);
}

/* ---- single calls ------------------------------------------------------------------------------------------------ */

struct stop {
    struct server *server;
    int64_t grace, took;
};

static void *stop(void *state)
{
    struct stop *s = state;
    int64_t begin = clock_monotonic();

    serve_stop(s->server, s->grace);
    s->took = clock_monotonic() - begin;
    return NULL;
}

static void send_long(struct client *c, struct ask *a)
{
    char text[SERVE_INLINE_MAX + 1];

    memset(text, 'x', sizeof(text));
    *text = 's'; /* leeps */
    atomic_store(&handled, 0);
    ask_send(c, a, "/t/Ask", text, sizeof(text), CLIENT_WAIT_MS);
    while (!atomic_load(&handled))
        (void)client_until(c, &a->done, 1);
}

static void a_call_under_way_is_answered(void **state)
{
    struct stop s = { .server = start(0), .grace = 3000 };
    struct client c = client_at(serve_port(s.server));
    pthread_t thread;
    struct ask a;

    (void)state;
    send_long(&c, &a);
    assert_int_equal(pthread_create(&thread, NULL, stop, &s), 0);
    ask_finish(&a);
    assert_int_equal(a.status, GRPC_STATUS_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(s.took < 1000);
    ask_free(&a);
    client_close(&c);
    serve_free(s.server);
}

static void the_grace_has_an_end(void **state)
{
    struct stop s = { .server = start(0), .grace = 50 };
    struct client c = client_at(serve_port(s.server));
    pthread_t thread;
    struct ask a;

    (void)state;
    send_long(&c, &a);
    assert_int_equal(pthread_create(&thread, NULL, stop, &s), 0);
    ask_finish(&a);
    assert_int_equal(a.status, GRPC_STATUS_UNAVAILABLE);
    assert_int_equal(pthread_join(thread, NULL), 0);
    ask_free(&a);
    client_close(&c);
    serve_free(s.server);
}

static void idle_clients_and_open_streams_hold_nothing_up(void **state)
{
    struct stop s = { .server = start(0), .grace = 5000 };
    struct client idle = client_at(serve_port(s.server)), c = client_at(serve_port(s.server));
    struct ask one = ask_wait(&idle, "/t/Ask", "x", 1), watch, stream;
    pthread_t thread;

    (void)state;
    assert_int_equal(one.status, GRPC_STATUS_OK);
    ask_free(&one);
    stream_open(&c, &watch, "/t/Watch");
    stream_send(&watch, "x", 1);
    stream_no_more(&watch);
    assert_string_equal(stream_read(&watch), "yes");
    stream_open(&c, &stream, "/t/Stream");
    assert_int_equal(pthread_create(&thread, NULL, stop, &s), 0);
    ask_finish(&watch);
    ask_finish(&stream);
    assert_int_equal(watch.status, GRPC_STATUS_UNAVAILABLE);
    assert_string_equal(watch.message, "the server is stopping");
    assert_int_equal(stream.status, GRPC_STATUS_UNAVAILABLE);
    assert_false(client_until(&idle, &(bool){ false }, 50)); /* lets its library read the GOAWAY */
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(s.took < 1000);
    ask_free(&watch);
    ask_free(&stream);
    client_close(&c);
    client_close(&idle);
    serve_free(s.server);
}

/* ---- without calls ----------------------------------------------------------------------------------------------- */

static void a_server_need_not_be_started_or_stopped(void **state)
{
    struct serve_options o = {
        .network = "tcp", .address = "127.0.0.1:0", .max_message = 1000, .workers = 1
    };
    struct server *s = serve_new(&o, methods, NULL);

    (void)state;
    assert_non_null(s);
    serve_free(s);
    s = serve_new(&o, methods, NULL);
    assert_non_null(s);
    serve_start(s);
    serve_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restart_under_load_fails_no_call),
        cmocka_unit_test(a_call_under_way_is_answered),
        cmocka_unit_test(the_grace_has_an_end),
        cmocka_unit_test(idle_clients_and_open_streams_hold_nothing_up),
        cmocka_unit_test(a_server_need_not_be_started_or_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
