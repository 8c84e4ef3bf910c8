/* SPDX-License-Identifier: Apache-2.0 */
/* Forking jq workers from a process with clean memory. */
#include "provider/exec/jq_nursery.h"
#include "provider/exec/jq.h"
#include "provider/exec/jq_sandbox.h"
#include "provider/exec/jq_worker.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { ANSWER_MS = 2000 }; /* a fork takes one; this bounds a machine that swaps */

/* Room for one descriptor in a control message, aligned as the kernel wants it. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static int send_descriptor(int fd, int what)
{
    union control control = { .bytes = { 0 } };
    struct iovec byte = { .iov_base = (char[]){ 'w' }, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    *header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                                .cmsg_level = SOL_SOCKET,
                                .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(header), &what, sizeof(what));
    return sendmsg(fd, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* -1 when the other end is gone. */
static int receive_descriptor(int fd)
{
    union control control;
    char bytes[1];
    struct iovec byte = { .iov_base = bytes, .iov_len = sizeof(bytes) };
    struct msghdr message = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    const struct cmsghdr *header;
    int what = -1;

    if (recvmsg(fd, &message, 0) != 1)
        return -1;
    header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(&what, CMSG_DATA(header), sizeof(what));
    return what;
}

static _Noreturn void nurse(void)
{
    const pid_t own = getpid();

    for (;;) {
        int end = receive_descriptor(0);
        pid_t pid;

        if (end < 0)
            _exit(0);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        pid = fork();
        if (pid == 0) {
            jq_sandbox_isolate(end, own);
            jq_sandbox_lock(JQ_MEMORY_MB);
            jq_worker_main(0);
        }
        (void)close(end);
        if (send(0, &pid, sizeof(pid), MSG_NOSIGNAL) != sizeof(pid))
            _exit(0);
    }
}

int jq_nursery_start(struct jq_nursery *n, struct err *e)
{
    const pid_t parent = getpid();
    int ends[2];

    if (n->pid)
        return 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return err_set(e, ERR_INTERNAL, "jq worker: socketpair: %s", strerrordesc_np(errno));
    n->pid = fork();
    if (n->pid == 0) {
        jq_sandbox_isolate(ends[1], parent);
        nurse();
    }
    (void)close(ends[1]);
    n->fd = ends[0];
    if (n->pid > 0)
        return 0;
    (void)close(ends[0]);
    *n = (struct jq_nursery){ .pid = 0 };
    return err_set(e, ERR_INTERNAL, "jq worker: fork: %s", strerrordesc_np(errno));
}

void jq_nursery_stop(struct jq_nursery *n)
{
    if (!n->pid)
        return;
    (void)close(n->fd);
    (void)kill(n->pid, SIGKILL);
    while (waitpid(n->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *n = (struct jq_nursery){ .pid = 0 };
}

static pid_t ask(const struct jq_nursery *n, int end)
{
    struct pollfd answer = { .fd = n->fd, .events = POLLIN };
    pid_t pid = -1;

    if (send_descriptor(n->fd, end) < 0 || poll(&answer, 1, ANSWER_MS) != 1 ||
        recv(n->fd, &pid, sizeof(pid), MSG_DONTWAIT) != sizeof(pid))
        return -1;
    return pid;
}

static int new_worker(struct jq_nursery *n, pid_t *ret_pid, int *ret_fd, struct err *e)
{
    int ends[2];
    pid_t pid;

    if (jq_nursery_start(n, e) < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return err_set(e, ERR_INTERNAL, "jq worker: socketpair: %s", strerrordesc_np(errno));
    pid = ask(n, ends[1]);
    (void)close(ends[1]);
    if (pid > 0) {
        *ret_pid = pid;
        *ret_fd = ends[0];
        return 0;
    }
    (void)close(ends[0]);
    jq_nursery_stop(n);
    return err_set(e, ERR_INTERNAL, "jq worker: no process could be started");
}

int jq_nursery_worker(struct jq_nursery *n, pid_t *ret_pid, int *ret_fd, struct err *e)
{
    bool had = n->pid != 0;

    if (new_worker(n, ret_pid, ret_fd, e) == 0)
        return 0;
    return had ? new_worker(n, ret_pid, ret_fd, e) : -1; /* somebody may have killed the old one */
}
