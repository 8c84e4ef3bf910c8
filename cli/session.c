/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/session.h"
#include "cli/account.h"
#include "cli/kinds.h"
#include "cli/stop.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>

enum { STOP_MS = 5000, POLL_MS = 200 };

static const char agent[] = "cleura-shoot/" PROJECT_VERSION;

int64_t session_now(void) { return clock_now(); }

/* Where programs keep what they remember: not worth a backup, not to be lost at once. */
static char *default_path(struct err *e)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (state && state[0] == '/')
        return x_asprintf("%s/cleura/store.db", state);
    if (home && *home)
        return x_asprintf("%s/.local/state/cleura/store.db", home);
    err_set(e, ERR_INVALID, "no place for the store: give --store FILE or set CLEURA_STORE");
    return NULL;
}

static int make_parents(char *path, struct err *e)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        int failed;

        *slash = '\0';
        failed = mkdir(path, 0700) < 0 && errno != EEXIST ? errno : 0;
        if (failed)
            err_set(e, ERR_INVALID, "cannot make folder %s: %s", path, strerror(failed));
        *slash = '/';
        if (failed)
            return -1;
    }
    return 0;
}

bool session_store_exists(const struct options *o)
{
    CLEAN(free) char *path = o->store ? x_strdup(o->store) : default_path(NULL);
    return path && access(path, F_OK) == 0;
}

static int start_loop(struct session *s, const char *lock, struct err *e)
{
    const struct loop_options options = {
        .store = s->store, .user_agent = agent, .lock_path = lock, .now = clock_now
    };

    s->loop = loop_new(&options, e);
    if (s->loop)
        stop_watch(s->loop);
    return s->loop ? 0 : -1;
}

int session_open(struct session *s, const struct options *o, enum session_mode mode, struct err *e)
{
    CLEAN(free) char *path = NULL, *lock = NULL;

    *s = (struct session){ .o = o };
    stop_watch(NULL);
    if (mode == SESSION_PROBE) {
        s->store = store_memory(clock_now);
        return start_loop(s, NULL, e);
    }
    path = o->store ? x_strdup(o->store) : default_path(e);
    if (!path || (!o->store && make_parents(path, e) < 0))
        return -1;
    s->store = store_sqlite(path, clock_now, e);
    if (!s->store)
        return -1;
    if (mode == SESSION_LOOK)
        return 0;
    s->compose = compose_new(s->store, s->o->poll, clock_now);
    lock = x_asprintf("%s.lock", path);
    return o->no_provider ? 0 : start_loop(s, lock, e);
}

void session_close(struct session *s)
{
    if (s->loop) {
        loop_stop(s->loop, STOP_MS);
        stop_forget();
        loop_free(s->loop);
    }
    if (s->compose)
        compose_free(s->compose);
    store_free(s->store);
    *s = (struct session){ .o = s->o };
}

static void overlay(json_t *object, const json_t *old, const char *key)
{
    json_t *kept = json_deep_copy(jx_at(old, "metadata"));
    const json_t *values = json_object_get(json_object_get(object, "metadata"), key);
    json_t *merged = json_deep_copy(json_object_get(kept, key));

    if (!json_is_object(merged)) {
        json_decref(merged);
        merged = json_object();
    }
    if (json_is_object(values))
        (void)json_object_update(merged, (json_t *)(uintptr_t)values);
    if (json_object_size(merged))
        jx_set(json_object_get(object, "metadata"), key, merged);
    else
        json_decref(merged);
    json_decref(kept);
}

static json_t *over_old(const json_t *object, const json_t *old)
{
    static const char *const kept[] = { "resourceVersion", "finalizers", "ownerReferences" };
    json_t *new = json_deep_copy(object), *metadata = jx_make_object(new, "metadata");

    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
        const json_t *value = json_object_get(jx_at(old, "metadata"), kept[i]);

        if (value)
            jx_share(metadata, kept[i], value);
    }
    overlay(new, old, "labels");
    overlay(new, old, "annotations");
    return new;
}

int session_apply(struct session *s, const json_t *object, json_t **ret, struct err *e)
{
    enum { TRIES = 5 };
    const struct store_ref ref = store_ref_of(object);

    for (int i = 0; i < TRIES; i++) {
        json_auto_t *old = NULL, *new = NULL;
        struct err missing = { 0 };

        e->kind = ERR_NONE;
        if (s->store->ops->get(s->store, &ref, &old, &missing) < 0 && missing.kind != ERR_NOT_FOUND)
            return err_set(e, missing.kind, "%s", missing.text);
        if (old && jx_at(old, "metadata.deletionTimestamp"))
            return err_set(e, ERR_CONFLICT, "%s %s is being deleted; wait until it is gone, then apply again",
                           ref.kind, ref.name);
        new = old ? over_old(object, old) : json_deep_copy(object);
        if (!old)
            (void)json_object_del(json_object_get(new, "metadata"), "resourceVersion");
        if (s->store->ops->put(s->store, new, ret, e) == 0)
            return 0;
        if (e->kind != ERR_CONFLICT && e->kind != ERR_NOT_FOUND)
            return -1;
    }
    return -1;
}

static int check_endpoint(const struct options *o, const json_t *stored, const json_t *wanted, struct err *e)
{
    const char *there = jx_str(stored, "spec.endpoint", ""), *asked = jx_str(wanted, "spec.endpoint", "");

    if (!*there)
        return err_set(e, ERR_INVALID,
                       "ProviderConfig default of namespace %s: spec.endpoint is required, for example %s",
                       jx_str(stored, "metadata.namespace", ""), asked);
    if (!o->url || !strcmp(there, asked))
        return 0;
    return err_set(e, ERR_CONFLICT,
                   "this store's objects in namespace %s live at %s, not at %s; use another --store or "
                   "--namespace for the other "
                   "one",
                   jx_str(stored, "metadata.namespace", ""), there, asked);
}

/* A certificate given now replaces the one given when the ProviderConfig was made; a config that somebody wrote is theirs. */
static int use_ca(struct session *s, const json_t *stored, const json_t *wanted, struct err *e)
{
    json_auto_t *changed = json_deep_copy(stored);

    if (strcmp(jx_str(stored, "spec.credentials.source", ""), "Environment") != 0)
        return 0;
    jx_share(jx_make_object(changed, "spec"), "tls", jx_at(wanted, "spec.tls"));
    return session_apply(s, changed, NULL, e);
}

int session_account(struct session *s, const char *ns, struct err *e)
{
    json_auto_t *wanted = account_config(s->o, ns, e), *stored = NULL;
    const struct store_ref ref = wanted ? store_ref_of(wanted) : (struct store_ref){ 0 };
    struct err missing = { 0 };

    if (!wanted)
        return -1;
    if (s->store->ops->get(s->store, &ref, &stored, &missing) < 0 && missing.kind != ERR_NOT_FOUND)
        return err_set(e, missing.kind, "%s", missing.text);
    if (stored && check_endpoint(s->o, stored, wanted, e) < 0)
        return -1;
    if (!stored && session_apply(s, wanted, &stored, e) < 0)
        return -1;
    if (s->o->ca_file && use_ca(s, stored, wanted, e) < 0)
        return -1;
    if (s->o->no_provider || strcmp(jx_str(stored, "spec.credentials.source", ""), "Environment") != 0)
        return 0;
    return account_unlock(s->o, e);
}

int session_step(struct session *s, int timeout_ms, struct err *e)
{
    bool changed = false;

    if (s->compose && compose_step(s->compose, &changed, e) < 0)
        return -1;
    if (s->loop)
        loop_step(s->loop, changed ? 0 : timeout_ms);
    else if (!changed)
        (void)usleep((useconds_t)(timeout_ms < POLL_MS ? timeout_ms : POLL_MS) * 1000);
    return 0;
}
