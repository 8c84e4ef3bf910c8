/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/remove.h"
#include "lib/clock.h"
#include "sim/shootapi/body.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/selector.h"
#include "sim/shootapi/view.h"

/* What DeleteOptions and the query say together. */
struct options {
    const char *policy;        /* "" = the kind's default */
    const char *uid, *version; /* preconditions, NULL = none */
    bool dry;
};

/* deletionTimestamp has whole seconds, so this is one to two. */
#define NAMESPACE_MOMENT (2 * CLOCK_SECOND)

static void let_go(struct api *a, const char *key);

static bool is_namespace(const char *key) { return !strncmp(key, "/namespaces/", strlen("/namespaces/")); }
static bool has_finalizers(const json_t *doc)
{
    return json_array_size(jx_at(doc, "metadata.finalizers")) > 0;
}
static bool is_deleting(const json_t *doc) { return jx_at(doc, "metadata.deletionTimestamp") != NULL; }

/* Begin the deletion of what must wait for somebody: the object stays, marked. */
static void mark(struct api *a, const char *key, const json_t *doc)
{
    json_t *copy = json_deep_copy(doc), *metadata = json_object_get(copy, "metadata");
    char now[CLOCK_TEXT];

    clock_text(clock_now(), now);
    jx_set(metadata, "deletionTimestamp", json_string(now));
    jx_set(metadata, "deletionGracePeriodSeconds", json_integer(0));
    if (is_namespace(key))
        jx_set(jx_make_object(copy, "status"), "phase", json_string("Terminating"));
    (void)objects_put(a->objects, key, copy);
}

/* ---- namespaces ---- */

/* The first object in a namespace whose key is after 'after'; NULL at the end. */
static const struct object *next_inside(struct api *a, const char *ns, const char *after)
{
    const struct object *at = objects_after(a->objects, after);

    for (; at; at = objects_after(a->objects, at->key))
        if (!strcmp(jx_str(at->doc, "metadata.namespace", ""), ns))
            return at;
    return NULL;
}

/* A namespace goes when nothing is left in it. */
static void reap_namespace(struct api *a, const char *ns)
{
    CLEAN(free) char *key = objects_key("", "namespaces", NULL, ns);
    const json_t *doc = objects_get(a->objects, key);

    if (doc && is_deleting(doc) && !has_finalizers(doc) && !next_inside(a, ns, ""))
        objects_remove(a->objects, key);
}

static void empty_namespace(struct api *a, const char *ns)
{
    CLEAN(free) char *last = x_strdup("");
    const struct object *at;

    while ((at = next_inside(a, ns, last))) {
        free(last);
        last = x_strdup(at->key);
        let_go(a, last);
    }
}

/* ---- definitions ---- */

/* With a definition go the objects it defined. */
static void drop_instances(struct api *a, const json_t *definition)
{
    const char *group = jx_str(definition, "spec.group", ""),
               *plural = jx_str(definition, "spec.names.plural", "");
    const struct object *at;

    while ((at = objects_next(a->objects, group, plural, NULL, NULL))) {
        CLEAN(free) char *key = x_strdup(at->key);
        objects_remove(a->objects, key);
    }
}

/* ---- one object ---- */

/* Out of the store, and everything that follows from that. */
static void finish(struct api *a, const char *key)
{
    json_auto_t *doc = json_incref(objects_get(a->objects, key));
    const char *ns = jx_str(doc, "metadata.namespace", NULL);
    bool definition = !strcmp(jx_str(doc, "kind", ""), "CustomResourceDefinition");

    if (definition)
        drop_instances(a, doc);
    objects_remove(a->objects, key);
    if (definition)
        kinds_reload(a->kinds, a->objects);
    if (ns)
        reap_namespace(a, ns);
}

/* Delete without asking: mark what a finalizer or its contents hold, else take it out. */
static void let_go(struct api *a, const char *key)
{
    json_auto_t *doc = json_incref(objects_get(a->objects, key));

    if (!has_finalizers(doc) && !is_namespace(key))
        finish(a, key);
    else if (!is_deleting(doc))
        mark(a, key, doc);
}

bool remove_if_finished(struct api *a, const char *key)
{
    const json_t *doc = objects_get(a->objects, key);

    if (!doc || !is_deleting(doc) || has_finalizers(doc) || is_namespace(key))
        return false;
    finish(a, key);
    return true;
}

/* The namespace controller needs a moment; until then everything in the namespace is still there. */
static bool is_due(const json_t *doc, int64_t now)
{
    int64_t when;

    return is_deleting(doc) && clock_parse(jx_str(doc, "metadata.deletionTimestamp", ""), &when, NULL) == 0 &&
           now - when >= NAMESPACE_MOMENT;
}

void remove_tick(struct api *a, int64_t now)
{
    CLEAN(free) char *key = x_strdup("/namespaces/");
    const struct object *at;

    while ((at = objects_after(a->objects, key)) && is_namespace(at->key)) {
        CLEAN(free) char *name = x_strdup(jx_str(at->doc, "metadata.name", ""));

        free(key);
        key = x_strdup(at->key);
        if (!is_due(at->doc, now))
            continue;
        empty_namespace(a, name);
        reap_namespace(a, name);
    }
}

/* ---- dependents: what the garbage collector would do, at once ---- */

static bool is_owned(const json_t *doc, const char *uid)
{
    const json_t *owner;
    size_t i;

    json_array_foreach (jx_at(doc, "metadata.ownerReferences"), i, owner) {
        if (!strcmp(jx_str(owner, "uid", ""), uid))
            return true;
    }
    return false;
}

static void orphan_one(struct api *a, const char *key, const char *uid)
{
    json_t *copy = json_deep_copy(objects_get(a->objects, key));
    json_t *owners = jx_at(copy, "metadata.ownerReferences");

    for (size_t i = json_array_size(owners); i-- > 0;)
        if (!strcmp(jx_str(json_array_get(owners, i), "uid", ""), uid))
            (void)json_array_remove(owners, i);
    if (json_array_size(owners) == 0)
        (void)json_object_del(json_object_get(copy, "metadata"), "ownerReferences");
    (void)objects_put(a->objects, key, copy);
}

static void take_dependents(struct api *a, const char *uid, bool orphan)
{
    CLEAN(free) char *last = x_strdup("");
    const struct object *at;

    while ((at = objects_after(a->objects, last))) {
        CLEAN(free) char *child = NULL;

        free(last);
        last = x_strdup(at->key);
        if (!is_owned(at->doc, uid) || is_deleting(at->doc)) /* owners may form a circle */
            continue;
        if (orphan) {
            orphan_one(a, last, uid);
            continue;
        }
        child = x_strdup(jx_str(at->doc, "metadata.uid", ""));
        let_go(a, last);
        take_dependents(a, child, false);
    }
}

/* ---- requests ---- */

static void read_options(const struct api_request *req, const json_t *body, struct options *o)
{
    const char *policy = jx_str(body, "propagationPolicy", api_query(req, "propagationPolicy"));
    const char *dry = json_string_value(json_array_get(json_object_get(body, "dryRun"), 0));

    *o = (struct options){ .policy = jx_bool(body, "orphanDependents", false) ? "Orphan" : policy,
                           .uid = jx_str(body, "preconditions.uid", NULL),
                           .version = jx_str(body, "preconditions.resourceVersion", NULL),
                           .dry = !strcmp(dry ? dry : api_query(req, "dryRun"), "All") };
}

static bool preconditions_hold(const struct path *p, const json_t *doc, const struct options *o,
                               struct api_reply *ret)
{
    const char *uid = jx_str(doc, "metadata.uid", ""), *version = jx_str(doc, "metadata.resourceVersion", "");
    char resource[STATUS_RESOURCE];
    const char *what = o->uid && strcmp(o->uid, uid) != 0               ? "UID"
                       : o->version && strcmp(o->version, version) != 0 ? "ResourceVersion"
                                                                        : NULL;

    if (!what)
        return true;
    reply_fail(ret, REASON_CONFLICT, p,
               "Operation cannot be fulfilled on %s \"%s\": the %s in the precondition (%.64s) does not "
               "match the %s in "
               "record (%s). The object might have been deleted and then recreated",
               status_resource(p, resource), p->name, what, *what == 'U' ? o->uid : o->version, what,
               *what == 'U' ? uid : version);
    return false;
}

static bool policy_known(const struct path *p, const struct options *o, struct api_reply *ret)
{
    if (!*o->policy || !strcmp(o->policy, "Foreground") || !strcmp(o->policy, "Background") ||
        !strcmp(o->policy, "Orphan"))
        return true;
    reply_fail(ret, REASON_INVALID, p,
               "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"%.64s\": "
               "supported "
               "values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
               o->policy);
    return false;
}

/* Namespaces without which there is no cluster; false when answered. */
static bool may_go(const struct path *p, struct api_reply *ret)
{
    static const char *const immortal[] = { "default", "kube-public", "kube-system" };

    if (strcmp(p->kind->kind, "Namespace") != 0)
        return true;
    for (size_t i = 0; i < ARRAY_LENGTH(immortal); i++) {
        if (strcmp(p->name, immortal[i]) != 0)
            continue;
        reply_fail(ret, REASON_FORBIDDEN, p,
                   "namespaces \"%s\" is forbidden: this namespace may not be deleted", p->name);
        return false;
    }
    return true;
}

/* Still there afterwards: the object. Gone: a Status. */
static void reply_deleted(struct api *a, const struct path *p, const char *key, const char *uid,
                          struct api_reply *ret)
{
    json_t *left = objects_get(a->objects, key);

    if (left)
        reply_doc(ret, 200, view_object(p->kind, left));
    else
        reply_status(ret, status_deleted(p, uid));
}

void remove_object(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    CLEAN(free) char *key = objects_key(p->group, p->plural, p->ns, p->name);
    json_auto_t *body = NULL;
    json_auto_t *doc = NULL;
    struct options o;
    const char *uid;

    if (!body_optional(req, p, &body, ret))
        return;
    doc = json_incref(objects_get(a->objects, key));
    if (!doc) {
        reply_not_found(ret, p);
        return;
    }
    read_options(req, body, &o);
    if (!preconditions_hold(p, doc, &o, ret) || !policy_known(p, &o, ret) || !may_go(p, ret))
        return;
    uid = jx_str(doc, "metadata.uid", "");
    if (!o.dry) {
        bool orphan = *o.policy ? !strcmp(o.policy, "Orphan") : p->kind->flags & KIND_ORPHANS;

        if (orphan && !*o.policy)
            ret->warning =
                x_strdup("299 - \"child pods are preserved by default when jobs are deleted; set "
                         "propagationPolicy=Background to remove them or set propagationPolicy=Orphan to "
                         "suppress this warning\"");
        take_dependents(a, uid, orphan);
        let_go(a, key);
        reply_deleted(a, p, key, uid, ret);
        return;
    }
    reply_status(ret, status_deleted(p, uid));
}

void remove_collection(struct api *a, const struct path *p, const struct api_request *req,
                       struct api_reply *ret)
{
    struct err e;
    CLEAN(selector_free)
    struct selector *s =
        selector_parse(p->kind, api_query(req, "labelSelector"), api_query(req, "fieldSelector"), &e);
    json_auto_t *gone = json_array();
    json_auto_t *body = NULL;
    const struct object *at = NULL;
    struct options o;
    json_t *doc;
    size_t i;

    if (!s) {
        reply_fail(ret, REASON_BAD_REQUEST, p, "%s", e.text);
        return;
    }
    if (!body_optional(req, p, &body, ret))
        return;
    read_options(req, body, &o);
    while ((at = objects_next(a->objects, p->group, p->plural, p->ns, at)))
        if (selector_match(s, at->doc) && json_array_append(gone, at->doc) < 0)
            abort();
    json_array_foreach (gone, i, doc) {
        CLEAN(free)
        char *key = objects_key(p->group, p->plural, jx_str(doc, "metadata.namespace", NULL),
                                jx_str(doc, "metadata.name", ""));
        if (o.dry)
            continue;
        take_dependents(a, jx_str(doc, "metadata.uid", ""), !strcmp(o.policy, "Orphan"));
        let_go(a, key);
    }
    reply_doc(ret, 200,
              view_list(p->kind, gone, jx_pack("{s:s}", "resourceVersion", api_query(req, "resourceVersion")),
                        VIEW_OBJECT));
}
