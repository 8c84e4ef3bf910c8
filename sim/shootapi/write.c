/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/write.h"
#include "lib/crypto.h"
#include "sim/shootapi/apply.h"
#include "sim/shootapi/body.h"
#include "sim/shootapi/merge.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/store.h"
#include "sim/shootapi/typed.h"

/* ---- POST ---- */

/* metadata.generateName becomes a name, as "web-x7f2q". */
static void generate_name(json_t *metadata)
{
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    const char *prefix = jx_str(metadata, "generateName", NULL);
    char suffix[6] = "";

    if (!prefix || *jx_str(metadata, "name", ""))
        return;
    for (size_t i = 0; i + 1 < sizeof(suffix); i++)
        suffix[i] = letters[(size_t)(crypto_random() * (double)(sizeof(letters) - 1))];
    jx_set(metadata, "name", json_sprintf("%s%s", prefix, suffix));
}

void write_create(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    CLEAN(store_end) struct change c = { 0 };
    json_auto_t *doc = NULL;
    struct path named = *p; /* texts still point into 'p' */

    if ((p->kind->flags & KIND_NAMESPACED) && !p->ns) {
        reply_fail(ret, REASON_METHOD_NOT_ALLOWED, p,
                   "the server does not allow this method on the requested resource");
        return;
    }
    if (!body_object(req, p, &doc, ret))
        return;
    generate_name(json_object_get(doc, "metadata"));
    named.name = jx_str(doc, "metadata.name", "");
    if (!store_begin(&c, a, &named, req, ret) || !store_name_valid(&c))
        return;
    if (c.live) {
        char resource[STATUS_RESOURCE];

        reply_fail(ret, REASON_ALREADY_EXISTS, &named, "%s \"%s\" already exists",
                   status_resource(&named, resource), named.name);
        return;
    }
    store_finish(&c, json_incref(doc), true);
}

/* ---- PUT ---- */

/* The reply for a writer that did not see the newest object. */
static void reply_modified(const struct change *c)
{
    char resource[STATUS_RESOURCE];

    reply_fail(c->ret, REASON_CONFLICT, c->p,
               "Operation cannot be fulfilled on %s \"%s\": the object has been modified; please apply your "
               "changes to "
               "the latest version and try again",
               status_resource(c->p, resource), c->p->name);
}

/* The name, uid and resourceVersion a writer sends must be those of the object; false when answered. */
static bool identity_fits(const struct change *c, const json_t *next)
{
    const char *name = jx_str(next, "metadata.name", ""), *uid = jx_str(next, "metadata.uid", "");
    const char *version = jx_str(next, "metadata.resourceVersion", "");

    if (strcmp(name, c->p->name) != 0) {
        reply_fail(c->ret, REASON_BAD_REQUEST, c->p,
                   "the name of the object (%.253s) does not match the name on the URL (%s)", name,
                   c->p->name);
        return false;
    }
    if (c->live && *uid && strcmp(uid, jx_str(c->live, "metadata.uid", "")) != 0) {
        reply_fail(c->ret, REASON_CONFLICT, c->p,
                   "Operation cannot be fulfilled on %s \"%s\": Precondition failed: UID in precondition: "
                   "%.64s, UID in "
                   "object meta: %s",
                   c->p->plural, name, uid, jx_str(c->live, "metadata.uid", ""));
        return false;
    }
    if (c->live && *version && strcmp(version, jx_str(c->live, "metadata.resourceVersion", "")) != 0) {
        reply_modified(c);
        return false;
    }
    return true;
}

void write_update(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    CLEAN(store_end) struct change c = { 0 };
    json_auto_t *doc = NULL;

    if (!body_object(req, p, &doc, ret) || !store_begin(&c, a, p, req, ret))
        return;
    if (!c.live) {
        reply_not_found(ret, p);
        return;
    }
    if (p->kind->flags & KIND_CUSTOM && !*jx_str(doc, "metadata.resourceVersion", "")) {
        reply_invalid(ret, p, "FieldValueInvalid", "metadata.resourceVersion",
                      "Invalid value: 0x0: must be specified for an update");
        return;
    }
    if (identity_fits(&c, doc))
        store_finish(&c, json_incref(doc), true);
}

/* ---- PATCH ---- */

static json_t *run_merge(const struct change *c, json_t *patch, struct err *e)
{
    (void)e;
    return merge_patch(c->live, patch);
}

static json_t *run_strategic(const struct change *c, json_t *patch, struct err *e)
{
    (void)e;
    return merge_strategic(c->p->kind, c->live, patch);
}

static json_t *run_json(const struct change *c, json_t *patch, struct err *e)
{
    return merge_json_patch(c->live, patch, e);
}

static const struct {
    const char *type;
    bool custom; /* works for custom kinds, too */
    json_t *(*run)(const struct change *c, json_t *patch, struct err *e);
} patches[] = {
    { "application/json-patch+json", true, run_json },
    { "application/merge-patch+json", true, run_merge },
    { "application/strategic-merge-patch+json", false, run_strategic },
};

static void patch_live(struct change *c, size_t which, json_t *patch)
{
    struct err e = { 0 };
    json_auto_t *next = NULL;

    if (!c->live) {
        reply_not_found(c->ret, c->p);
        return;
    }
    next = patches[which].run(c, patch, &e);
    if (!next) {
        reply_fail(c->ret, REASON_INVALID, c->p,
                   "the server rejected our request due to an error in our request: %s", e.text);
        return;
    }
    if (body_fits(c->p, next, c->ret) && identity_fits(c, next))
        store_finish(c, json_incref(next), true);
}

/* false when answered. */
static bool applicable(const struct change *c, json_t *config)
{
    CLEAN(free) char *wrong = NULL;

    if (!*api_query(c->req, "fieldManager")) {
        json_t *status =
            status_make(REASON_INVALID, NULL,
                        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required "
                        "for apply patch");

        status_add_cause(status, "FieldValueRequired", "Required value: is required for apply patch",
                         "fieldManager");
        reply_status(c->ret, status);
        return false;
    }
    if (!body_fits(c->p, config, c->ret) || !identity_fits(c, config))
        return false;
    if (json_array_size(jx_at(config, "metadata.managedFields"))) {
        reply_fail(c->ret, REASON_BAD_REQUEST, NULL, "metadata.managedFields must be nil");
        return false;
    }
    wrong = typed_error(c->p->kind, config);
    if (wrong) {
        reply_fail(c->ret, REASON_INTERNAL, NULL,
                   "failed to create typed patch object (%s%s%s; %s/%s, Kind=%s): %.600s",
                   c->p->ns ? c->p->ns : "", c->p->ns ? "/" : "", c->p->name, c->p->kind->group,
                   c->p->kind->version, c->p->kind->kind, wrong);
        return false;
    }
    return true;
}

static void patch_apply(struct change *c, json_t *config)
{
    bool force = api_query_true(c->req, "force");
    json_auto_t *conflicts = NULL;
    json_auto_t *next = NULL;

    if (!applicable(c, config))
        return;
    if (!c->live && c->p->sub) {
        reply_not_found(c->ret, c->p);
        return;
    }
    if (!c->live && !store_name_valid(c))
        return;
    next = apply_config(c->p->kind, c->live, config, &c->owner, force, &conflicts);
    if (!next) {
        reply_status(c->ret, apply_conflict_status(conflicts));
        return;
    }
    store_finish(c, json_incref(next), false);
}

void write_patch(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    CLEAN(store_end) struct change c = { 0 };
    bool apply = body_is(req, "application/apply-patch+yaml"), custom = p->kind->flags & KIND_CUSTOM;
    json_auto_t *patch = NULL;
    size_t which = 0;

    while (which < ARRAY_LENGTH(patches) &&
           !(body_is(req, patches[which].type) && (patches[which].custom || !custom)))
        which++;
    if (!apply && which == ARRAY_LENGTH(patches)) {
        reply_fail(
            ret, REASON_UNSUPPORTED, NULL,
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, %sapplication/apply-patch+yaml",
            custom ? "" : "application/strategic-merge-patch+json, ");
        return;
    }
    if (!body_parse(req, p, &patch, ret) || !store_begin(&c, a, p, req, ret))
        return;
    if (apply)
        patch_apply(&c, patch);
    else
        patch_live(&c, which, patch);
}
