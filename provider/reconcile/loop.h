/* SPDX-License-Identifier: Apache-2.0 */
/* The provider as a library: watches Request, DisposableRequest, ProviderConfig and Secret objects in a store, executes what
 * is due, and records what came out.  One thread, no blocking: whoever runs it calls loop_step() again and again. */
#pragma once
#include "provider/store/store.h"

struct loop;

struct loop_options {
    struct store *store;    /* borrowed; must outlive the loop */
    const char *user_agent; /* borrowed */
    const char
        *lock_path; /* file whose lock makes us the one writer; NULL = nobody else can reach this store */
    int64_t (*now)(void); /* wall clock, ms since 1970 */
};

/* NULL with err. Start before the program has threads: the jq worker is forked. */
struct loop *loop_new(const struct loop_options *o, struct err *e);

/* Run what is due and move the network on; waits at most 'timeout_ms' for something to do. While another process holds
 * the writer's lock this only waits. */
void loop_step(struct loop *l, int timeout_ms);

/* Is this loop the writer (it holds the lock)? */
bool loop_is_writer(const struct loop *l);

/* End a running loop_step() early. Safe in a signal handler. */
void loop_wake(struct loop *l);

/* Finish the calls in flight, start no others, revoke the sessions; at most 'timeout_ms'. */
void loop_stop(struct loop *l, int timeout_ms);

void loop_free(struct loop *l);
DEFINE_CLEAN(struct loop *, loop_free)
