/* SPDX-License-Identifier: Apache-2.0 */
/* What comes out on standard error, which is a file here. */
#undef NDEBUG
#include "lib/file.h"
#include "lib/jx.h"
#include "lib/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>

static char path[] = "/tmp/test_log_XXXXXX";
static int standard_error;

static int redirect(void **state)
{
    CLEAN(fd) int fd = mkstemp(path);

    (void)state;
    standard_error = dup(STDERR_FILENO);
    return dup2(fd, STDERR_FILENO) < 0;
}

static int restore(void **state)
{
    (void)state;
    (void)dup2(standard_error, STDERR_FILENO);
    (void)close(standard_error);
    return unlink(path);
}

/* The lines written since the last call, each parsed; new. */
static json_t *lines(void)
{
    CLEAN(free) char *text = file_read(path, 16 << 20, NULL, NULL);
    json_t *all = json_array();
    char *rest = text;

    assert_non_null(text);
    for (char *line; (line = strsep(&rest, "\n")) && *line;) {
        json_t *doc = json_loads(line, 0, NULL);

        if (!doc)
            fail_msg("no JSON: %s", line);
        jx_append(all, doc);
    }
    assert_int_equal(truncate(path, 0), 0);
    (void)lseek(STDERR_FILENO, 0, SEEK_SET);
    return all;
}

static void a_line_has_time_level_message_and_its_keys(void **state)
{
    json_auto_t *all = NULL;
    const json_t *line;

    (void)state;
    log_info("started", LS("address", ":9443"), LI("workers", 2));
    all = lines();
    line = json_array_get(all, 0);
    assert_int_equal(json_array_size(all), 1);
    assert_string_equal(jx_str(line, "level", ""), "info");
    assert_string_equal(jx_str(line, "msg", ""), "started");
    assert_string_equal(jx_str(line, "address", ""), ":9443");
    assert_int_equal(jx_int(line, "workers", 0), 2);
    assert_int_equal(strlen(jx_str(line, "time", "")), strlen("2026-11-22T08:00:00Z"));
}

static void bytes_that_are_no_text_do_not_break_the_line(void **state)
{
    json_auto_t *all = NULL;

    (void)state;
    log_error("bad \xff \n\" bytes", LS("key", "\xc0\x80"), LS("none", NULL));
    all = lines();
    assert_int_equal(json_array_size(all), 1);
}

static void debug_lines_come_only_when_asked_for(void **state)
{
    json_auto_t *none = NULL, *all = NULL;

    (void)state;
    log_debug("call");
    none = lines();
    assert_int_equal(json_array_size(none), 0);
    log_set_level(LOG_DEBUG);
    log_debug("call");
    log_set_level(LOG_INFO);
    all = lines();
    assert_int_equal(json_array_size(all), 1);
}

enum { THREADS = 4, EACH = 500 };

static void *write_many(void *ctx)
{
    (void)ctx;
    for (int i = 0; i < EACH; i++)
        log_info("call", LS("name", "team-a/my-cluster"), LI("micros", i));
    return NULL;
}

static void lines_of_several_threads_do_not_mix(void **state)
{
    json_auto_t *all = NULL;
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    all = lines();
    assert_int_equal(json_array_size(all), THREADS * EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_message_and_its_keys),
        cmocka_unit_test(bytes_that_are_no_text_do_not_break_the_line),
        cmocka_unit_test(debug_lines_come_only_when_asked_for),
        cmocka_unit_test(lines_of_several_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, redirect, restore);
}
