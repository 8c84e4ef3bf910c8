/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/drive.h"
#include "cli/kinds.h"
#include "cli/manifest.h"
#include "cli/preview.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "lib/jx.h"

static bool is_composite(const json_t *object) { return kinds_of(object)->role == KIND_COMPOSITE; }

/* What is there already counts: some rules speak of what cannot be changed any more. */
static int check_one(struct session *s, const json_t *object, const json_t *composed, struct err *e)
{
    const struct store_ref ref = store_ref_of(object);
    json_auto_t *there = NULL, *observed = NULL, *next = json_deep_copy(object);

    if (s->store->ops->get(s->store, &ref, &there, NULL) == 0) {
        observed = compose_observed(there, composed);
        jx_share(next, "metadata", jx_at(there, "metadata"));
        if (jx_at(there, "status"))
            jx_share(next, "status", jx_at(there, "status"));
    }
    if (json_equal(jx_at(there, "spec"), jx_at(object, "spec")))
        return 0; /* what runs already goes on, also when a rule has changed since */
    return preview_check(next, observed, e);
}

/* Nothing is stored unless everything can be rendered. */
static int check(struct session *s, const json_t *objects, struct err *e)
{
    json_auto_t *composed = NULL;
    size_t i;
    const json_t *object;

    if (compose_list(s->store, &composed, e) < 0)
        return -1;
    json_array_foreach (objects, i, object)
        if (is_composite(object) && check_one(s, object, composed, e) < 0)
            return -1;
    return 0;
}

/* As kubectl says it. 'before' is NULL when it was not there. */
static const char *change_word(const json_t *before, const json_t *after)
{
    json_auto_t *old = json_deep_copy(before), *new = json_deep_copy(after);

    if (!before)
        return "created";
    (void)json_object_del(jx_at(old, "metadata"), "resourceVersion");
    (void)json_object_del(jx_at(new, "metadata"), "resourceVersion");
    return json_equal(old, new) ? "unchanged" : "configured";
}

static int put_one(struct session *s, const json_t *object, struct err *e)
{
    const struct store_ref ref = store_ref_of(object);
    CLEAN(free) char *label = kinds_label(object);
    json_auto_t *before = NULL, *after = NULL;

    if (s->store->ops->get(s->store, &ref, &before, NULL) < 0)
        before = NULL;
    if (session_apply(s, object, &after, e) < 0)
        return -1;
    if (!s->o->quiet)
        (void)fprintf(stderr, "%s %s\n", label, change_word(before, after));
    return 0;
}

static int put_all(struct session *s, const json_t *objects, bool composites, struct err *e)
{
    size_t i;
    const json_t *object;

    json_array_foreach (objects, i, object)
        if (is_composite(object) == composites && put_one(s, object, e) < 0)
            return -1;
    return 0;
}

static int accounts(struct session *s, const json_t *objects, struct err *e)
{
    size_t i;
    const json_t *object;

    json_array_foreach (objects, i, object)
        if (is_composite(object) &&
            session_account(s, jx_str(object, "metadata.namespace", account_namespace(s->o)), e) < 0)
            return -1;
    return 0;
}

static json_t *composites_of(const json_t *objects)
{
    json_t *list = json_array();
    size_t i;
    json_t *object;

    json_array_foreach (objects, i, object)
        if (is_composite(object))
            jx_append(list, json_incref(object));
    return list;
}

static int run(struct session *s, const json_t *objects, struct err *e)
{
    json_auto_t *targets = composites_of(objects);
    int code;

    if (json_array_size(targets) == 0)
        return 0;
    code = drive(s, targets, s->o->no_wait ? DRIVE_ACCEPTED : DRIVE_READY, e);
    if (code == STOP_EXIT)
        (void)fprintf(stderr,
                      "Stopped. What Cleura has accepted goes on there; the same apply takes it up again.\n");
    return code;
}

static int apply(const struct call *c, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *objects = NULL;

    if (!c->o->filenames.n)
        return err_set(e, ERR_INVALID, "apply what? cleura-shoot apply -f FILE");
    if (c->o->wait && c->o->no_wait)
        return err_set(e, ERR_INVALID, "--wait and --no-wait contradict each other");
    objects = manifest_load(c->o, e);
    if (!objects || session_open(&s, c->o, SESSION_RUN, e) < 0 || check(&s, objects, e) < 0 ||
        put_all(&s, objects, false, e) < 0 || accounts(&s, objects, e) < 0 ||
        put_all(&s, objects, true, e) < 0)
        return -1;
    return run(&s, objects, e);
}

const struct verb verb_apply = {
    .name = "apply",
    .arguments = "-f FILE",
    .summary = "make what a file describes, and wait until it is Ready",
    .help = "Stores the objects of a file, of a folder or of standard input (their spec replaces what was "
            "there) and works until\n"
            "all composites are Ready; --no-wait returns when Cleura has accepted them (with --no-provider: "
            "at once). Nothing is\n"
            "stored unless all of it can be rendered. Objects may stand in any order. Without a "
            "ProviderConfig \"default\" one is\n"
            "made from CLEURA_URL and the login in the environment.",
    .options = "filename recursive wait no-wait timeout no-provider",
    .run = apply,
};
