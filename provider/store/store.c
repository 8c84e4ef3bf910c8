/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' rules for metadata, once for all embedded back ends. */
#include "provider/store/store.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/store/rows.h"
#include <inttypes.h>

struct over {
    struct store base;
    struct rows *rows;
    int64_t (*now)(void);
};

static struct over *over_of(struct store *s) { return (struct over *)(void *)s; }

size_t store_group_length(const char *api_version)
{
    const char *slash = strchr(api_version, '/');
    return slash ? (size_t)(slash - api_version) : 0;
}

struct store_ref store_ref_of(const json_t *object)
{
    return (struct store_ref){ .api_version = jx_str(object, "apiVersion", NULL),
                               .kind = jx_str(object, "kind", NULL),
                               .ns = jx_str(object, "metadata.namespace", ""),
                               .name = jx_str(object, "metadata.name", NULL) };
}

static int check_ref(const struct store_ref *ref, struct err *e)
{
    if (!ref->api_version || !ref->kind || !ref->name || !*ref->api_version || !*ref->kind || !*ref->name)
        return err_set(e, ERR_INVALID, "an object needs apiVersion, kind and metadata.name");
    return 0;
}

static int end(struct over *o, int result, struct err *e)
{
    return o->rows->ops->end(o->rows, result == 0, result == 0 ? e : NULL) < 0 ? -1 : result;
}

static void set_version(json_t *object, int64_t version)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, version);
    jx_set(jx_make_object(object, "metadata"), "resourceVersion", json_string(text));
}

static bool finished(const json_t *object)
{
    return jx_at(object, "metadata.deletionTimestamp") &&
           json_array_size(jx_at(object, "metadata.finalizers")) == 0;
}

/* What watchers of a removed object get: enough to know which, nothing it held. */
static json_t *remains(const json_t *object)
{
    json_t *last = json_object();

    jx_share(last, "apiVersion", jx_at(object, "apiVersion"));
    jx_share(last, "kind", jx_at(object, "kind"));
    jx_share(last, "metadata", jx_at(object, "metadata"));
    return last;
}

static bool owned_only_by(const json_t *object, const char *uid)
{
    const json_t *owners = jx_at(object, "metadata.ownerReferences");

    return json_array_size(owners) == 1 && !strcmp(jx_str(json_array_get(owners, 0), "uid", ""), uid);
}

/* What Kubernetes' garbage collector does for the one kind that is written for others: Secrets go with their owner. */
static int erase_secrets_of(struct over *o, const json_t *owner, struct err *e)
{
    const struct store_ref all = { .api_version = "v1",
                                   .kind = "Secret",
                                   .ns = jx_str(owner, "metadata.namespace", "") };
    json_auto_t *secrets = json_array();
    json_t *secret;
    int64_t version;
    size_t i;

    if (!strcmp(jx_str(owner, "kind", ""), "Secret"))
        return 0;
    if (o->rows->ops->fetch_all(o->rows, &all, secrets, e) < 0)
        return -1;
    json_array_foreach (secrets, i, secret) {
        struct store_ref ref = store_ref_of(secret);
        json_auto_t *last = remains(secret);

        if (!owned_only_by(secret, jx_str(owner, "metadata.uid", "-")))
            continue;
        if (o->rows->ops->next_version(o->rows, &version, e) < 0 ||
            o->rows->ops->erase(o->rows, &ref, version, last, e) < 0)
            return -1;
    }
    return 0;
}

static int save(struct over *o, const struct store_ref *ref, json_t *object, struct err *e)
{
    int64_t version;

    if (o->rows->ops->next_version(o->rows, &version, e) < 0)
        return -1;
    set_version(object, version);
    if (finished(object)) {
        json_auto_t *last = remains(object);

        if (erase_secrets_of(o, object, e) < 0)
            return -1;
        return o->rows->ops->erase(o->rows, ref, version, last, e);
    }
    return o->rows->ops->write(o->rows, ref, version, object, e);
}

static int create(struct over *o, const struct store_ref *ref, json_t *object, struct err *e)
{
    json_t *metadata = jx_make_object(object, "metadata");
    char uid[CRYPTO_UUID], when[CLOCK_TEXT];

    crypto_uuid(uid);
    clock_text(o->now(), when);
    jx_set(metadata, "uid", json_string(uid));
    jx_set(metadata, "creationTimestamp", json_string(when));
    jx_set(metadata, "generation", json_integer(1));
    (void)json_object_del(metadata, "deletionTimestamp");
    (void)json_object_del(object, "status");
    return save(o, ref, object, e);
}

static void keep(json_t *to, const json_t *from, const char *key)
{
    const json_t *value = json_object_get(from, key);

    if (value)
        jx_share(to, key, value);
    else
        (void)json_object_del(to, key);
}

/* Everything but metadata and status: what a generation counts. */
static bool same_content(const json_t *a, const json_t *b)
{
    json_auto_t *x = json_copy((json_t *)(uintptr_t)a), *y = json_copy((json_t *)(uintptr_t)b);

    (void)json_object_del(x, "metadata");
    (void)json_object_del(x, "status");
    (void)json_object_del(y, "metadata");
    (void)json_object_del(y, "status");
    return json_equal(x, y);
}

static int check_version(const json_t *object, const json_t *old, const struct store_ref *ref, struct err *e)
{
    if (strcmp(jx_str(object, "metadata.resourceVersion", ""), jx_str(old, "metadata.resourceVersion", "")) !=
        0)
        return err_set(e, ERR_CONFLICT, "%s %s was changed meanwhile", ref->kind, ref->name);
    return 0;
}

static int replace(struct over *o, const struct store_ref *ref, json_t *object, const json_t *old,
                   struct err *e)
{
    static const char *const ours[] = { "uid", "creationTimestamp", "generation", "deletionTimestamp" };
    json_t *metadata = jx_make_object(object, "metadata");

    if (check_version(object, old, ref, e) < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LENGTH(ours); i++)
        keep(metadata, json_object_get(old, "metadata"), ours[i]);
    keep(object, old, "status");
    if (json_equal(object, old) && !finished(object))
        return 0;
    if (!same_content(object, old))
        jx_set(metadata, "generation", json_integer(jx_int(old, "metadata.generation", 0) + 1));
    return save(o, ref, object, e);
}

static int over_put(struct store *s, const json_t *object, json_t **ret_object, struct err *e)
{
    struct over *o = over_of(s);
    struct store_ref ref = store_ref_of(object);
    json_auto_t *old = NULL, *new = json_deep_copy(object);
    int result = -1;

    if (check_ref(&ref, e) < 0 || o->rows->ops->begin(o->rows, true, e) < 0)
        return -1;
    if (o->rows->ops->fetch(o->rows, &ref, &old, e) == 0) {
        if (!jx_at(object, "metadata.resourceVersion"))
            result = old ? err_set(e, ERR_CONFLICT, "%s %s exists already", ref.kind, ref.name)
                         : create(o, &ref, new, e);
        else
            result = old ? replace(o, &ref, new, old, e)
                         : err_set(e, ERR_NOT_FOUND, "%s %s is gone", ref.kind, ref.name);
    }
    if (end(o, result, e) < 0)
        return -1;
    if (ret_object)
        *ret_object = TAKE(new);
    return 0;
}

static int over_put_status(struct store *s, const json_t *object, json_t **ret_object, struct err *e)
{
    struct over *o = over_of(s);
    struct store_ref ref = store_ref_of(object);
    json_auto_t *old = NULL, *new = NULL;
    int result = -1;

    if (check_ref(&ref, e) < 0 || o->rows->ops->begin(o->rows, true, e) < 0)
        return -1;
    if (o->rows->ops->fetch(o->rows, &ref, &old, e) == 0 && !old)
        err_set(e, ERR_NOT_FOUND, "%s %s is gone", ref.kind, ref.name);
    if (old && check_version(object, old, &ref, e) == 0) {
        new = json_copy(old);
        keep(new, object, "status");
        if (json_equal(new, old)) {
            result = 0;
        } else {
            jx_set(new, "metadata", json_deep_copy(json_object_get(old, "metadata")));
            result = save(o, &ref, new, e);
        }
    }
    if (end(o, result, e) < 0)
        return -1;
    if (ret_object)
        *ret_object = TAKE(new);
    return 0;
}

static int mark_removed(struct over *o, const struct store_ref *ref, json_t *object, struct err *e)
{
    char when[CLOCK_TEXT];

    if (jx_at(object, "metadata.deletionTimestamp"))
        return 0;
    clock_text(o->now(), when);
    jx_set(jx_make_object(object, "metadata"), "deletionTimestamp", json_string(when));
    return save(o, ref, object, e);
}

static int over_remove(struct store *s, const struct store_ref *ref, struct err *e)
{
    struct over *o = over_of(s);
    json_auto_t *old = NULL;
    int result = -1;

    if (o->rows->ops->begin(o->rows, true, e) < 0)
        return -1;
    if (o->rows->ops->fetch(o->rows, ref, &old, e) == 0)
        result = old ? mark_removed(o, ref, old, e)
                     : err_set(e, ERR_NOT_FOUND, "%s %s does not exist", ref->kind, ref->name);
    return end(o, result, e);
}

static int over_get(struct store *s, const struct store_ref *ref, json_t **ret_object, struct err *e)
{
    struct over *o = over_of(s);
    json_auto_t *object = NULL;
    int result;

    if (o->rows->ops->begin(o->rows, false, e) < 0)
        return -1;
    result = end(o, o->rows->ops->fetch(o->rows, ref, &object, e), e);
    if (result == 0 && !object)
        return err_set(e, ERR_NOT_FOUND, "%s %s does not exist", ref->kind, ref->name);
    if (result == 0)
        *ret_object = TAKE(object);
    return result;
}

static int over_list(struct store *s, const struct store_ref *ref, json_t **ret_items, struct err *e)
{
    struct over *o = over_of(s);
    json_auto_t *items = json_array();
    int result;

    if (o->rows->ops->begin(o->rows, false, e) < 0)
        return -1;
    result = end(o, o->rows->ops->fetch_all(o->rows, ref, items, e), e);
    if (result == 0)
        *ret_items = TAKE(items);
    return result;
}

static int changes_since(struct over *o, const struct store_ref *ref, int64_t since, json_t *events,
                         int64_t *ret_version, struct err *e)
{
    int result;

    if (o->rows->ops->begin(o->rows, false, e) < 0)
        return -1;
    result = o->rows->ops->changes(o->rows, ref, since, events, ret_version, e);
    return end(o, result, e);
}

/* How often a waiting watch looks for changes of another process. */
enum { LOOK_AGAIN_MS = 50 };

static int over_watch(struct store *s, const struct store_ref *ref, char **cursor, int timeout_ms,
                      json_t **ret_events, struct err *e)
{
    struct over *o = over_of(s);
    int64_t since = **cursor ? strtoll(*cursor, NULL, 10) : 0, version = since;
    int64_t until = clock_monotonic() + timeout_ms;
    json_auto_t *events = json_array();

    for (;;) {
        if (changes_since(o, ref, since, events, &version, e) < 0)
            return -1;
        if (json_array_size(events) || clock_monotonic() >= until)
            break;
        (void)usleep(LOOK_AGAIN_MS * 1000);
    }
    *ret_events = TAKE(events);
    free(*cursor);
    *cursor = x_asprintf("%" PRId64, version);
    return 0;
}

static void over_free(struct store *s)
{
    struct over *o = over_of(s);

    o->rows->ops->free(o->rows);
    free(o);
}

static const struct store_ops over_ops = { .list = over_list,
                                           .get = over_get,
                                           .watch = over_watch,
                                           .put = over_put,
                                           .put_status = over_put_status,
                                           .remove = over_remove,
                                           .free = over_free };

struct store *store_over(struct rows *rows, int64_t (*now)(void))
{
    struct over *o = x_alloc(sizeof(*o));

    *o = (struct over){ .base.ops = &over_ops, .rows = rows, .now = now };
    return &o->base;
}
