/* SPDX-License-Identifier: Apache-2.0 */
/* A gRPC client for the tests of serve/: calls that wait, calls that do not, streams.  One thread; everything it starts it
 * also finishes. */
#pragma once
#include "lib/cleanup.h"
#include <assert.h>
#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>
#include <stdbool.h>
#include <stdint.h>

enum { CLIENT_WAIT_MS = 8000 };

#ifdef __SANITIZE_THREAD__
/* It cannot see the locks of gRPC core, which is not instrumented: what happens in there is not its business. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) { return "ignore_noninstrumented_modules=1"; }
#endif

struct client {
    grpc_channel *channel;
    grpc_completion_queue *events;
    bool impatient; /* calls do not wait for a connection: the first failure to connect is theirs */
};

/* One call; calls_done of its tag when 'finished'. */
struct ask {
    struct client *client;
    grpc_call *call;
    grpc_byte_buffer *request, *answer;
    grpc_metadata_array first, last;
    grpc_slice details;
    grpc_status_code status;
    bool done;    /* the status is there */
    bool greeted; /* the first metadata are, of a stream */
    bool stepped; /* what stream_send() or stream_read() started is over */
    char *bytes;  /* of the answer, or of the last message of a stream; NUL-terminated */
    size_t n;
    char *message;
};

static inline gpr_timespec client_in(int64_t ms)
{
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(ms, GPR_TIMESPAN));
}

static inline grpc_arg client_number(const char *key, int n)
{
    return (grpc_arg){ .type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)key, .value.integer = n };
}

/* 'how' is taken; NULL = plaintext. A connection of its own. */
static inline struct client client_open(const char *target, grpc_channel_credentials *how, const char *host)
{
    grpc_arg args[4];
    grpc_channel_args all = { .args = args };
    struct client c = { 0 };

    args[all.num_args++] = client_number("grpc.use_local_subchannel_pool", 1);
    args[all.num_args++] = client_number("grpc.enable_http_proxy", 0);
    args[all.num_args++] = client_number("grpc.initial_reconnect_backoff_ms", 100);
    if (host)
        args[all.num_args++] = (grpc_arg){ .type = GRPC_ARG_STRING,
                                           .key = (char *)(uintptr_t)GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
                                           .value.string = (char *)(uintptr_t)host };
    if (!how)
        how = grpc_insecure_credentials_create();
    c.channel = grpc_channel_create(target, how, &all);
    c.events = grpc_completion_queue_create_for_next(NULL);
    grpc_channel_credentials_release(how);
    return c;
}

static inline struct client client_at(int port)
{
    char target[64];

    (void)snprintf(target, sizeof(target), "127.0.0.1:%d", port);
    return client_open(target, NULL, NULL);
}

static inline void client_close(struct client *c)
{
    grpc_channel_destroy(c->channel);
    grpc_completion_queue_shutdown(c->events);
    while (grpc_completion_queue_next(c->events, client_in(CLIENT_WAIT_MS), NULL).type == GRPC_OP_COMPLETE)
        ;
    grpc_completion_queue_destroy(c->events);
}

/* Tags are the address of the flag to set. */
static inline void client_batch(struct ask *a, const grpc_op *ops, size_t n, bool *tag)
{
    grpc_call_error wrong = grpc_call_start_batch(a->call, ops, n, tag, NULL);

    assert(wrong == GRPC_CALL_OK);
    (void)wrong;
}

/* Handle events until 'flag' is set; false when nothing happens for 'ms'. */
static inline bool client_until(struct client *c, const bool *flag, int64_t ms)
{
    gpr_timespec end = client_in(ms);

    while (!*flag) {
        grpc_event event = grpc_completion_queue_next(c->events, end, NULL);

        if (event.type != GRPC_OP_COMPLETE)
            return false;
        *(bool *)event.tag = true;
    }
    return true;
}

static inline void ask_start(struct client *c, struct ask *a, const char *path, int64_t deadline_ms)
{
    grpc_slice method = grpc_slice_from_copied_string(path);

    memset(a, 0, sizeof(*a));
    a->client = c;
    a->call = grpc_channel_create_call(c->channel, NULL, GRPC_PROPAGATE_DEFAULTS, c->events, method, NULL,
                                       client_in(deadline_ms), NULL);
    grpc_metadata_array_init(&a->first);
    grpc_metadata_array_init(&a->last);
    a->details = grpc_empty_slice();
    grpc_slice_unref(method);
}

static inline void ask_take(struct ask *a)
{
    grpc_byte_buffer_reader reader;
    grpc_slice all;

    free(a->bytes);
    a->bytes = NULL;
    a->n = 0;
    if (!a->answer || !grpc_byte_buffer_reader_init(&reader, a->answer))
        return;
    all = grpc_byte_buffer_reader_readall(&reader);
    a->n = GRPC_SLICE_LENGTH(all);
    a->bytes = x_strndup("", 0);
    a->bytes = x_realloc(a->bytes, a->n + 1);
    memcpy(a->bytes, GRPC_SLICE_START_PTR(all), a->n);
    a->bytes[a->n] = '\0';
    grpc_slice_unref(all);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(a->answer);
    a->answer = NULL;
}

static inline grpc_byte_buffer *client_buffer(const void *bytes, size_t n)
{
    grpc_slice slice = grpc_slice_from_copied_buffer(bytes, n);
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);

    grpc_slice_unref(slice);
    return buffer;
}

/* A unary call under way; 'bytes' NULL sends no message at all. */
static inline void ask_send(struct client *c, struct ask *a, const char *path, const void *bytes, size_t n,
                            int64_t deadline_ms)
{
    grpc_op ops[6] = { { .op = GRPC_OP_SEND_INITIAL_METADATA, .flags = GRPC_INITIAL_METADATA_WAIT_FOR_READY },
                       { .op = GRPC_OP_SEND_CLOSE_FROM_CLIENT },
                       { .op = GRPC_OP_RECV_INITIAL_METADATA },
                       { .op = GRPC_OP_RECV_MESSAGE },
                       { .op = GRPC_OP_RECV_STATUS_ON_CLIENT },
                       { .op = GRPC_OP_SEND_MESSAGE } };

    ask_start(c, a, path, deadline_ms);
    if (c->impatient)
        ops[0].flags = 0;
    a->greeted = a->stepped = true; /* with 'done' */
    ops[2].data.recv_initial_metadata.recv_initial_metadata = &a->first;
    ops[3].data.recv_message.recv_message = &a->answer;
    ops[4].data.recv_status_on_client.trailing_metadata = &a->last;
    ops[4].data.recv_status_on_client.status = &a->status;
    ops[4].data.recv_status_on_client.status_details = &a->details;
    if (bytes)
        ops[5].data.send_message.send_message = a->request = client_buffer(bytes, n);
    client_batch(a, ops, bytes ? 6 : 5, &a->done);
}

/* Wait for its end, of all that was started for it: status, message and bytes are there, and the library writes nothing into it later. */
static inline void ask_finish(struct ask *a)
{
    bool in_time = client_until(a->client, &a->done, CLIENT_WAIT_MS) &&
                   client_until(a->client, &a->greeted, CLIENT_WAIT_MS) &&
                   client_until(a->client, &a->stepped, CLIENT_WAIT_MS);

    assert(in_time);
    (void)in_time;
    ask_take(a);
    free(a->message);
    a->message = x_strndup((const char *)GRPC_SLICE_START_PTR(a->details), GRPC_SLICE_LENGTH(a->details));
}

static inline void ask_free(struct ask *a)
{
    grpc_call_unref(a->call);
    if (a->request)
        grpc_byte_buffer_destroy(a->request);
    if (a->answer)
        grpc_byte_buffer_destroy(a->answer);
    grpc_metadata_array_destroy(&a->first);
    grpc_metadata_array_destroy(&a->last);
    grpc_slice_unref(a->details);
    free(a->bytes);
    free(a->message);
}
static inline void ask_free_clean(struct ask *a)
{
    if (a->call)
        ask_free(a);
}

static inline struct ask ask_wait(struct client *c, const char *path, const void *bytes, size_t n)
{
    struct ask *a = x_alloc(sizeof(*a)), all;

    ask_send(c, a, path, bytes, n, CLIENT_WAIT_MS);
    ask_finish(a);
    all = *a;
    free(a);
    return all;
}

/* A stream: its status comes with 'done'. */
static inline void stream_open(struct client *c, struct ask *a, const char *path)
{
    grpc_op begin = { .op = GRPC_OP_SEND_INITIAL_METADATA, .flags = GRPC_INITIAL_METADATA_WAIT_FOR_READY };
    grpc_op first = { .op = GRPC_OP_RECV_INITIAL_METADATA };
    grpc_op end = { .op = GRPC_OP_RECV_STATUS_ON_CLIENT };

    ask_start(c, a, path, CLIENT_WAIT_MS);
    first.data.recv_initial_metadata.recv_initial_metadata = &a->first;
    end.data.recv_status_on_client.trailing_metadata = &a->last;
    end.data.recv_status_on_client.status = &a->status;
    end.data.recv_status_on_client.status_details = &a->details;
    client_batch(a, &end, 1, &a->done);
    client_batch(a, &first, 1, &a->greeted);
    client_batch(a, &begin, 1, &a->stepped);
    (void)client_until(c, &a->stepped, CLIENT_WAIT_MS);
}

static inline void stream_step(struct ask *a, const grpc_op *op)
{
    a->stepped = false;
    client_batch(a, op, 1, &a->stepped);
    (void)client_until(a->client, &a->stepped, CLIENT_WAIT_MS);
}

static inline void stream_send(struct ask *a, const void *bytes, size_t n)
{
    grpc_op op = { .op = GRPC_OP_SEND_MESSAGE };

    op.data.send_message.send_message = a->request = client_buffer(bytes, n);
    stream_step(a, &op);
    grpc_byte_buffer_destroy(a->request);
    a->request = NULL;
}

static inline void stream_no_more(struct ask *a)
{
    grpc_op op = { .op = GRPC_OP_SEND_CLOSE_FROM_CLIENT };

    stream_step(a, &op);
}

/* The next message, or NULL when there is none any more. */
static inline const char *stream_read(struct ask *a)
{
    grpc_op op = { .op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &a->answer };

    stream_step(a, &op);
    ask_take(a);
    return a->bytes;
}
