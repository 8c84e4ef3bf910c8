/* SPDX-License-Identifier: Apache-2.0 */
/* lib/http against a small server in a child process that does what the path says. */
#undef NDEBUG
#include "lib/clock.h"
#include "lib/http.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* ---- the server -------------------------------------------------------------------------------------------------- */

static struct {
    pid_t pid;
    int port, other_port;
    int *connections, *resets; /* shared with the children */
} server;

static void say(int fd, const char *status, const char *headers, const char *body)
{
    (void)dprintf(fd, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers, strlen(body), body);
}

/* One request's text into 'request'; 0 at the end of the connection. */
static size_t read_request(int fd, char *request, size_t max)
{
    size_t n = 0, want = 0;

    for (;;) {
        ssize_t got = read(fd, request + n, max - n - 1);
        char *end;

        if (got <= 0)
            return 0;
        n += (size_t)got;
        request[n] = '\0';
        end = strstr(request, "\r\n\r\n");
        if (!end)
            continue;
        if (strstr(request, "Content-Length: "))
            want = strtoul(strstr(request, "Content-Length: ") + 16, NULL, 10);
        if (n >= (size_t)(end - request) + 4 + want)
            return n;
    }
}

static void redirect(int fd, int port, const char *path, const char *status)
{
    char header[128];

    (void)snprintf(header, sizeof(header), "Location: http://127.0.0.1:%d%s\r\n", port, path);
    say(fd, status, header, "");
}

static void reset(int fd)
{
    struct linger now = { .l_onoff = 1 };

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    (void)close(fd);
    _exit(0);
}

static void say_big(int fd)
{
    (void)dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    for (int i = 0; i < 100000; i++)
        (void)!write(fd, "x", 1);
}

static void serve(int fd, const char *request)
{
    char path[64] = "", count[16];

    (void)sscanf(request, "%*s %63s", path);
    (void)snprintf(count, sizeof(count), "%d", *server.connections);
    if (!strcmp(path, "/echo"))
        say(fd, "200 OK", "x-AUTH-token: one\r\nX-Auth-Token: two\r\n", request);
    else if (!strcmp(path, "/connections"))
        say(fd, "200 OK", "", count);
    else if (!strcmp(path, "/hang"))
        (void)poll(NULL, 0, -1);
    else if (!strcmp(path, "/big"))
        say_big(fd);
    else if (!strcmp(path, "/reset") && __sync_add_and_fetch(server.resets, 1))
        reset(fd);
    else if (!strcmp(path, "/inside"))
        redirect(fd, server.port, "/echo", "302 Found");
    else if (!strcmp(path, "/inside-keep"))
        redirect(fd, server.port, "/echo", "307 Temporary Redirect");
    else if (!strcmp(path, "/outside"))
        redirect(fd, server.other_port, "/echo", "302 Found");
    else if (!strcmp(path, "/round"))
        redirect(fd, server.port, "/round", "302 Found");
    else if (!strcmp(path, "/later"))
        say(fd, "429 Too Many Requests", "Retry-After: 7\r\n", "{}");
    else
        say(fd, "404 Not Found", "", "nothing here");
}

static void serve_connection(int fd)
{
    static char request[1 << 16];

    (void)__sync_add_and_fetch(server.connections, 1);
    while (read_request(fd, request, sizeof(request)))
        serve(fd, request);
    _exit(0);
}

static int listen_on(int *ret_port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(0, bind(fd, (struct sockaddr *)&at, sizeof(at)));
    assert_int_equal(0, listen(fd, 50));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&at, &len));
    *ret_port = ntohs(at.sin_port);
    return fd;
}

static int start_server(void **state)
{
    int fd = listen_on(&server.port), other = listen_on(&server.other_port);

    (void)state;
    (void)close(other); /* a port nobody listens on */
    server.connections =
        mmap(NULL, 2 * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    server.resets = server.connections + 1;
    server.pid = fork();
    if (server.pid == 0) {
        (void)setpgid(0, 0);
        (void)signal(SIGCHLD, SIG_IGN);
        for (;;) {
            int peer = accept(fd, NULL, NULL);

            if (fork() == 0)
                serve_connection(peer);
            (void)close(peer);
        }
    }
    (void)setpgid(server.pid, server.pid);
    (void)close(fd);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    (void)kill(-server.pid, SIGKILL);
    (void)waitpid(server.pid, NULL, 0);
    return 0;
}

/* ---- one call ----------------------------------------------------------------------------------------------------- */

struct answer {
    bool done;
    enum http_fate fate;
    int status;
    struct err e;
    char body[1 << 16], tokens[64];
    int64_t retry_after;
};

static void keep(void *ctx, enum http_fate fate, const struct http_response *res, const struct err *e)
{
    struct answer *a = ctx;

    a->done = true;
    a->fate = fate;
    a->e = *e;
    if (!res)
        return;
    a->status = res->status;
    a->retry_after = http_retry_after(res, 0);
    (void)snprintf(a->body, sizeof(a->body), "%s", buf_text(&res->body));
    for (size_t i = 0; i < res->n_headers; i++)
        if (!strcmp(res->headers[i].name, "X-Auth-Token"))
            (void)snprintf(a->tokens + strlen(a->tokens), sizeof(a->tokens) - strlen(a->tokens), "%s ",
                           res->headers[i].value);
}

static char *url_of(const char *path) { return x_asprintf("http://127.0.0.1:%d%s", server.port, path); }

static void wait_for(struct http *h, const struct answer *a)
{
    int64_t until = clock_monotonic() + 20000;

    while (!a->done && clock_monotonic() < until)
        http_poll(h, 100);
    assert_true(a->done);
}

static void call(const char *path, struct http_request req, struct answer *a)
{
    struct err e = { 0 };
    CLEAN(http_free) struct http *h = http_new("test", &e);
    CLEAN(free) char *url = url_of(path);

    if (!req.url)
        req.url = url;
    if (!req.method)
        req.method = "GET";
    *a = (struct answer){ 0 };
    (void)http_send(h, &req, keep, a);
    assert_false(a->done); /* never from http_send() */
    wait_for(h, a);
}

static struct answer a;

static void an_answer_comes_with_canonical_headers(void **state)
{
    (void)state;
    call("/echo", (struct http_request){ 0 }, &a);
    assert_int_equal(HTTP_ANSWERED, a.fate);
    assert_int_equal(200, a.status);
    assert_string_equal("one two ", a.tokens);
}

static void only_what_was_asked_for_is_sent(void **state)
{
    const struct http_header header = { "X-Auth-Login", "me" };

    (void)state;
    call("/echo",
         (struct http_request){
             .method = "POST", .headers = &header, .n_headers = 1, .body = "{\"a\":1}", .body_len = 7 },
         &a);
    assert_non_null(strstr(a.body, "POST /echo HTTP/1.1\r\n"));
    assert_non_null(strstr(a.body, "X-Auth-Login: me\r\n"));
    assert_non_null(strstr(a.body, "\r\n\r\n{\"a\":1}"));
    assert_null(strstr(a.body, "Content-Type"));
    assert_null(strstr(a.body, "Expect"));
    assert_null(strstr(a.body, "Accept:"));
}

static void a_post_without_body_says_so(void **state)
{
    (void)state;
    call("/echo", (struct http_request){ .method = "POST" }, &a);
    assert_non_null(strstr(a.body, "Content-Length: 0\r\n"));
    call("/echo", (struct http_request){ .method = "DELETE" }, &a);
    assert_non_null(strstr(a.body, "DELETE /echo"));
    assert_null(strstr(a.body, "Content-Length"));
}

static void headers_cannot_smuggle_lines(void **state)
{
    static const struct http_header bad[] = {
        { "X-A", "b\r\nX-Evil: 1" }, { "X-A\r\nB", "c" }, { "", "c" }, { "X A", "c" }
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        call("/echo", (struct http_request){ .headers = &bad[i], .n_headers = 1 }, &a);
        assert_int_equal(HTTP_NOT_SENT, a.fate);
        assert_int_equal(ERR_INVALID, a.e.kind);
    }
}

static void urls_that_are_not_http_are_refused(void **state)
{
    static const char *const bad[] = { "file:///etc/passwd", "/relative", "ftp://h/",
                                       "http://u:p@h/",      "http://",   "" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        call("", (struct http_request){ .url = bad[i] }, &a);
        assert_int_equal(HTTP_NOT_SENT, a.fate);
        assert_int_equal(ERR_INVALID, a.e.kind);
    }
}

static void a_redirect_inside_the_origin_is_followed(void **state)
{
    (void)state;
    call("/inside", (struct http_request){ .method = "POST", .body = "x", .body_len = 1 }, &a);
    assert_int_equal(200, a.status);
    assert_non_null(strstr(a.body, "GET /echo"));
    call("/inside-keep", (struct http_request){ .method = "PUT", .body = "x", .body_len = 1 }, &a);
    assert_non_null(strstr(a.body, "PUT /echo"));
    assert_non_null(strstr(a.body, "\r\n\r\nx"));
}

static void a_redirect_out_of_it_is_not(void **state)
{
    (void)state;
    call("/outside", (struct http_request){ 0 }, &a);
    assert_int_equal(302, a.status);
}

static void redirects_end(void **state)
{
    (void)state;
    call("/round", (struct http_request){ 0 }, &a);
    assert_int_equal(302, a.status);
}

static void a_body_over_the_limit_is_an_error(void **state)
{
    (void)state;
    call("/big", (struct http_request){ .max_body = 1000 }, &a);
    assert_int_equal(HTTP_MAYBE_SENT, a.fate);
    assert_non_null(strstr(a.e.text, "larger than allowed"));
}

static void a_reset_may_have_taken_effect(void **state)
{
    (void)state;
    call("/reset", (struct http_request){ .method = "POST" }, &a);
    assert_int_equal(HTTP_MAYBE_SENT, a.fate);
}

/* libcurl repeats a call by itself when a connection it used before breaks: never a call that may take effect twice. */
static void a_post_is_sent_once(void **state)
{
    struct err e = { 0 };
    CLEAN(http_free) struct http *h = http_new("test", &e);
    CLEAN(free) char *echo = url_of("/echo"), *breaks = url_of("/reset");
    int before = *server.resets;

    (void)state;
    a = (struct answer){ 0 };
    (void)http_send(h, &(struct http_request){ .method = "GET", .url = echo }, keep, &a);
    wait_for(h, &a);
    a = (struct answer){ 0 };
    (void)http_send(h, &(struct http_request){ .method = "POST", .url = breaks, .body = "x", .body_len = 1 },
                    keep, &a);
    wait_for(h, &a);
    assert_int_equal(HTTP_MAYBE_SENT, a.fate);
    assert_int_equal(1, *server.resets - before);
}

static void a_refused_connection_has_not(void **state)
{
    CLEAN(free) char *url = x_asprintf("http://127.0.0.1:%d/", server.other_port);

    (void)state;
    call("", (struct http_request){ .url = url, .method = "POST" }, &a);
    assert_int_equal(HTTP_NOT_SENT, a.fate);
    assert_int_equal(ERR_TRANSIENT, a.e.kind);
}

static void no_answer_ends_at_the_timeout(void **state)
{
    (void)state;
    call("/hang", (struct http_request){ .timeout_ms = 200 }, &a);
    assert_int_equal(HTTP_MAYBE_SENT, a.fate);
    assert_string_equal("no answer in time", a.e.text);
}

static void retry_after_is_read(void **state)
{
    (void)state;
    call("/later", (struct http_request){ 0 }, &a);
    assert_int_equal(429, a.status);
    assert_int_equal(7000, a.retry_after);
}

static void nobody_waits_for_a_day(void **state)
{
    static const struct {
        const char *text;
        int64_t wait;
    } rows[] = { { "7", 7000 },
                 { "86400", 300000 },
                 { "99999999999999999999", 300000 },
                 { "-1", -1 },
                 { "soon", -1 },
                 { "Fri, 31 Dec 2100 23:59:59 GMT", 300000 },
                 { "0", 0 },
                 { "Thu, 01 Jan 1970 00:00:01 GMT", 1000 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct http_header header = { "Retry-After", rows[i].text };
        const struct http_response res = { .headers = &header, .n_headers = 1 };

        assert_int_equal(rows[i].wait, http_retry_after(&res, 0));
    }
}

static void a_hanging_peer_holds_up_nobody(void **state)
{
    static struct answer hanging, others[20];
    struct err e = { 0 };
    CLEAN(http_free) struct http *h = http_new("test", &e);
    CLEAN(free) char *hang = url_of("/hang"), *echo = url_of("/echo");

    (void)state;
    hanging = (struct answer){ 0 };
    (void)http_send(h, &(struct http_request){ .method = "GET", .url = hang }, keep, &hanging);
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        others[i] = (struct answer){ 0 };
        (void)http_send(h, &(struct http_request){ .method = "GET", .url = echo }, keep, &others[i]);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        wait_for(h, &others[i]);
    assert_false(hanging.done);
}

static void connections_are_used_again(void **state)
{
    struct err e = { 0 };
    CLEAN(http_free) struct http *h = http_new("test", &e);
    CLEAN(free) char *url = url_of("/connections");
    int first = 0;

    (void)state;
    for (int i = 0; i < 10; i++) {
        a = (struct answer){ 0 };
        (void)http_send(h, &(struct http_request){ .method = "GET", .url = url }, keep, &a);
        wait_for(h, &a);
        if (i == 0)
            first = (int)strtol(a.body, NULL, 10);
        assert_int_equal(first, strtol(a.body, NULL, 10));
    }
}

static void a_cancelled_call_is_not_reported(void **state)
{
    struct err e = { 0 };
    CLEAN(http_free) struct http *h = http_new("test", &e);
    CLEAN(free) char *url = url_of("/echo");
    static struct answer cancelled;
    struct http_call *c;

    (void)state;
    cancelled = (struct answer){ 0 };
    c = http_send(h, &(struct http_request){ .method = "GET", .url = url }, keep, &cancelled);
    http_cancel(c);
    http_poll(h, 100);
    assert_false(cancelled.done);
}

/* ---- pure ----------------------------------------------------------------------------------------------------------- */

static void origins(void **state)
{
    static const char *const rows[][2] = {
        { "https://Rest.Cleura.cloud/a/b?c", "https://rest.cleura.cloud:443" },
        { "http://h:8080", "http://h:8080" },
        { "http://[::1]:9/x", "http://[::1]:9" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CLEAN(free) char *origin = http_origin(rows[i][0], NULL);

        assert_string_equal(rows[i][1], origin);
    }
}

static void relative_urls_follow_the_endpoint(void **state)
{
    static const char *const rows[][3] = {
        { "https://h", "/a", "https://h/a" },
        { "https://h/", "/a", "https://h/a" },
        { "https://h/api/", "/a", "https://h/api/a" },
        { "https://h/api", "a?x=1", "https://h/api/a?x=1" },
        { "https://h", "http://other/b", "http://other/b" },
    };
    struct err e = { 0 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CLEAN(free) char *url = http_resolve(rows[i][0], rows[i][1], NULL);

        assert_string_equal(rows[i][2], url);
    }
    assert_null(http_resolve(NULL, "/a", &e));
    assert_non_null(strstr(e.text, "no endpoint"));
}

static void names_become_canonical(void **state)
{
    char a1[] = "x-auth-TOKEN", b[] = "etag", c[] = "bad name";

    (void)state;
    http_canonical_name(a1);
    http_canonical_name(b);
    http_canonical_name(c);
    assert_string_equal("X-Auth-Token", a1);
    assert_string_equal("Etag", b);
    assert_string_equal("bad name", c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_with_canonical_headers),
        cmocka_unit_test(only_what_was_asked_for_is_sent),
        cmocka_unit_test(a_post_without_body_says_so),
        cmocka_unit_test(headers_cannot_smuggle_lines),
        cmocka_unit_test(urls_that_are_not_http_are_refused),
        cmocka_unit_test(a_redirect_inside_the_origin_is_followed),
        cmocka_unit_test(a_redirect_out_of_it_is_not),
        cmocka_unit_test(redirects_end),
        cmocka_unit_test(a_body_over_the_limit_is_an_error),
        cmocka_unit_test(a_reset_may_have_taken_effect),
        cmocka_unit_test(a_post_is_sent_once),
        cmocka_unit_test(a_refused_connection_has_not),
        cmocka_unit_test(no_answer_ends_at_the_timeout),
        cmocka_unit_test(retry_after_is_read),
        cmocka_unit_test(nobody_waits_for_a_day),
        cmocka_unit_test(a_hanging_peer_holds_up_nobody),
        cmocka_unit_test(connections_are_used_again),
        cmocka_unit_test(a_cancelled_call_is_not_reported),
        cmocka_unit_test(origins),
        cmocka_unit_test(relative_urls_follow_the_endpoint),
        cmocka_unit_test(names_become_canonical),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
