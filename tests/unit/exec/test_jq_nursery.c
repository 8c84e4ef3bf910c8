/* SPDX-License-Identifier: Apache-2.0 */
/* Workers come from the nursery, whatever dies, and know nothing of their ancestors' files. */
#undef NDEBUG
#include "lib/cleanup.h"
#include "provider/exec/jq_nursery.h"
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

static void workers_one_after_the_other(void **state)
{
    struct jq_nursery n = { .pid = 0 };
    struct err e = { .kind = ERR_NONE };
    pid_t before = 0;

    (void)state;
    for (int i = 0; i < 3; i++) {
        char byte;
        pid_t pid;
        int fd;

        assert_int_equal(jq_nursery_worker(&n, &pid, &fd, &e), 0);
        assert_true(pid > 0 && pid != before && pid != n.pid);
        assert_int_equal(kill(pid, 0), 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(recv(fd, &byte, 1, 0), 0); /* the end of the worker is the end of its socket */
        (void)close(fd);
        before = pid;
    }
    jq_nursery_stop(&n);
    assert_int_equal(n.pid, 0);
    jq_nursery_stop(&n);
}

static void a_killed_nursery_is_replaced(void **state)
{
    struct jq_nursery n = { .pid = 0 };
    struct err e = { .kind = ERR_NONE };
    pid_t pid;
    int fd;

    (void)state;
    assert_int_equal(jq_nursery_start(&n, &e), 0);
    assert_int_equal(kill(n.pid, SIGKILL), 0);
    assert_int_equal(jq_nursery_worker(&n, &pid, &fd, &e), 0);
    assert_int_equal(kill(pid, 0), 0);
    (void)close(fd);
    jq_nursery_stop(&n);
}

static size_t open_files(pid_t pid)
{
    CLEAN(free) char *path = x_asprintf("/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    size_t n = 0;

    while (dir && readdir(dir))
        n++;
    if (dir)
        (void)closedir(dir);
    return n; /* with . and .. */
}

static void no_file_is_inherited(void **state)
{
    CLEAN(fclose) FILE *open_file = fopen("/proc/self/status", "r");
    struct jq_nursery n = { .pid = 0 };
    struct err e = { .kind = ERR_NONE };
    pid_t pid;
    size_t files;
    int fd;

    (void)state;
    assert_non_null(open_file);
    assert_int_equal(jq_nursery_worker(&n, &pid, &fd, &e), 0);
    for (int i = 0; i < 200 && open_files(pid) > 3; i++) /* it closes them after its first breath */
        (void)usleep(10000);
    files = open_files(pid);
    if (files) /* else we may not look */
        assert_int_equal(files, 3);
    (void)close(fd);
    jq_nursery_stop(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_one_after_the_other),
        cmocka_unit_test(a_killed_nursery_is_replaced),
        cmocka_unit_test(no_file_is_inherited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
