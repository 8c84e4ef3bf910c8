/* SPDX-License-Identifier: Apache-2.0 */
/* A small process, forked before the program knows any secret, that does nothing but fork jq workers.  So
 * a worker started hours later, after another was killed, has no more in its memory than the first one. */
#pragma once
#include "lib/err.h"
#include <sys/types.h>

struct jq_nursery {
    pid_t pid; /* 0 = not running */
    int fd;
};

/* 0 when it runs (already). -1 with ERR_INTERNAL. */
MUST_CHECK int jq_nursery_start(struct jq_nursery *n, struct err *e);
void jq_nursery_stop(struct jq_nursery *n);

/* A new worker that serves its end of the socket *ret_fd. It is no child of the caller: kill(*ret_pid) is
 * safe until the next call, for only that one reaps the dead. */
MUST_CHECK int jq_nursery_worker(struct jq_nursery *n, pid_t *ret_pid, int *ret_fd, struct err *e);
