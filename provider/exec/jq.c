/* SPDX-License-Identifier: Apache-2.0 */
/* The side of the jq worker's user: sends work, keeps the time, kills it.  The worker never sees a program
 * that jq_scan() refuses. */
#include "provider/exec/jq.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include "provider/exec/jq_nursery.h"
#include "provider/exec/jq_worker.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

/* A compile takes 20 ms of our own machine, and its cost does not depend on the document: each gets its
 * own JQ_TIME_MS, but all of one call together no more than this. */
enum { PREPARATION_MS = 5000 };

struct jq {
    struct jq_nursery nursery;
    pid_t pid; /* of the worker; 0 = none */
    int fd;
    int64_t deadline, last; /* by the monotonic clock: of this step, of the whole call */
    char in[64 << 10];      /* read from the socket, not yet looked at: 'at' to 'end' */
    size_t at, end;
};

struct jq *jq_new(void)
{
    struct jq *q = x_alloc(sizeof(*q));

    /* As early as can be, before there are secrets; when it fails, the first use tries again and tells. */
    (void)!jq_nursery_start(&q->nursery, NULL);
    return q;
}

static void stop(struct jq *q)
{
    if (!q->pid)
        return;
    (void)close(q->fd);
    (void)kill(q->pid, SIGKILL);
    q->pid = 0;
}

void jq_free(struct jq *q)
{
    if (!q)
        return;
    stop(q);
    jq_nursery_stop(&q->nursery);
    free(q);
}

static int start(struct jq *q, struct err *e)
{
    if (q->pid)
        return 0;
    q->at = q->end = 0;
    return jq_nursery_worker(&q->nursery, &q->pid, &q->fd, e);
}

/* ---- reading and writing in time ----------------------------------------------------------------------- */

enum io { IO_OK, IO_LATE, IO_DEAD };

static void next_step(struct jq *q)
{
    int64_t step = clock_monotonic() + JQ_TIME_MS;

    q->deadline = step < q->last ? step : q->last;
}

static enum io wait_for(const struct jq *q, short events)
{
    struct pollfd p = { .fd = q->fd, .events = events };

    for (;;) {
        int64_t left = q->deadline - clock_monotonic();
        int n = poll(&p, 1, left > 0 ? (int)left : 0);

        if (n > 0)
            return IO_OK;
        if (n == 0 && left <= 0)
            return IO_LATE;
        if (n < 0 && errno != EINTR)
            return IO_DEAD;
    }
}

static enum io send_all(const struct jq *q, const void *bytes, size_t n)
{
    for (const char *at = bytes; n;) {
        ssize_t sent = send(q->fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        enum io io = IO_OK;

        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            io = wait_for(q, POLLOUT);
        else if (sent < 0)
            io = IO_DEAD;
        if (io != IO_OK)
            return io;
        at += sent > 0 ? sent : 0;
        n -= sent > 0 ? (size_t)sent : 0;
    }
    return IO_OK;
}

static enum io receive_some(struct jq *q)
{
    ssize_t got = recv(q->fd, q->in, sizeof(q->in), MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return wait_for(q, POLLIN);
    if (got <= 0)
        return IO_DEAD;
    q->at = 0;
    q->end = (size_t)got;
    return IO_OK;
}

static enum io receive_all(struct jq *q, void *bytes, size_t n)
{
    for (char *to = bytes;;) {
        size_t there = q->end - q->at, take = there < n ? there : n;
        enum io io;

        memcpy(to, q->in + q->at, take);
        q->at += take;
        to += take;
        n -= take;
        io = n ? receive_some(q) : IO_OK;
        if (!n || io != IO_OK)
            return io;
    }
}

/* ---- one call ------------------------------------------------------------------------------------------ */

/* The programs of a call that may run, and where their results go. */
struct batch {
    const char *programs[JQ_PROGRAMS_MAX];
    struct jq_result *results[JQ_PROGRAMS_MAX];
    uint32_t n;
};

static void set_failure(struct jq_result *r, int outcome, const char *error)
{
    size_t n = strlen(error);

    r->outcome = (__typeof__(r->outcome))outcome;
    if (n >= sizeof(r->error)) /* cut between characters */
        for (n = sizeof(r->error) - 1; n && ((unsigned char)error[n] & 0xc0) == 0x80;)
            n--;
    memcpy(r->error, error, n);
    r->error[n] = '\0';
}

static enum io send_batch(const struct jq *q, const struct batch *batch, const char *document, size_t n)
{
    const struct jq_request req = { .n = batch->n, .document_len = (uint32_t)n };
    CLEAN(buf_free) struct buf out = buf_max(SIZE_MAX / 2);

    (void)buf_add(&out, &req, sizeof(req));
    for (uint32_t i = 0; i < batch->n; i++) {
        uint32_t len = (uint32_t)strlen(batch->programs[i]);

        (void)buf_add(&out, &len, sizeof(len));
        (void)buf_add(&out, batch->programs[i], len);
    }
    (void)buf_add(&out, document, n);
    return send_all(q, out.data, out.len);
}

static enum io receive_text(struct jq *q, size_t n, char **ret)
{
    CLEAN(free) char *text = n <= JQ_OUTPUT_MAX ? x_alloc(n + 1) : NULL;
    enum io io = text ? receive_all(q, text, n) : IO_DEAD;

    if (io == IO_OK)
        *ret = TAKE(text);
    return io;
}

static void set_result(struct jq_result *r, uint32_t outcome, const char *text)
{
    struct err e = { .kind = ERR_NONE };

    if (outcome != JQ_OK) {
        set_failure(r, (int)outcome, text);
        return;
    }
    r->value = jx_parse(text, strlen(text), &e);
    if (!r->value)
        set_failure(r, JQ_LIMIT, e.text);
}

/* Take in results from *done on, until all are there or the worker fails. */
static enum io receive_results(struct jq *q, const struct batch *batch, uint32_t *done)
{
    while (*done < batch->n) {
        CLEAN(free) char *text = NULL;
        struct jq_frame frame;
        enum io io = receive_all(q, &frame, sizeof(frame));

        if (io == IO_OK)
            io = receive_text(q, frame.len, &text);
        if (io != IO_OK)
            return io;
        if (frame.kind == JQ_FRAME_STEP || frame.kind == JQ_FRAME_START)
            next_step(q);
        else
            set_result(batch->results[(*done)++], frame.kind, text);
    }
    return IO_OK;
}

static enum io run_batch(struct jq *q, const struct batch *batch, const char *document, uint32_t *done)
{
    size_t n = strlen(document);
    enum io io;

    q->last = clock_monotonic() + PREPARATION_MS;
    next_step(q);
    io = send_batch(q, batch, document, n);
    if (io == IO_OK)
        io = receive_results(q, batch, done);
    if (io != IO_OK)
        stop(q);
    return io;
}

static void fail_rest(const struct batch *batch, uint32_t done, enum io io)
{
    char late[64];

    (void)snprintf(late, sizeof(late), "took longer than %d ms", JQ_TIME_MS);
    for (uint32_t i = done; i < batch->n; i++) {
        if (i > done)
            set_failure(batch->results[i], JQ_LIMIT,
                        "not run: another program of this call went over a limit");
        else
            set_failure(batch->results[i], JQ_LIMIT,
                        io == IO_LATE ? late : "used too much memory or crashed jq");
    }
}

/* All but those that are too long to be sent. */
static void sort_out(const char *const programs[], size_t n, struct jq_result results[], struct batch *batch)
{
    for (size_t i = 0; i < n; i++) {
        results[i] = (struct jq_result){ .outcome = JQ_OK };
        if (strlen(programs[i]) > JQ_PROGRAM_MAX) {
            set_failure(&results[i], JQ_SYNTAX, "the program is too long");
            continue;
        }
        batch->programs[batch->n] = programs[i];
        batch->results[batch->n++] = &results[i];
    }
}

int jq_eval(struct jq *q, const json_t *doc, const char *const programs[], size_t n,
            struct jq_result results[], struct err *e)
{
    CLEAN(free) char *document = NULL;
    struct batch batch = { .n = 0 };
    bool fresh = !q->pid;
    uint32_t done = 0;
    enum io io;

    if (n > JQ_PROGRAMS_MAX)
        return err_set(e, ERR_INTERNAL, "jq: %zu programs in one call", n);
    sort_out(programs, n, results, &batch);
    if (!batch.n)
        return 0;
    document = jx_dump(doc);
    if (strlen(document) > JQ_DOCUMENT_MAX) {
        fail_rest(&batch, 0, IO_DEAD);
        return 0;
    }
    if (start(q, e) < 0)
        return -1;
    io = run_batch(q, &batch, document, &done);
    if (io == IO_DEAD && done == 0 &&
        !fresh) { /* it may have died since the last call, of nothing in this one */
        if (start(q, e) < 0)
            return -1;
        io = run_batch(q, &batch, document, &done);
    }
    if (io != IO_OK)
        fail_rest(&batch, done, io);
    return 0;
}

void jq_results_free(struct jq_result results[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        json_decref(results[i].value);
        results[i].value = NULL;
    }
}
