/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that stay open: STREAM answers one message after the other, WATCH tells news.
 *
 * They are in the server's list 'open' until their client is gone, so that news and the end of the server reach them; that,
 * and that two threads never send at once, is what the lock is for.  One message is on its way at a time. */
#include "function/serve/server.h"
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>

/* The lock is held in what ends in _locked. */
static void end_locked(struct call *c)
{
    if (c->sending) {
        c->ending = true;
        return;
    }
    if (c->ended)
        return;
    c->ended = true;
    call_finish(c);
}

static void send_locked(struct call *c)
{
    grpc_op ops[CALL_OPS];
    grpc_slice details;
    size_t n = call_reply_ops(c, ops, &details, false);

    c->sending = true;
    call_start(c, ops, n, &c->sent);
    grpc_slice_unref(details);
}

static void refuse_locked(struct call *c, enum serve_code code, const char *why)
{
    if (c->ended || c->ending)
        return;
    call_refuse(c, code, why);
    end_locked(c);
}

/* The poller answers them, with the lock held, and a WATCH keeps its question. */
static bool refuse_large_locked(struct call *c)
{
    char why[64];

    if (grpc_byte_buffer_length(c->request) <= SERVE_INLINE_MAX)
        return false;
    (void)snprintf(why, sizeof(why), "a message of more than %d bytes", SERVE_INLINE_MAX);
    refuse_locked(c, SERVE_RESOURCE_EXHAUSTED, why);
    return true;
}

static void receive_locked(struct call *c)
{
    grpc_op op = { 0 };

    op.op = GRPC_OP_RECV_MESSAGE;
    op.data.recv_message.recv_message = &c->request;
    if (c->request)
        grpc_byte_buffer_destroy(c->request);
    c->request = NULL;
    call_start(c, &op, 1, &c->received);
}

/* Is the reply another one than the last? */
static bool is_news(struct call *c)
{
    size_t n = c->reply.n;

    if (c->last && c->last_n == n && (!n || !memcmp(c->last, c->reply.bytes, n)))
        return false;
    free(c->last);
    c->last = x_alloc(n);
    c->last_n = n;
    if (n)
        memcpy(c->last, c->reply.bytes, n);
    return true;
}

/* Make the reply anew and send it, unless it is what was said last. */
static void refresh_locked(struct call *c)
{
    if (c->ended || c->ending)
        return;
    c->changed = c->sending;
    if (c->sending)
        return;
    call_handle(c);
    if (c->reply.code != SERVE_OK) {
        end_locked(c);
        return;
    }
    if (is_news(c))
        send_locked(c);
}

static void sent_locked(struct call *c, bool ok)
{
    c->sending = false;
    if (c->ending || !ok)
        end_locked(c);
    else if (c->route->method->kind == SERVE_STREAM)
        receive_locked(c);
    else if (c->changed)
        refresh_locked(c);
}

static void sent(struct call *c, bool ok)
{
    struct server *s = c->route->server;

    (void)pthread_mutex_lock(&s->lock);
    sent_locked(c, ok);
    (void)pthread_mutex_unlock(&s->lock);
}

static void received_locked(struct call *c, bool ok)
{
    bool asked = ok && c->request;

    if (c->ended || (asked && refuse_large_locked(c)))
        return;
    free(c->reply.bytes);
    c->reply = (struct serve_reply){ 0 };
    if (asked)
        call_handle(c);
    if (asked && c->reply.code == SERVE_OK)
        send_locked(c);
    else
        end_locked(c); /* the client has no more to ask, or the reply says so */
}

static void received(struct call *c, bool ok)
{
    struct server *s = c->route->server;

    (void)pthread_mutex_lock(&s->lock);
    received_locked(c, ok);
    (void)pthread_mutex_unlock(&s->lock);
}

static void closed(struct call *c, bool ok)
{
    struct server *s = c->route->server;

    (void)ok;
    (void)pthread_mutex_lock(&s->lock);
    calls_remove(&s->open, c);
    refuse_locked(c, SERVE_CANCELLED, "the client has gone");
    (void)pthread_mutex_unlock(&s->lock);
    call_release(c);
}

static void open_locked(struct server *s, struct call *c)
{
    c->sent = (struct tag){ sent, c };
    c->received = (struct tag){ received, c };
    c->closed = (struct tag){ closed, c };
    call_reference(c); /* the list's */
    calls_add(&s->open, c);
    call_watch_close(c);
    if (s->stopping)
        refuse_locked(c, SERVE_UNAVAILABLE, "the server is stopping");
}

void stream_arrived(struct call *c)
{
    struct server *s = c->route->server;

    (void)pthread_mutex_lock(&s->lock);
    open_locked(s, c);
    if (!c->ended)
        receive_locked(c);
    (void)pthread_mutex_unlock(&s->lock);
}

void watch_arrived(struct call *c)
{
    struct server *s = c->route->server;

    (void)pthread_mutex_lock(&s->lock);
    open_locked(s, c);
    if (!c->request)
        refuse_locked(c, SERVE_INVALID_ARGUMENT, "the call carried no message");
    else if (!refuse_large_locked(c))
        refresh_locked(c);
    (void)pthread_mutex_unlock(&s->lock);
}

void serve_changed(struct server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    for (struct call *c = s->open.first; c; c = c->next)
        if (c->route->method->kind == SERVE_WATCH)
            refresh_locked(c);
    (void)pthread_mutex_unlock(&s->lock);
}

void stream_end_all(struct server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->stopping = true;
    for (struct call *c = s->open.first; c; c = c->next)
        refuse_locked(c, SERVE_UNAVAILABLE, "the server is stopping");
    (void)pthread_mutex_unlock(&s->lock);
}
