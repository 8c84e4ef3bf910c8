/* SPDX-License-Identifier: Apache-2.0 */
/* A request passes fault, routes and journal under one lock; waiting happens after the lock is released. */
#include "sim/front.h"
#include "lib/clock.h"
#include "sim/routes.h"

static void set_type(struct answer *a, const char *type)
{
    (void)snprintf(a->type, sizeof(a->type), "%s", type);
}

static void set_body(struct answer *a, const char *text)
{
    buf_reset(&a->body);
    (void)buf_adds(&a->body, text);
}

static void set_json(struct answer *a, const json_t *doc, bool escape)
{
    CLEAN(free)
    char *text = json_dumps(doc, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9) |
                                     (escape ? JSON_ESCAPE_SLASH : 0));

    set_body(a, text ? text : "null");
    set_type(a, "application/json");
}

/* Let the routes answer as if nothing were wrong. */
static void real_answer(struct sim *s, struct exchange *x, struct call *c, struct answer *a)
{
    struct http_in in = { .method = x->method,
                          .path = x->path,
                          .query = x->query,
                          .body = buf_text(&x->body),
                          .body_len = x->body.len,
                          .login = exchange_header(x, "X-AUTH-LOGIN"),
                          .token = exchange_header(x, "X-AUTH-TOKEN") };

    c->in = &in;
    c->real_now = clock_now();
    c->now = sim_now(s);
    if (x->body.overflow)
        call_error(c, 413, "Payload Too Large");
    else
        routes_answer(c);
    c->in = NULL;
    a->status = c->status;
    if (c->json)
        set_json(a, c->json, c->escape);
    else if (c->text)
        set_body(a, c->text);
    if (c->type)
        set_type(a, c->type);
    if (c->retry_after)
        (void)snprintf(a->retry_after, sizeof(a->retry_after), "%s", c->retry_after);
}

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } reasons[] = { { 400, "Bad Request" },
                    { 401, "Unauthorized" },
                    { 403, "Forbidden" },
                    { 404, "Not Found" },
                    { 409, "Conflict" },
                    { 429, "Too Many Requests" },
                    { 500, "Internal Server Error" },
                    { 502, "Bad Gateway" },
                    { 503, "Service Unavailable" },
                    { 504, "Gateway Timeout" } };

    for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Error";
}

static void html(struct answer *a)
{
    CLEAN(free)
    char *text = x_asprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1>"
                            "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
                            a->status, reason(a->status), a->status, reason(a->status));

    set_body(a, text);
    set_type(a, "text/html");
}

static void envelope(struct answer *a, const char *message)
{
    json_auto_t *doc = error_envelope(a->status, *message ? message : reason(a->status));

    set_json(a, doc, false);
}

static void spoil(struct answer *a, const struct fault_hit *hit)
{
    static const enum answer_end ends[] = { [FAULT_RESPOND] = ANSWER_SEND,
                                            [FAULT_RESET] = ANSWER_RESET,
                                            [FAULT_RESET_AFTER] = ANSWER_RESET,
                                            [FAULT_HANG] = ANSWER_CLOSE };

    a->end = ends[hit->action];
    a->status = hit->status ? hit->status : a->status;
    switch (hit->body) {
    case FAULT_BODY_REAL: break;
    case FAULT_BODY_ENVELOPE: envelope(a, hit->message); break;
    case FAULT_BODY_HTML: html(a); break;
    case FAULT_BODY_EMPTY: buf_reset(&a->body); break;
    case FAULT_BODY_TRUNCATED:
        if (a->body.len == 0)
            envelope(a, hit->message);
        a->body.len /= 2;
        break;
    case FAULT_BODY_CUT: a->cut = true; break;
    }
    if (*hit->content_type)
        set_type(a, hit->content_type);
    if (*hit->retry_after)
        (void)snprintf(a->retry_after, sizeof(a->retry_after), "%s", hit->retry_after);
    a->slow_ms = hit->slow_ms;
}

static json_t *entry(struct sim *s, const struct exchange *x, const struct call *c, const struct answer *a)
{
    char real[CLOCK_TEXT], simulated[CLOCK_TEXT];
    int64_t now = clock_now();

    clock_text(now, real);
    clock_text(sim_now(s), simulated);
    return jx_pack("{s:s, s:I, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:i, s:b}", "time", real, "ms",
                   (json_int_t)now, "simulatedTime", simulated, "method", jx_text(x->method), "path",
                   jx_text(x->path), "query", jx_text(x->query), "route", c->route ? c->route->name : "",
                   "headers", exchange_headers(x, journal_header), "body",
                   journal_body(buf_text(&x->body), x->body.len), "status",
                   a->end == ANSWER_SEND ? a->status : 0, "applied", c->applied);
}

static void record(struct sim *s, const struct exchange *x, const struct call *c, const struct answer *a,
                   int64_t fault)
{
    json_t *doc;

    if (!switch_on(&s->switches, SW_JOURNAL))
        return;
    doc = entry(s, x, c, a);
    if (fault)
        jx_set(doc, "fault", json_integer(fault));
    journal_add(&s->journal, doc);
}

/* No client waits longer than this for an answer. */
enum { HANG_MS = 3600 * 1000 };

void front_serve(void *ctx, struct exchange *x, struct answer *a)
{
    struct sim *s = ctx;
    struct call c = { .sim = s };
    struct fault_hit hit;

    (void)pthread_mutex_lock(&s->lock);
    hit = faults_match(&s->faults, &s->dice, x->method, x->path);
    a->chunked = switch_is(&s->switches, SW_FRAMING, "chunked");
    a->close = switch_is(&s->switches, SW_FRAMING, "close");
    if (!hit.hit || hit.applied)
        real_answer(s, x, &c, a);
    else
        c.route = route_find(x->method, x->path, &c.at);
    if (hit.hit)
        spoil(a, &hit);
    record(s, x, &c, a, hit.id);
    call_clear(&c);
    (void)pthread_mutex_unlock(&s->lock);
    if (hit.delay_ms || hit.action == FAULT_HANG)
        server_wait(x->server, hit.delay_ms ? hit.delay_ms : HANG_MS);
}
