/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/auth/auth.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include "provider/auth/classify.h"
#include "provider/auth/internal.h"
#include <strings.h>

enum { SHORT_PAUSE_MS = 5 * 1000 }; /* a longer one is told to who waits */

int64_t auth_backoff(int failures, int64_t most)
{
    int64_t wait = CLOCK_SECOND;

    for (int i = 1; i < failures && wait < most; i++)
        wait *= 2;
    return wait < most ? wait : most;
}

/* ---- calls ----------------------------------------------------------------------------------------------------- */

void call_unlink(struct auth_call *call)
{
    if (call->where == CALL_QUEUED && call->lane && call->lane->last == &call->next)
        call->lane->last = call->prev;
    *call->prev = call->next;
    if (call->next)
        call->next->prev = call->prev;
}

static void call_free(struct auth_call *call)
{
    for (size_t i = 0; i < call->n_headers; i++) {
        free((char *)(uintptr_t)call->headers[i].name);
        config_wipe((char *)(uintptr_t)call->headers[i].value);
    }
    free(call->headers);
    free(call->method);
    free(call->url);
    config_wipe(call->body);
    config_free_tls(&call->own_tls);
    free(call);
}

static struct auth_call *call_new(const struct http_request *req, auth_done_fn *done, void *ctx)
{
    struct auth_call *call = x_alloc(sizeof(*call));

    *call = (struct auth_call){ .method = x_strdup(req->method),
                                .url = x_strdup(req->url),
                                .body = req->body ? x_strndup(req->body, req->body_len) : NULL,
                                .body_len = req->body_len,
                                .headers = x_alloc(req->n_headers * sizeof(*req->headers)),
                                .n_headers = req->n_headers,
                                .timeout_ms = req->timeout_ms,
                                .done = done,
                                .ctx = ctx };
    for (size_t i = 0; i < req->n_headers; i++)
        call->headers[i] =
            (struct http_header){ x_strdup(req->headers[i].name), x_strdup(req->headers[i].value) };
    return call;
}

static void push_front(struct auth_call **list, struct auth_call *call)
{
    call->next = *list;
    call->prev = list;
    if (*list)
        (*list)->prev = &call->next;
    *list = call;
}

static void deliver(struct auth_call *call, const struct auth_result *r)
{
    call_unlink(call);
    call->done(call->ctx, r);
    call_free(call);
}

/* Never from auth_send(): the caller gets its answer in the next auth_step(). */
static void decide(struct auth *a, struct auth_call *call, const struct gate *g)
{
    call->decision = *g;
    call->where = CALL_DECIDED;
    call->lane = NULL;
    push_front(&a->decided, call);
    a->dirty = true;
}

/* The Request's parts go over those of its config; each reads Secrets by its own rule. */
static int read_own_tls(struct auth_call *call, const struct lane *l, const struct auth_tls *tls,
                        struct err *e)
{
    const struct auth_config c = { .ns = tls->ns, .tls = tls->config };

    call->has_own_tls = true;
    if (!json_is_object(tls->config))
        return err_set(e, ERR_INVALID, "spec.forProvider.tlsConfig must be an object");
    if (config_read_tls(&c, &l->auth->lookup, &call->own_tls, e) < 0)
        return err_wrap(e, "spec.forProvider.tlsConfig");
    config_fill_tls(&call->own_tls, &l->tls);
    return 0;
}

struct auth_call *auth_send(struct auth *a, const json_t *config, const struct http_request *req,
                            const struct auth_tls *tls, auth_done_fn *done, void *ctx)
{
    struct auth_call *call = call_new(req, done, ctx);
    struct lane *l = lane_for(a, config);
    struct err e = { 0 };

    a->dirty = true;
    if (tls && tls->config && !l->invalid.kind && read_own_tls(call, l, tls, &e) < 0) {
        struct gate g = { 0 };

        gate_hold(&g, err_policy[e.kind].reason, CLOCK_MINUTE, e.kind, "%s", e.text);
        decide(a, call, &g);
    } else {
        lane_append(l, call);
    }
    return call;
}

void auth_cancel(struct auth_call *call)
{
    if (call->where == CALL_SENT) {
        http_cancel(call->http);
        call->lane->inflight--;
        call->lane->auth->dirty = true;
    }
    call_unlink(call);
    call_free(call);
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

/* Once more, ahead of the others, with what replaces the credentials that were refused. */
static void repeat(struct auth_call *call)
{
    struct lane *l = call->lane;

    call_unlink(call);
    call->repeated = true;
    call->where = CALL_QUEUED;
    push_front(&l->first, call);
    if (!call->next)
        l->last = &call->next;
    l->auth->dirty = true;
}

/* Did the answer refuse the token or certificate? Then those are given up, unless it is the call that is refused. */
static bool refuses_credentials(struct auth_call *call, const struct http_response *res, int64_t now)
{
    struct lane *l = call->lane;

    if (!call->ours)
        return false;
    if (l->shoot && res->status == 401) {
        if (call->epoch == l->shoot->epoch)
            shoot_refused(l->shoot);
        return true;
    }
    if (!l->session || !classify_invalid_token(res) ||
        session_blames_call(l->session, call->method, call->url, now))
        return false;
    if (call->repeated)
        session_blame_call(l->session, call->method, call->url, now);
    else if (call->epoch == l->session->epoch && l->session->state == SESSION_IN)
        session_invalid(l->session, now);
    return true;
}

static void on_http(void *ctx, enum http_fate fate, const struct http_response *res, const struct err *e)
{
    static const enum auth_outcome outcomes[] = {
        [HTTP_ANSWERED] = AUTH_ANSWERED, [HTTP_NOT_SENT] = AUTH_NOT_SENT, [HTTP_MAYBE_SENT] = AUTH_MAYBE_SENT
    };
    struct auth_call *call = ctx;
    struct lane *l = call->lane;
    int64_t now = l->auth->now(), pause;

    call->http = NULL;
    l->inflight--;
    l->auth->dirty = true;
    if (fate == HTTP_ANSWERED) {
        pause = res->status == 429 || res->status == 503 ? http_retry_after(res, now) : -1;
        if (pause > 0)
            l->not_before = now + pause;
        if (refuses_credentials(call, res, now) && !call->repeated) {
            repeat(call);
            return;
        }
    } else if (l->shoot && e->kind != ERR_INVALID) {
        shoot_failed(l->shoot);
    }
    deliver(call, &(struct auth_result){ .outcome = outcomes[fate], .res = res, .e = e });
}

/* ---- sending --------------------------------------------------------------------------------------------------- */

static bool has_header(const struct auth_call *call, const char *name)
{
    for (size_t i = 0; i < call->n_headers; i++)
        if (!strcasecmp(call->headers[i].name, name))
            return true;
    return false;
}

/* Credentials as headers, for the config's own origin only; at most two. */
static size_t add_credentials(struct lane *l, struct auth_call *call, struct http_header out[2],
                              char **ret_owned)
{
    if (l->session) {
        call->epoch = l->session->epoch;
        out[0] = (struct http_header){ "X-Auth-Login", l->session->login };
        out[1] = (struct http_header){ "X-Auth-Token", l->session->token };
        return 2;
    }
    if (l->c.kind == AUTH_HEADER) {
        out[0] = (struct http_header){ l->c.header, l->secret };
        return has_header(call, l->c.header) ? 0 : 1;
    }
    if (l->c.kind == AUTH_BEARER || (l->c.kind == AUTH_KUBECONFIG && l->k.token)) {
        *ret_owned = x_asprintf("Bearer %s", l->secret ? l->secret : l->k.token);
        out[0] = (struct http_header){ "Authorization", *ret_owned };
        return has_header(call, "Authorization") ? 0 : 1;
    }
    return 0;
}

static const char *endpoint_of(const struct lane *l)
{
    if (l->shoot)
        return l->shoot->k.server;
    return l->c.kind == AUTH_KUBECONFIG ? l->k.server : l->c.endpoint;
}

static bool same_origin(const char *a, const char *b)
{
    CLEAN(free) char *x = a ? http_origin(a, NULL) : NULL, *y = http_origin(b, NULL);

    return x && y && !strcmp(x, y);
}

static struct http_tls tls_of(const struct lane *l, const struct auth_call *call, bool ours)
{
    const struct kubeconfig *k = l->shoot ? &l->shoot->k : l->c.kind == AUTH_KUBECONFIG ? &l->k : NULL;

    if (k && ours)
        return (struct http_tls){ k->ca, k->cert, k->key, k->insecure };
    if (call->has_own_tls)
        return (struct http_tls){ call->own_tls.ca, call->own_tls.cert, call->own_tls.key,
                                  call->own_tls.insecure };
    return ours || !l->c.endpoint ? (struct http_tls){ l->tls.ca, l->tls.cert, l->tls.key, l->tls.insecure }
                                  : (struct http_tls){ .ca = l->tls.ca };
}

static void send_now(struct lane *l, struct auth_call *call)
{
    struct err e = { 0 };
    CLEAN(free) char *url = http_resolve(endpoint_of(l), call->url, &e);
    CLEAN(config_wipe) char *owned = NULL;
    CLEAN(free) struct http_header *headers = x_alloc((call->n_headers + 2) * sizeof(*headers));
    size_t n = call->n_headers;
    bool ours;

    call_unlink(call);
    if (!url) {
        struct gate g = { 0 };

        gate_hold(&g, err_policy[e.kind].reason, CLOCK_MINUTE, e.kind, "%s", e.text);
        decide(l->auth, call, &g);
        return;
    }
    if (n)
        memcpy(headers, call->headers, n * sizeof(*headers));
    ours = same_origin(endpoint_of(l), url);
    call->ours = ours;
    if (ours)
        n += add_credentials(l, call, headers + n, &owned);
    if (l->shoot)
        call->epoch = l->shoot->epoch;
    call->where = CALL_SENT;
    push_front(&l->sent, call);
    l->inflight++;
    call->http = http_send(l->auth->http,
                           &(struct http_request){ .method = call->method,
                                                   .url = url,
                                                   .headers = headers,
                                                   .n_headers = n,
                                                   .body = call->body,
                                                   .body_len = call->body_len,
                                                   .tls = tls_of(l, call, ours),
                                                   .timeout_ms = call->timeout_ms },
                           on_http, call);
}

static void sooner(int64_t *next, int64_t ms)
{
    if (*next < 0 || ms < *next)
        *next = ms;
}

static void turn_away(struct lane *l, const struct gate *g)
{
    while (l->first) {
        struct auth_call *call = l->first;

        call_unlink(call);
        decide(l->auth, call, g);
    }
}

/* Send what may be sent. */
static void pump(struct lane *l, int64_t now, int64_t *next)
{
    struct gate g;
    int64_t wait = 0;

    while (l->first && (l->invalid.kind || l->inflight < l->c.max_connections)) {
        if (now < l->not_before && l->not_before - now <= SHORT_PAUSE_MS) {
            sooner(next, l->not_before - now);
            return;
        }
        if (now < l->not_before)
            gate_hold(&g, "RateLimited", l->not_before - now, ERR_TRANSIENT,
                      "the server asked us to come back later");
        else
            lane_gate(l, now, &g);
        if (g.state == GATE_WAIT)
            return;
        if (g.state != GATE_OPEN) {
            turn_away(l, &g);
            return;
        }
        if (!bucket_take(lane_bucket(l), now, &wait)) {
            sooner(next, wait);
            return;
        }
        send_now(l, l->first);
    }
}

static void deliver_decided(struct auth *a)
{
    while (a->decided) {
        struct auth_call *call = a->decided;
        const struct gate *g = &call->decision;

        deliver(call, &(struct auth_result){ .outcome = g->state == GATE_GONE ? AUTH_GONE : AUTH_HELD,
                                             .reason = g->reason,
                                             .retry_ms = g->retry_ms,
                                             .e = &g->e });
    }
}

static void drop_stale_lanes(struct auth *a)
{
    for (struct lane **at = &a->lanes; *at;) {
        struct lane *l = *at;

        if (!l->stale || l->first || l->sent || (l->shoot && (l->shoot->check || l->shoot->mint))) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        lane_free(l);
    }
}

int64_t auth_step(struct auth *a)
{
    int64_t next = -1;

    do {
        a->dirty = false;
        next = -1;
        deliver_decided(a);
        for (struct lane *l = a->lanes; l; l = l->next)
            pump(l, a->now(), &next);
    } while (a->dirty && a->decided);
    drop_stale_lanes(a);
    return a->dirty ? 0 : next;
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

bool auth_observed(struct auth *a, const char *url, const struct http_response *res)
{
    bool changed = false;

    for (struct lane *l = a->lanes; l; l = l->next)
        if (l->shoot && !strcmp(l->shoot->url, url))
            changed |= shoot_observed(l->shoot, res);
    return changed;
}

void auth_config_changed(struct auth *a, const char *uid)
{
    for (struct lane *l = a->lanes; l; l = l->next)
        if (!strcmp(l->uid, uid))
            l->stale = true;
    a->dirty = true;
}

bool auth_revoke(struct auth *a)
{
    bool busy = false;

    for (struct session *s = a->sessions; s; s = s->next)
        busy |= session_revoke(s);
    return !busy;
}

struct auth *auth_new(struct http *http, const struct auth_lookup *lookup, int64_t (*now)(void))
{
    struct auth *a = x_alloc(sizeof(*a));

    *a = (struct auth){ .http = http, .lookup = *lookup, .now = now };
    return a;
}

void auth_free(struct auth *a)
{
    if (!a)
        return;
    for (struct lane *l = a->lanes; l; l = l->next) {
        if (l->shoot)
            shoot_free(TAKE(l->shoot));
        while (l->first)
            auth_cancel(l->first);
        while (l->sent)
            auth_cancel(l->sent);
    }
    while (a->decided)
        auth_cancel(a->decided);
    while (a->lanes) {
        struct lane *l = a->lanes;

        a->lanes = l->next;
        lane_free(l);
    }
    while (a->sessions) {
        struct session *s = a->sessions;

        a->sessions = s->next;
        session_free(s);
    }
    free(a);
}
