/* SPDX-License-Identifier: Apache-2.0 */
/* What a request must be before protobuf-c may see it. */
#undef NDEBUG
#include "function/wire/scan.h"
#include "lib/clock.h"
#include "tests/unit/wire/wire_bytes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void accepted(struct bytes b)
{
    struct err e = { 0 };

    if (scan_request(span_of(&b), &e) < 0)
        fail_msg("%s", e.text);
}

static void refused(struct bytes b, const char *why)
{
    struct err e = { 0 };

    assert_int_equal(scan_request(span_of(&b), &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_string_equal(e.text, why);
}

static void requests_as_crossplane_makes_them_pass(void **state)
{
    struct bytes resource =
        join(field(1, entry(RAW("a"), boolean(true))), join(tag(3, READER_VARINT), varint(1)));
    struct bytes named = field(2, join(field(1, RAW("shoot")), field(2, resource)));

    (void)state;
    accepted(RAW(""));
    accepted(field(2, RAW("")));
    accepted(join(field(1, field(1, RAW("tag"))), field(2, join(field(1, resource), join(named, named)))));
    accepted(join(field(3, named), join(field(4, RAW("")), field(5, RAW("")))));
}

static void what_nobody_knows_is_skipped(void **state)
{
    (void)state;
    accepted(join(field(8, RAW("\xff\xff")), field(536870911, RAW("x"))));
    accepted(field(2, field(99, RAW("\xff"))));
    accepted(field(1, join(tag(2, READER_VARINT), varint(7))));
}

static void a_submessage_in_parts_is_refused(void **state)
{
    struct bytes twice = join(field(1, RAW("")), field(1, RAW("")));

    (void)state;
    refused(twice, "RunFunctionRequest: meta occurs twice");
    refused(join(field(5, RAW("")), field(5, RAW(""))), "RunFunctionRequest: context occurs twice");
    refused(field(2, twice), "RunFunctionRequest: observed: composite occurs twice");
    refused(field(3, field(2, field(2, twice))),
            "RunFunctionRequest: desired: resources: value: resource occurs twice");
}

static void texts_are_utf8(void **state)
{
    (void)state;
    refused(field(1, field(1, RAW("\xc3"))), "RunFunctionRequest: meta: tag is not UTF-8");
    refused(field(2, field(2, field(1, RAW("\xff")))),
            "RunFunctionRequest: observed: resources: key is not UTF-8");
    accepted(field(1, field(1, RAW("\xc3\xa4\0b"))));
}

static void what_is_no_message_is_refused_with_its_place(void **state)
{
    (void)state;
    refused(RAW("\x12\x05"), "RunFunctionRequest: is not a protobuf message");
    refused(field(2, RAW("\x0a")), "RunFunctionRequest: observed: is not a protobuf message");
    refused(join(tag(2, READER_VARINT), varint(1)),
            "RunFunctionRequest: observed has wire type 0 instead of 2");
    refused(RAW("\x5b\x5c"), "RunFunctionRequest: field 11 is a group");
}

static void the_number_of_fields_is_limited(void **state)
{
    enum { N = 4 << 20 };
    uint8_t *many = malloc(N);
    struct err e = { 0 };
    int64_t began = clock_monotonic();

    (void)state;
    for (size_t i = 0; i < N; i += 2)
        memcpy(many + i, "\x72\x00", 2); /* field 14, empty */
    assert_int_equal(scan_request((struct span){ many, N }, &e), -1);
    assert_string_equal(e.text, "RunFunctionRequest: more than 20000 fields");
    assert_int_equal(scan_request((struct span){ many, 40000 }, &e), 0);
    assert_in_range(clock_monotonic() - began, 0, 1000);
    free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_as_crossplane_makes_them_pass),
        cmocka_unit_test(what_nobody_knows_is_skipped),
        cmocka_unit_test(a_submessage_in_parts_is_refused),
        cmocka_unit_test(texts_are_utf8),
        cmocka_unit_test(what_is_no_message_is_refused_with_its_place),
        cmocka_unit_test(the_number_of_fields_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
