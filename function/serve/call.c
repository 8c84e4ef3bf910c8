/* SPDX-License-Identifier: Apache-2.0 */
/* One call: how it is asked for, what it holds, how it is answered and when it is freed.  What its kind does meanwhile is in
 * unary.c and stream.c. */
#include "function/serve/server.h"
#include "function/serve/tsan.h"
#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>
#include <grpc/support/time.h>

static void (*const go_on[])(struct call *) = {
    [SERVE_UNARY] = unary_arrived,
    [SERVE_STREAM] = stream_arrived,
    [SERVE_WATCH] = watch_arrived,
};

static void arrived(struct call *c, bool ok)
{
    if (!ok) /* the server is being shut down */
        return;
    call_arm(c->route);
    (c->route->method ? go_on[c->route->method->kind] : unknown_arrived)(c);
}

static void closed(struct call *c, bool ok)
{
    if (!ok || c->cancelled)
        atomic_store(&c->gone, true);
}

static void finished(struct call *c, bool ok)
{
    (void)c;
    (void)ok; /* the client has the answer, or has gone */
}

static struct call *call_new(struct route *r)
{
    struct call *c = x_alloc(sizeof(*c));

    atomic_fetch_add(&r->server->calls, 1);
    c->route = r;
    c->flat = grpc_empty_slice();
    grpc_metadata_array_init(&c->metadata);
    grpc_call_details_init(&c->details);
    c->arrived = (struct tag){ arrived, c };
    c->closed = (struct tag){ closed, c };
    c->finished = (struct tag){ finished, c };
    return c;
}

/* As long as the server takes calls there are some, so this is rare. */
static void no_call_left(struct server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    (void)pthread_cond_broadcast(&s->down);
    (void)pthread_mutex_unlock(&s->lock);
}

static void call_free(struct call *c)
{
    struct server *s = c->route->server;

    if (c->call)
        grpc_call_unref(c->call);
    if (c->request)
        grpc_byte_buffer_destroy(c->request);
    if (c->response)
        grpc_byte_buffer_destroy(c->response);
    grpc_slice_unref(c->flat);
    grpc_metadata_array_destroy(&c->metadata);
    grpc_call_details_destroy(&c->details);
    free(c->reply.bytes);
    free(c->last);
    atomic_fetch_sub(&s->unread, c->unread);
    free(c);
    if (atomic_fetch_sub(&s->calls, 1) == 1)
        no_call_left(s);
}

void call_reference(struct call *c) { atomic_fetch_add(&c->references, 1); }

void call_release(struct call *c)
{
    if (atomic_fetch_sub(&c->references, 1) == 1)
        call_free(c);
}

void call_arm(struct route *r)
{
    struct server *s = r->server;
    struct call *c = call_new(r);
    bool reads = r->method && r->method->kind != SERVE_STREAM;
    grpc_call_error wrong;

    call_reference(c);
    tsan_asked(&c->arrived);
    if (r->method)
        wrong = grpc_server_request_registered_call(s->server, r->registered, &c->call, &c->deadline,
                                                    &c->metadata, reads ? &c->request : NULL, s->events,
                                                    s->events, &c->arrived);
    else
        wrong = grpc_server_request_call(s->server, &c->call, &c->details, &c->metadata, s->events, s->events,
                                         &c->arrived);
    if (wrong != GRPC_CALL_OK) /* the queue of events is closed: nothing will come */
        call_release(c);
}

void call_start(struct call *c, const grpc_op *ops, size_t n, struct tag *tag)
{
    call_reference(c);
    tsan_asked(tag);
    if (grpc_call_start_batch(c->call, ops, n, tag, NULL) != GRPC_CALL_OK)
        abort(); /* the same operation twice: a mistake of ours */
}

void call_watch_close(struct call *c)
{
    grpc_op op = { 0 };

    op.op = GRPC_OP_RECV_CLOSE_ON_SERVER;
    op.data.recv_close_on_server.cancelled = &c->cancelled;
    c->watches_close = true;
    call_start(c, &op, 1, &c->closed);
}

bool call_expired(const struct call *c)
{
    return atomic_load(&c->gone) || gpr_time_cmp(gpr_now(c->deadline.clock_type), c->deadline) >= 0;
}

static void set_flat(struct call *c, grpc_slice flat)
{
    grpc_slice_unref(c->flat);
    c->flat = flat;
}

/* The buffer in one piece: as it lies there if it came in one, else copied together. */
static grpc_slice one_piece(grpc_byte_buffer *buffer)
{
    const grpc_slice_buffer *parts = &buffer->data.raw.slice_buffer;
    grpc_byte_buffer_reader reader;
    grpc_slice all;

    if (parts->count == 1)
        return grpc_slice_ref(parts->slices[0]);
    if (!grpc_byte_buffer_reader_init(&reader, buffer))
        abort(); /* only of buffers that are not raw */
    all = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    return all;
}

/* There is one copy of the request at a time. */
static void flatten(struct call *c)
{
    if (!c->request)
        return;
    set_flat(c, one_piece(c->request));
    grpc_byte_buffer_destroy(c->request);
    c->request = NULL;
}

void call_handle(struct call *c)
{
    const struct serve_method *m = c->route->method;

    flatten(c);
    free(c->reply.bytes);
    c->reply = (struct serve_reply){ 0 };
    m->handle(m->ctx, GRPC_SLICE_START_PTR(c->flat), GRPC_SLICE_LENGTH(c->flat), &c->reply);
    if (m->kind ==
        SERVE_UNARY) /* a client that is slow to read the answer does not hold its question as well */
        set_flat(c, grpc_empty_slice());
}

/* The reply's bytes become the library's, which frees them. */
static grpc_byte_buffer *hand_over(struct call *c)
{
    struct serve_reply *r = &c->reply;
    grpc_slice bytes =
        r->bytes ? grpc_slice_new_with_user_data(r->bytes, r->n, free, r->bytes) : grpc_empty_slice();

    if (c->response)
        grpc_byte_buffer_destroy(c->response);
    c->response = grpc_raw_byte_buffer_create(&bytes, 1);
    grpc_slice_unref(bytes);
    r->bytes = NULL;
    return c->response;
}

size_t call_reply_ops(struct call *c, grpc_op ops[CALL_OPS], grpc_slice *details, bool last)
{
    const struct serve_reply *r = &c->reply;
    size_t n = 0;

    memset(ops, 0, CALL_OPS * sizeof(*ops));
    *details = grpc_empty_slice();
    if (!c->greeted)
        ops[n++].op = GRPC_OP_SEND_INITIAL_METADATA;
    c->greeted = true;
    if (r->code == SERVE_OK && (!last || c->route->method->kind == SERVE_UNARY)) {
        ops[n].op = GRPC_OP_SEND_MESSAGE;
        ops[n++].data.send_message.send_message = hand_over(c);
    }
    if (!last)
        return n;
    *details = grpc_slice_from_copied_string(r->message);
    ops[n].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
    ops[n].data.send_status_from_server.status = (grpc_status_code)r->code;
    ops[n++].data.send_status_from_server.status_details = details;
    if (!c->watches_close) {
        ops[n].op = GRPC_OP_RECV_CLOSE_ON_SERVER;
        ops[n++].data.recv_close_on_server.cancelled = &c->cancelled;
    }
    return n;
}

/* The library does not count what it has to send: clients that do not read could take any amount of memory. Small answers are always sent,
 * so that others have theirs. */
static void limit_unread(struct call *c)
{
    struct server *s = c->route->server;
    size_t n = c->reply.bytes ? c->reply.n : 0;

    if (n <= SERVE_INLINE_MAX)
        return;
    if (atomic_fetch_add(&s->unread, n) + n <= SERVER_UNREAD_MAX) {
        c->unread = n;
        return;
    }
    atomic_fetch_sub(&s->unread, n);
    call_refuse(c, SERVE_RESOURCE_EXHAUSTED,
                "too many large answers are not read by their clients; try again later");
}

void call_finish(struct call *c)
{
    grpc_op ops[CALL_OPS];
    grpc_slice details;
    size_t n;

    limit_unread(c);
    n = call_reply_ops(c, ops, &details, true);
    call_start(c, ops, n, &c->finished);
    grpc_slice_unref(details);
}

void call_refuse(struct call *c, enum serve_code code, const char *why)
{
    free(c->reply.bytes);
    c->reply = (struct serve_reply){ .code = code };
    (void)snprintf(c->reply.message, sizeof(c->reply.message), "%s", why);
}

void calls_add(struct calls *list, struct call *c)
{
    c->next = NULL;
    c->previous = list->last;
    *(list->last ? &list->last->next : &list->first) = c;
    list->last = c;
    list->n++;
}

void calls_remove(struct calls *list, struct call *c)
{
    *(c->previous ? &c->previous->next : &list->first) = c->next;
    *(c->next ? &c->next->previous : &list->last) = c->previous;
    c->next = c->previous = NULL;
    list->n--;
}
