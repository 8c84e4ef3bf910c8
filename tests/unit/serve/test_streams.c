/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that stay open: one answer to each message, and news. */
#undef NDEBUG
#include "function/serve/serve.h"
#include "tests/unit/serve/client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

static _Atomic(const char *) news;
static atomic_int asked;

static void say(struct serve_reply *reply, const char *text)
{
    reply->bytes = (uint8_t *)x_strdup(text);
    reply->n = strlen(text);
}

/* What comes goes back in brackets; "stop" is refused. */
static void answer(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    CLEAN(free) char *text = x_asprintf("<%.*s>", (int)n, (const char *)bytes);

    (void)ctx;
    if (strcmp(text, "<stop>") != 0) {
        say(reply, text);
        return;
    }
    reply->code = SERVE_INVALID_ARGUMENT;
    (void)snprintf(reply->message, sizeof(reply->message), "enough");
}

static void tell_news(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    atomic_fetch_add(&asked, 1);
    if (*atomic_load(&news))
        say(reply, atomic_load(&news)); /* else an empty message */
}

static const struct serve_method methods[] = { { "/t/Stream", SERVE_STREAM, answer, NULL },
                                               { "/t/Watch", SERVE_WATCH, tell_news, NULL },
                                               { NULL, SERVE_UNARY, NULL, NULL } };

static struct server *server;
static struct client client;

static int start(void **state)
{
    struct err e;

    (void)state;
    atomic_store(&news, "one");
    atomic_store(&asked, 0);
    server = serve_new(
        &(struct serve_options){
            .network = "tcp", .address = "127.0.0.1:0", .max_message = 1 << 20, .workers = 1 },
        methods, &e);
    if (!server)
        return -1;
    serve_start(server);
    client = client_at(serve_port(server));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    client_close(&client);
    serve_stop(server, 2000);
    serve_free(server);
    return 0;
}

static void change(const char *text)
{
    atomic_store(&news, text);
    serve_changed(server);
}

static void each_message_has_its_answer(void **state)
{
    struct ask a;

    (void)state;
    stream_open(&client, &a, "/t/Stream");
    for (int i = 0; i < 100; i++) {
        stream_send(&a, i % 2 ? "one" : "", i % 2 ? 3 : 0);
        assert_string_equal(stream_read(&a), i % 2 ? "<one>" : "<>");
    }
    stream_no_more(&a);
    assert_null(stream_read(&a));
    ask_finish(&a);
    assert_int_equal(a.status, GRPC_STATUS_OK);
    ask_free(&a);
}

static void a_refusal_ends_the_stream(void **state)
{
    struct ask a;

    (void)state;
    stream_open(&client, &a, "/t/Stream");
    stream_send(&a, "stop", 4);
    assert_null(stream_read(&a));
    ask_finish(&a);
    assert_int_equal(a.status, GRPC_STATUS_INVALID_ARGUMENT);
    assert_string_equal(a.message, "enough");
    ask_free(&a);
}

/* They are answered by the poller, and watchers keep theirs. */
static void large_messages_are_refused(void **state)
{
    CLEAN(free) char *large = x_alloc(SERVE_INLINE_MAX + 1);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct ask a;

        stream_open(&client, &a, (const char *[]){ "/t/Stream", "/t/Watch" }[i]);
        stream_send(&a, large, SERVE_INLINE_MAX + 1);
        assert_null(stream_read(&a));
        ask_finish(&a);
        assert_int_equal(a.status, GRPC_STATUS_RESOURCE_EXHAUSTED);
        assert_string_equal(a.message, "a message of more than 65536 bytes");
        ask_free(&a);
    }
    assert_int_equal(asked, 0);
}

static void a_client_may_leave_at_any_time(void **state)
{
    struct ask quiet, asking, watching;

    (void)state;
    stream_open(&client, &quiet, "/t/Stream");
    stream_open(&client, &asking, "/t/Stream");
    stream_send(&asking, "x", 1);
    stream_open(&client, &watching, "/t/Watch");
    stream_send(&watching, "", 0);
    assert_string_equal(stream_read(&watching), "one");
    for (size_t i = 0; i < 3; i++) {
        struct ask *a = (struct ask *[]){ &quiet, &asking, &watching }[i];

        (void)grpc_call_cancel(a->call, NULL);
        ask_finish(a);
        assert_int_equal(a->status, GRPC_STATUS_CANCELLED);
        ask_free(a);
    }
    change("two");
}

static void a_watcher_hears_what_is_new_and_nothing_twice(void **state)
{
    struct ask a;

    (void)state;
    stream_open(&client, &a, "/t/Watch");
    stream_send(&a, "", 0);
    stream_no_more(&a);
    assert_string_equal(stream_read(&a), "one");
    change("one");
    change("two");
    assert_string_equal(stream_read(&a), "two");
    change("");
    assert_string_equal(stream_read(&a), "");
    change("two");
    assert_string_equal(stream_read(&a), "two");
    assert_in_range(asked, 4, 5); /* two changes while one message is on its way are one */
    (void)grpc_call_cancel(a.call, NULL);
    ask_finish(&a);
    ask_free(&a);
}

/* Many changes while nobody reads: the last one is what counts. */
static void a_slow_watcher_hears_the_last_word(void **state)
{
    const char *said;
    struct ask a;

    (void)state;
    stream_open(&client, &a, "/t/Watch");
    stream_send(&a, "", 0);
    for (int i = 0; i < 1000; i++)
        change(i % 2 ? "odd" : "even");
    change("last");
    do
        said = stream_read(&a);
    while (said && strcmp(said, "last") != 0);
    assert_non_null(said);
    (void)grpc_call_cancel(a.call, NULL);
    ask_finish(&a);
    ask_free(&a);
}

static void a_watch_without_a_question_is_refused(void **state)
{
    struct ask a;

    (void)state;
    stream_open(&client, &a, "/t/Watch");
    stream_no_more(&a);
    ask_finish(&a);
    assert_int_equal(a.status, GRPC_STATUS_INVALID_ARGUMENT);
    assert_string_equal(a.message, "the call carried no message");
    ask_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_message_has_its_answer, start, stop),
        cmocka_unit_test_setup_teardown(a_refusal_ends_the_stream, start, stop),
        cmocka_unit_test_setup_teardown(large_messages_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(a_client_may_leave_at_any_time, start, stop),
        cmocka_unit_test_setup_teardown(a_watcher_hears_what_is_new_and_nothing_twice, start, stop),
        cmocka_unit_test_setup_teardown(a_slow_watcher_hears_the_last_word, start, stop),
        cmocka_unit_test_setup_teardown(a_watch_without_a_question_is_refused, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
