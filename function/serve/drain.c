/* SPDX-License-Identifier: Apache-2.0 */
/* Why answers are held back for a moment while the server stops.
 *
 * The library has no way to tell clients "go elsewhere" (GOAWAY) while it still takes calls: from the moment it is told to
 * shut down, a call that comes in is CANCELLED, and clients do not repeat those.  But who waits for an answer sends nothing new.
 * So: keep the answers until nothing new has come for a while, have the library send its GOAWAYs, and let the answers go after
 * them on the same connections; what clients then have to ask they ask elsewhere.
 *
 * What is lost is a call that somebody who was not waiting for us sends in the round trip between GOAWAY and its arrival. */
#include "function/serve/server.h"
#include "lib/clock.h"
#include <time.h>

enum {
    QUIET_MS = 10,     /* many round trips in a cluster */
    QUIET_MAX_MS = 250 /* clients that never fall silent do not wait for one another */
};

void drain_arrival(struct server *s)
{
    if (atomic_load_explicit(&s->holding, memory_order_relaxed))
        atomic_store(&s->last_arrival, clock_monotonic());
}

bool drain_hold(struct server *s, struct call *c)
{
    bool hold = false;

    if (!atomic_load_explicit(&s->holding, memory_order_relaxed))
        return false;
    (void)pthread_mutex_lock(&s->lock);
    hold = atomic_load(&s->holding);
    if (hold) {
        call_reference(c);
        calls_add(&s->held, c);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return hold;
}

void drain_quiet(struct server *s)
{
    const struct timespec step = { .tv_nsec = 1000 * 1000 };
    int64_t start = clock_monotonic(), now = start;

    atomic_store(&s->last_arrival, start);
    (void)pthread_mutex_lock(&s->lock);
    atomic_store(&s->holding, true);
    (void)pthread_mutex_unlock(&s->lock);
    while (now - atomic_load(&s->last_arrival) < QUIET_MS && now - start < QUIET_MAX_MS) {
        (void)nanosleep(&step, NULL);
        now = clock_monotonic();
    }
}

void drain_release(struct server *s)
{
    struct calls held;

    (void)pthread_mutex_lock(&s->lock);
    atomic_store(&s->holding, false);
    held = s->held;
    s->held = (struct calls){ 0 };
    (void)pthread_mutex_unlock(&s->lock);
    while (held.first) {
        struct call *c = held.first;

        calls_remove(&held, c);
        call_finish(c);
        call_release(c);
    }
}
