/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that change something outside.  Before each the intent is in the store, so that a crash between the call and its
 * record is seen by whoever comes next. */
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "lib/log.h"
#include "provider/auth/classify.h"
#include "provider/reconcile/object.h"

static bool is_good(const struct object *o, int status)
{
    return (status >= 200 && status < 300) || (status >= 400 && !exec_is_http_error(o->doc, status));
}

/* ---- create ------------------------------------------------------------------------------------------------------ */

/* First the answer is kept, then the note that it succeeded: a crash in between leaves a pending creation whose answer
 * is there, never the other way round. */
static void created(struct object *o, const struct http_response *res)
{
    json_auto_t *response = exec_response(res), *stored = NULL;
    CLEAN(free) char *identity = NULL;

    object_set_response(o, json_incref(response));
    o->failures = 0;
    log_info("created", LS("object", o->key));
    /* another shape than OBSERVE's answer is no error: the identity is then pinned at first sight */
    (void)!exec_request_identity(&o->exec, o->doc, response, &identity, NULL);
    if (object_inject(o, response, &stored) < 0 ||
        object_record(o, &(struct record){ .ready = "Creating",
                                           .synced = "ReconcileSuccess",
                                           .response = stored,
                                           .details = o->details,
                                           .api_version = object_version(o),
                                           .applied = res->status < 300 ? o->applied : "",
                                           .error = "",
                                           .failed = COUNTER_RESET }) < 0)
        return;
    if (object_note(
            o, &(struct note){ .write = notes_succeeded, .now = o->loop->now(), .identity = identity }) == 0)
        object_rest(o, SOON_MS);
}

/* A gateway's or a broken server's answer: the call may have been carried out all the same. */
static bool is_ambiguous(const struct http_response *res)
{
    return res->status >= 500 && res->status != 501 && res->status != 503 && !classify_mistyped(res);
}

static void on_created(void *ctx, const struct auth_result *r)
{
    struct object *o = ctx;

    o->call = NULL;
    if (r->outcome == AUTH_ANSWERED && is_good(o, r->res->status)) {
        created(o, r->res);
    } else if (r->outcome == AUTH_MAYBE_SENT || (r->outcome == AUTH_ANSWERED && is_ambiguous(r->res))) {
        /* it may have taken effect: the pending note stays, and the object is looked for before anything is repeated */
        object_fail(o, "Unavailable", SOON_MS, "create: the outcome is not known yet: %s",
                    r->outcome == AUTH_ANSWERED ? "the server failed" : r->e->text);
    } else if (o->unsettled ||
               object_note(o, &(struct note){ .write = notes_refused, .now = o->loop->now() }) == 0) {
        /* a refusal says nothing about an earlier creation whose outcome is open: that stays noted as pending */
        if (r->outcome == AUTH_ANSWERED)
            object_fail_answer(o, "create", r->res);
        else
            object_fail_call(o, r);
    }
}

/* What an earlier object answered must not be taken for what this creation answers. */
static int forget_response(struct object *o)
{
    json_auto_t *status = json_deep_copy(json_object_get(o->doc, "status"));

    object_set_response(o, NULL);
    if (!status || json_object_del(status, "response") < 0)
        return 0;
    return object_put_status(o, TAKE(status));
}

void act_create(struct object *o)
{
    CLEAN(exec_call_free) struct exec_call call = { 0 };
    struct err e = { 0 };

    if (exec_request_call(&o->exec, o->doc, EXEC_CREATE, o->response, &call, &e) < 0) {
        object_fail(o, err_policy[e.kind].reason, 0, "create failed: %s", e.text);
        return;
    }
    if (!call.method) {
        object_fail(o, "ReconcileError", CLOCK_MINUTE, "%s",
                    "CREATE or POST mapping doesn't exist in request, skipping operation");
        return;
    }
    o->unsettled = notes_text(o->doc, NOTE_PENDING) != NULL;
    if (forget_response(o) < 0 ||
        object_note(o, &(struct note){ .write = notes_pending, .now = o->loop->now() }) < 0)
        return;
    object_send(o, &call, on_created);
}

/* ---- update and change ------------------------------------------------------------------------------------------- */

/* Mark in the store what the outside looked like before the call. */
static int mark_settling(struct object *o)
{
    if (!o->fingerprint)
        return 0;
    return object_put_status(o, record_settle(o->doc, o->fingerprint, o->loop->now()));
}

static int unmark_settling(struct object *o)
{
    json_auto_t *status = json_deep_copy(json_object_get(o->doc, "status"));

    if (!status || json_object_del(status, "settle") < 0)
        return 0;
    return object_put_status(o, TAKE(status));
}

/* What was applied is noted, so that what leaves the body later is seen to be missing there. */
static int note_applied(struct object *o, const struct http_response *res)
{
    return *o->applied && res->status < 300 ? object_record(o, &(struct record){ .applied = o->applied }) : 0;
}

/* 'rest_ms': when to look again after it went well. */
static void changed(struct object *o, const struct auth_result *r, int64_t rest_ms)
{
    o->call = NULL;
    o->quiet = false;
    if (r->outcome == AUTH_ANSWERED && is_good(o, r->res->status)) {
        o->failures = 0;
        log_info("changed", LS("object", o->key));
        if (note_applied(o, r->res) == 0)
            object_rest(o, rest_ms);
        return;
    }
    if (r->outcome == AUTH_MAYBE_SENT) { /* the settle mark stays: the next answers tell */
        object_fail_call(o, r);
        return;
    }
    o->change_hash[0] = '\0'; /* refused: it was not carried out, so it may be sent again */
    if (unmark_settling(o) < 0)
        return;
    if (r->outcome != AUTH_ANSWERED)
        object_fail_call(o, r);
    else if (r->res->status == 409 && !classify_kubernetes(r->res)) /* busy with something else */
        object_fail(o, "Busy", object_interval(o, PACE_WAITING),
                    "another operation is under way; the change is sent after it");
    else
        object_fail_answer(o, "update", r->res);
}

static void on_changed(void *ctx, const struct auth_result *r) { changed(ctx, r, SOON_MS); }

/* An UPDATE is compared with what the API shows, which may never agree: once a poll is enough. A body that was never applied
 * before is another matter. */
static void on_updated(void *ctx, const struct auth_result *r)
{
    struct object *o = ctx;
    bool news = *o->applied && strcmp(o->applied, jx_str(o->doc, "status.applied", "")) != 0;

    changed(o, r, news ? SOON_MS : object_interval(o, o->was_ready ? PACE_IDLE : PACE_WAITING));
}

static void hash_of_change(int change, const struct exec_call *call, char out[65])
{
    CLEAN(free)
    char *all = x_asprintf("%d %s %s %s", change, call->method, call->url, call->body ? call->body : "");

    crypto_sha256_hex(all, strlen(all), out, 64);
}

bool act_change_allowed(struct object *o, int change)
{
    CLEAN(exec_call_free) struct exec_call call = { 0 };
    int64_t wait = SETTLE_MS;
    char hash[65];

    if (!*o->change_hash || exec_change_call(&o->exec, o->doc, change, o->response, &call, NULL) < 0)
        return true;
    hash_of_change(change, &call, hash);
    if (strcmp(hash, o->change_hash) != 0)
        return true;
    for (int i = 1; i < o->change_count && wait < CLOCK_HOUR; i++)
        wait *= 2;
    return o->loop->now() - o->change_at >= wait;
}

void act_change(struct object *o, int change)
{
    CLEAN(exec_call_free) struct exec_call call = { 0 };
    struct err e = { 0 };
    char hash[65];

    if (exec_change_call(&o->exec, o->doc, change, o->response, &call, &e) < 0) {
        object_fail(o, err_policy[e.kind].reason, 0, "update failed: %s", e.text);
        return;
    }
    hash_of_change(change, &call, hash);
    o->change_count = strcmp(hash, o->change_hash) != 0 ? 1 : o->change_count + 1;
    memcpy(o->change_hash, hash, sizeof(hash));
    o->change_at = o->loop->now();
    if (mark_settling(o) == 0)
        object_send(o, &call, on_changed);
}

void act_update(struct object *o)
{
    CLEAN(exec_call_free) struct exec_call call = { 0 };
    struct err e = { 0 };

    if (exec_request_call(&o->exec, o->doc, EXEC_UPDATE, o->response, &call, &e) < 0) {
        object_fail(o, err_policy[e.kind].reason, 0, "update failed: %s", e.text);
        return;
    }
    if (!call.method) {
        object_rest(o, object_interval(o, PACE_IDLE));
        return;
    }
    if (mark_settling(o) == 0)
        object_send(o, &call, on_updated);
}

/* ---- remove ------------------------------------------------------------------------------------------------------ */

static void on_removed(void *ctx, const struct auth_result *r)
{
    struct object *o = ctx;

    o->call = NULL;
    o->quiet = false;
    if (r->outcome == AUTH_GONE) {
        object_finish(o);
        return;
    }
    if (r->outcome == AUTH_ANSWERED && (is_good(o, r->res->status) || r->res->status == 404)) {
        o->failures = 0;
        o->removed_at = o->loop->now();
        log_info("removal accepted", LS("object", o->key));
        object_rest(o, SOON_MS);
        return;
    }
    if (r->outcome == AUTH_ANSWERED)
        object_fail_answer(o, "delete", r->res);
    else
        object_fail_call(o, r);
}

void act_remove(struct object *o)
{
    CLEAN(exec_call_free) struct exec_call call = { 0 };
    struct err e = { 0 };

    if (exec_request_call(&o->exec, o->doc, EXEC_REMOVE, o->response, &call, &e) < 0)
        object_fail(o, err_policy[e.kind].reason, 0, "delete failed: %s", e.text);
    else if (!call.method)
        object_finish(o); /* nothing says how to remove it */
    else
        object_send(o, &call, on_removed);
}
