/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a Request: observe, gather the facts, decide, record, act. */
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "lib/log.h"
#include "provider/exec/api_version.h"
#include "provider/reconcile/absence.h"
#include "provider/reconcile/backoff.h"
#include "provider/reconcile/list.h"
#include "provider/reconcile/object.h"
#include "provider/reconcile/version.h"

/* ---- managementPolicies ------------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    unsigned fact;
} policies[] = {
    { "*", FACT_MAY_CREATE | FACT_MAY_UPDATE | FACT_MAY_DELETE },
    { "Create", FACT_MAY_CREATE },
    { "Update", FACT_MAY_UPDATE },
    { "Delete", FACT_MAY_DELETE },
};

static unsigned policy_facts(const struct object *o)
{
    const json_t *list = jx_at(o->doc, "spec.managementPolicies"), *one;
    unsigned facts = 0;
    size_t i;

    if (!list)
        facts = policies[0].fact;
    json_array_foreach (list, i, one)
        for (size_t k = 0; k < ARRAY_LENGTH(policies); k++)
            if (json_is_string(one) && !strcmp(json_string_value(one), policies[k].name))
                facts |= policies[k].fact;
    if (!strcmp(jx_str(o->doc, "spec.deletionPolicy", "Delete"), "Orphan"))
        facts &= ~(unsigned)FACT_MAY_DELETE;
    return facts;
}

static bool is_paused(const struct object *o)
{
    const json_t *list = jx_at(o->doc, "spec.managementPolicies");
    const char *note = notes_text(o->doc, NOTE_PAUSED);

    return (note && !strcmp(note, "true")) || (list && json_array_size(list) == 0);
}

/* ---- facts ------------------------------------------------------------------------------------------------------- */

/* A creation whose effect may still show up: the answer was lost, or the other side lags behind its own answer. A definite
 * failure removed the pending mark; what was seen since has shown up. */
static unsigned grace_fact(const struct object *o)
{
    int64_t at = notes_time(o->doc, NOTE_PENDING);

    if (!at && !notes_text(o->doc, NOTE_URL))
        at = notes_time(o->doc, NOTE_SUCCEEDED);
    return at && o->loop->now() - at < GRACE_MS ? FACT_GRACE : 0;
}

static unsigned base_facts(const struct object *o)
{
    return policy_facts(o) | grace_fact(o) | (object_deleting(o) ? FACT_DELETING : 0);
}

/* What the object calls itself must be what we made, or what we were told to adopt. */
static unsigned owner_fact(const struct object *o, const struct exec_observation *seen)
{
    const char *pinned = notes_text(o->doc, NOTE_IDENTITY);
    bool pending = notes_text(o->doc, NOTE_PENDING) != NULL; /* what it made has a name of its own */
    bool asks = jx_at(o->doc, "spec.forProvider.identity") != NULL;

    if (!asks || !(policy_facts(o) & (FACT_MAY_CREATE | FACT_MAY_UPDATE | FACT_MAY_DELETE)))
        return 0;
    if (pinned && !pending)
        return seen->identity && strcmp(seen->identity, pinned) != 0 ? FACT_FOREIGN : 0;
    return notes_created(o->doc) || jx_bool(o->doc, "spec.forProvider.adopt", false) ? 0 : FACT_FOREIGN;
}

/* The answer may be from before our last call while the outside operation looks as it did then, for a limited time. */
static bool is_settling(const struct object *o, const struct exec_observation *seen)
{
    const json_t *mark = jx_at(o->doc, "status.settle");
    const char *before = jx_str(mark, "fingerprint", NULL);
    const char *text = jx_str(o->doc, "spec.forProvider.settle.timeout", NULL);
    int64_t since, limit = SETTLE_MS;

    if (!before || clock_parse(jx_str(mark, "since", ""), &since, NULL) < 0)
        return false;
    if (text && clock_parse_duration(text, &limit, NULL) < 0)
        limit = SETTLE_MS;
    return seen->fingerprint && !strcmp(seen->fingerprint, before) && o->loop->now() - since < limit;
}

/* The body is to be applied and was not yet. */
static bool is_news(const struct object *o, const struct exec_observation *seen)
{
    return *seen->applied && strcmp(seen->applied, jx_str(o->doc, "status.applied", "")) != 0;
}

/* It may have all that the body says and yet more than that: what the body said before. */
static bool has_drifted(const struct object *o, const struct exec_observation *seen)
{
    return !seen->up_to_date || is_news(o, seen);
}

static unsigned observed_facts(struct object *o, const struct exec_observation *seen)
{
    unsigned facts = base_facts(o) | FACT_PRESENT | owner_fact(o, seen);

    if (is_settling(o, seen))
        facts |= FACT_SETTLING;
    if (seen->change >= 0)
        facts |= act_change_allowed(o, seen->change) ? FACT_CHANGE : FACT_SETTLING;
    if (has_drifted(o, seen))
        facts |= FACT_DRIFT;
    if (seen->failure)
        facts |= FACT_FAILED;
    if (seen->ready && !is_news(o, seen)) /* what was ready is not what is asked for now */
        facts |= FACT_READY;
    if (o->removed_at && o->loop->now() - o->removed_at < REMOVE_AGAIN_MS)
        facts |= FACT_REMOVE_SENT;
    return facts;
}

/* ---- what follows ------------------------------------------------------------------------------------------------ */

static const struct {
    const char *reason, *text;
} texts[] = {
    { "NotOurs",
      "an object of this name exists that was not made from here; choose another name, or set adopt: true" },
    { "NotFound", "external resource does not exist" },
    { "Settling", "a change was accepted and is being carried out" },
    { "ReconcileError", "external resource does not exist" },
};

static const char *text_of(const char *reason)
{
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        if (!strcmp(texts[i].reason, reason))
            return texts[i].text;
    return NULL;
}

static void carry_out(struct object *o, const struct decision *d, int change)
{
    switch (d->action) {
    case ACT_NOTHING:
        o->failures = 0;
        object_rest(o, object_interval(o, d->pace));
        return;
    case ACT_CREATE: act_create(o); return;
    case ACT_CHANGE: act_change(o, change); return;
    case ACT_UPDATE: act_update(o); return;
    case ACT_REMOVE: act_remove(o); return;
    case ACT_FINISH: object_finish(o); return;
    }
}

/* While an action keeps failing, Synced tells so until it succeeds: seeing the object is no news. */
static const char *synced_reason(const struct object *o, const struct decision *d)
{
    bool failing = !strcmp(record_condition(o->doc, "Synced"), "False");

    return d->action != ACT_NOTHING && failing ? NULL : d->synced;
}

/* What was seen and is ours is noted: who it is, where it is, and that the document may not go before it. */
static int note_seen(struct object *o, const struct exec_observation *seen, unsigned facts)
{
    if ((facts & FACT_FOREIGN) || object_deleting(o) ||
        !(facts & (FACT_MAY_CREATE | FACT_MAY_UPDATE | FACT_MAY_DELETE)))
        return 0;
    return object_note(o, &(struct note){ .write = notes_seen,
                                          .now = o->loop->now(),
                                          .identity = seen->identity,
                                          .url = o->observe_url,
                                          .hold = facts & FACT_MAY_DELETE });
}

static void present(struct object *o, const struct exec_observation *seen, json_t *response)
{
    unsigned facts = observed_facts(o, seen);
    const struct decision *d = decide_request(facts);
    const char *ready = d->ready                                 ? d->ready
                        : strcmp(seen->reason, "Available") != 0 ? seen->reason
                                                                 : "Failed";
    json_auto_t *stored = NULL;
    bool settled = !(facts & FACT_SETTLING);

    if (seen->change < 0 && settled)
        o->change_hash[0] = '\0'; /* it was carried out; another time it may be sent again */
    if (note_seen(o, seen, facts) < 0 || (!object_deleting(o) && object_inject(o, response, &stored) < 0))
        return;
    if (object_record(o, &(struct record){ .ready = ready,
                                           .ready_text = d->ready ? text_of(d->ready) : seen->failure,
                                           .synced = synced_reason(o, d),
                                           .synced_text = text_of(d->synced),
                                           .projection = facts & FACT_FOREIGN ? NULL : seen->projection,
                                           .response = stored ? stored : response,
                                           .error = "",
                                           .failed = COUNTER_RESET,
                                           .api_version = object_version(o),
                                           .settled = settled }) < 0)
        return;
    o->was_ready = !strcmp(ready, "Available");
    o->quiet = d->action == ACT_NOTHING && settled && !object_deleting(o);
    o->quiet_generation = o->generation;
    free(o->fingerprint);
    o->fingerprint = seen->fingerprint ? x_strdup(seen->fingerprint) : NULL;
    carry_out(o, d, seen->change);
}

/* Absence at another place than where it was seen proves nothing about it. */
static bool has_moved(const struct object *o)
{
    const char *seen_at = notes_text(o->doc, NOTE_URL);

    if (!notes_created(o->doc) || !seen_at || !o->observe_url)
        return false;
    return o->observe.place ? !api_version_same_place(seen_at, o->observe_url)
                            : strcmp(seen_at, o->observe_url) != 0;
}

static void absent(struct object *o)
{
    const struct decision *d = decide_request(base_facts(o));

    if (has_moved(o)) {
        object_fail(
            o, "UrlChanged", CLOCK_MINUTE,
            "it was made at %.300s, but the Request names another place now, where nothing is: restore the "
            "Request, or remove annotation " NOTE_URL " to give that object up",
            notes_text(o->doc, NOTE_URL));
        return;
    }
    o->quiet = false;
    o->was_ready = false;
    o->removed_at = 0;
    if (object_record(o, &(struct record){ .ready = d->ready,
                                           .ready_text = text_of(d->ready),
                                           .synced = synced_reason(o, d),
                                           .synced_text = text_of(d->synced) }) < 0)
        return;
    carry_out(o, d, -1);
}

void request_not_served(struct object *o, const char *text)
{
    if (object_deleting(o))
        absent(o); /* what no server can show is not there */
    else
        object_wait(o, decide_request(base_facts(o))->ready, "NotServed", text);
}

/* ---- observing --------------------------------------------------------------------------------------------------- */

static bool is_allowed(const struct object *o, int status)
{
    return status >= 400 && !exec_is_http_error(o->doc, status);
}

/* An answer equal to the one we had nothing to do about needs no second look. */
static bool is_unchanged(struct object *o, const struct http_response *res)
{
    unsigned char digest[DIGEST];
    bool same;

    crypto_sha256(buf_text(&res->body), res->body.len, digest);
    digest[0] ^= (unsigned char)res->status;
    same = o->quiet && o->quiet_generation == o->generation && !memcmp(digest, o->digest, DIGEST);
    memcpy(o->digest, digest, DIGEST);
    return same;
}

static bool removed_by_program(const struct object *o)
{
    return !strcmp(jx_str(o->doc, "spec.forProvider.isRemovedCheck.type", "DEFAULT"), "CUSTOM");
}

static void evaluate(struct object *o, const struct http_response *res)
{
    CLEAN(exec_observation_free) struct exec_observation seen = { .change = -1 };
    struct err e = { 0 };

    object_set_response(o, exec_response(res));
    if (exec_request_observe(&o->exec, o->doc, o->response, &seen, &e) < 0)
        object_fail(o, "ReconcileError", 0, "observe failed: %s", e.text);
    else if (seen.removed)
        absent(o);
    else
        present(o, &seen, o->response);
}

/* Whose proof counts: apiVersions are a Kubernetes API server's, whatever its credentials are. */
static const char *prover(const struct object *o, const json_t *config)
{
    return o->observe.place ? "Kubeconfig" : jx_str(config, "spec.auth", "None");
}

void request_answered(struct object *o, const struct http_response *res)
{
    struct err e = { 0 };
    const json_t *config = loop_config(o->loop, o->doc, &e);
    enum seen seen = is_allowed(o, res->status)
                         ? SEEN_OBJECT
                         : absence_of(prover(o, config), o->observe_url, res, notes_created(o->doc));

    if (!config) { /* it was removed meanwhile; without it nobody knows what an answer proves */
        object_fail_config(o, &e);
        return;
    }
    if (seen == SEEN_UNAVAILABLE && version_doubt(o, res)) {
        request_observe(o);
        return;
    }
    if (seen == SEEN_REFUSED ||
        (seen == SEEN_UNAVAILABLE && !(res->status == 404 && removed_by_program(o)))) {
        object_fail_answer(o, "observe", res);
        return;
    }
    if (is_unchanged(o, res)) {
        o->failures = 0;
        object_rest(o, object_interval(o, o->was_ready ? PACE_IDLE : PACE_WAITING));
        return;
    }
    if (o->observe_url && auth_observed(o->loop->auth, o->observe_url, res))
        loop_wake_held(o->loop);
    if (seen == SEEN_ABSENT && !removed_by_program(o))
        absent(o);
    else
        evaluate(o, res);
}

static void on_observed(void *ctx, const struct auth_result *r)
{
    struct object *o = ctx;

    o->call = NULL;
    if (r->outcome == AUTH_ANSWERED)
        request_answered(o, r->res);
    else if (r->outcome == AUTH_GONE && object_deleting(o))
        object_finish(o); /* with the shoot everything in it goes */
    else
        object_fail_call(o, r);
}

/* What OBSERVE sends, once for all polls until something it depends on changes. */
static int render_observe(struct object *o, const json_t *config, struct err *e)
{
    CLEAN(exec_call_free) struct exec_call list = { 0 };
    const json_t *response = o->response ? o->response : jx_at(o->doc, "status.response");

    if (o->rendered)
        return 0;
    exec_call_free(&o->observe);
    o->observe = (struct exec_call){ 0 };
    if (exec_request_call(&o->exec, o->doc, EXEC_OBSERVE, response, &o->observe, e) < 0)
        return -1;
    free(TAKE(o->observe_url));
    free(TAKE(o->list_url));
    if (!o->observe.unknown)
        o->observe_url = http_resolve(jx_str(config, "spec.endpoint", NULL), o->observe.url, NULL);
    if (!o->observe.unknown && !o->observe_url) /* the endpoint is a shoot's, which is known later */
        o->observe_url = x_strdup(o->observe.url);
    if (jx_at(o->doc, "spec.forProvider.observeList") && exec_list_call(&o->exec, o->doc, &list, NULL) == 0 &&
        list.url)
        o->list_url = x_strdup(list.url);
    o->rendered = true;
    return 0;
}

/* Render OBSERVE in a version that the server serves. False: the pass is over, or goes on when that is known. */
static bool prepare(struct object *o, const json_t *config)
{
    struct err e = { 0 };

    if (render_observe(o, config, &e) == 0) {
        if (!o->observe.place)
            return true;
        if (!version_choose(o, config))
            return false;
        if (render_observe(o, config, &e) == 0)
            return true;
    }
    object_fail(o, err_policy[e.kind].reason, 0, "observe failed: %s", e.text);
    return false;
}

static void observe(struct object *o, const json_t *config)
{
    if (!prepare(o, config))
        return;
    if (o->observe.unknown && notes_created(o->doc))
        object_fail(o, "ReconcileError", CLOCK_MINUTE,
                    "cannot determine creation result - remove the %s annotation if it is safe to proceed: "
                    "the URL needs the "
                    "creation's answer, which %s",
                    notes_text(o->doc, NOTE_PENDING) ? NOTE_PENDING : NOTE_SUCCEEDED,
                    notes_text(o->doc, NOTE_PENDING) ? "is lost" : "storeResponse: None did not keep");
    else if (o->observe.unknown) /* the URL needs something that only a creation tells */
        absent(o);
    else if (!o->was_ready || !o->quiet || !list_observe(o, config)) {
        o->observed_at = o->loop->now();
        object_send(o, &o->observe, on_observed);
    }
}

void request_observe(struct object *o)
{
    struct err e = { 0 };
    const json_t *config = loop_config(o->loop, o->doc, &e);

    if (!config)
        object_fail_config(o, &e);
    else
        observe(o, config);
}

void request_run(struct object *o)
{
    bool orphan = object_deleting(o) && !(policy_facts(o) & FACT_MAY_DELETE);

    if (is_paused(o)) {
        if (object_record(o, &(struct record){ .synced = "ReconcilePaused",
                                               .synced_text = "paused by annotation or policy" }) == 0)
            object_rest(o, CLOCK_HOUR);
        return;
    }
    if (orphan) {
        object_finish(o);
        return;
    }
    o->asked_at = discovery_now(o->loop->discovery);
    o->doubted = false;
    request_observe(o);
}
