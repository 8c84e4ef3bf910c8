/* SPDX-License-Identifier: Apache-2.0 */
/* The jq worker: reads requests, runs programs, writes answers.  Runs inside the sandbox of jq_sandbox.c
 * and may die at any moment: libjq 1.6 aborts and overflows its stack on hostile programs, and its parent
 * counts on that. */
#include "provider/exec/jq_worker.h"
#include "lib/buf.h"
#include "lib/jx.h"
#include "provider/exec/jq.h"
#include "provider/exec/jq_adapt.h"
#include "provider/exec/jq_sandbox.h"
#include "provider/exec/jq_scan.h"
#include <math.h>
#include <sys/socket.h>
/* After ours: libjq's own jq.h has another include guard and no name in common. */
#include <jq.h>
#include <jv.h>

enum {
    CACHE_SIZE = 512, /* programs of about 9 KiB; ours are constants, some ten per kind of object */
    CPU_SECONDS = 30, /* per request; the parent's limit in real time is far shorter */
};

struct program {
    char *text;
    jq_state *state; /* NULL: does not compile, 'error' says why */
    char error[sizeof(((struct jq_result *)0)->error)];
    uint64_t used; /* when, counted in requests */
};

struct worker {
    int fd;
    char in[64 << 10]; /* read from the socket, not yet looked at: 'at' to 'end' */
    size_t at, end;
    uint64_t now;
    struct program cache[CACHE_SIZE];
};

/* ---- error texts --------------------------------------------------------------------------------------- */

/* libjq quotes values as 'string ("abc...) and number (1) cannot be added': leave out what is in the
 * brackets, for it may come from a response. */
static void drop_values(char *text)
{
    static const char *const kinds[] = { "string (", "object (", "array (", "number (", "boolean (" };
    char *parsed = strstr(text, " (while parsing ");

    if (parsed)
        *parsed = '\0';
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        size_t n = strlen(kinds[i]);

        for (char *at = strstr(text, kinds[i]); at; at = strstr(at, kinds[i])) {
            char *close = at + n;

            while (*close && !(close[0] == ')' && (close[1] == ' ' || !close[1])))
                close++;
            at += n - 2;
            memmove(at, *close ? close + 1 : close, strlen(*close ? close + 1 : close) + 1);
        }
    }
}

/* One line without libjq's decoration. */
static void tidy(char *text)
{
    static const char prefix[] = "jq: error: ", shell[] = " (Unix shell quoting issues?)",
                      place[] = " at <top-level>";
    const char *const junk[] = { prefix, shell, place };
    size_t n;

    text[strcspn(text, "\n")] = '\0';
    for (size_t i = 0; i < ARRAY_LENGTH(junk); i++) {
        char *at = strstr(text, junk[i]);

        if (at)
            memmove(at, at + strlen(junk[i]), strlen(at + strlen(junk[i])) + 1);
    }
    for (n = strlen(text); n && strchr(": ", text[n - 1]); n--)
        text[n - 1] = '\0';
}

static void on_compile_error(void *ctx, jv message)
{
    struct program *p = ctx;

    /* The first message counts; later ones say "1 compile error". */
    if (!p->error[0] && jv_get_kind(message) == JV_KIND_STRING) {
        (void)snprintf(p->error, sizeof(p->error), "%s", jv_string_value(message));
        tidy(p->error);
    }
    jv_free(message);
}

static void ignore_message(void *ctx, jv message)
{
    (void)ctx;
    jv_free(message);
}

/* ---- values as text ------------------------------------------------------------------------------------ */

static void add_string(struct buf *out, jv value, const char **why)
{
    const char *s = jv_string_value(value);
    size_t n = (size_t)jv_string_length_bytes(jv_copy(value)), from = 0;

    if (memchr(s, '\0', n))
        *why = "the result has a string with a NUL character";
    (void)buf_adds(out, "\"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        (void)buf_add(out, s + from, i - from);
        (void)buf_addf(out, "\\u%04x", c);
        from = i + 1;
    }
    (void)buf_add(out, s + from, n - from);
    (void)buf_adds(out, "\"");
}

/* Integers as digits while they fit 64 bits; what is no number in JSON is null. */
static void add_number(struct buf *out, double d)
{
    if (isnan(d) || isinf(d))
        (void)buf_adds(out, "null");
    else if (d == trunc(d) && fabs(d) < 9.2e18)
        (void)buf_addf(out, "%lld", (long long)d);
    else
        (void)buf_addf(out, "%.17g", d);
}

static void add_value(struct buf *out, jv value, int depth, const char **why);

static void add_array(struct buf *out, jv value, int depth, const char **why)
{
    int n = jv_array_length(jv_copy(value));

    (void)buf_adds(out, "[");
    for (int i = 0; i < n && !*why; i++) {
        if (i)
            (void)buf_adds(out, ",");
        add_value(out, jv_array_get(jv_copy(value), i), depth, why);
    }
    (void)buf_adds(out, "]");
}

static void add_object(struct buf *out, jv value, int depth, const char **why)
{
    const char *separator = "";

    (void)buf_adds(out, "{");
    for (int i = jv_object_iter(value); jv_object_iter_valid(value, i) && !*why;
         i = jv_object_iter_next(value, i)) {
        jv key = jv_object_iter_key(value, i);

        (void)buf_adds(out, separator);
        add_string(out, key, why);
        jv_free(key);
        (void)buf_adds(out, ":");
        add_value(out, jv_object_iter_value(value, i), depth, why);
        separator = ",";
    }
    (void)buf_adds(out, "}");
}

/* Takes 'value'. '*why' is set when it cannot be told. */
static void add_value(struct buf *out, jv value, int depth, const char **why)
{
    static const char *const words[] = {
        [JV_KIND_NULL] = "null", [JV_KIND_FALSE] = "false", [JV_KIND_TRUE] = "true"
    };
    jv_kind kind = jv_get_kind(value);

    if (depth == JX_MAX_DEPTH)
        *why = "the result is nested too deep";
    else if (out->overflow)
        *why = "the result is too large";
    else if (kind == JV_KIND_STRING)
        add_string(out, value, why);
    else if (kind == JV_KIND_NUMBER)
        add_number(out, jv_number_value(value));
    else if (kind == JV_KIND_ARRAY)
        add_array(out, value, depth + 1, why);
    else if (kind == JV_KIND_OBJECT)
        add_object(out, value, depth + 1, why);
    else
        (void)buf_adds(out, kind == JV_KIND_INVALID ? "null" : words[kind]);
    jv_free(value);
}

/* ---- programs ------------------------------------------------------------------------------------------ */

static void forget(struct program *p)
{
    free(p->text);
    if (p->state)
        jq_teardown(&p->state);
    *p = (struct program){ .text = NULL };
}

static void compile(struct program *p, const char *text)
{
    CLEAN(free) char *adapted = NULL;
    struct err e = { .kind = ERR_NONE };

    p->text = x_strdup(text);
    if (jq_scan(text, &e) < 0) {
        (void)snprintf(p->error, sizeof(p->error), "%.*s", (int)sizeof(p->error) - 1, e.text);
        return;
    }
    adapted = jq_adapt(text);
    p->state = jq_init();
    if (!p->state)
        abort();
    jq_set_error_cb(p->state, on_compile_error, p);
    jq_set_debug_cb(p->state, ignore_message, NULL);
    jq_set_attr(p->state, jv_string("JQ_LIBRARY_PATH"),
                jv_array()); /* without it 'import' hits an assertion */
    if (jq_compile(p->state, adapted)) {
        jq_set_error_cb(p->state, ignore_message, NULL);
        return;
    }
    if (!p->error[0])
        (void)snprintf(p->error, sizeof(p->error), "%s", "does not compile");
    jq_teardown(&p->state);
}

/* The program in the cache, compiled when it is not there (then *ret_new); the longest unused gives way. */
static struct program *find(struct worker *w, const char *text, bool *ret_new)
{
    struct program *oldest = &w->cache[0];

    *ret_new = false;
    for (struct program *p = w->cache; p < w->cache + CACHE_SIZE; p++) {
        if (p->text && strcmp(p->text, text) == 0)
            return p->used = w->now, p;
        if (p->used < oldest->used)
            oldest = p;
    }
    *ret_new = true;
    forget(oldest);
    compile(oldest, text);
    oldest->used = w->now;
    return oldest;
}

/* The message of a failed run, or "" when it just ended. Takes 'failure'. */
static void run_error(jv failure, char *text, size_t size)
{
    jv message = jv_invalid_get_msg(failure);

    text[0] = '\0';
    if (jv_get_kind(message) != JV_KIND_STRING && jv_get_kind(message) != JV_KIND_NULL)
        message = jv_dump_string(message, 0);
    if (jv_get_kind(message) == JV_KIND_STRING) {
        (void)snprintf(text, size, "%s",
                       jv_string_length_bytes(jv_copy(message)) ? jv_string_value(message) : "error");
        text[strcspn(text, "\n")] = '\0';
        drop_values(text);
    }
    jv_free(message);
}

/* ---- the conversation ---------------------------------------------------------------------------------- */

static void read_all(struct worker *w, void *bytes, size_t n)
{
    for (char *to = bytes; n;) {
        size_t there = w->end - w->at, take = there < n ? there : n;

        memcpy(to, w->in + w->at, take);
        w->at += take;
        to += take;
        n -= take;
        if (n) {
            ssize_t got = recv(w->fd, w->in, sizeof(w->in), 0);

            if (got <= 0)
                _exit(0);
            w->at = 0;
            w->end = (size_t)got;
        }
    }
}

static void write_all(int fd, const void *bytes, size_t n)
{
    for (const char *at = bytes; n;) {
        ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);

        if (sent <= 0)
            _exit(0);
        at += sent;
        n -= (size_t)sent;
    }
}

/* The frame's head has been left free at the start of 'frame'. */
static void send_frame(int fd, uint32_t kind, struct buf *frame)
{
    const struct jq_frame head = { .kind = kind, .len = (uint32_t)(frame->len - sizeof(head)) };

    memcpy(frame->data, &head, sizeof(head));
    write_all(fd, frame->data, frame->len);
}

static void start_frame(struct buf *frame)
{
    static const struct jq_frame head;

    buf_reset(frame);
    (void)buf_add(frame, &head, sizeof(head));
}

static void tell(int fd, uint32_t kind)
{
    const struct jq_frame head = { .kind = kind };

    write_all(fd, &head, sizeof(head));
}

/* The frame to answer with is left in 'out'. */
static uint32_t run(struct program *p, jv document, struct buf *out)
{
    char error[sizeof(p->error)];
    const char *why = NULL;
    jv value;

    start_frame(out);
    if (!p->state) {
        jv_free(document);
        (void)buf_adds(out, p->error);
        return JQ_SYNTAX;
    }
    jq_start(p->state, document, 0);
    value = jq_next(p->state);
    if (jv_is_valid(value)) {
        add_value(out, value, 0, &why);
    } else {
        run_error(value, error, sizeof(error));
        why = error;
    }
    jq_start(p->state, jv_null(), 0); /* lets go of the document */
    if (!why && !out->overflow)
        return JQ_OK;
    start_frame(out);
    (void)buf_adds(out, why ? why : "the result is too large");
    return why == error ? error[0] ? JQ_RUNTIME : JQ_NO_OUTPUT : JQ_LIMIT;
}

static char *read_text(struct worker *w, size_t max)
{
    uint32_t n;
    char *text;

    read_all(w, &n, sizeof(n));
    if (n > max)
        _exit(70);
    text = x_alloc(n + 1);
    read_all(w, text, n);
    return text;
}

static jv read_document(struct worker *w, size_t n)
{
    CLEAN(free) char *text = n <= JQ_DOCUMENT_MAX ? x_alloc(n + 1) : NULL;

    if (!text)
        _exit(70);
    read_all(w, text, n);
    return jv_parse_sized(text, (int)n);
}

static void serve(struct worker *w, const struct jq_request *req)
{
    static struct buf out = { .max = JQ_OUTPUT_MAX + sizeof(struct jq_frame) };
    char *texts[JQ_PROGRAMS_MAX];
    struct program *programs[JQ_PROGRAMS_MAX];
    jv document;

    if (req->n > JQ_PROGRAMS_MAX)
        _exit(70);
    for (uint32_t i = 0; i < req->n; i++)
        texts[i] = read_text(w, JQ_PROGRAM_MAX);
    document = read_document(w, req->document_len);
    if (!jv_is_valid(document))
        _exit(70);
    tell(w->fd, JQ_FRAME_STEP);
    for (uint32_t i = 0; i < req->n; i++) {
        bool is_new;

        programs[i] = find(w, texts[i], &is_new);
        free(texts[i]);
        if (is_new)
            tell(w->fd, JQ_FRAME_STEP);
    }
    tell(w->fd, JQ_FRAME_START);
    for (uint32_t i = 0; i < req->n; i++) {
        uint32_t outcome = run(programs[i], jv_copy(document), &out);

        send_frame(w->fd, outcome, &out);
    }
    jv_free(document);
    if (out.cap > 1 << 20)
        buf_free(&out);
}

_Noreturn void jq_worker_main(int fd)
{
    struct worker *w = x_alloc(sizeof(*w));

    for (w->fd = fd;;) {
        struct jq_request req;

        read_all(w, &req, sizeof(req));
        w->now++;
        jq_sandbox_allow_cpu(CPU_SECONDS);
        serve(w, &req);
    }
}
