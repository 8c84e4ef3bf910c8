/* SPDX-License-Identifier: Apache-2.0 */
/* Health and reflection as methods of the server. */
#undef NDEBUG
#include "function/service.h"
#include "function/standard.h"
#include "function/wire/reflection.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CHECK, WATCH, REFLECT, REFLECT_ALPHA };
#define LIST_SERVICES "\x3a\x01*"
#define ASK_A                                                                                                \
    "\x0a\x01"                                                                                               \
    "a"
#define ASK_B                                                                                                \
    "\x0a\x01"                                                                                               \
    "b"

static const char *const services[] = { "a", NULL };
static struct standard standard = { .services = services };
static struct serve_method methods[STANDARD_METHODS];

static struct serve_reply call(int method, const char *bytes)
{
    struct serve_reply reply = { 0 };

    standard_methods(&standard, methods);
    methods[method].handle(methods[method].ctx, (const uint8_t *)bytes, strlen(bytes), &reply);
    return reply;
}

/* The reply is what a HealthCheckResponse with that status is. */
static void assert_health(int method, const char *bytes, uint8_t status)
{
    struct serve_reply r = call(method, bytes);

    assert_int_equal(r.code, SERVE_OK);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.bytes[0], 8);
    assert_int_equal(r.bytes[1], status);
    free(r.bytes);
}

static void assert_refused(int method, const char *bytes, enum serve_code code)
{
    struct serve_reply r = call(method, bytes);

    assert_int_equal(r.code, code);
    assert_null(r.bytes);
    assert_true(*r.message != '\0');
}

static void health_says_whether_calls_are_taken(void **state)
{
    (void)state;
    for (int method = CHECK; method <= WATCH; method++) {
        atomic_store(&standard.serving, true);
        assert_health(method, "", 1);
        assert_health(method, ASK_A, 1);
        atomic_store(&standard.serving, false);
        assert_health(method, "", 2);
        assert_health(method, ASK_A, 2);
        assert_refused(method, "\x0a\x05", SERVE_INVALID_ARGUMENT);
    }
}

/* As the protocol has it. */
static void who_is_not_known_is_an_error_of_check_and_news_for_watch(void **state)
{
    (void)state;
    assert_refused(CHECK, ASK_B, SERVE_NOT_FOUND);
    assert_health(WATCH, ASK_B, 3);
}

static void reflection_answers_and_refuses(void **state)
{
    (void)state;
    for (int method = REFLECT; method <= REFLECT_ALPHA; method++) {
        struct serve_reply r = call(method, LIST_SERVICES);

        assert_int_equal(r.code, SERVE_OK);
        assert_non_null(memmem(r.bytes, r.n, "grpc.health.v1.Health", 21));
        free(r.bytes);
        assert_refused(method, "", SERVE_INVALID_ARGUMENT);
        assert_refused(method, "\x3a", SERVE_INVALID_ARGUMENT);
    }
}

/* "/package.Service/Method": the service is in the list, and so the list has nothing that is not served. */
static void reflection_lists_what_is_served(void **state)
{
    struct service *service = service_new(NULL, NULL);
    struct serve_reply list = call(REFLECT, LIST_SERVICES);
    size_t listed = 0, served = 0;

    (void)state;
    for (const struct serve_method *m = service_methods(service); m->path; m++) {
        size_t n = (size_t)(strrchr(m->path, '/') - m->path - 1);
        bool again = m != service_methods(service) && !strncmp(m->path, m[-1].path, n + 2);

        assert_non_null(memmem(list.bytes, list.n, m->path + 1, n));
        served += again ? 0 : n;
    }
    /* message_response is the last field: tag and length are three bytes, and for each of five services four
     * beside its name; the request before it is five */
    listed = list.n - 28;
    assert_int_equal(listed, served);
    free(list.bytes);
    service_free(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(health_says_whether_calls_are_taken),
        cmocka_unit_test(who_is_not_known_is_an_error_of_check_and_news_for_watch),
        cmocka_unit_test(reflection_answers_and_refuses),
        cmocka_unit_test(reflection_lists_what_is_served),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
