/* SPDX-License-Identifier: Apache-2.0 */
/* What all passes share: writing to the store, failing, resting. */
#include "provider/reconcile/object.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "lib/log.h"
#include "provider/auth/classify.h"
#include "provider/reconcile/backoff.h"
#include "provider/reconcile/version.h"
#include <stdarg.h>

enum {
    POLL_MS = 60 * 1000,
    POLL_NOT_READY_MS = 15 * 1000,
    POLL_LEAST_MS = 200, /* a slip in an interval must not become a busy loop */
};

bool object_deleting(const struct object *o) { return jx_at(o->doc, "metadata.deletionTimestamp") != NULL; }

int64_t object_interval(const struct object *o, enum pace pace)
{
    const char *field =
        pace == PACE_IDLE ? "spec.forProvider.pollInterval" : "spec.forProvider.pollIntervalWhileNotReady";
    const char *text = pace == PACE_IDLE ? notes_text(o->doc, NOTE_POLL) : NULL;
    int64_t interval = pace == PACE_IDLE ? POLL_MS : POLL_NOT_READY_MS;

    if (!text)
        text = jx_str(o->doc, field, NULL);
    if (text && clock_parse_duration(text, &interval, NULL) < 0)
        interval = pace == PACE_IDLE ? POLL_MS : POLL_NOT_READY_MS;
    if (interval < POLL_LEAST_MS)
        interval = POLL_LEAST_MS;
    return backoff_spread(interval, jx_str(o->doc, "metadata.uid", ""));
}

void object_rest(struct object *o, int64_t delay_ms)
{
    o->loop->busy -= o->busy ? 1 : 0;
    o->busy = false;
    queue_set(&o->loop->queue, &o->slot, o->loop->now() + (o->again ? 0 : delay_ms));
    o->again = false;
}

/* Somebody else wrote the document meanwhile: take it as it is now. It must be the same object. */
static bool refresh(struct object *o)
{
    struct store_ref ref = store_ref_of(o->doc);
    json_auto_t *now_there = NULL;

    if (o->loop->store->ops->get(o->loop->store, &ref, &now_there, NULL) < 0 ||
        strcmp(jx_str(now_there, "metadata.uid", ""), jx_str(o->doc, "metadata.uid", "-")) != 0)
        return false;
    json_decref(o->doc);
    o->doc = TAKE(now_there);
    o->again = true;
    return true;
}

typedef int put_fn(struct store *s, const json_t *object, json_t **ret_object, struct err *e);

/* One try. 1 = conflict, and o->doc is the newer document now. -1: the pass is over. */
static int try_put(struct object *o, put_fn *put, const json_t *doc)
{
    struct err e = { 0 };
    json_t *now_stored = NULL;

    if (put(o->loop->store, doc, &now_stored, &e) == 0) {
        json_decref(o->doc);
        o->doc = now_stored;
        return 0;
    }
    if (e.kind == ERR_CONFLICT && refresh(o))
        return 1;
    if (e.kind != ERR_CONFLICT && e.kind != ERR_NOT_FOUND)
        log_error("cannot write to the store", LS("object", o->key), LS("error", e.text));
    object_rest(o, backoff_failure(++o->failures, crypto_random()));
    return -1;
}

enum { TRIES = 5 }; /* a writer that gets in between so often is not somebody's kubectl */

static int give_up(struct object *o)
{
    object_rest(o, backoff_failure(++o->failures, crypto_random()));
    return -1;
}

int object_note(struct object *o, const struct note *n)
{
    for (int i = 0; i < TRIES; i++) {
        json_auto_t *doc = json_deep_copy(o->doc);
        int result;

        n->write(doc, n);
        if (json_equal(doc, o->doc))
            return 0;
        result = try_put(o, o->loop->store->ops->put, doc);
        if (result <= 0)
            return result;
    }
    return give_up(o);
}

/* Nobody else writes status: after a conflict ours is put on the newer document. */
int object_put_status(struct object *o, json_t *status)
{
    json_auto_t *owned = status;

    for (int i = 0; i < TRIES; i++) {
        json_auto_t *doc = json_copy(o->doc);
        int result;

        if (json_equal(owned, json_object_get(o->doc, "status")))
            return 0;
        jx_share(doc, "status", owned);
        result = try_put(o, o->loop->store->ops->put_status, doc);
        if (result <= 0)
            return result;
    }
    return give_up(o);
}

int object_record(struct object *o, const struct record *r)
{
    struct record mine = *r;

    /* it may have been edited while the call was under way: what was answered is no word on the edited one */
    mine.generation = o->generation;
    return object_put_status(o, record_status(o->doc, &mine, o->loop->now()));
}

static bool is_news(const struct object *o, const char *reason)
{
    const json_t *conditions = jx_at(o->doc, "status.conditions"), *c;
    size_t i;

    json_array_foreach (conditions, i, c)
        if (!strcmp(jx_str(c, "type", ""), "Synced"))
            return strcmp(jx_str(c, "reason", ""), reason) != 0;
    return true;
}

static void tell_news(const struct object *o, const char *reason, const char *text)
{
    if (is_news(o, reason))
        log_info("not in sync", LS("object", o->key), LS("reason", reason), LS("message", text));
}

void object_wait(struct object *o, const char *ready, const char *reason, const char *text)
{
    o->quiet = false;
    o->was_ready = false;
    o->failures = 0;
    tell_news(o, reason, text);
    if (object_record(o, &(struct record){ .ready = ready,
                                           .synced = reason,
                                           .synced_text = text,
                                           .error = text,
                                           .api_version = "" }) == 0)
        object_rest(o, object_interval(o, PACE_WAITING));
}

static void fail(struct object *o, const char *reason, int64_t wait, enum counter counter, const char *text)
{
    bool never_ready = !*record_condition(o->doc, "Ready");

    o->quiet = false;
    o->rendered = false;
    tell_news(o, reason, text);
    if (object_record(o, &(struct record){ .ready = object_deleting(o) ? "Deleting"
                                                    : never_ready      ? "Creating"
                                                                       : NULL,
                                           .synced = reason,
                                           .synced_text = text,
                                           .error = text,
                                           .failed = counter }) == 0)
        object_rest(o, wait);
}

void object_fail(struct object *o, const char *reason, int64_t least_ms, const char *fmt, ...)
{
    int64_t wait = backoff_failure(++o->failures, crypto_random());
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    fail(o, reason, wait > least_ms ? wait : least_ms, COUNTER_ADD, text);
}

void object_fail_call(struct object *o, const struct auth_result *r)
{
    if (r->outcome == AUTH_HELD) /* waiting is no failure, and its pace is the holder's */
        fail(o, r->reason, r->retry_ms, COUNTER_KEEP, r->e->text);
    else if (r->outcome == AUTH_GONE)
        fail(o, "WaitingForShoot", object_interval(o, PACE_WAITING), COUNTER_KEEP, r->e->text);
    else
        object_fail(o, err_policy[r->e->kind].reason, 0, "%s", r->e->text);
}

void object_fail_config(struct object *o, const struct err *e)
{
    object_fail(o, e->kind == ERR_NOT_FOUND ? "NoProviderConfig" : "ReconcileError", 0, "connect failed: %s",
                e->text);
}

/* Reasons of statuses that are no use; the rest is ReconcileError. "Rejected" is for the user to mend. */
static const struct {
    int from, to;
    const char *reason;
} refusals[] = {
    { 400, 400, "Rejected" }, { 404, 404, "Unavailable" }, { 409, 409, "Conflict" },
    { 422, 422, "Rejected" }, { 429, 429, "Unavailable" }, { 500, 599, "Unavailable" },
};

static const char *reason_of(const struct http_response *res)
{
    const char *reason = classify_mistyped(res) ? "Rejected" : classify_refusal(res);

    for (size_t i = 0; !reason && i < ARRAY_LENGTH(refusals); i++)
        if (res->status >= refusals[i].from && res->status <= refusals[i].to)
            reason = refusals[i].reason;
    return reason ? reason : "ReconcileError";
}

void object_fail_answer(struct object *o, const char *doing, const struct http_response *res)
{
    CLEAN(free) char *text = classify_text(res);
    int64_t asked = http_retry_after(res, o->loop->now());

    (void)version_doubt(o, res);
    object_fail(o, reason_of(res), asked > 0 ? asked : 0, "%s failed: %s", doing, text);
}

const char *object_version(const struct object *o)
{
    return o->observe.place && o->api_version ? o->api_version : "";
}

void object_set_response(struct object *o, json_t *response)
{
    json_decref(o->response);
    o->response = response;
    o->rendered = false;
}

int object_inject(struct object *o, const json_t *response, json_t **ret_stored)
{
    json_auto_t *secrets = NULL, *masked = NULL;
    json_int_t status = jx_int(response, "statusCode", 0);
    struct err e = { 0 };

    if (status < 200 || status > 299) { /* an allowed error too must not empty a Secret */
        *ret_stored = json_deep_copy(response);
        return 0;
    }
    if (exec_inject(&o->exec, o->doc, response, &secrets, &masked, &e) < 0 ||
        loop_put_secrets(o, secrets, &e) < 0) {
        object_fail(o, err_policy[e.kind].reason, 0, "%s", e.text);
        return -1;
    }
    *ret_stored = masked ? TAKE(masked) : json_deep_copy(response);
    return 0;
}

/* tlsConfig, with provider-http's older insecureSkipTLSVerify as a part of it. */
json_t *object_tls(const struct object *o)
{
    const json_t *config = jx_at(o->doc, "spec.forProvider.tlsConfig");
    bool insecure = jx_bool(o->doc, "spec.forProvider.insecureSkipTLSVerify", false);
    json_t *tls = config ? json_deep_copy(config) : insecure ? json_object() : NULL;

    if (json_is_object(tls) && insecure)
        jx_set(tls, "insecureSkipVerify", json_true());
    return tls;
}

static int timeout_of(const json_t *object, int64_t *ret, struct err *e)
{
    const char *text = jx_str(object, "spec.forProvider.waitTimeout", NULL);

    *ret = 0;
    if (text && clock_parse_duration(text, ret, e) < 0)
        return err_wrap(e, "spec.forProvider.waitTimeout");
    return 0;
}

void object_send(struct object *o, const struct exec_call *call, auth_done_fn *done)
{
    struct err e = { 0 };
    const json_t *config = loop_config(o->loop, o->doc, &e);
    json_auto_t *tls = object_tls(o);
    int64_t timeout = 0;

    if (!config || timeout_of(o->doc, &timeout, &e) < 0) {
        if (config)
            object_fail(o, "InvalidSpec", 0, "connect failed: %s", e.text);
        else
            object_fail_config(o, &e);
        return;
    }
    json_decref(o->details);
    o->details = json_incref(call->details);
    memcpy(o->applied, call->applied, sizeof(o->applied));
    o->call = auth_send(o->loop->auth, config,
                        &(struct http_request){ .method = call->method,
                                                .url = call->url,
                                                .headers = call->headers,
                                                .n_headers = call->n_headers,
                                                .body = call->body,
                                                .body_len = call->body ? strlen(call->body) : 0,
                                                .timeout_ms = timeout },
                        &(struct auth_tls){ .config = tls, .ns = jx_str(o->doc, "metadata.namespace", "") },
                        done, o);
}

static void write_release(json_t *doc, const struct note *n)
{
    (void)n;
    notes_release(doc);
}

void object_finish(struct object *o)
{
    log_info("released", LS("object", o->key));
    if (object_note(o, &(struct note){ .write = write_release }) == 0)
        object_rest(o, CLOCK_HOUR); /* the store tells us that it is gone */
}
