/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/record.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include <strings.h>

enum { TEXT_MAX = 1024 }; /* a condition is read by people */

static json_t *find_condition(const json_t *conditions, const char *type)
{
    json_t *c;
    size_t i;

    json_array_foreach (conditions, i, c)
        if (!strcmp(jx_str(c, "type", ""), type))
            return c;
    return NULL;
}

const char *record_condition(const json_t *object, const char *type)
{
    return jx_str(find_condition(jx_at(object, "status.conditions"), type), "status", "");
}

static void drop_condition(json_t *status, const char *type)
{
    json_t *conditions = json_object_get(status, "conditions"), *c;
    size_t i;

    json_array_foreach (conditions, i, c) {
        if (strcmp(jx_str(c, "type", ""), type) != 0)
            continue;
        (void)json_array_remove(conditions, i);
        return;
    }
}

/* A condition to be: True when its reason is the good one. */
struct wanted {
    const char *type, *good, *reason, *text;
};

static json_t *new_condition(const struct wanted *w, int64_t generation, const json_t *old, int64_t now)
{
    const char *value = !strcmp(w->reason, w->good) ? "True" : "False";
    bool same = !strcmp(jx_str(old, "status", ""), value);
    char when[CLOCK_TEXT];
    json_t *c;

    clock_text(now, when);
    c = jx_pack("{s:s, s:s, s:o, s:s, s:I}", "type", w->type, "status", value, "reason", jx_text(w->reason),
                "lastTransitionTime", same ? jx_str(old, "lastTransitionTime", when) : when,
                "observedGeneration", (json_int_t)generation);
    if (w->text && *w->text)
        jx_set(c, "message", jx_textn(w->text, strnlen(w->text, TEXT_MAX)));
    return c;
}

static void set_condition(json_t *status, const struct wanted *w, int64_t generation, int64_t now)
{
    json_t *conditions = json_object_get(status, "conditions"), *old = find_condition(conditions, w->type);
    json_t *c = new_condition(w, generation, old, now);
    size_t i = 0;

    if (!old) {
        jx_append(conditions, c);
        return;
    }
    while (json_array_get(conditions, i) != old)
        i++;
    (void)json_array_set_new(conditions, i, c);
}

/* Headers that differ from answer to answer although nothing changed. */
static const char *const volatile_headers[] = { "Date",       "Age",      "Expires", "X-Request-Id",
                                                "Set-Cookie", "Audit-Id", "Cf-Ray",  "Traceparent" };

static json_t *without_volatile(const json_t *response)
{
    json_t *copy = json_deep_copy(response), *headers = json_object_get(copy, "headers");

    for (size_t i = 0; i < ARRAY_LENGTH(volatile_headers); i++)
        (void)json_object_del(headers, volatile_headers[i]);
    return copy;
}

static bool same_response(const json_t *a, const json_t *b)
{
    json_auto_t *x = without_volatile(a), *y = without_volatile(b);

    return a && b && json_equal(x, y);
}

static void set_response(json_t *status, const json_t *object, const json_t *response)
{
    bool full = strcmp(jx_str(object, "spec.forProvider.storeResponse", "Full"), "None") != 0;

    if (!full)
        jx_set(status, "response", jx_pack("{s:O*}", "statusCode", json_object_get(response, "statusCode")));
    else if (!same_response(json_object_get(status, "response"), response))
        jx_set(status, "response", json_deep_copy(response));
}

static void set_details(json_t *status, const json_t *object, const json_t *details)
{
    json_t *kept = json_deep_copy(details);

    if (!strcmp(jx_str(object, "spec.forProvider.storeResponse", "Full"), "None")) {
        (void)json_object_del(kept, "body");
        (void)json_object_del(kept, "headers");
    }
    jx_set(status, "requestDetails", kept);
}

static void set_error(json_t *status, const struct record *r)
{
    if (r->failed == COUNTER_ADD)
        jx_set(status, "failed", json_integer(jx_int(status, "failed", 0) + 1));
    else if (r->failed == COUNTER_RESET)
        (void)json_object_del(status, "failed");
    if (r->error && *r->error)
        jx_set(status, "error", jx_textn(r->error, strnlen(r->error, TEXT_MAX)));
    else if (r->error)
        (void)json_object_del(status, "error");
}

static void set_text(json_t *status, const char *key, const char *text)
{
    if (text && *text)
        jx_set(status, key, jx_text(text));
    else if (text)
        (void)json_object_del(status, key);
}

static json_t *copy_of_status(const json_t *object)
{
    json_t *status = json_deep_copy(json_object_get(object, "status"));

    return status ? status : json_object();
}

json_t *record_status(const json_t *object, const struct record *r, int64_t now)
{
    json_t *status = copy_of_status(object);
    int64_t generation = r->generation ? r->generation : jx_int(object, "metadata.generation", 0);

    if (!json_is_array(json_object_get(status, "conditions")))
        jx_set(status, "conditions", json_array());
    if (r->ready)
        set_condition(status, &(struct wanted){ "Ready", "Available", r->ready, r->ready_text }, generation,
                      now);
    if (r->synced)
        set_condition(status, &(struct wanted){ "Synced", "ReconcileSuccess", r->synced, r->synced_text },
                      generation, now);
    if (r->exhausted && *r->exhausted)
        set_condition(
            status, &(struct wanted){ "ErrorObserved", "RetriesExhausted", "RetriesExhausted", r->exhausted },
            generation, now);
    else if (r->exhausted)
        drop_condition(status, "ErrorObserved");
    if (r->projection)
        jx_set(status, "atProvider", json_deep_copy(r->projection));
    if (r->response)
        set_response(status, object, r->response);
    if (r->details)
        set_details(status, object, r->details);
    set_error(status, r);
    set_text(status, "apiVersion", r->api_version);
    set_text(status, "applied", r->applied);
    if (r->settled)
        (void)json_object_del(status, "settle");
    return status;
}

json_t *record_settle(const json_t *object, const char *fingerprint, int64_t now)
{
    json_t *status = copy_of_status(object);
    char when[CLOCK_TEXT];

    clock_text(now, when);
    jx_set(status, "settle", jx_pack("{s:s, s:o}", "since", when, "fingerprint", jx_text(fingerprint)));
    return status;
}
