/* SPDX-License-Identifier: Apache-2.0 */
/* What accept4() does here when there are no files, on a listener of our own. */
#undef NDEBUG
#include "function/serve/accept.h"
#include "lib/cleanup.h"
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { WAITING = 3 };

static struct sockaddr_in address = { .sin_family = AF_INET };

static int new_listener(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    socklen_t n = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = 0;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(fd, WAITING), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    return fd;
}

static int new_client(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* No file can be opened from now on; the soft limit that was. */
static rlim_t no_files(void)
{
    CLEAN(fd) int next = dup(STDIN_FILENO);
    struct rlimit limit;
    rlim_t before;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    before = limit.rlim_cur;
    limit.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void allow_files(rlim_t n)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = n;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static bool is_closed(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);

    return !n || (n < 0 && errno != EAGAIN);
}

static void without_files_who_waits_is_dropped_and_who_comes_later_is_not(void **state)
{
    CLEAN(fd) int listener = new_listener();
    int client[WAITING];
    rlim_t before;

    (void)state;
    accept_prepare();
    for (int i = 0; i < WAITING; i++)
        client[i] = new_client();
    before = no_files();
    errno = 0;
    assert_int_equal(accept4(listener, NULL, NULL, SOCK_CLOEXEC), -1);
    assert_int_equal(errno, EAGAIN);
    allow_files(before);
    for (int i = 0; i < WAITING; i++) {
        assert_true(is_closed(client[i]));
        (void)close(client[i]);
    }
    client[0] = new_client();
    client[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(client[1] >= 0);
    assert_false(is_closed(client[0]));
    (void)close(client[0]);
    (void)close(client[1]);
}

static void nobody_there_and_no_listener_are_what_they_are(void **state)
{
    CLEAN(fd) int listener = new_listener();

    (void)state;
    assert_int_equal(accept4(listener, NULL, NULL, 0), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(accept4(STDIN_FILENO, NULL, NULL, 0), -1);
    assert_int_equal(errno, ENOTSOCK);
    assert_int_equal(shutdown(listener, SHUT_RDWR), 0);
    assert_int_equal(accept4(listener, NULL, NULL, 0), -1);
    assert_int_equal(errno, EINVAL);
}

static void as_many_files_as_the_system_allows(void **state)
{
    struct rlimit limit;

    (void)state;
    allow_files(64);
    accept_prepare();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(limit.rlim_cur, limit.rlim_max);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_files_who_waits_is_dropped_and_who_comes_later_is_not),
        cmocka_unit_test(nobody_there_and_no_listener_are_what_they_are),
        cmocka_unit_test(as_many_files_as_the_system_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
