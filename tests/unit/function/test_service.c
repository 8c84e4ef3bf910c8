/* SPDX-License-Identifier: Apache-2.0 */
/* RunFunction as the server calls it, with renderers of our own. */
#undef NDEBUG
#include "function/service.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

static const char *const kinds[] = { "Shoot", NULL };
static const uint8_t request[] = { 0x0a, 0x04, 0x0a, 0x02, 'h', 'i' }; /* meta { tag: "hi" } */

static int render_warning(const struct fn_request *req, struct fn_response *r, struct err *e)
{
    (void)req;
    (void)e;
    jx_append(r->results, jx_pack("{s:i, s:s, s:s}", "severity", (int)FN_WARNING, "reason", "Because",
                                  "message", "a word of warning"));
    return 0;
}

static int render_nothing(const struct fn_request *req, struct fn_response *r, struct err *e)
{
    (void)req;
    (void)r;
    return err_set(e, ERR_INVALID, "nobody renders that");
}

static bool reads_none(const char *name)
{
    (void)name;
    return false;
}

static const struct fn_reads reads = { .observed = reads_none };
static const struct run_renderer warns = { render_warning, &reads, kinds };
static const struct run_renderer refuses = { render_nothing, &reads, kinds };

struct fixture {
    struct metrics *metrics;
    struct service *service;
};

static struct fixture with(const struct run_renderer *renderer)
{
    struct metrics *m = metrics_new(kinds);

    return (struct fixture){ m, service_new(renderer, m) };
}

static void end(struct fixture f)
{
    service_free(f.service);
    metrics_free(f.metrics);
}

static struct serve_reply call(struct fixture f, const void *bytes, size_t n)
{
    struct serve_reply reply = { 0 };

    service_run(f.service, bytes, n, &reply);
    return reply;
}

static void assert_counted(struct fixture f, const char *series)
{
    CLEAN(free) char *text = metrics_text(f.metrics);

    if (!strstr(text, series))
        fail_msg("the metrics have no %s", series);
}

static bool has(const struct serve_reply *reply, const char *text)
{
    return memmem(reply->bytes, reply->n, text, strlen(text));
}

static void an_answer_is_the_response_and_is_counted(void **state)
{
    struct fixture f = with(&warns);
    struct serve_reply reply = call(f, request, sizeof(request));

    (void)state;
    assert_int_equal(reply.code, SERVE_OK);
    assert_true(has(&reply, "hi"));
    assert_true(has(&reply, "a word of warning"));
    assert_counted(f, "calls_total{kind=\"none\",severity=\"Warning\",code=\"OK\"} 1\n");
    assert_int_equal(service_calls(f.service), 1);
    free(reply.bytes);
    end(f);
}

static void what_cannot_be_rendered_is_a_fatal_result_and_no_failed_call(void **state)
{
    struct fixture f = with(&refuses);
    struct serve_reply reply = call(f, request, sizeof(request));

    (void)state;
    assert_int_equal(reply.code, SERVE_OK);
    assert_true(has(&reply, "nobody renders that"));
    assert_counted(f, "calls_total{kind=\"none\",severity=\"Fatal\",code=\"OK\"} 1\n");
    free(reply.bytes);
    end(f);
}

static void bytes_that_are_no_request_are_an_invalid_argument(void **state)
{
    struct fixture f = with(&warns);
    struct serve_reply reply = call(f, "\xff\xff", 2);

    (void)state;
    assert_int_equal(reply.code, SERVE_INVALID_ARGUMENT);
    assert_non_null(strstr(reply.message, "RunFunctionRequest"));
    assert_null(reply.bytes);
    assert_int_equal(reply.n, 0);
    assert_counted(f, "calls_total{kind=\"none\",severity=\"Fatal\",code=\"INVALID_ARGUMENT\"} 1\n");
    assert_int_equal(service_calls(f.service), 1);
    end(f);
}

static void both_versions_of_the_service_are_the_same(void **state)
{
    struct fixture f = with(&warns);
    const struct serve_method *m = service_methods(f.service);
    static const char *const paths[] = {
        "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction",
        "/apiextensions.fn.proto.v1beta1.FunctionRunnerService/RunFunction"
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        assert_string_equal(m[i].path, paths[i]);
        assert_ptr_equal(m[i].handle, service_run);
        assert_ptr_equal(m[i].ctx, f.service);
        assert_int_equal(m[i].kind, SERVE_UNARY);
    }
    end(f);
}

enum { THREADS = 4, EACH = 200 };

static void *call_many(void *ctx)
{
    const struct fixture *f = ctx;

    for (int i = 0; i < EACH; i++)
        free(call(*f, request, sizeof(request)).bytes);
    return NULL;
}

static void many_threads_may_call_at_once(void **state)
{
    struct fixture f = with(&warns);
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_many, &f), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(service_calls(f.service), THREADS * EACH);
    end(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_the_response_and_is_counted),
        cmocka_unit_test(what_cannot_be_rendered_is_a_fatal_result_and_no_failed_call),
        cmocka_unit_test(bytes_that_are_no_request_are_an_invalid_argument),
        cmocka_unit_test(both_versions_of_the_service_are_the_same),
        cmocka_unit_test(many_threads_may_call_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
