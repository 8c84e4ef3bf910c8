/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: looks at the store, runs what is due, moves the network on. */
#include "provider/reconcile/loop.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include "lib/log.h"
#include "provider/reconcile/list.h"
#include "provider/reconcile/object.h"
#include "provider/reconcile/usage.h"
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <sys/file.h>

enum {
    LOOK_MS = 50,      /* how often the store is asked for changes of others */
    RUN_AT_ONCE = 100, /* passes begun before the network gets its turn */
    LOCK_AGAIN_MS = 500,
};

/* ---- what is watched ---------------------------------------------------------------------------------------------- */

enum role { ROLE_SECRET, ROLE_CONFIG, ROLE_REQUEST, ROLE_DISPOSABLE };

#define NAMESPACED "cleura.m.crossplane.io/v1alpha2"
#define CLUSTER    "cleura.crossplane.io/v1alpha2"

/* Secrets and configs first: what refers to them finds them. */
static const struct watched {
    const char *api_version, *kind;
    enum role role;
} watched[] = {
    { "v1", "Secret", ROLE_SECRET },
    { NAMESPACED, "ProviderConfig", ROLE_CONFIG },
    { NAMESPACED, "ClusterProviderConfig", ROLE_CONFIG },
    { CLUSTER, "ProviderConfig", ROLE_CONFIG },
    { NAMESPACED, "Request", ROLE_REQUEST },
    { NAMESPACED, "DisposableRequest", ROLE_DISPOSABLE },
    { CLUSTER, "Request", ROLE_REQUEST },
    { CLUSTER, "DisposableRequest", ROLE_DISPOSABLE },
};

static char *key_of(const char *api_version, const char *kind, const char *ns, const char *name)
{
    return x_asprintf("%.*s/%s/%s/%s", (int)store_group_length(api_version), api_version, kind, ns, name);
}

static char *key_of_object(const json_t *object)
{
    struct store_ref ref = store_ref_of(object);

    return key_of(ref.api_version, ref.kind, ref.ns, ref.name);
}

static char *secret_key(const char *ns, const char *name) { return x_asprintf("%s/%s", ns, name); }

/* ---- lookups ------------------------------------------------------------------------------------------------------- */

const json_t *loop_secret(void *ctx, const char *ns, const char *name)
{
    const struct loop *l = ctx;
    CLEAN(free) char *key = secret_key(ns, name);

    return json_object_get(l->secrets, key);
}

/* A ProviderConfig lives in its namespace if the group is namespaced, all others in none. */
static const json_t *find_config(void *ctx, const char *api_version, const char *kind, const char *ns,
                                 const char *name)
{
    const struct loop *l = ctx;
    CLEAN(free) char *key = key_of(api_version, kind, !strcmp(kind, "ProviderConfig") ? ns : "", name);

    return json_object_get(l->configs, key);
}

const json_t *loop_config(struct loop *l, const json_t *object, struct err *e)
{
    const char *ns = jx_str(object, "metadata.namespace", "");
    const char *kind =
        jx_str(object, "spec.providerConfigRef.kind", *ns ? "ClusterProviderConfig" : "ProviderConfig");
    const char *name = jx_str(object, "spec.providerConfigRef.name", "default");
    const json_t *config;

    if (strcmp(kind, "ProviderConfig") != 0 && strcmp(kind, "ClusterProviderConfig") != 0) {
        err_set(e, ERR_INVALID, "unsupported provider config kind: %.60s", kind);
        return NULL;
    }
    config = find_config(l, jx_str(object, "apiVersion", ""), kind, ns, name);
    if (!config)
        err_set(e, ERR_NOT_FOUND, "cannot get %s: \"%.253s\" does not exist%s%s", kind, name,
                *ns ? " in namespace " : "", ns);
    return config;
}

/* ---- objects ------------------------------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct object *)a)->key, ((const struct object *)b)->key);
}

static struct object *find_object(struct loop *l, char *key)
{
    struct object wanted = { .key = key };
    struct object **found = tfind(&wanted, &l->objects, by_key);

    return found ? *found : NULL;
}

static void object_free(struct object *o)
{
    if (o->call)
        auth_cancel(o->call);
    list_forget(o);
    discovery_forget(&o->wait);
    o->loop->busy -= o->busy ? 1 : 0;
    queue_remove(&o->loop->queue, &o->slot);
    json_decref(o->doc);
    json_decref(o->response);
    json_decref(o->details);
    exec_call_free(&o->observe);
    free(o->observe_url);
    free(o->list_url);
    free(o->api_version);
    free(o->fingerprint);
    free(o->key);
    free(o);
}

static void set_doc(struct object *o, json_t *doc)
{
    CLEAN(free) char *spec = jx_dump(json_object_get(doc, "spec") ? json_object_get(doc, "spec") : doc);

    json_decref(o->doc);
    o->doc = json_incref(doc);
    o->uses_secrets = strstr(spec, "{{") || strstr(spec, "\"secretInjectionConfigs\"");
}

static void add_object(struct loop *l, json_t *doc, char *key, bool disposable)
{
    struct object *o = x_alloc(sizeof(*o));

    *o = (struct object){ .loop = l, .key = key, .disposable = disposable, .exec = l->exec };
    set_doc(o, doc);
    if (!tsearch(o, &l->objects, by_key))
        abort();
    queue_set(&l->queue, &o->slot, l->now());
}

static bool same_but_status(const json_t *a, const json_t *b)
{
    json_auto_t *x = json_copy(json_object_get(a, "metadata")),
                *y = json_copy(json_object_get(b, "metadata"));

    (void)json_object_del(x, "resourceVersion");
    (void)json_object_del(y, "resourceVersion");
    return json_equal(x, y);
}

/* Somebody else's write: run now if it could matter to us. */
static void update_object(struct object *o, json_t *doc)
{
    bool same =
        !strcmp(jx_str(o->doc, "metadata.resourceVersion", ""), jx_str(doc, "metadata.resourceVersion", ""));
    bool matters = !same && !same_but_status(o->doc, doc);

    if (same)
        return;
    set_doc(o, doc);
    if (!matters)
        return;
    o->quiet = false;
    o->rendered = false;
    o->failures = 0;
    if (o->busy)
        o->again = true;
    else
        queue_set(&o->loop->queue, &o->slot, o->loop->now());
}

/* True when it came or went. */
static bool on_object(struct loop *l, json_t *doc, bool removed, bool disposable)
{
    CLEAN(free) char *key = key_of_object(doc);
    struct object *o = find_object(l, key);

    if (o && (removed || strcmp(jx_str(o->doc, "metadata.uid", ""), jx_str(doc, "metadata.uid", "")) != 0)) {
        (void)tdelete(o, &l->objects,
                      by_key); /* gone, or another object of that name: nothing we know applies */
        object_free(o);
        o = NULL;
    }
    if (!removed && o) {
        update_object(o, doc);
        return false;
    }
    if (!removed)
        add_object(l, doc, TAKE(key), disposable);
    return true;
}

/* Why everybody looks again: a Secret changed, or something else did. 'by' is the object that did it. */
struct news {
    const struct object *by;
    bool secret;
};

static void tell_one(const void *node, VISIT visit, void *ctx)
{
    struct object *o = *(struct object *const *)node;
    const struct news *news = ctx;

    if ((visit != postorder && visit != leaf) || o == news->by)
        return;
    if (!news->secret || o->uses_secrets) {
        o->rendered = false; /* placeholders may stand for something else now, */
        o->quiet = false;    /* and an injected Secret may be gone */
    }
    if (o->busy)
        o->again = true;
    else if (o->disposable || strcmp(record_condition(o->doc, "Synced"), "True") != 0)
        queue_set(&o->loop->queue, &o->slot, o->loop->now());
}

void loop_wake_held(struct loop *l) { twalk_r(l->objects, tell_one, &(struct news){ .secret = true }); }

static void on_secret(struct loop *l, json_t *doc, bool removed)
{
    CLEAN(free)
    char *key = secret_key(jx_str(doc, "metadata.namespace", ""), jx_str(doc, "metadata.name", ""));
    const json_t *old = json_object_get(l->secrets, key);

    if (old && !removed &&
        !strcmp(jx_str(old, "metadata.resourceVersion", ""), jx_str(doc, "metadata.resourceVersion", "")))
        return; /* our own write */
    if (removed)
        (void)json_object_del(l->secrets, key);
    else
        jx_share(l->secrets, key, doc);
    loop_wake_held(l);
}

static void on_config(struct loop *l, json_t *doc, bool removed)
{
    CLEAN(free) char *key = key_of_object(doc);
    const json_t *old = json_object_get(l->configs, key);

    if (old && !removed &&
        !strcmp(jx_str(old, "metadata.resourceVersion", ""), jx_str(doc, "metadata.resourceVersion", "")))
        return; /* our own write */
    auth_config_changed(l->auth, jx_str(doc, "metadata.uid", ""));
    discovery_config_changed(l->discovery, jx_str(doc, "metadata.uid", ""));
    if (removed)
        (void)json_object_del(l->configs, key);
    else
        jx_share(l->configs, key, doc);
    twalk_r(l->objects, tell_one, &(struct news){ .secret = false });
}

/* True when it may matter to who needs which ProviderConfig. */
static bool on_event(struct loop *l, enum role role, const json_t *event)
{
    json_t *doc = json_object_get(event, "object");
    bool removed = !strcmp(jx_str(event, "type", ""), "REMOVED");

    switch (role) {
    case ROLE_SECRET: on_secret(l, doc, removed); return false;
    case ROLE_CONFIG: on_config(l, doc, removed); return true;
    case ROLE_REQUEST: return on_object(l, doc, removed, false);
    case ROLE_DISPOSABLE: return on_object(l, doc, removed, true);
    }
    return false;
}

static bool look_at(struct loop *l, size_t which)
{
    const struct store_ref ref = { .api_version = watched[which].api_version, .kind = watched[which].kind };
    json_auto_t *events = NULL;
    struct err e = { 0 };
    bool matters = false;
    json_t *event;
    size_t i;

    if (l->store->ops->watch(l->store, &ref, &l->cursors[which], 0, &events, &e) < 0) {
        log_error("cannot watch the store", LS("kind", ref.kind), LS("error", e.text));
        return false;
    }
    json_array_foreach (events, i, event)
        matters |= on_event(l, watched[which].role, event);
    return matters;
}

static void look_at_store(struct loop *l)
{
    bool matters = false;

    if (l->looked_at && clock_monotonic() - l->looked_at < LOOK_MS)
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(watched); i++)
        matters |= look_at(l, i);
    if (matters)
        usage_run(l);
    l->looked_at = clock_monotonic();
}

int loop_put_secrets(struct object *o, const json_t *secrets, struct err *e)
{
    struct loop *l = o->loop;
    json_t *secret;
    size_t i;

    if (json_array_size(secrets)) /* others may wait for them, or hold the old value */
        twalk_r(l->objects, tell_one, &(struct news){ .by = o, .secret = true });
    json_array_foreach (secrets, i, secret) {
        CLEAN(free)
        char *key = secret_key(jx_str(secret, "metadata.namespace", ""), jx_str(secret, "metadata.name", ""));
        json_auto_t *doc = json_deep_copy(secret);
        const json_t *old = json_object_get(l->secrets, key);
        json_t *stored = NULL;

        if (old)
            jx_share(jx_make_object(doc, "metadata"), "resourceVersion",
                     jx_at(old, "metadata.resourceVersion"));
        if (l->store->ops->put(l->store, doc, &stored, e) < 0)
            return err_wrap(e, "Secret %s", key);
        jx_set(l->secrets, key, stored);
    }
    return 0;
}

/* ---- running ------------------------------------------------------------------------------------------------------- */

static void run(struct object *o)
{
    o->busy = true;
    o->again = false;
    o->loop->busy++;
    o->generation = (int64_t)jx_int(o->doc, "metadata.generation", 0);
    if (o->disposable)
        disposable_run(o);
    else
        request_run(o);
}

static void run_due(struct loop *l)
{
    struct queue_slot *slot;

    for (int n = 0; n < RUN_AT_ONCE && (slot = queue_first(&l->queue)) && slot->due <= l->now(); n++) {
        struct object *o = (struct object *)(void *)((char *)slot - offsetof(struct object, slot));

        queue_remove(&l->queue, slot);
        if (!o->busy)
            run(o);
    }
}

/* How long nothing of ours is due, at most 'timeout_ms'. */
static int idle_time(struct loop *l, int64_t auth_due, int timeout_ms)
{
    const struct queue_slot *first = queue_first(&l->queue);
    int64_t wait = timeout_ms < LOOK_MS ? timeout_ms : LOOK_MS;

    if (auth_due >= 0 && auth_due < wait)
        wait = auth_due;
    if (first && first->due - l->now() < wait)
        wait = first->due - l->now();
    return wait > 0 ? (int)wait : 0;
}

static bool take_lock(struct loop *l)
{
    if (l->writer || !l->lock_path)
        return true;
    if (l->lock_fd < 0)
        l->lock_fd = open(l->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return l->lock_fd >= 0 && flock(l->lock_fd, LOCK_EX | LOCK_NB) == 0;
}

/* Whoever looks why nothing happens is told once. */
static void tell_lock(struct loop *l)
{
    if (!l->writer && !l->waits && l->lock_fd < 0)
        log_error("cannot open the store's lock; nothing is executed here until that works",
                  LS("lock", l->lock_path), LS("error", strerror(errno)));
    else if (!l->writer && !l->waits)
        log_info("another process executes what is in the store; waiting until it ends",
                 LS("lock", l->lock_path));
    else if (l->writer && l->waits)
        log_info("executes what is in the store", LS("lock", l->lock_path));
    l->waits = !l->writer;
}

void loop_step(struct loop *l, int timeout_ms)
{
    int64_t until = clock_monotonic() + timeout_ms;

    l->writer = take_lock(l);
    tell_lock(l);
    if (!l->writer) {
        http_poll(l->http, timeout_ms < LOCK_AGAIN_MS ? timeout_ms : LOCK_AGAIN_MS);
        return;
    }
    do {
        int64_t left = until - clock_monotonic();

        look_at_store(l);
        if (!l->stopping)
            run_due(l);
        http_poll(l->http, idle_time(l, auth_step(l->auth), left > 0 ? (int)left : 0));
        (void)auth_step(l->auth);
    } while (clock_monotonic() < until && l->busy);
}

bool loop_is_writer(const struct loop *l) { return l->writer; }
void loop_wake(struct loop *l) { http_wake(l->http); }

void loop_stop(struct loop *l, int timeout_ms)
{
    int64_t until = clock_monotonic() + timeout_ms;

    l->stopping = true;
    if (!l->writer)
        return;
    while (l->busy && clock_monotonic() < until)
        loop_step(l, LOOK_MS);
    while (!auth_revoke(l->auth) && clock_monotonic() < until)
        http_poll(l->http, LOOK_MS);
}

struct loop *loop_new(const struct loop_options *options, struct err *e)
{
    struct loop *l = x_alloc(sizeof(*l));

    *l = (struct loop){ .store = options->store,
                        .now = options->now,
                        .lock_fd = -1,
                        .lock_path = options->lock_path ? x_strdup(options->lock_path) : NULL,
                        .jq = jq_new(),
                        .http = http_new(options->user_agent, e),
                        .configs = json_object(),
                        .secrets = json_object(),
                        .cursors = x_alloc(ARRAY_LENGTH(watched) * sizeof(char *)) };
    for (size_t i = 0; i < ARRAY_LENGTH(watched); i++)
        l->cursors[i] = x_strdup("");
    l->exec = (struct exec){ .jq = l->jq, .secret = loop_secret, .secret_ctx = l };
    if (!l->http) {
        loop_free(l);
        return NULL;
    }
    l->auth = auth_new(
        l->http, &(struct auth_lookup){ .config = find_config, .secret = loop_secret, .ctx = l }, l->now);
    l->discovery = discovery_new(l->auth, clock_monotonic);
    return l;
}

static void free_object_node(void *node) { object_free(node); }

void loop_free(struct loop *l)
{
    if (!l)
        return;
    tdestroy(l->objects, free_object_node);
    list_free_all(l);
    discovery_free(l->discovery);
    auth_free(l->auth);
    http_free(l->http);
    jq_free(l->jq);
    queue_free(&l->queue);
    json_decref(l->configs);
    json_decref(l->secrets);
    for (size_t i = 0; i < ARRAY_LENGTH(watched); i++)
        free(l->cursors[i]);
    free(l->cursors);
    free(l->lock_path);
    if (l->lock_fd >= 0)
        (void)close(l->lock_fd);
    free(l);
}
