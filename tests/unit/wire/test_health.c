/* SPDX-License-Identifier: Apache-2.0 */
/* grpc.health.v1 on bytes. */
#undef NDEBUG
#include "function/wire/health.h"
#include "tests/unit/wire/wire_bytes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const services[] = { "a.Service", "b.Service", NULL };

static enum health of(struct bytes request, bool serving)
{
    enum health h = HEALTH_UNKNOWN;
    struct err e = { 0 };

    assert_int_equal(health_answer(span_of(&request), services, serving, &h, &e), 0);
    return h;
}

static void the_server_and_its_services_are_well_or_not(void **state)
{
    (void)state;
    assert_int_equal(of(RAW(""), true), HEALTH_SERVING);
    assert_int_equal(of(RAW(""), false), HEALTH_NOT_SERVING);
    assert_int_equal(of(field(1, RAW("")), true), HEALTH_SERVING);
    assert_int_equal(of(field(1, RAW("b.Service")), true), HEALTH_SERVING);
    assert_int_equal(of(field(1, RAW("b.Service")), false), HEALTH_NOT_SERVING);
}

static void others_are_unknown_always(void **state)
{
    (void)state;
    assert_int_equal(of(field(1, RAW("b.Servic")), true), HEALTH_SERVICE_UNKNOWN);
    assert_int_equal(of(field(1, RAW("b.Service\0")), true), HEALTH_SERVICE_UNKNOWN);
    assert_int_equal(of(field(1, RAW("c")), false), HEALTH_SERVICE_UNKNOWN);
}

static void the_last_name_counts_and_other_fields_do_not(void **state)
{
    (void)state;
    assert_int_equal(of(join(field(1, RAW("c")), field(1, RAW("a.Service"))), true), HEALTH_SERVING);
    assert_int_equal(of(join(field(2, RAW("c")), join(tag(1, READER_VARINT), varint(7))), true),
                     HEALTH_SERVING);
}

static void no_message_is_refused(void **state)
{
    struct bytes cut = RAW("\x0a\x05"
                           "ab");
    struct err e = { 0 };
    enum health h;

    (void)state;
    assert_int_equal(health_answer(span_of(&cut), services, true, &h, &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
}

static void a_response_is_two_bytes(void **state)
{
    uint8_t bytes[HEALTH_BYTES];

    (void)state;
    health_encode(HEALTH_SERVING, bytes);
    assert_memory_equal(bytes, "\x08\x01", 2);
    health_encode(HEALTH_SERVICE_UNKNOWN, bytes);
    assert_memory_equal(bytes, "\x08\x03", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_and_its_services_are_well_or_not),
        cmocka_unit_test(others_are_unknown_always),
        cmocka_unit_test(the_last_name_counts_and_other_fields_do_not),
        cmocka_unit_test(no_message_is_refused),
        cmocka_unit_test(a_response_is_two_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
