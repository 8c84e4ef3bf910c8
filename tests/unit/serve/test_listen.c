/* SPDX-License-Identifier: Apache-2.0 */
/* Where a server listens, and what it says when it cannot. */
#undef NDEBUG
#include "function/serve/serve.h"
#include "tests/unit/serve/client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_listen.XXXXXX";

static void answer(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    reply->bytes = (uint8_t *)x_strdup("yes");
    reply->n = 3;
}

static const struct serve_method methods[] = { { "/t/Ask", SERVE_UNARY, answer, NULL },
                                               { NULL, SERVE_UNARY, NULL, NULL } };

static struct server *listen_at(const char *network, const char *address, struct err *e)
{
    struct server *s = serve_new(
        &(struct serve_options){ .network = network, .address = address, .max_message = 1000, .workers = 1 },
        methods, e);

    if (s)
        serve_start(s);
    return s;
}

static void assert_answers(const char *target)
{
    struct client c = client_open(target, NULL, NULL);
    CLEAN(ask_free) struct ask a = ask_wait(&c, "/t/Ask", "x", 1);

    assert_int_equal(a.status, GRPC_STATUS_OK);
    client_close(&c);
}

static void addresses_are_gos(void **state)
{
    static const struct {
        const char *network, *address, *reached[3];
    } rows[] = {
        { "tcp", ":0", { "127.0.0.1", "[::1]" } },  { "tcp", "127.0.0.1:0", { "127.0.0.1" } },
        { "tcp", "localhost:0", { "127.0.0.1" } },  { "tcp", "[::1]:0", { "[::1]" } },
        { "tcp4", "127.0.0.1:0", { "127.0.0.1" } }, { "tcp6", "[::1]:0", { "[::1]" } },
        { "tcp4", ":0", { "127.0.0.1" } },          { "tcp6", ":0", { "[::1]" } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct err e = { 0 };
        CLEAN(serve_free) struct server *s = listen_at(rows[i].network, rows[i].address, &e);

        if (!s)
            fail_msg("%s %s: %s", rows[i].network, rows[i].address, e.text);
        for (const char *const *host = rows[i].reached; *host; host++) {
            CLEAN(free) char *target = x_asprintf("%s:%d", *host, serve_port(s));

            assert_answers(target);
        }
    }
}

static void a_unix_socket_is_a_file(void **state)
{
    CLEAN(free)
    char *path = x_asprintf("%s/a%%20b", folder), *target = x_asprintf("unix:%s/a%%2520b", folder);
    struct err e = { 0 };
    struct server *s = listen_at("unix", path, &e), *second;
    struct stat st;

    (void)state;
    if (!s)
        fail_msg("%s", e.text);
    assert_int_equal(serve_port(s), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_answers(target);
    second = listen_at("unix", path, &e);
    assert_null(second);
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_non_null(strstr(e.text, "another process listens on"));
    assert_answers(target);
    serve_free(s);
    assert_int_not_equal(stat(path, &st), 0);
}

static void a_port_has_one_owner(void **state)
{
    struct err e = { 0 };
    CLEAN(serve_free) struct server *first = listen_at("tcp", ":0", &e);
    CLEAN(free) char *everywhere = NULL, *here = NULL;

    (void)state;
    assert_non_null(first);
    everywhere = x_asprintf(":%d", serve_port(first));
    here = x_asprintf("127.0.0.1:%d", serve_port(first));
    assert_null(listen_at("tcp", everywhere, &e));
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_non_null(strstr(e.text, "is taken by another process"));
    assert_null(listen_at("tcp", here, &e));
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_answers(here);
}

static void what_cannot_be_is_told(void **state)
{
    CLEAN(free) char *missing = x_asprintf("%s/missing/socket", folder);
    char much[200];
    const struct {
        const char *network, *address, *says;
    } rows[] = {
        { "udp", ":1", "network \"udp\" is none of tcp, tcp4, tcp6 and unix" },
        { "tcp", "9443", "the port is missing" },
        { "tcp4", "[::1]:0", "[::1]:0 is no address of network tcp4" },
        { "tcp6", "127.0.0.1:0", "127.0.0.1:0 is no address of network tcp6" },
        { "tcp", "192.0.2.1:0", "cannot listen on 192.0.2.1:0: Cannot assign requested address" },
        { "unix", "", "the path of a unix socket has 1 to 107 bytes" },
        { "unix", much, "the path of a unix socket has 1 to 107 bytes" },
        { "unix", missing, "socket: No such file or directory" },
    };

    (void)state;
    memset(much, 'x', sizeof(much) - 1);
    much[sizeof(much) - 1] = '\0';
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct err e = { 0 };

        assert_null(listen_at(rows[i].network, rows[i].address, &e));
        assert_int_equal(e.kind, ERR_INVALID);
        if (!strstr(e.text, rows[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e.text, rows[i].says);
    }
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when a socket was left behind */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_gos),
        cmocka_unit_test(a_unix_socket_is_a_file),
        cmocka_unit_test(a_port_has_one_owner),
        cmocka_unit_test(what_cannot_be_is_told),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
