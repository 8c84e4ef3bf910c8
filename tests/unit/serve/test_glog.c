/* SPDX-License-Identifier: Apache-2.0 */
/* The library's lines in our log: few of them. */
#undef NDEBUG
#include "function/serve/glog.h"
#include "lib/cleanup.h"
#include <grpc/support/log.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void ten_lines_a_second_and_then_their_number(void **state)
{
    struct glog_limit limit = { 0 };
    unsigned dropped = 0;
    int written = 0;

    (void)state;
    for (int i = 0; i < 25; i++) {
        written += glog_allow(&limit, 100, &dropped);
        assert_int_equal(dropped, 0);
    }
    assert_int_equal(written, GLOG_PER_SECOND);
    assert_true(glog_allow(&limit, 101, &dropped));
    assert_int_equal(dropped, 15);
    assert_true(glog_allow(&limit, 101, &dropped));
    assert_int_equal(dropped, 0);
}

/* What is written to stderr meanwhile. */
static char *logged(void (*say)(void))
{
    CLEAN(fclose) FILE *to = tmpfile();
    int before = dup(STDERR_FILENO);
    char text[4096];
    size_t n;

    assert_non_null(to);
    (void)fflush(stderr);
    (void)dup2(fileno(to), STDERR_FILENO);
    say();
    (void)fflush(stderr);
    (void)dup2(before, STDERR_FILENO);
    (void)close(before);
    rewind(to);
    n = fread(text, 1, sizeof(text) - 1, to);
    return x_strndup(text, n);
}

static void say_all(void)
{
    glog_route(false);
    gpr_log(GPR_ERROR, "peer sent \"%s\"\nand left", "\x1b[31m\xff");
    gpr_log(GPR_INFO, "unimportant");
    glog_expect_errors(true);
    gpr_log(GPR_ERROR, "as expected");
    glog_expect_errors(false);
}

static void errors_are_lines_of_json_without_control_characters(void **state)
{
    CLEAN(free) char *text = logged(say_all);

    (void)state;
    assert_non_null(
        strstr(text, "\"level\":\"info\",\"msg\":\"gRPC library\",\"text\":\"peer sent \\\"\\u001B[31m"));
    assert_non_null(strstr(text, "\\nand left\",\"file\":\"test_glog.c\""));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_null(strchr(text, '\x1b'));
    assert_null(strchr(text, '\xff'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_lines_a_second_and_then_their_number),
        cmocka_unit_test(errors_are_lines_of_json_without_control_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
