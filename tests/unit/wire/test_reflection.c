/* SPDX-License-Identifier: Apache-2.0 */
/* Server reflection on bytes: the program's own descriptors, and some made up. */
#undef NDEBUG
#include "function/wire/reflection.h"
#include "lib/buf.h"
#include "tests/unit/wire/wire_bytes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { FILENAME = 3, SYMBOL = 4, EXTENSION = 5, EXTENSIONS = 6, LIST = 7 };

static struct bytes named(const char *text) { return raw(text, strlen(text)); }

static void add(struct buf *to, const char *before, struct span text)
{
    assert_int_equal(buf_addf(to, "%s%.*s ", before, (int)text.n, text.n ? (const char *)text.at : ""), 0);
}

static struct span member(struct span of, uint32_t number)
{
    struct field f = { 0 };

    while (reader_next(&of, &f) > 0)
        if (f.number == number)
            return f.bytes;
    return (struct span){ 0 };
}

/* A response in words: "host=h", "file=name" for each file, "service=name", "error=code:text". */
static void describe(struct buf *to, struct span response, struct span request)
{
    struct span inner;
    struct field f, g;
    bool echoed = false;

    while (reader_next(&response, &f) > 0) {
        inner = f.bytes;
        if (f.number == 1)
            add(to, "host=", f.bytes);
        if (f.number == 2)
            echoed = f.bytes.n == request.n && !memcmp(f.bytes.at, request.at, request.n);
        while (f.number == 4 && reader_next(&inner, &g) > 0)
            add(to, "file=", member(g.bytes, 1));
        while (f.number == 6 && reader_next(&inner, &g) > 0)
            add(to, "service=", member(g.bytes, 1));
        if (f.number == 7 && reader_next(&inner, &g) > 0)
            assert_int_equal(buf_addf(to, "error=%d:", (int)g.value), 0);
        if (f.number == 7)
            add(to, "", member(f.bytes, 2));
    }
    assert_true(echoed);
}

static char *ask_set(struct span set, struct bytes request)
{
    CLEAN(free) uint8_t *response = NULL;
    struct buf words = buf_max(10000);
    struct err e = { 0 };
    size_t n = 0;

    response = reflection_answer(set, span_of(&request), &n, &e);
    if (!response)
        return x_asprintf("%s", e.text);
    describe(&words, (struct span){ response, n }, span_of(&request));
    return buf_take(&words);
}

#define EXPECT(set, request, words)                                                                          \
    do {                                                                                                     \
        CLEAN(free) char *got = ask_set(set, request);                                                       \
        assert_string_equal(got, words);                                                                     \
    } while (0)
#define EXPECT_OWN(request, words) EXPECT(reflection_descriptors(), request, words)

static void all_services_are_listed(void **state)
{
    (void)state;
    EXPECT_OWN(field(LIST, named("*")), "service=apiextensions.fn.proto.v1.FunctionRunnerService "
                                        "service=apiextensions.fn.proto.v1beta1.FunctionRunnerService "
                                        "service=grpc.health.v1.Health "
                                        "service=grpc.reflection.v1.ServerReflection "
                                        "service=grpc.reflection.v1alpha.ServerReflection ");
}

#define IMPORTS "file=google/protobuf/duration.proto file=google/protobuf/struct.proto "

static void a_file_comes_with_what_it_imports(void **state)
{
    (void)state;
    EXPECT_OWN(field(FILENAME, named("run_function.proto")), "file=run_function.proto " IMPORTS);
    EXPECT_OWN(field(FILENAME, named("health.proto")), "file=health.proto ");
    EXPECT_OWN(field(FILENAME, named("google/protobuf/struct.proto")), "file=google/protobuf/struct.proto ");
    EXPECT_OWN(field(FILENAME, named("run_function.prot")), "error=5:not found: run_function.prot ");
    EXPECT_OWN(field(FILENAME, named("")), "error=5:not found:  ");
}

static void everything_with_a_name_leads_to_its_file(void **state)
{
    static const char *const v1beta1[] = {
        "apiextensions.fn.proto.v1beta1.FunctionRunnerService",
        "apiextensions.fn.proto.v1beta1.FunctionRunnerService.RunFunction",
        "apiextensions.fn.proto.v1beta1.RunFunctionRequest",
        "apiextensions.fn.proto.v1beta1.RunFunctionRequest.observed",
        "apiextensions.fn.proto.v1beta1.RunFunctionRequest.CredentialsEntry.key",
        "apiextensions.fn.proto.v1beta1.Severity",
        "apiextensions.fn.proto.v1beta1.SEVERITY_FATAL",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(v1beta1); i++)
        EXPECT_OWN(field(SYMBOL, named(v1beta1[i])), "file=run_function_v1beta1.proto " IMPORTS);
    EXPECT_OWN(field(SYMBOL, named("grpc.health.v1.HealthCheckResponse.NOT_SERVING")), "file=health.proto ");
    EXPECT_OWN(field(SYMBOL, named("grpc.reflection.v1alpha.ServerReflectionRequest.message_request")),
               "file=reflection_v1alpha.proto ");
    EXPECT_OWN(field(SYMBOL, named("google.protobuf.NULL_VALUE")), "file=google/protobuf/struct.proto ");
}

static void what_nobody_declared_is_not_found(void **state)
{
    static const char *const wrong[] = {
        "",
        ".",
        "grpc",
        "grpc.health.v1",
        "grpc.health.v1.",
        "grpc.health.v1.Healt",
        "grpc.health.v1.Health.",
        "grpc.health.v1.Health.Check.x",
        ".grpc.health.v1.Health",
        "Health",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        CLEAN(free) char *words = x_asprintf("error=5:not found: %s ", wrong[i]);

        EXPECT_OWN(field(SYMBOL, named(wrong[i])), words);
    }
}

static void there_are_no_extensions(void **state)
{
    struct bytes which = join(field(1, named("a.B")), join(tag(2, READER_VARINT), varint(100)));

    (void)state;
    EXPECT_OWN(field(EXTENSION, which), "error=5:not found: a.B ");
    EXPECT_OWN(field(EXTENSIONS, named("a.B")), "error=5:not found: a.B ");
}

static void the_host_is_told_back_and_the_last_question_counts(void **state)
{
    (void)state;
    EXPECT_OWN(join(field(1, named("me")), field(FILENAME, named("health.proto"))),
               "host=me file=health.proto ");
    EXPECT_OWN(join(field(LIST, named("")), field(SYMBOL, named("x"))), "error=5:not found: x ");
}

static void what_asks_for_nothing_is_refused(void **state)
{
    (void)state;
    EXPECT_OWN(RAW(""), "the ServerReflectionRequest asks for nothing that is known");
    EXPECT_OWN(field(1, named("me")), "the ServerReflectionRequest asks for nothing that is known");
    EXPECT_OWN(RAW("\x3a\x05x"), "not a ServerReflectionRequest");
    EXPECT_OWN(field(SYMBOL, RAW("\xff")), "not a ServerReflectionRequest: not UTF-8");
}

/* "ä" is two bytes; the text is cut after 200. */
static void a_long_name_is_cut_and_stays_text(void **state)
{
    struct bytes odd = RAW("x");

    (void)state;
    for (int i = 0; i < 120; i++)
        odd = join(odd, RAW("ä"));
    EXPECT_OWN(field(SYMBOL, odd), "error=5:not found ");
}

/* Files that import one another, without a package. */
static void imports_in_circles_come_once(void **state)
{
    struct bytes a =
        field(1, join(join(field(1, named("a")), field(3, named("b"))), field(4, field(1, named("M")))));
    struct bytes b =
        field(1, join(join(field(1, named("b")), field(3, named("a"))), field(3, named("gone"))));
    struct bytes set = join(a, b);

    (void)state;
    EXPECT(span_of(&set), field(FILENAME, named("b")), "file=b file=a ");
    EXPECT(span_of(&set), field(SYMBOL, named("M")), "file=a file=b ");
    EXPECT(span_of(&set), field(SYMBOL, named("a.M")), "error=5:not found: a.M ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_services_are_listed),
        cmocka_unit_test(a_file_comes_with_what_it_imports),
        cmocka_unit_test(everything_with_a_name_leads_to_its_file),
        cmocka_unit_test(what_nobody_declared_is_not_found),
        cmocka_unit_test(there_are_no_extensions),
        cmocka_unit_test(the_host_is_told_back_and_the_last_question_counts),
        cmocka_unit_test(what_asks_for_nothing_is_refused),
        cmocka_unit_test(a_long_name_is_cut_and_stays_text),
        cmocka_unit_test(imports_in_circles_come_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
