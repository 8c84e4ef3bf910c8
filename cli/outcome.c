/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/outcome.h"
#include "cli/kinds.h"
#include "cli/text.h"
#include "lib/jx.h"
#include "lib/table.h"
#include <stdint.h>

/* Reasons of a composed object's Synced or Ready that waiting does not mend. */
static const struct table_name fatal_reasons[] = {
    { "Unauthorized", ERR_AUTH },     { "Forbidden", ERR_AUTH },
    { "ForbiddenAddress", ERR_AUTH }, { "TwoFactorRequired", ERR_AUTH },
    { "NotOurs", ERR_CONFLICT },      { "InvalidSpec", ERR_INVALID },
    { "Rejected", ERR_INVALID },      { "Failed", ERR_FAILED },
    { "Aborted", ERR_FAILED },        { NULL, ERR_NONE },
};

const json_t *outcome_condition(const json_t *object, const char *type)
{
    size_t i;
    const json_t *condition;

    json_array_foreach (jx_at(object, "status.conditions"), i, condition)
        if (!strcmp(jx_str(condition, "type", ""), type))
            return condition;
    return NULL;
}

static bool is_status(const json_t *condition, const char *status)
{
    return !strcmp(jx_str(condition, "status", ""), status);
}

/* For the spec as it is now? */
static bool is_current(const json_t *composite, const json_t *condition)
{
    return jx_int(condition, "observedGeneration", 0) >= jx_int(composite, "metadata.generation", 0);
}

/* What was refused before the object was changed says nothing of what it is now. */
static bool is_outdated(const json_t *object, const json_t *condition)
{
    return jx_int(condition, "observedGeneration", INT64_MAX) < jx_int(object, "metadata.generation", 0);
}

/* The composite's own message stays when it is about the same: it says also what to do. */
static void fail(struct outcome *o, enum err_kind kind, const json_t *object, const json_t *condition)
{
    const char *message = jx_str(condition, "message", "");

    if (o->failed)
        return;
    o->failed = true;
    o->kind = kind;
    o->blame =
        x_asprintf("%s %s %s %s %s", jx_str(object, "metadata.uid", ""), jx_str(condition, "type", ""),
                   jx_str(condition, "reason", ""), jx_str(condition, "lastTransitionTime", ""), message);
    if (*message && !strstr(o->message, message)) {
        free(o->message);
        o->message = text_clean(message);
    }
}

static void look_at_composed(struct outcome *o, const json_t *object)
{
    static const char *const types[] = { "Synced", "Ready" };

    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        const json_t *condition = outcome_condition(object, types[i]);
        int kind = table_value(fatal_reasons, jx_str(condition, "reason", ""));

        if (is_status(condition, "False") && kind != ERR_NONE && !is_outdated(object, condition))
            fail(o, (enum err_kind)kind, object, condition);
    }
}

/* Was what the document asks for accepted by the other side? What lives in a shoot comes later by itself. */
static bool is_accepted(const json_t *composite, const json_t *observed)
{
    const json_t *shoot = json_object_get(observed, "shoot");
    const char *created = json_string_value(
        json_object_get(jx_at(shoot, "metadata.annotations"), "crossplane.io/external-create-succeeded"));

    if (!kinds_is_shoot(composite))
        return json_object_size(observed) > 0;
    return created || json_object_size(jx_at(shoot, "status.atProvider")) > 0;
}

/* Cleura has no such region; said once, that may be a mistake of whoever is on the way to it. */
static void look_at_region(struct outcome *o, const json_t *composite, const json_t *observed)
{
    enum { SAID_OFTEN = 3 };
    const json_t *bootstrap = json_object_get(observed, "bootstrap"),
                 *synced = outcome_condition(bootstrap, "Synced"),
                 *ready = outcome_condition(composite, "ShootReady");

    if (!strcmp(jx_str(ready, "reason", ""), "UnknownRegion") && is_current(composite, ready) &&
        is_status(synced, "False") && !is_outdated(bootstrap, synced) &&
        jx_int(bootstrap, "status.failed", 0) >= SAID_OFTEN)
        fail(o, ERR_INVALID, composite, ready);
}

/* Cleura refused it, and has not been heard yet on what it has instead. */
static bool is_asking(const json_t *observed)
{
    const json_t *offer = json_object_get(observed, "offer"),
                 *refused = outcome_condition(json_object_get(observed, "shoot"), "Synced");

    return is_status(refused, "False") && !strcmp(jx_str(refused, "reason", ""), "Rejected") &&
           !is_status(outcome_condition(offer, "Ready"), "True") &&
           !is_status(outcome_condition(offer, "Synced"), "False");
}

static const char *advice_of(const json_t *composite)
{
    const json_t *advice = outcome_condition(composite, "Advice");

    return is_status(advice, "True") && is_current(composite, advice) ? jx_str(advice, "message", "") : "";
}

static const char *message_of(const json_t *composite)
{
    const json_t *ready = outcome_condition(composite, "Ready"),
                 *synced = outcome_condition(composite, "Synced");

    if (is_status(synced, "False"))
        return jx_str(synced, "message", "");
    return jx_str(composite, "status.message", jx_str(ready, "message", ""));
}

static const char *phase_of(const json_t *composite, const struct outcome *o)
{
    if (o->leaving)
        return "Deleting";
    if (o->failed && o->kind == ERR_INVALID)
        return "Invalid";
    return jx_str(composite, "status.phase", o->ready ? "Ready" : "Pending");
}

static void look_at_operation(struct outcome *o, const json_t *composite)
{
    const char *state = jx_str(composite, "status.operation.state", "");
    bool working = !strcmp(state, "Processing") || !strcmp(state, "Pending") || !strcmp(state, "Error");
    bool other = o->leaving && strcmp(jx_str(composite, "status.operation.type", ""), "Delete") != 0;

    working = working && !other; /* on the way out only the deletion's progress counts */
    o->percent = working ? (int)jx_int(composite, "status.operation.progress", -1) : -1;
    o->activity = text_clean(working && strcmp(state, "Error") != 0
                                 ? jx_str(composite, "status.operation.description", o->message)
                                 : o->message);
}

void outcome_read(const json_t *composite, const json_t *observed, struct outcome *ret)
{
    const json_t *ready = outcome_condition(composite, "Ready"),
                 *synced = outcome_condition(composite, "Synced");
    const json_t *valid = outcome_condition(composite, "Valid");
    const char *name;
    const json_t *object;

    *ret =
        (struct outcome){ .leaving = jx_at(composite, "metadata.deletionTimestamp") != NULL, .percent = -1 };
    ret->ready = is_status(ready, "True") && is_current(composite, ready) && !ret->leaving &&
                 !is_status(synced, "False");
    ret->accepted = is_accepted(composite, observed);
    ret->message = text_clean(message_of(composite));
    ret->advice = text_clean(advice_of(composite));
    if (is_status(synced, "False") && is_current(composite, synced) && !ret->leaving)
        fail(ret, ERR_INVALID, composite, synced);
    if (is_status(valid, "False") && is_current(composite, valid) && !ret->leaving && !ret->ready)
        fail(ret, ERR_INVALID, composite, valid);
    json_object_foreach ((json_t *)(uintptr_t)observed, name, object)
        look_at_composed(ret, object);
    look_at_region(ret, composite, observed);
    if (ret->ready && ret->kind != ERR_INVALID)
        ret->failed = false;
    ret->more_to_come = ret->failed && is_asking(observed);
    ret->phase = phase_of(composite, ret);
    look_at_operation(ret, composite);
}

void outcome_free(struct outcome *o)
{
    free(o->message);
    free(o->activity);
    free(o->blame);
    free(o->advice);
    *o = (struct outcome){ 0 };
}

enum progress_state outcome_state(const struct outcome *o)
{
    if (o->failed)
        return PROGRESS_FAILED;
    if (o->ready)
        return PROGRESS_DONE;
    return o->accepted || o->leaving ? PROGRESS_MOVING : PROGRESS_WAITING;
}
