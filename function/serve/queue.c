/* SPDX-License-Identifier: Apache-2.0 */
/* Large requests wait here for a worker, so that small ones do not wait for them. */
#include "function/serve/server.h"
#include <signal.h>

bool queue_push(struct server *s, struct call *c)
{
    bool fits;

    (void)pthread_mutex_lock(&s->lock);
    fits = !s->queue_closed && s->queue.n < SERVER_QUEUE_MAX;
    if (fits) {
        calls_add(&s->queue, c);
        (void)pthread_cond_signal(&s->work);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return fits;
}

/* The next call, or NULL when the queue is closed and empty. */
static struct call *pop(struct server *s)
{
    struct call *c;

    (void)pthread_mutex_lock(&s->lock);
    while (!s->queue.first && !s->queue_closed)
        (void)pthread_cond_wait(&s->work, &s->lock);
    c = s->queue.first;
    if (c)
        calls_remove(&s->queue, c);
    (void)pthread_mutex_unlock(&s->lock);
    return c;
}

static void *work(void *server)
{
    struct call *c;

    while ((c = pop(server))) {
        unary_work(c);
        call_release(c);
    }
    return NULL;
}

int queue_start(struct server *s)
{
    char name[24]; /* "worker" and any number; the kernel shows 15 bytes */

    while (s->workers_n < s->workers_wanted) {
        (void)snprintf(name, sizeof(name), "worker%u", s->workers_n);
        if (thread_start(&s->workers[s->workers_n], name, work, s) < 0)
            return -1;
        s->workers_n++;
    }
    return 0;
}

void queue_stop(struct server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->queue_closed = true;
    (void)pthread_cond_broadcast(&s->work);
    (void)pthread_mutex_unlock(&s->lock);
    while (s->workers_n)
        (void)pthread_join(s->workers[--s->workers_n], NULL);
}

int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *with)
{
    pthread_attr_t attr;
    sigset_t all, before;
    int failed;

    (void)sigfillset(&all);
    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setstacksize(&attr, SERVER_STACK);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(thread, &attr, run, with);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attr);
    if (!failed)
        (void)pthread_setname_np(*thread, name);
    return failed ? -1 : 0;
}
