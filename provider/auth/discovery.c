/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/auth/discovery.h"
#include "lib/jx.h"
#include "provider/auth/apilist.h"

enum {
    FRESH_MS = 5 * 60 * 1000,
    AGAIN_MS = 30 * 1000, /* after a failure, while what was known before is still in use */
    SHARED_MS = 1000,     /* so long a refusal holds for all who ask */
};

/* One list of one server. */
struct page {
    struct page *next;
    struct discovery *d;
    char *key, *uid, *version; /* version NULL: the groups */
    struct auth_call *call;
    struct discovery_wait *waiting;
    enum { PAGE_UNKNOWN, PAGE_THERE, PAGE_MISSING } state;
    json_t *content;
    uint64_t good, tried; /* when it was learned, and when it was last asked for, as discovery_now() tells */
    int64_t good_at, not_before; /* monotonic */
    bool outdated;               /* what is under way is of another config, or was refuted */
    struct discovery_failure failure;
};

struct discovery {
    struct auth *auth;
    struct page *pages;
    int64_t (*clock)(void);
    uint64_t now;
};

struct discovery *discovery_new(struct auth *a, int64_t (*clock)(void))
{
    struct discovery *d = x_alloc(sizeof(*d));

    *d = (struct discovery){ .auth = a, .clock = clock };
    return d;
}

uint64_t discovery_now(const struct discovery *d) { return d->now; }

/* ---- pages ------------------------------------------------------------------------------------------------------- */

static void drop_content(struct page *p)
{
    json_decref(TAKE(p->content));
    p->state = PAGE_UNKNOWN;
}

static void page_free(struct page *p)
{
    if (p->call)
        auth_cancel(p->call);
    while (p->waiting)
        discovery_forget(p->waiting);
    drop_content(p);
    buf_free(&p->failure.res.body);
    free(p->key);
    free(p->uid);
    free(p->version);
    free(p);
}

static char *key_of(const struct discovery_query *q, const char *version)
{
    const struct auth_tls own = { .config = q->tls ? q->tls->config : NULL, .ns = q->tls ? q->tls->ns : "" };
    CLEAN(free) char *tls = own.config ? jx_dump(own.config) : NULL;

    return x_asprintf("%s %s %s %s %s", jx_str(q->config, "metadata.uid", ""), q->base,
                      version ? version : "", tls ? own.ns : "", tls ? tls : "");
}

static struct page *page_for(struct discovery *d, const struct discovery_query *q, const char *version)
{
    CLEAN(free) char *key = key_of(q, version);
    struct page *p = d->pages;

    while (p && strcmp(p->key, key) != 0)
        p = p->next;
    if (p)
        return p;
    p = x_alloc(sizeof(*p));
    *p = (struct page){ .next = d->pages,
                        .d = d,
                        .key = TAKE(key),
                        .uid = x_strdup(jx_str(q->config, "metadata.uid", "")),
                        .version = version ? x_strdup(version) : NULL };
    d->pages = p;
    return p;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static void keep(struct page *p, int state, json_t *content)
{
    drop_content(p);
    p->state = state;
    p->content = content;
    p->good = p->d->now;
    p->good_at = p->d->clock();
    p->not_before = 0;
}

enum { FAILURE_BODY = 4 << 10 };

static void keep_failure(struct page *p, const struct auth_result *r, const struct err *e)
{
    struct discovery_failure *f = &p->failure;

    buf_free(&f->res.body);
    *f = (struct discovery_failure){ .result = *r, .res = { .body = buf_max(FAILURE_BODY) } };
    if (e)
        f->e = *e;
    else if (r->e)
        f->e = *r->e;
    f->result.e = &f->e;
    if (r->outcome == AUTH_ANSWERED) {
        f->res.status = r->res->status;
        if (r->res->body.len < FAILURE_BODY)
            (void)buf_add(&f->res.body, buf_text(&r->res->body), r->res->body.len);
        f->result.res = &f->res;
    }
    p->not_before = p->d->clock() + AGAIN_MS;
}

static void take(struct page *p, const struct auth_result *r)
{
    int status = r->outcome == AUTH_ANSWERED ? r->res->status : 0;
    struct err e = { 0 };
    json_t *content = NULL;

    if (status == 200)
        content = p->version ? apilist_resources(r->res, p->version, &e) : apilist_groups(r->res, &e);
    if (content)
        keep(p, PAGE_THERE, content);
    else if (status == 404 && p->version && apilist_group_length(p->version))
        keep(p, PAGE_MISSING, NULL);
    else
        keep_failure(p, r, status == 200 ? &e : NULL);
}

static void push(struct discovery_wait **list, struct discovery_wait *wait)
{
    wait->next = *list;
    wait->prev = list;
    if (*list)
        (*list)->prev = &wait->next;
    *list = wait;
}

void discovery_forget(struct discovery_wait *wait)
{
    if (!wait->prev)
        return;
    *wait->prev = wait->next;
    if (wait->next)
        wait->next->prev = wait->prev;
    *wait = (struct discovery_wait){ 0 };
}

/* Those who wait may begin to wait again, or go away, while they are told. */
static void tell_all(struct page *p)
{
    struct discovery_wait *told = NULL;

    while (p->waiting) {
        struct discovery_wait *w = p->waiting, copy = *w;

        discovery_forget(w);
        w->done = copy.done;
        w->ctx = copy.ctx;
        push(&told, w); /* also turns them round: first come, first told */
    }
    while (told) {
        struct discovery_wait *w = told, copy = *w;

        discovery_forget(w);
        copy.done(copy.ctx);
    }
}

static void on_page(void *ctx, const struct auth_result *r)
{
    struct page *p = ctx;

    p->call = NULL;
    if (p->outdated) {
        p->outdated = false;
    } else {
        p->tried = ++p->d->now;
        take(p, r);
    }
    tell_all(p);
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

struct asking {
    struct discovery *d;
    const struct discovery_query *q;
    struct discovery_wait *wait;
    const struct discovery_failure *failure;
};

static enum look content_of(const struct page *p, const json_t **ret)
{
    *ret = p->content;
    return p->state == PAGE_THERE ? LOOK_THERE : LOOK_MISSING;
}

static void ask(const struct asking *a, struct page *p)
{
    CLEAN(free) char *url = apilist_path(a->q->base, p->version);
    struct http_header accept = { "Accept", "application/json" };

    p->call =
        auth_send(a->d->auth, a->q->config,
                  &(struct http_request){ .method = "GET", .url = url, .headers = &accept, .n_headers = 1 },
                  a->q->tls, on_page, p);
}

/* Was the last try in vain, and late enough for this question? */
static bool has_failed(const struct page *p, const struct discovery_query *q, int64_t now)
{
    bool refused = p->tried > p->good && p->failure.result.outcome == AUTH_ANSWERED;

    return !p->call && (p->tried > q->since || (refused && now < p->not_before - AGAIN_MS + SHARED_MS));
}

/* Whoever has something to work with never waits: the next question gets what is learned meanwhile. */
static enum look look(void *ctx, const char *version, bool news, const json_t **ret_content)
{
    struct asking *a = ctx;
    struct page *p = page_for(a->d, a->q, version);
    bool usable = p->state != PAGE_UNKNOWN && !news, learned = p->good > a->q->since;
    int64_t now = a->d->clock(), age = now - p->good_at;

    if (p->state != PAGE_UNKNOWN && (learned || age < (news ? a->q->patience_ms : FRESH_MS)))
        return content_of(p, ret_content);
    if (!usable && has_failed(p, a->q, now)) {
        a->failure = &p->failure;
        return LOOK_FAILED;
    }
    if (!p->call && (!usable || now >= p->not_before))
        ask(a, p);
    if (usable)
        return content_of(p, ret_content);
    if (!a->wait->prev)
        push(&p->waiting, a->wait);
    return LOOK_PENDING;
}

void discovery_ask(struct discovery *d, const struct discovery_query *q, struct discovery_wait *wait,
                   struct served *ret, const struct discovery_failure **ret_failure)
{
    struct asking a = { .d = d, .q = q, .wait = wait };

    served_choose(&q->wish, look, &a, ret);
    *ret_failure = a.failure;
}

void discovery_refute(struct discovery *d, const struct discovery_query *q)
{
    struct page *p = page_for(d, q, q->wish.versions[0]);

    if (p->good <= q->since) /* else it was asked for after that call already */
        drop_content(p);
}

void discovery_config_changed(struct discovery *d, const char *uid)
{
    for (struct page **at = &d->pages; *at;) {
        struct page *p = *at;

        if (strcmp(p->uid, uid) != 0) {
            at = &p->next;
        } else if (p->call) {
            p->outdated = true;
            drop_content(p);
            at = &p->next;
        } else {
            *at = p->next;
            page_free(p);
        }
    }
}

void discovery_free(struct discovery *d)
{
    if (!d)
        return;
    while (d->pages) {
        struct page *p = d->pages;

        d->pages = p->next;
        page_free(p);
    }
    free(d);
}
