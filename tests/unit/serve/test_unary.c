/* SPDX-License-Identifier: Apache-2.0 */
/* Questions with one answer, and everything that can be wrong with them. */
#undef NDEBUG
#include "function/serve/serve.h"
#include "lib/clock.h"
#include "tests/unit/serve/client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

enum { MAX_MESSAGE = 1 << 20, PARALLEL = 1000 };

static atomic_int handled;

static void nap(int64_t ms)
{
    const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

    (void)nanosleep(&t, NULL);
}

/* "s..." takes a while, "refuse:..." is refused, everything else comes back. */
static void echo(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    (void)ctx;
    atomic_fetch_add(&handled, 1);
    if (n && *bytes == 's')
        nap(300);
    if (n >= 7 && !memcmp(bytes, "refuse:", 7)) {
        reply->code = SERVE_NOT_FOUND;
        (void)snprintf(reply->message, sizeof(reply->message), "no ü, 100%% sure\n");
        return;
    }
    reply->bytes = x_alloc(n);
    reply->n = n;
    if (n)
        memcpy(reply->bytes, bytes, n);
}

static const struct serve_method methods[] = { { "/test.Echo/Say", SERVE_UNARY, echo, NULL },
                                               { "/test.v2.Echo/Say", SERVE_UNARY, echo, NULL },
                                               { NULL, SERVE_UNARY, NULL, NULL } };

struct both {
    struct server *server;
    struct client client;
};
static struct both both;

static int start(void **state)
{
    struct err e = { 0 };

    (void)state;
    atomic_store(&handled, 0);
    both.server = serve_new(
        &(struct serve_options){
            .network = "tcp", .address = "127.0.0.1:0", .max_message = MAX_MESSAGE, .workers = 2 },
        methods, &e);
    if (!both.server)
        return -1;
    serve_start(both.server);
    both.client = client_at(serve_port(both.server));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    client_close(&both.client);
    serve_stop(both.server, 2000);
    serve_free(both.server);
    return 0;
}

static char *letters(size_t n)
{
    char *text = x_alloc(n + 1);

    memset(text, 'x', n);
    return text;
}

static void a_question_has_an_answer(void **state)
{
    CLEAN(ask_free) struct ask one = ask_wait(&both.client, "/test.Echo/Say", "hello", 5);
    CLEAN(ask_free) struct ask other = ask_wait(&both.client, "/test.v2.Echo/Say", "gruezi", 6);

    (void)state;
    assert_int_equal(one.status, GRPC_STATUS_OK);
    assert_string_equal(one.bytes, "hello");
    assert_int_equal(other.status, GRPC_STATUS_OK);
    assert_string_equal(other.bytes, "gruezi");
}

static void an_empty_message_is_one(void **state)
{
    CLEAN(ask_free) struct ask a = ask_wait(&both.client, "/test.Echo/Say", "", 0);

    (void)state;
    assert_int_equal(a.status, GRPC_STATUS_OK);
    assert_non_null(a.bytes);
    assert_int_equal(a.n, 0);
}

static void no_message_is_invalid(void **state)
{
    CLEAN(ask_free) struct ask a = ask_wait(&both.client, "/test.Echo/Say", NULL, 0);

    (void)state;
    assert_int_equal(a.status, GRPC_STATUS_INVALID_ARGUMENT);
    assert_string_equal(a.message, "the call carried no message");
    assert_int_equal(handled, 0);
}

static void an_error_has_its_code_and_words(void **state)
{
    CLEAN(ask_free) struct ask a = ask_wait(&both.client, "/test.Echo/Say", "refuse:", 7);

    (void)state;
    assert_int_equal(a.status, GRPC_STATUS_NOT_FOUND);
    assert_string_equal(a.message, "no ü, 100% sure\n");
    assert_null(a.bytes);
}

/* Not even when its body is long, and as often as one likes. */
static void an_unknown_method_is_told_at_once(void **state)
{
    CLEAN(free) char *much = letters(MAX_MESSAGE - 100);

    (void)state;
    for (int i = 0; i < 50; i++) {
        CLEAN(ask_free)
        struct ask a =
            ask_wait(&both.client, "/test.Echo/Shout", i % 10 ? "x" : much, i % 10 ? 1 : MAX_MESSAGE - 100);

        assert_int_equal(a.status, GRPC_STATUS_UNIMPLEMENTED);
        assert_string_equal(a.message, "nobody serves /test.Echo/Shout here");
    }
    assert_int_equal(handled, 0);
}

/* Small ones are answered by the poller, large ones by workers; slices of the network do not show. */
static void any_size_up_to_the_limit_comes_back(void **state)
{
    static const size_t sizes[] = { 1, 16000, SERVE_INLINE_MAX, SERVE_INLINE_MAX + 1, MAX_MESSAGE };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        CLEAN(free) char *text = letters(sizes[i]);
        CLEAN(ask_free) struct ask a = ask_wait(&both.client, "/test.Echo/Say", text, sizes[i]);

        assert_int_equal(a.status, GRPC_STATUS_OK);
        assert_int_equal(a.n, sizes[i]);
        assert_memory_equal(a.bytes, text, sizes[i]);
    }
}

static void more_is_refused_and_the_server_lives(void **state)
{
    CLEAN(free) char *text = letters(MAX_MESSAGE + 1);
    CLEAN(ask_free) struct ask a = ask_wait(&both.client, "/test.Echo/Say", text, MAX_MESSAGE + 1);

    (void)state;
    assert_int_equal(a.status, GRPC_STATUS_RESOURCE_EXHAUSTED);
    assert_int_equal(handled, 0);
    a_question_has_an_answer(state);
}

static void a_thousand_at_once_are_answered(void **state)
{
    struct ask *asks = x_alloc(PARALLEL * sizeof(*asks));
    char text[16];

    (void)state;
    for (int i = 0; i < PARALLEL; i++) {
        (void)snprintf(text, sizeof(text), "%d", i);
        ask_send(&both.client, &asks[i], "/test.Echo/Say", text, strlen(text), CLIENT_WAIT_MS);
    }
    for (int i = 0; i < PARALLEL; i++) {
        ask_finish(&asks[i]);
        (void)snprintf(text, sizeof(text), "%d", i);
        assert_int_equal(asks[i].status, GRPC_STATUS_OK);
        assert_string_equal(asks[i].bytes, text);
        ask_free(&asks[i]);
    }
    assert_int_equal(handled, PARALLEL);
    free(asks);
}

/* While the workers are busy for 300 ms. */
static void small_ones_do_not_wait_for_large_ones(void **state)
{
    CLEAN(free) char *text = letters(SERVE_INLINE_MAX + 1);
    struct ask large[2];
    int64_t start_of_small, took;

    (void)state;
    *text = 's';
    for (int i = 0; i < 2; i++)
        ask_send(&both.client, &large[i], "/test.Echo/Say", text, SERVE_INLINE_MAX + 1, CLIENT_WAIT_MS);
    while (atomic_load(&handled) < 2)
        (void)client_until(&both.client, &large[0].done, 1);
    start_of_small = clock_monotonic();
    a_question_has_an_answer(state);
    took = clock_monotonic() - start_of_small;
    assert_true(took < 200);
    for (int i = 0; i < 2; i++) {
        ask_finish(&large[i]);
        assert_int_equal(large[i].status, GRPC_STATUS_OK);
        ask_free(&large[i]);
    }
}

/* Two keep the workers busy; the third waits longer than its client. */
static void what_nobody_waits_for_is_not_handled(void **state)
{
    CLEAN(free) char *text = letters(SERVE_INLINE_MAX + 1);
    struct ask asks[4];

    (void)state;
    *text = 's';
    for (int i = 0; i < 2; i++)
        ask_send(&both.client, &asks[i], "/test.Echo/Say", text, SERVE_INLINE_MAX + 1, CLIENT_WAIT_MS);
    while (atomic_load(&handled) < 2)
        (void)client_until(&both.client, &asks[0].done, 1);
    ask_send(&both.client, &asks[2], "/test.Echo/Say", text, SERVE_INLINE_MAX + 1, 100);
    ask_send(&both.client, &asks[3], "/test.Echo/Say", text, SERVE_INLINE_MAX + 1, CLIENT_WAIT_MS);
    (void)client_until(&both.client, &asks[3].done, 50);
    (void)grpc_call_cancel(asks[3].call, NULL);
    for (int i = 0; i < 4; i++)
        ask_finish(&asks[i]);
    assert_int_equal(asks[2].status, GRPC_STATUS_DEADLINE_EXCEEDED);
    assert_int_equal(asks[3].status, GRPC_STATUS_CANCELLED);
    a_question_has_an_answer(state);
    assert_int_equal(handled, 4);
    for (int i = 0; i < 4; i++)
        ask_free(&asks[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_question_has_an_answer, start, stop),
        cmocka_unit_test_setup_teardown(an_empty_message_is_one, start, stop),
        cmocka_unit_test_setup_teardown(no_message_is_invalid, start, stop),
        cmocka_unit_test_setup_teardown(an_error_has_its_code_and_words, start, stop),
        cmocka_unit_test_setup_teardown(an_unknown_method_is_told_at_once, start, stop),
        cmocka_unit_test_setup_teardown(any_size_up_to_the_limit_comes_back, start, stop),
        cmocka_unit_test_setup_teardown(more_is_refused_and_the_server_lives, start, stop),
        cmocka_unit_test_setup_teardown(a_thousand_at_once_are_answered, start, stop),
        cmocka_unit_test_setup_teardown(small_ones_do_not_wait_for_large_ones, start, stop),
        cmocka_unit_test_setup_teardown(what_nobody_waits_for_is_not_handled, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
