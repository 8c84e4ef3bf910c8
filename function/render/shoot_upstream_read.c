/* SPDX-License-Identifier: Apache-2.0 */
/* Reading provider-http's status.  It stores the last answer of a call, whatever it was, and counts how many
 * in a row have failed. */
#include "function/render/shoot_stored.h"
#include "function/render/shoot_upstream.h"
#include "lib/jx.h"
#include <strings.h>

static json_int_t code_of(const struct observed *o)
{
    return jx_int(o->object, "status.response.statusCode", 0);
}

static bool failed(const struct observed *o) { return jx_int(o->object, "status.failed", 0) > 0; }

static const char *reason_of(json_int_t code)
{
    static const struct {
        json_int_t code;
        const char *reason;
    } reasons[] = { { 401, "Unauthorized" }, { 403, "Forbidden" }, { 409, "Busy" }, { 429, "RateLimited" } };

    for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++)
        if (reasons[i].code == code)
            return reasons[i].reason;
    return code >= 400 && code < 500 ? "Rejected" : "Unavailable";
}

static void trouble(struct observed *o, const char *reason, const char *message)
{
    o->not_synced = true;
    o->synced_reason = reason;
    o->synced_message = message;
}

/* Between two tries a DisposableRequest is Synced. */
static void read_call(struct observed *o)
{
    if (failed(o))
        trouble(o, reason_of(code_of(o)), jx_str(o->object, "status.error", o->synced_message));
}

static void read_login(struct observed *o)
{
    json_int_t code = code_of(o);

    read_call(o);
    if (failed(o) && code >= 400 && code < 500)
        o->synced_reason = "LoginRefused";
    else if (failed(o) && code == 200)
        trouble(o, "TwoFactorRequired", "Cleura wants more than login and password");
}

static void read_absence(struct observed *o)
{
    read_call(o);
    if (failed(o) && code_of(o) == 200)
        trouble(o, "NotOurs", "there is one of that name already");
}

/* The body of the last answer when it is an object; new. */
static json_t *answer_of(const struct observed *o)
{
    const char *body = jx_str(o->object, "status.response.body", "");

    return *body == '{' ? jx_parse(body, strlen(body), NULL) : NULL;
}

/* "have" as the Request carries it; new. */
static json_t *had(const struct observed *o)
{
    const char *body = jx_str(o->object, "spec.forProvider.payload.body", "");
    json_auto_t *payload = *body ? jx_parse(body, strlen(body), NULL) : NULL;

    json_t *have = jx_at(payload, "have");

    return json_is_object(have) ? json_incref(have) : NULL;
}

/* Cleura says 403 to a token that it does not know, too. */
static bool is_expired(const struct observed *o, const json_t *answer)
{
    json_int_t code = code_of(o);

    return code == 401 || (code == 403 && strcasestr(jx_str(answer, "error.message", ""), "token"));
}

static bool call_expired(const struct observed *o)
{
    json_auto_t *answer = failed(o) ? answer_of(o) : NULL;

    return failed(o) && is_expired(o, answer);
}

/* What keeps the shoot's Request from being what its conditions say. */
static void judge(struct shoot_state *st, const char *method, const json_t *answer)
{
    struct observed *o = &st->seen[SHOOT_REQUEST];
    json_int_t code = code_of(o);

    if (is_expired(o, answer)) {
        st->expired = true;
        trouble(o, "LoggingIn", "Cleura no longer takes the session's token, so there is a new login soon");
    } else if (code >= 400) {
        (void)snprintf(st->said, sizeof(st->said), "Cleura answers %lld to %.10s: %.600s", (long long)code,
                       method, jx_str(answer, "error.message", "no reason given"));
        trouble(o, reason_of(code), st->said);
    } else if (failed(o) && !o->not_synced) {
        trouble(o, "Rejected", "Cleura did not take the last change, which is sent again and again");
    } else if (strcmp(method, "GET") != 0) {
        o->ready_reason = "Settling"; /* the answer to a change tells what will be */
        o->ready_message = "it is looked at with the next poll";
    }
}

static void read_request(struct shoot_state *st)
{
    struct observed *o = &st->seen[SHOOT_REQUEST];
    const char *method = jx_str(o->object, "status.requestDetails.method", "");
    json_auto_t *answer = answer_of(o);
    bool v2 = shoot_is_v2(&st->spec), good = code_of(o) >= 200 && code_of(o) < 300;

    st->have = good ? shoot_stored_have(answer, v2) : NULL;
    good = st->have;
    if (!good)
        st->have = had(o);
    if (st->have)
        st->stored = shoot_stored_projection(good ? answer : st->have, v2);
    o->at_provider = st->stored;
    o->stale = o->stale || o->unseen;
    judge(st, method, answer);
    o->ready =
        o->ready && !o->not_synced && !o->stale && !strcmp(method, "GET") && shoot_stored_ready(st->stored);
}

void shoot_upstream_read(struct shoot_state *st)
{
    read_login(&st->seen[SHOOT_LOGIN]);
    if (!st->spec.adopt.set || !st->spec.adopt.value)
        read_absence(&st->seen[SHOOT_ABSENCE]);
    read_call(&st->seen[SHOOT_BOOTSTRAP]);
    read_call(&st->seen[SHOOT_KUBECONFIG]);
    st->expired = call_expired(&st->seen[SHOOT_BOOTSTRAP]) || call_expired(&st->seen[SHOOT_ABSENCE]) ||
                  call_expired(&st->seen[SHOOT_KUBECONFIG]);
    if (st->seen[SHOOT_REQUEST].object)
        read_request(st);
}
