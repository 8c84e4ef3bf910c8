/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compose.h"
#include "cli/kinds.h"
#include "function/render/render.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include <stdint.h>

struct compose {
    struct store *store;
    int64_t (*now)(void);
    json_t *input; /* the function's Input; NULL = its defaults */
    json_t *seen; /* uid of a composite → what it and its composed objects were when it was last rendered */
};

/* One composite in one round. */
struct round {
    struct compose *c;
    json_t *composite; /* owned; as stored now */
    json_t *observed;  /* owned */
    bool *changed;
    struct err *e;
};

static json_t *input_with(const char *poll)
{
    return jx_pack("{s:s, s:s, s:o}", "apiVersion", "cleura.fn.crossplane.io/v1beta1", "kind", "Input",
                   "pollIntervalWhileNotReady", jx_text(poll));
}

struct compose *compose_new(struct store *store, const char *poll, int64_t (*now)(void))
{
    struct compose *c = x_alloc(sizeof(*c));

    *c = (struct compose){
        .store = store, .now = now, .input = poll ? input_with(poll) : NULL, .seen = json_object()
    };
    return c;
}

void compose_free(struct compose *c)
{
    json_decref(c->input);
    json_decref(c->seen);
    free(c);
}

/* ---- writing, when there is something to write ------------------------------------------------------------------- */

static bool same_version(const json_t *a, const json_t *b)
{
    return !strcmp(jx_str(a, "metadata.resourceVersion", "a"), jx_str(b, "metadata.resourceVersion", "b"));
}

static int put(struct round *r, const json_t *object, json_t **ret)
{
    json_auto_t *stored = NULL;

    if (r->c->store->ops->put(r->c->store, object, &stored, r->e) < 0)
        return -1;
    *r->changed = *r->changed || !same_version(object, stored);
    if (ret)
        *ret = TAKE(stored);
    return 0;
}

static int put_composite(struct round *r, json_t *changed)
{
    json_t *stored = NULL;

    if (put(r, changed, &stored) < 0)
        return -1;
    json_decref(r->composite);
    r->composite = stored;
    return 0;
}

/* Takes 'status'. */
static int put_status(struct round *r, json_t *status)
{
    json_auto_t *changed = json_copy(r->composite);
    json_t *stored = NULL;

    jx_set(changed, "status", status);
    if (json_equal(status, json_object_get(r->composite, "status")))
        return 0;
    if (r->c->store->ops->put_status(r->c->store, changed, &stored, r->e) < 0)
        return -1;
    *r->changed = true;
    json_decref(r->composite);
    r->composite = stored;
    return 0;
}

static int remove_object(struct round *r, const json_t *object)
{
    const struct store_ref ref = store_ref_of(object);
    struct err e = { 0 };

    if (jx_at(object, "metadata.deletionTimestamp"))
        return 0;
    if (r->c->store->ops->remove(r->c->store, &ref, &e) < 0 && e.kind != ERR_NOT_FOUND)
        return err_set(r->e, e.kind, "%s", e.text);
    *r->changed = true;
    return 0;
}

/* ---- conditions -------------------------------------------------------------------------------------------------- */

static json_t *find_condition(const json_t *conditions, const char *type)
{
    size_t i;
    json_t *condition;

    json_array_foreach (conditions, i, condition)
        if (!strcmp(jx_str(condition, "type", ""), type))
            return condition;
    return NULL;
}

/* Put one condition into the list; its time moves only when its status does. */
static void set_condition(struct round *r, json_t *conditions, const json_t *condition)
{
    json_t *old = find_condition(conditions, jx_str(condition, "type", "")), *new = json_deep_copy(condition);
    char when[CLOCK_TEXT];

    clock_text(r->c->now(), when);
    if (old && !strcmp(jx_str(old, "status", ""), jx_str(new, "status", "?")) &&
        jx_at(old, "lastTransitionTime"))
        jx_share(new, "lastTransitionTime", jx_at(old, "lastTransitionTime"));
    else
        jx_set(new, "lastTransitionTime", json_string(when));
    if (!jx_at(new, "observedGeneration"))
        jx_set(new, "observedGeneration", json_integer(jx_int(r->composite, "metadata.generation", 0)));
    if (old) {
        (void)json_object_clear(old);
        (void)json_object_update(old, new);
        json_decref(new);
    } else {
        jx_append(conditions, new);
    }
}

static void set_system(struct round *r, json_t *conditions, const char *type, bool status, const char *reason,
                       const char *message)
{
    json_auto_t *condition =
        jx_pack("{s:s, s:s, s:s}", "type", type, "status", status ? "True" : "False", "reason", reason);

    if (message && *message)
        jx_set(condition, "message", jx_text(message));
    set_condition(r, conditions, condition);
}

static json_t *old_conditions(const struct round *r)
{
    const json_t *old = jx_at(r->composite, "status.conditions");
    return json_is_array(old) ? json_deep_copy(old) : json_array();
}

/* ---- from a response to the store -------------------------------------------------------------------------------- */

static const char *fatal_message(const struct fn_response *response)
{
    size_t i;
    const json_t *result;

    json_array_foreach (response->results, i, result)
        if (jx_int(result, "severity", -1) == FN_FATAL)
            return jx_str(result, "message", "the composite cannot be rendered");
    return NULL;
}

/* Which are not ready? "" when all are; the caller frees. */
static char *unready(const struct fn_response *response)
{
    struct buf names = buf_max(4096);
    const char *name;
    const json_t *one;
    size_t n = 0;

    json_object_foreach (response->desired, name, one) {
        if (jx_bool(one, "ready", false))
            continue;
        if (n++ < 3)
            (void)buf_addf(&names, "%s%s", n > 1 ? ", " : "Unready resources: ", name);
    }
    if (n > 3)
        (void)buf_addf(&names, ", and %zu more", n - 3);
    return buf_take(&names);
}

static int write_status(struct round *r, const struct fn_response *response, const char *fatal)
{
    CLEAN(free) char *waiting = unready(response);
    bool ready = response->ready == FN_READY_TRUE || (response->ready == FN_READY_UNSPECIFIED && !*waiting);
    json_t *conditions = old_conditions(r), *status;
    size_t i;
    const json_t *condition;

    json_array_foreach (response->conditions, i, condition)
        set_condition(r, conditions, condition);
    set_system(r, conditions, "Synced", !fatal, fatal ? "ReconcileError" : "ReconcileSuccess", fatal);
    if (!fatal)
        set_system(r, conditions, "Ready", ready, ready ? "Available" : "Creating", ready ? NULL : waiting);
    status = json_deep_copy(fatal && json_object_size(response->status) == 0 ? jx_at(r->composite, "status")
                                                                             : response->status);
    if (!json_is_object(status)) {
        json_decref(status);
        status = json_object();
    }
    jx_set(status, "conditions", conditions);
    return put_status(r, status);
}

int compose_check(const json_t *desired, struct err *e)
{
    const char *name;
    const json_t *one;

    json_object_foreach ((json_t *)(uintptr_t)desired, name, one) {
        const json_t *resource = jx_at(one, "resource");

        if (resource && !kinds_of(resource))
            return err_set(e, ERR_INVALID,
                           "composed resource %s: a %s of %s is carried out by another provider, which takes "
                           "Crossplane in a cluster",
                           name, jx_str(resource, "kind", "?"), jx_str(resource, "apiVersion", "?"));
    }
    return 0;
}

static int put_desired(struct round *r, const json_t *desired)
{
    const char *name;
    const json_t *one;

    if (compose_check(desired, r->e) < 0)
        return -1;
    json_object_foreach ((json_t *)(uintptr_t)desired, name, one) {
        const json_t *observed = json_object_get(r->observed, name);
        json_auto_t *child = NULL;

        if (jx_bool(one, "keep", false)) /* as it is stored */
            continue;
        child = compose_child(r->composite, name, json_object_get(one, "resource"), observed);
        if (put(r, child, NULL) < 0)
            return err_wrap(r->e, "composed resource %s", name);
    }
    return 0;
}

static int remove_undesired(struct round *r, const json_t *desired)
{
    const char *name;
    const json_t *object;

    json_object_foreach (r->observed, name, object)
        if (!json_object_get(desired, name) && remove_object(r, object) < 0)
            return -1;
    return 0;
}

/* ---- one composite ----------------------------------------------------------------------------------------------- */

static json_t *finalizers_without(const json_t *composite)
{
    json_t *kept = json_array();
    size_t i;
    json_t *one;

    json_array_foreach (jx_at(composite, "metadata.finalizers"), i, one)
        if (strcmp(json_string_value(one) ? json_string_value(one) : "", COMPOSE_FINALIZER) != 0)
            jx_append(kept, json_incref(one));
    return kept;
}

static int set_finalizer(struct round *r, bool present)
{
    json_auto_t *changed = json_deep_copy(r->composite);
    json_t *kept = finalizers_without(r->composite);

    if (present)
        jx_append(kept, json_string(COMPOSE_FINALIZER));
    jx_set(json_object_get(changed, "metadata"), "finalizers", kept);
    if (json_equal(kept, jx_at(r->composite, "metadata.finalizers")))
        return 0;
    return put_composite(r, changed);
}

static int render_and_write(struct round *r)
{
    CLEAN(fn_response_free) struct fn_response response;
    const struct fn_request request = { .composite = r->composite,
                                        .observed = r->observed,
                                        .input = r->c->input };
    struct err e = { 0 };
    const char *fatal;

    fn_response_init(&response);
    fatal = render(&request, &response, &e) < 0 ? e.text : fatal_message(&response);
    if (!fatal && (put_desired(r, response.desired) < 0 || remove_undesired(r, response.desired) < 0))
        return -1;
    return write_status(r, &response, fatal);
}

/* In-shoot composites that are on their way out go first: they need the shoot to go properly. */
static int dependents_leaving(struct round *r, size_t *ret, struct err *e)
{
    json_auto_t *dependents = NULL;
    size_t i;
    const json_t *one;

    *ret = 0;
    if (compose_dependents(r->c->store, r->composite, &dependents, e) < 0)
        return -1;
    /* a volume may be held by a pod, and goes with the cluster at the latest */
    json_array_foreach (dependents, i, one)
        *ret += jx_at(one, "metadata.deletionTimestamp") && !strstr(jx_str(one, "kind", ""), "Volume");
    return 0;
}

static int remove_lowest_tier(struct round *r)
{
    const char *name;
    const json_t *object;
    int lowest = INT32_MAX;

    json_object_foreach (r->observed, name, object)
        if (compose_tier(object, r->observed) < lowest)
            lowest = compose_tier(object, r->observed);
    json_object_foreach (r->observed, name, object)
        if (compose_tier(object, r->observed) == lowest && remove_object(r, object) < 0)
            return -1;
    return 0;
}

/* What is still there, as a message. The caller frees. */
static char *still_there(const struct round *r, size_t dependents)
{
    struct buf text = buf_max(4096);
    const char *name;
    const json_t *object;

    if (dependents)
        (void)buf_addf(&text, "Waiting for %zu objects in the cluster to go first", dependents);
    json_object_foreach (r->observed, name, object)
        if (!dependents && jx_at(object, "metadata.deletionTimestamp"))
            (void)buf_addf(&text, "%s%s", text.len ? ", " : "Removing: ", name);
    return buf_take(&text);
}

/* While a composite goes it is rendered for what Cleura says of it; nothing of that is applied. */
static int write_leaving_status(struct round *r, size_t dependents)
{
    static const char *const told[] = { "operation", "lastErrors" };
    CLEAN(fn_response_free) struct fn_response response;
    CLEAN(free) char *message = still_there(r, dependents);
    const struct fn_request request = { .composite = r->composite,
                                        .observed = r->observed,
                                        .input = r->c->input };
    json_t *conditions = old_conditions(r), *status = json_deep_copy(jx_at(r->composite, "status"));
    bool rendered;

    fn_response_init(&response);
    rendered = render(&request, &response, NULL) == 0 && !fatal_message(&response);
    if (!json_is_object(status)) {
        json_decref(status);
        status = json_object();
    }
    for (size_t i = 0; rendered && i < ARRAY_LENGTH(told); i++) {
        const json_t *value = json_object_get(response.status, told[i]);

        if (value)
            jx_share(status, told[i], value);
        else
            (void)json_object_del(status, told[i]);
    }
    set_system(r, conditions, "Ready", false, "Deleting", message);
    jx_set(status, "phase", json_string("Deleting"));
    jx_set(status, "message", json_string(message));
    jx_set(status, "conditions", conditions);
    return put_status(r, status);
}

static int tear_down(struct round *r)
{
    size_t waiting = 0;

    if (json_object_size(r->observed) == 0)
        return set_finalizer(r, false);
    if (dependents_leaving(r, &waiting, r->e) < 0 || write_leaving_status(r, waiting) < 0)
        return -1;
    return waiting ? 0 : remove_lowest_tier(r);
}

/* What a composite and its composed objects are, as one string. The caller frees. */
static char *signature(const struct round *r)
{
    struct buf text = buf_max(1 << 20);
    const char *name;
    const json_t *object;

    (void)buf_adds(&text, jx_str(r->composite, "metadata.resourceVersion", ""));
    json_object_foreach (r->observed, name, object)
        (void)buf_addf(&text, " %s=%s", name, jx_str(object, "metadata.resourceVersion", ""));
    return buf_take(&text);
}

static int compose_one(struct round *r)
{
    CLEAN(free) char *now = signature(r);
    CLEAN(free) char *uid = x_strdup(jx_str(r->composite, "metadata.uid", ""));
    const char *before = jx_str(r->c->seen, uid, "");
    bool leaving = jx_at(r->composite, "metadata.deletionTimestamp") != NULL;

    if (leaving)
        return tear_down(r);
    if (!strcmp(before, now))
        return 0;
    if (set_finalizer(r, true) < 0 || render_and_write(r) < 0)
        return -1;
    jx_set(r->c->seen, uid, json_string(now));
    return 0;
}

static int compose_kind(struct compose *c, const struct kind_info *kind, const json_t *composed,
                        bool *changed, struct err *e)
{
    json_auto_t *items = NULL;
    size_t i;
    json_t *item;

    if (kinds_list(c->store, kind, NULL, &items, e) < 0)
        return -1;
    json_array_foreach (items, i, item) {
        struct round r = { .c = c, .composite = json_incref(item), .changed = changed, .e = e };
        int result;

        r.observed = compose_observed(item, composed);
        result = compose_one(&r);
        json_decref(r.composite);
        json_decref(r.observed);
        if (result < 0 && e->kind != ERR_CONFLICT && e->kind != ERR_NOT_FOUND)
            return err_wrap(e, "%s %s", kind->kind, jx_str(item, "metadata.name", ""));
        *changed = *changed || result < 0; /* somebody was faster: look again */
    }
    return 0;
}

/* Kubernetes' garbage collector: a Secret whose owners are all gone goes too. */
static int collect_secrets(struct compose *c, const json_t *secrets, const json_t *composed, bool *changed,
                           struct err *e)
{
    json_auto_t *orphans = compose_orphans(secrets, composed);
    size_t i;
    const json_t *secret;

    json_array_foreach (orphans, i, secret) {
        struct round r = { .c = c, .changed = changed, .e = e };

        if (remove_object(&r, secret) < 0)
            return -1;
    }
    return 0;
}

int compose_step(struct compose *c, bool *ret_changed, struct err *e)
{
    json_auto_t *composed = NULL, *secrets = NULL;
    const struct kind_info *kind;

    *ret_changed = false;
    /* Secrets first: an owner listed later may be newer than its Secret, never the other way round */
    if (kinds_list(c->store, kinds_find("Secret"), NULL, &secrets, e) < 0 ||
        compose_list(c->store, &composed, e) < 0)
        return -1;
    if (collect_secrets(c, secrets, composed, ret_changed, e) < 0)
        return -1;
    for (size_t i = 0; (kind = kinds_at(i)); i++)
        if (kind->role == KIND_COMPOSITE && compose_kind(c, kind, composed, ret_changed, e) < 0)
            return -1;
    return 0;
}
