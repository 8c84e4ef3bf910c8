/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP port as a kubelet, a scraper, and somebody with bad manners see it: raw sockets. */
#undef NDEBUG
#include "function/serve/endpoint.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

static const char *const kinds[] = { "Shoot", NULL };

struct fixture {
    struct metrics *metrics;
    struct endpoint *endpoint;
};

static int set_up(void **state)
{
    struct fixture *f = x_alloc(sizeof(*f));

    f->metrics = metrics_new(kinds);
    f->endpoint = endpoint_new("127.0.0.1:0", f->metrics, &(struct err){ 0 });
    assert_non_null(f->endpoint);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    endpoint_free(f->endpoint);
    metrics_free(f->metrics);
    free(f);
    return 0;
}

/* A connection that gives up reading after 'ms'. */
static int dial(const struct fixture *f, int ms)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((in_port_t)endpoint_port(f->endpoint)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static void put(int fd, const char *text) { assert_int_equal(write(fd, text, strlen(text)), strlen(text)); }

/* All until the other side closes; NULL when it does not, or resets. The caller frees. */
static char *all(int fd)
{
    CLEAN(buf_free) struct buf got = buf_max(1 << 20);
    char bytes[4096];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof(bytes))) > 0)
        assert_int_equal(buf_add(&got, bytes, (size_t)n), 0);
    return n == 0 ? buf_take(&got) : NULL;
}

static char *ask(const struct fixture *f, const char *request)
{
    CLEAN(fd) int fd = dial(f, 10000);
    char *got;

    put(fd, request);
    got = all(fd);
    assert_non_null(got);
    return got;
}

static int status(const char *response)
{
    int n = 0;

    assert_int_equal(sscanf(response, "HTTP/1.1 %d ", &n), 1);
    return n;
}

static int status_of(const struct fixture *f, const char *request)
{
    CLEAN(free) char *got = ask(f, request);

    return status(got);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

/* ---- what it says ------------------------------------------------------------------------------------------------ */

static void it_lives_at_once_and_is_ready_when_told(void **state)
{
    const struct fixture *f = *state;

    assert_int_equal(status_of(f, GET("/healthz")), 200);
    assert_int_equal(status_of(f, GET("/readyz")), 503);
    endpoint_ready(f->endpoint, true);
    assert_int_equal(status_of(f, GET("/readyz")), 200);
    endpoint_ready(f->endpoint, false);
    assert_int_equal(status_of(f, GET("/readyz")), 503);
    assert_int_equal(status_of(f, GET("/healthz")), 200);
}

static void metrics_are_served_as_prometheus_wants_them(void **state)
{
    const struct fixture *f = *state;
    CLEAN(free) char *got = ask(f, GET("/metrics"));
    char *body = strstr(got, "\r\n\r\n") + 4;
    CLEAN(free) char *length = x_asprintf("\r\nContent-Length: %zu\r\n", strlen(body));

    assert_int_equal(status(got), 200);
    assert_non_null(strstr(got, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert_non_null(strstr(got, length));
    assert_non_null(strstr(body, "cleura_function_calls_total{kind=\"Shoot\""));
}

static void head_is_get_without_the_body(void **state)
{
    const struct fixture *f = *state;
    CLEAN(free) char *got = ask(f, "HEAD /healthz HTTP/1.0\r\n\r\n");

    assert_int_equal(status(got), 200);
    assert_non_null(strstr(got, "\r\nContent-Length: 3\r\n"));
    assert_string_equal(strstr(got, "\r\n\r\n"), "\r\n\r\n");
}

static void a_query_does_not_matter(void **state)
{
    assert_int_equal(status_of(*state, GET("/healthz?verbose=1")), 200);
    assert_int_equal(status_of(*state, GET("/healthz?")), 200);
}

static void everything_else_is_refused_with_its_status(void **state)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        { GET("/"), 404 },
        { GET("/healthz/"), 404 },
        { GET("/health"), 404 },
        { GET("/metrics/../metrics"), 404 },
        { GET("http://x/healthz"), 404 },
        { GET("*"), 404 },
        { "POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405 },
        { "DELETE /metrics HTTP/1.1\r\n\r\n", 405 },
        { "get /metrics HTTP/1.1\r\n\r\n", 405 },
        { "OPTIONS * HTTP/1.1\r\n\r\n", 405 },
        { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400 }, /* a gRPC client on the wrong port */
        { "\r\n\r\n", 400 },
        { "GET\r\n\r\n", 400 },
        { "GET /metrics\r\n\r\n", 400 },
        { "GET /metrics HTTP/1.1 \r\n\r\n", 400 },
        { "GET  /metrics HTTP/1.1\r\n\r\n", 400 },
        { "\x16\x03\x01\x02\x01\r\n\r\n", 400 }, /* TLS, more or less */
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int got = status_of(*state, cases[i].request);

        if (got != cases[i].status)
            fail_msg("%s is %d, not %d", cases[i].request, got, cases[i].status);
    }
}

static void a_method_that_is_not_allowed_is_told_which_are(void **state)
{
    CLEAN(free) char *got = ask(*state, "PUT /metrics HTTP/1.1\r\n\r\n");

    assert_non_null(strstr(got, "\r\nAllow: GET, HEAD\r\n"));
}

/* ---- bad manners ------------------------------------------------------------------------------------------------- */

static void a_request_in_single_bytes_is_understood(void **state)
{
    CLEAN(fd) int fd = dial(*state, 10000);
    CLEAN(free) char *got = NULL;

    for (const char *at = GET("/healthz"); *at; at++)
        assert_int_equal(write(fd, at, 1), 1);
    got = all(fd);
    assert_non_null(got);
    assert_int_equal(status(got), 200);
}

static void who_closes_his_half_still_gets_the_answer(void **state)
{
    CLEAN(fd) int fd = dial(*state, 10000);
    CLEAN(free) char *got = NULL;

    put(fd, GET("/metrics"));
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    got = all(fd);
    assert_non_null(got);
    assert_int_equal(status(got), 200);
    assert_non_null(strstr(got, "process_start_time_seconds "));
}

static void a_head_over_8_kib_is_too_large_and_the_sender_hears_it(void **state)
{
    CLEAN(fd) int fd = dial(*state, 10000);
    CLEAN(free) char *filler = x_alloc(64 << 10), *got = NULL;

    memset(filler, 'x', (64 << 10) - 1);
    put(fd, "GET /healthz HTTP/1.1\r\nCookie: ");
    put(fd, filler);
    got = all(fd);
    assert_non_null(got);
    assert_int_equal(status(got), 431);
}

static void a_head_just_under_8_kib_is_answered(void **state)
{
    CLEAN(free) char *filler = x_alloc(8100), *request = NULL;

    memset(filler, 'x', 8000);
    request = x_asprintf("GET /healthz HTTP/1.1\r\nCookie: %s\r\n\r\n", filler);
    assert_int_equal(status_of(*state, request), 200);
}

static void a_body_does_not_cost_the_sender_the_answer(void **state)
{
    CLEAN(fd) int fd = dial(*state, 10000);
    CLEAN(free) char *filler = x_alloc(256 << 10), *got = NULL;

    memset(filler, 'x', (256 << 10) - 1);
    put(fd, "POST /metrics HTTP/1.1\r\nContent-Length: 262143\r\n\r\n");
    put(fd, filler);
    got = all(fd);
    assert_non_null(got);
    assert_int_equal(status(got), 405);
}

static void who_says_nothing_is_dropped_after_five_seconds(void **state)
{
    CLEAN(fd) int fd = dial(*state, 10000);
    int64_t start = clock_monotonic(), took;
    CLEAN(free) char *got = NULL;

    put(fd, "GET /healthz HTTP/1.1\r\n");
    got = all(fd);
    took = clock_monotonic() - start;
    assert_non_null(got);
    assert_string_equal(got, "");
    assert_in_range(took, 4000, 8000);
}

static void many_silent_connections_keep_nobody_out(void **state)
{
    enum { MANY = 100 };
    int fds[MANY];

    for (int i = 0; i < MANY; i++)
        fds[i] = dial(*state, 10000);
    assert_int_equal(status_of(*state, GET("/healthz")), 200);
    for (int i = 0; i < MANY; i++)
        (void)close(fds[i]);
    assert_int_equal(status_of(*state, GET("/healthz")), 200);
}

static int open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(d))
        n++;
    (void)closedir(d);
    return n;
}

static void the_number_of_connections_is_bounded(void **state)
{
    enum { MANY = 100, AT_MOST = 32 };
    int fds[MANY], before = open_files();

    for (int i = 0; i < MANY; i++)
        fds[i] = dial(*state, 10000);
    assert_int_equal(status_of(*state, GET("/healthz")), 200); /* the others were accepted before this one */
    assert_in_range(open_files() - before - MANY, 0, AT_MOST);
    for (int i = 0; i < MANY; i++)
        (void)close(fds[i]);
}

static void who_resets_the_connection_harms_nobody(void **state)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };

    for (int i = 0; i < 50; i++) {
        CLEAN(fd) int fd = dial(*state, 10000);

        put(fd, GET("/metrics"));
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
    }
    assert_int_equal(status_of(*state, GET("/healthz")), 200);
}

/* ---- start and stop ---------------------------------------------------------------------------------------------- */

static void a_taken_port_is_said_at_the_start(void **state)
{
    const struct fixture *f = *state;
    CLEAN(free) char *address = x_asprintf("127.0.0.1:%d", endpoint_port(f->endpoint));
    struct err e = { 0 };

    assert_null(endpoint_new(address, f->metrics, &e));
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_non_null(strstr(e.text, address));
    assert_null(endpoint_new("8080", f->metrics, &e));
    assert_int_equal(e.kind, ERR_INVALID);
}

static void stopping_takes_no_time_and_leaves_nothing_open(void **state)
{
    int before = open_files();
    struct fixture *f;
    int64_t start;
    int fd;

    (void)set_up(state);
    f = *state;
    fd = dial(f, 10000);
    put(fd, "GET /heal");
    start = clock_monotonic();
    (void)tear_down(state);
    assert_true(clock_monotonic() - start < 1000);
    (void)close(fd);
    assert_int_equal(open_files(), before);
}

#define with_endpoint(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_endpoint(it_lives_at_once_and_is_ready_when_told),
        with_endpoint(metrics_are_served_as_prometheus_wants_them),
        with_endpoint(head_is_get_without_the_body),
        with_endpoint(a_query_does_not_matter),
        with_endpoint(everything_else_is_refused_with_its_status),
        with_endpoint(a_method_that_is_not_allowed_is_told_which_are),
        with_endpoint(a_request_in_single_bytes_is_understood),
        with_endpoint(who_closes_his_half_still_gets_the_answer),
        with_endpoint(a_head_over_8_kib_is_too_large_and_the_sender_hears_it),
        with_endpoint(a_head_just_under_8_kib_is_answered),
        with_endpoint(a_body_does_not_cost_the_sender_the_answer),
        with_endpoint(who_says_nothing_is_dropped_after_five_seconds),
        with_endpoint(many_silent_connections_keep_nobody_out),
        with_endpoint(the_number_of_connections_is_bounded),
        with_endpoint(who_resets_the_connection_harms_nobody),
        with_endpoint(a_taken_port_is_said_at_the_start),
        cmocka_unit_test(stopping_takes_no_time_and_leaves_nothing_open),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
