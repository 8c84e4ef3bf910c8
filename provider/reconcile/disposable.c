/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a DisposableRequest: is a call due, and what did it give? */
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "lib/log.h"
#include "provider/reconcile/backoff.h"
#include "provider/reconcile/object.h"

enum {
    UNEXPECTED_RETRY_MS = 30 * 1000, /* provider-http's creation grace */
    LOOP_MS = 60 * 1000,             /* shouldLoopInfinitely without nextReconcile */
    GAP_MS = 5 * 1000,               /* between two calls that went well */
    REST_MS = 60 * 60 * 1000,        /* nothing to do; changes wake us */
    HASH_DIGITS = 16,
};

/* What makes it another call: everything that goes out. */
static void call_hash(const struct object *o, char out[HASH_DIGITS + 1])
{
    static const char *const parts[] = { "url", "method", "headers", "body" };
    const json_t *spec = jx_at(o->doc, "spec.forProvider");
    json_auto_t *all = json_object();
    CLEAN(free) char *text = NULL;

    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
        if (json_object_get(spec, parts[i]))
            jx_share(all, parts[i], json_object_get(spec, parts[i]));
    text = jx_dump(all);
    crypto_sha256_hex(text, strlen(text), out, HASH_DIGITS);
}

static bool same_call(const struct object *o)
{
    char hash[HASH_DIGITS + 1];

    call_hash(o, hash);
    return !strcmp(hash, jx_str(o->doc, "status.requestHash", ""));
}

static int64_t time_at(const struct object *o, const char *path)
{
    const char *text = jx_str(o->doc, path, NULL);
    int64_t when;

    return text && clock_parse(text, &when, NULL) == 0 ? when : 0;
}

static int64_t duration_at(const struct object *o, const char *path, int64_t otherwise)
{
    const char *text = jx_str(o->doc, path, NULL);
    int64_t ms;

    return text && clock_parse_duration(text, &ms, NULL) == 0 ? ms : otherwise;
}

/* When the present result expires; 0 = never. */
static int64_t expiry(const struct object *o)
{
    return jx_at(o->doc, "spec.forProvider.renewal") ? time_at(o, "status.expiresAt") : 0;
}

/* When to call again although all is well; 0 = never. Whatever the times say, not all the time. */
static int64_t next_call(const struct object *o)
{
    int64_t last = time_at(o, "status.lastReconcileTime"), expires = expiry(o), next = 0;

    if (expires)
        next = expires - duration_at(o, "spec.forProvider.renewal.renewBefore", (expires - last) / 5);
    else if (jx_bool(o->doc, "spec.forProvider.shouldLoopInfinitely", false))
        next = last + duration_at(o, "spec.forProvider.nextReconcile", LOOP_MS);
    return next && next < last + GAP_MS ? last + GAP_MS : next;
}

static bool secrets_exist(const struct object *o)
{
    const json_t *config;
    size_t i;

    json_array_foreach (jx_at(o->doc, "spec.forProvider.secretInjectionConfigs"), i, config)
        if (!loop_secret(o->loop,
                         jx_str(config, "secretRef.namespace", jx_str(o->doc, "metadata.namespace", "")),
                         jx_str(config, "secretRef.name", "")))
            return false;
    return true;
}

static bool is_exhausted(const struct object *o)
{
    json_int_t limit = jx_int(o->doc, "spec.forProvider.rollbackRetriesLimit", 0);

    /* a result that is still good is renewed until it is not */
    return limit > 0 && jx_int(o->doc, "status.failed", 0) >= limit && same_call(o) &&
           expiry(o) <= o->loop->now();
}

static unsigned facts_of(const struct object *o)
{
    int64_t now = o->loop->now(), next = next_call(o);
    bool same = same_call(o), synced = jx_bool(o->doc, "status.synced", false);

    return (object_deleting(o) ? DISPOSABLE_DELETING : 0) | (is_exhausted(o) ? DISPOSABLE_EXHAUSTED : 0) |
           (same && (synced || expiry(o) > now) && secrets_exist(o) ? DISPOSABLE_DONE : 0) |
           (next && now >= next ? DISPOSABLE_DUE : 0) | (same && now < o->retry_at ? DISPOSABLE_EARLY : 0);
}

/* ---- what came out ----------------------------------------------------------------------------------------------- */

static json_t *with_call(const struct object *o, json_t *status, bool synced, int64_t expires_at)
{
    char text[CLOCK_TEXT];

    clock_text(o->loop->now(), text);
    jx_set(status, "lastReconcileTime", json_string(text));
    jx_set(status, "requestHash", json_string(o->call_hash)); /* the spec may be another by now */
    jx_set(status, "synced", json_boolean(synced));
    if (expires_at) {
        clock_text(expires_at, text);
        jx_set(status, "expiresAt", json_string(text));
    } else if (synced) {
        (void)json_object_del(status, "expiresAt");
    }
    return status;
}

/* A result that has not expired stays good while its renewal fails. */
static const char *ready_reason(const struct object *o)
{
    bool had = !strcmp(record_condition(o->doc, "Ready"), "True");

    if (!had)
        return "Creating";
    return expiry(o) > o->loop->now() ? NULL : "Expired";
}

static void failed(struct object *o, const char *reason, int64_t least_ms, const json_t *response,
                   const char *text)
{
    int64_t limit = jx_int(o->doc, "spec.forProvider.rollbackRetriesLimit", 0), wait;
    struct record r = { .ready = ready_reason(o),
                        .synced = reason,
                        .synced_text = text,
                        .error = text,
                        .response = response,
                        .details = o->details,
                        .failed = COUNTER_ADD };
    json_t *status;

    log_info("call failed", LS("object", o->key), LS("message", text));
    wait = backoff_failure(++o->failures, crypto_random());
    if (wait < least_ms)
        wait = least_ms;
    if (limit && !expiry(o) && jx_at(o->doc, "spec.forProvider.nextReconcile"))
        wait = duration_at(o, "spec.forProvider.nextReconcile", wait);
    if (!same_call(o)) { /* failures of another call do not count for this one */
        json_auto_t *fresh = json_deep_copy(o->doc);

        (void)json_object_del(json_object_get(fresh, "status"), "failed");
        status = record_status(fresh, &r, o->loop->now());
    } else {
        status = record_status(o->doc, &r, o->loop->now());
    }
    o->retry_at = o->loop->now() + wait;
    if (object_put_status(o, with_call(o, status, false, 0)) == 0)
        object_rest(o, wait);
}

static int keep_secrets(struct object *o, const json_t *response, json_t **ret_masked, struct err *e)
{
    json_auto_t *secrets = NULL;

    if (exec_inject(&o->loop->exec, o->doc, response, &secrets, ret_masked, e) < 0)
        return -1;
    return loop_put_secrets(o, secrets, e);
}

static void succeeded(struct object *o, const json_t *response, const struct exec_result *result)
{
    json_auto_t *masked = NULL;
    struct err e = { 0 };
    json_t *status;

    if (result->expires_at && result->expires_at <= o->loop->now()) {
        failed(o, "Expired", 0, NULL,
               "what was received has expired already; is the clock of this machine right?");
        return;
    }
    if (keep_secrets(o, response, &masked, &e) < 0) {
        failed(o, err_policy[e.kind].reason, 0, NULL, e.text);
        return;
    }
    o->failures = 0;
    o->retry_at = 0;
    log_info("call done", LS("object", o->key));
    status = record_status(o->doc,
                           &(struct record){ .ready = "Available",
                                             .synced = "ReconcileSuccess",
                                             .projection = result->projection,
                                             .response = masked ? masked : response,
                                             .details = o->details,
                                             .error = "",
                                             .exhausted = "",
                                             .failed = COUNTER_RESET },
                           o->loop->now());
    if (object_put_status(o, with_call(o, status, true, result->expires_at)) == 0)
        object_rest(o, 0); /* the next pass finds when it is due again */
}

static void unexpected(struct object *o, const json_t *response)
{
    json_int_t limit = jx_int(o->doc, "spec.forProvider.rollbackRetriesLimit", 1);
    CLEAN(free)
    char *text =
        x_asprintf("Response does not match the expected format, retries limit %" JSON_INTEGER_FORMAT, limit);

    failed(o, "ReconcileError", UNEXPECTED_RETRY_MS, response, text);
}

static void answered(struct object *o, const struct http_response *res)
{
    json_auto_t *response = exec_response(res);
    CLEAN(exec_result_free) struct exec_result result = { 0 };
    const char *method = jx_str(o->doc, "spec.forProvider.method", "");
    CLEAN(free) char *text = NULL;
    int64_t asked = http_retry_after(res, o->loop->now());
    struct err e = { 0 };

    if (exec_is_http_error(o->doc, res->status)) {
        text = x_asprintf("HTTP %s request failed with status code: %d", method, res->status);
        failed(o, "ReconcileError", asked > 0 ? asked : 0, response, text);
    } else if (exec_disposable_check(&o->loop->exec, o->doc, response, &result, &e) < 0) {
        failed(o, err_policy[e.kind].reason, UNEXPECTED_RETRY_MS, NULL, e.text);
    } else if (!result.expected) {
        unexpected(o, response);
    } else {
        succeeded(o, response, &result);
    }
}

static void on_answer(void *ctx, const struct auth_result *r)
{
    struct object *o = ctx;

    o->call = NULL;
    if (r->outcome == AUTH_ANSWERED)
        answered(o, r->res);
    else if (r->outcome == AUTH_HELD || r->outcome == AUTH_GONE)
        object_fail_call(o, r);
    else
        failed(o, err_policy[r->e->kind].reason, 0, NULL, r->e->text);
}

/* ---- the pass ---------------------------------------------------------------------------------------------------- */

static void make_call(struct object *o)
{
    CLEAN(exec_call_free) struct exec_call call = { 0 };
    struct err e = { 0 };

    call_hash(o, o->call_hash);
    if (exec_disposable_call(&o->loop->exec, o->doc, &call, &e) < 0) {
        failed(o, err_policy[e.kind].reason, 0, NULL, e.text);
        return;
    }
    if (!*record_condition(o->doc, "Ready") &&
        object_record(o, &(struct record){ .ready = "Creating", .synced = "ReconcileSuccess" }) < 0)
        return;
    object_send(o, &call, on_answer);
}

static void rest(struct object *o)
{
    int64_t now = o->loop->now(), next = next_call(o), wait = REST_MS;
    const char *error = jx_str(o->doc, "status.error", "");

    if (next && next - now < wait)
        wait = next > now ? next - now : 0;
    if (o->retry_at > now)
        wait = o->retry_at - now;
    if (is_exhausted(o) && object_record(o, &(struct record){ .ready = "NotReady",
                                                              .synced = "ReconcileError",
                                                              .synced_text = error,
                                                              .exhausted = error }) < 0)
        return;
    object_rest(o, wait);
}

void disposable_run(struct object *o)
{
    const char *note = notes_text(o->doc, NOTE_PAUSED);

    if (note && !strcmp(note, "true")) {
        if (object_record(o, &(struct record){ .synced = "ReconcilePaused",
                                               .synced_text = "paused by annotation" }) == 0)
            object_rest(o, REST_MS);
        return;
    }
    switch (decide_disposable(facts_of(o))) {
    case DISPOSABLE_FINISH: object_finish(o); return;
    case DISPOSABLE_CALL: make_call(o); return;
    case DISPOSABLE_REST: rest(o); return;
    }
}
