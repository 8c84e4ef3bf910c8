/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/version.h"
#include "lib/jx.h"
#include "lib/log.h"
#include "provider/exec/api_version.h"
#include "provider/reconcile/absence.h"
#include "provider/reconcile/object.h"

enum { PATIENCE_MS = 10 * 1000 }; /* so long "not served" may stand, however seldom an object is looked at */

/* What discovery needs to know, and what it borrows from. */
struct question {
    struct discovery_query query;
    struct api_versions versions;
    struct api_place place;
    struct auth_tls tls;
};

static void question_free_clean(struct question *q)
{
    api_place_free(&q->place);
    json_decref((json_t *)(uintptr_t)q->tls.config);
}

static int question_of(const struct object *o, const json_t *config, struct question *q, struct err *e)
{
    int64_t half = object_interval(o, PACE_WAITING) / 2;

    if (api_versions_read(o->doc, &q->versions, e) < 0 || api_place_read(o->observe.place, &q->place, e) < 0)
        return -1;
    q->tls = (struct auth_tls){ .config = object_tls(o), .ns = jx_str(o->doc, "metadata.namespace", "") };
    q->query = (struct discovery_query){
        .config = config,
        .tls = &q->tls,
        .base = q->place.base,
        .wish = { .versions = q->versions.all,
                  .n = q->versions.n,
                  .resource = q->place.resource,
                  .any = object_deleting(o) },
        .patience_ms = half < PATIENCE_MS ? half : PATIENCE_MS,
        .since = o->asked_at,
    };
    return 0;
}

static void use(struct object *o, const char *version)
{
    if (o->api_version && !strcmp(o->api_version, version))
        return;
    if (o->api_version)
        log_info("another api version", LS("object", o->key), LS("version", version));
    free(o->api_version);
    o->api_version = x_strdup(version);
    o->exec.api_version = o->api_version;
    o->rendered = false;
    o->quiet = false;
}

/* An error proves nothing: whatever was known of the object stays. */
static void failed(struct object *o, const struct discovery_failure *f, const struct err *e)
{
    if (f && f->result.outcome == AUTH_GONE && object_deleting(o))
        object_finish(o); /* with the shoot everything in it goes */
    else if (f && f->result.outcome != AUTH_ANSWERED)
        object_fail_call(o, &f->result);
    else if (f && f->res.status != 200)
        object_fail_answer(o, "discovery", &f->res);
    else
        object_fail(o, "Unavailable", 0, "discovery failed: %s", f ? f->e.text : e->text);
}

/* Its place is known all the same: that of any version. */
static void not_served(struct object *o, const struct question *q, const struct served *s)
{
    CLEAN(free) char *text = served_text(&q->query.wish, s), *place = TAKE(o->observe_url);

    o->observe_url = api_version_url(place, q->versions.all[0]);
    request_not_served(o, text);
}

static void on_learned(void *ctx) { request_observe(ctx); }

bool version_choose(struct object *o, const json_t *config)
{
    CLEAN(question_free) struct question q = { .versions = { .n = 0 } };
    CLEAN(served_free) struct served s = { .outcome = SERVED_FAILED };
    const struct discovery_failure *failure = NULL;
    struct err e = { 0 };

    if (question_of(o, config, &q, &e) < 0) {
        object_fail(o, err_policy[e.kind].reason, 0, "observe failed: %s", e.text);
        return false;
    }
    discovery_forget(&o->wait);
    o->wait = (struct discovery_wait){ .done = on_learned, .ctx = o };
    discovery_ask(o->loop->discovery, &q.query, &o->wait, &s, &failure);
    switch (s.outcome) {
    case SERVED_AS: use(o, s.version); return true;
    case SERVED_NOT: not_served(o, &q, &s); return false;
    case SERVED_FAILED: failed(o, failure, &s.e); return false;
    case SERVED_PENDING: break;
    }
    return false;
}

bool version_doubt(struct object *o, const struct http_response *res)
{
    CLEAN(question_free) struct question q = { .versions = { .n = 0 } };
    const json_t *config = loop_config(o->loop, o->doc, NULL);

    if (!o->observe.place || !o->api_version || o->doubted || !absence_of_path(res) || !config ||
        question_of(o, config, &q, NULL) < 0)
        return false;
    o->doubted = true;
    o->quiet = false;
    q.query.wish.versions = (const char *const *)&o->api_version;
    q.query.wish.n = 1;
    discovery_refute(o->loop->discovery, &q.query);
    return true;
}
