/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the server share: nobody else includes this.
 *
 *   server.c   create, ports, threads, stop       unary.c    question and answer, and methods nobody serves
 *   call.c     one call: arm, finish, free        stream.c   STREAM and WATCH
 *   queue.c    large calls and their workers      drain.c    clients are sent elsewhere
 *
 * Every operation given to the library has a tag in its call; the poller gets the tag back when it is done.  A call is freed
 * when nobody refers to it: not the library (one reference for each operation under way) and not we. */
#pragma once
#include "function/serve/serve.h"
#include <grpc/grpc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum {
    SERVER_ARMED = 64,           /* calls the library may hand over at once, for each unary method */
    SERVER_ARMED_OTHER = 8,      /* for the others, and for unknown methods */
    SERVER_WORKERS_MAX = 64,     /* threads */
    SERVER_QUEUE_MAX = 1024,     /* large requests waiting for a worker */
    SERVER_LARGEST_AT_ONCE = 16, /* requests of the greatest size there is memory for */
    SERVER_MEMORY_MIN = 64 << 20,
    SERVER_UNREAD_MAX = 256 << 20, /* bytes of large answers that their clients have not read yet */
    SERVER_STACK = 1 << 20,        /* of our threads: renderers and OpenSSL, with sanitizers */
    SERVER_STREAMS_MAX =
        1024, /* calls under way on one connection; Crossplane makes at most 100 for a kind */
};

struct call;

struct tag {
    void (*done)(struct call *c, bool ok); /* by the poller */
    struct call *call;
};

/* A method as the library knows it. */
struct route {
    struct server *server;
    const struct serve_method *method; /* NULL: whatever is not registered */
    void *registered;
};

struct call {
    struct route *route;
    atomic_int references;
    struct call *next, *previous; /* in the list that holds it: the queue or open streams */

    grpc_call *call; /* NULL until it has come */
    gpr_timespec deadline;
    grpc_metadata_array metadata;
    grpc_call_details details; /* of an unknown method */
    grpc_byte_buffer *request; /* NULL: none came, or it is 'flat' by now */
    grpc_slice flat;           /* the request in one piece; of a unary call that was handled nothing */
    struct serve_reply reply;
    grpc_byte_buffer *response; /* the reply's bytes once they are the library's */
    size_t unread;              /* what of them counts */

    struct tag arrived, closed, received, sent, finished;
    int cancelled;        /* written by the library with 'closed' or 'finished' */
    bool watches_close;   /* 'closed' was asked for by itself */
    bool greeted;         /* initial metadata were sent */
    atomic_bool gone;     /* its client is not waiting any more */
    bool sending, ended;  /* of a stream, under the server's lock */
    bool changed, ending; /* do so when what is being sent has gone; under the lock too */
    uint8_t *last;        /* what a WATCH was told last */
    size_t last_n;
};

struct calls {
    struct call *first, *last;
    size_t n;
};

struct server {
    grpc_server *server;
    grpc_completion_queue *events;
    struct tls *tls;
    struct route *routes; /* one for each method, and one for the rest at the end */
    size_t routes_n;
    int port;

    pthread_t poller;
    pthread_t workers[SERVER_WORKERS_MAX];
    unsigned workers_wanted, workers_n;
    bool polling, started, stopped;
    atomic_size_t calls;  /* that exist, those the library may still hand over among them */
    atomic_size_t unread; /* bytes, of all calls */

    pthread_mutex_t lock; /* for what is below */
    pthread_cond_t work;  /* something is in the queue, or it was closed */
    pthread_cond_t down;  /* 'is_down', or no call is left */
    struct calls queue, open;
    bool queue_closed, stopping, is_down;
    struct tag shut_down;
};

/* call.c */

/* Let the library hand over one more call of this route. */
void call_arm(struct route *r);
void call_reference(struct call *c);
void call_release(struct call *c);
/* Ask for these operations; 'tag' comes back when all are done. */
void call_start(struct call *c, const grpc_op *ops, size_t n, struct tag *tag);
/* Ask to be told when the client is gone, for calls that are not finished at once: sets 'gone', then 'closed' is done. */
void call_watch_close(struct call *c);
/* Nobody waits for an answer: the deadline has passed or the client has gone. */
bool call_expired(const struct call *c);
/* Have the handler make c->reply from the request. */
void call_handle(struct call *c);
/* The operations that say what c->reply says, at most CALL_OPS; how many. 'last': and then end the call. */
enum { CALL_OPS = 4 };
size_t call_reply_ops(struct call *c, grpc_op ops[CALL_OPS], grpc_slice *details, bool last);
/* c->reply is the answer: send it and end the call. */
void call_finish(struct call *c);
void call_refuse(struct call *c, enum serve_code code, const char *why);

/* Lists, by whoever holds the lock. */
void calls_add(struct calls *list, struct call *c);
void calls_remove(struct calls *list, struct call *c);

/* The ways a call goes on once it has come. */
void unary_arrived(struct call *c);
/* What is left to do once a worker, or the poller, has time for it. */
void unary_work(struct call *c);
void unknown_arrived(struct call *c);
void stream_arrived(struct call *c);
void watch_arrived(struct call *c);
/* End all of them (UNAVAILABLE). */
void stream_end_all(struct server *s);

/* queue.c: takes over our reference; false when the queue is full. */
bool queue_push(struct server *s, struct call *c);
int queue_start(struct server *s);
/* What is in the queue is still answered, then the workers are gone. */
void queue_stop(struct server *s);

/* drain.c: no new connections; those there are, are closed once their calls are answered. At most until 'until'; false
 * when this library cannot do it. */
bool drain(struct server *s, int64_t until);

/* A thread with a name, small stack and all signals blocked. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *with);
