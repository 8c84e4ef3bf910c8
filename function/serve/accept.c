/* SPDX-License-Identifier: Apache-2.0 */
#include "function/serve/accept.h"
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AT_ONCE = 1000 }; /* failures in a row; then others have their turn, whatever it is that fails */

/* As global as accept4() and the table of files. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int spare = -1;

void accept_prepare(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    (void)pthread_mutex_lock(&lock);
    if (spare < 0)
        spare = eventfd(0, EFD_CLOEXEC);
    (void)pthread_mutex_unlock(&lock);
}

static int take(int listener, struct sockaddr *from, socklen_t *n, int flags)
{
    return (int)syscall(SYS_accept4, listener, from, n, flags);
}

/* There is no file for the connection that is next: take it in place of the spare one, and close it.  Was there one? Otherwise it
 * would wait, and with it all that come after it: listeners are told of new connections only. */
static bool drop_one(int listener)
{
    int fd = -1;

    (void)pthread_mutex_lock(&lock);
    if (spare >= 0) {
        (void)close(spare);
        fd = take(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            (void)close(fd);
    }
    spare = eventfd(0, EFD_CLOEXEC);
    (void)pthread_mutex_unlock(&lock);
    return fd >= 0;
}

static bool is_listed(int error, const int *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == error)
            return true;
    return false;
}

int accept4(int fd, __SOCKADDR_ARG addr, socklen_t *restrict addr_len, int flags)
{
    /* what accept(2) says of connections that have ended already, or that a firewall forbids */
    static const int gone[] = { ECONNABORTED, EPROTO,       ENOPROTOOPT, ENETDOWN, ENONET,
                                EHOSTDOWN,    EHOSTUNREACH, ENETUNREACH, EPERM,    EINTR };
    static const int full[] = { EMFILE, ENFILE, ENOBUFS, ENOMEM };

    for (int i = 0; i < AT_ONCE; i++) {
        int got = take(fd, addr.__sockaddr__, addr_len, flags);

        if (got >= 0)
            return got;
        if (is_listed(errno, full, sizeof(full) / sizeof(*full))) {
            if (!drop_one(fd))
                break;
        } else if (!is_listed(errno, gone, sizeof(gone) / sizeof(*gone))) {
            return -1;
        }
    }
    errno = EAGAIN;
    return -1;
}
