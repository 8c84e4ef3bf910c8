/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/watch.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/remove.h"
#include "sim/shootapi/selector.h"
#include "sim/shootapi/view.h"
#include <inttypes.h>

struct watch {
    char *prefix, *group, *version, *plural;
    struct selector *selector;
    enum view_form form;
    uint64_t seen;   /* everything up to this version was sent or is not for this watch */
    json_t *initial; /* objects to send as ADDED first, array */
    size_t n_initial;
    bool bookmarks, mark_end; /* mark_end: the initial events end with a bookmark that says so */
    bool named_columns, over;
    int64_t deadline, next_bookmark; /* monotonic */
};

/* The server ends a watch without timeoutSeconds after 30 to 60 minutes. A batch bounds one call's buffer. */
enum { DEFAULT_SECONDS = 1800, MAX_SECONDS = 86400, BATCH_BYTES = 256 << 10 };
#define BOOKMARK_INTERVAL CLOCK_MINUTE

static const char *const type_names[] = { "ADDED", "MODIFIED", "DELETED" };

void watch_free(struct watch *w)
{
    if (!w)
        return;
    free(w->prefix);
    free(w->group);
    free(w->version);
    free(w->plural);
    selector_free(w->selector);
    json_decref(w->initial);
    free(w);
}
DEFINE_CLEAN(struct watch *, watch_free)

/* ---- starting ---- */

static int64_t duration_of(const struct api_request *req)
{
    int64_t seconds = strtoll(api_query(req, "timeoutSeconds"), NULL, 10);

    if (seconds <= 0)
        seconds = DEFAULT_SECONDS + (int64_t)(crypto_random() * DEFAULT_SECONDS);
    return (seconds < MAX_SECONDS ? seconds : MAX_SECONDS) * CLOCK_SECOND;
}

static void gather_initial(struct watch *w, struct api *a, const struct path *p)
{
    const struct object *at = NULL;

    while ((at = objects_next(a->objects, p->group, p->plural, p->ns, at)))
        if (selector_match(w->selector, at->doc) && json_array_append(w->initial, at->doc) < 0)
            abort();
}

/* sendInitialEvents is on by default in 1.32, off in 1.33 and on again from 1.34. */
static bool streams_lists(const struct api *a) { return api_minor(a) == 32 || api_minor(a) >= 34; }

/* Where the stream begins; false when answered. */
static bool set_start(struct watch *w, struct api *a, const struct path *p, const struct api_request *req,
                      struct api_reply *ret)
{
    const char *text = api_query(req, "resourceVersion");
    uint64_t version = strtoull(text, NULL, 10);
    bool stream = api_query_true(req, "sendInitialEvents");

    if (stream && !streams_lists(a)) {
        reply_fail(
            ret, REASON_INVALID, p,
            "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is "
            "forbidden for watch unless the WatchList feature gate is enabled");
        return false;
    }
    w->seen = objects_version(a->objects);
    if (stream || !version) {
        gather_initial(w, a, p);
        w->mark_end = stream;
    } else if (objects_expired(a->objects, version)) {
        reply_fail(ret, REASON_EXPIRED, p, "too old resource version: %" PRIu64 " (%" PRIu64 ")", version,
                   w->seen);
        return false;
    } else if (version <= w->seen) {
        w->seen = version;
    }
    return true;
}

void watch_start(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    struct err e;
    CLEAN(watch_free) struct watch *w = x_alloc(sizeof(*w));
    int64_t now = clock_monotonic();

    w->selector =
        selector_parse(p->kind, api_query(req, "labelSelector"), api_query(req, "fieldSelector"), &e);
    if (!w->selector) {
        reply_fail(ret, REASON_BAD_REQUEST, p, "%s", e.text);
        return;
    }
    w->prefix = objects_key(p->group, p->plural, p->ns, NULL);
    w->group = x_strdup(p->group);
    w->version = x_strdup(p->version);
    w->plural = x_strdup(p->plural);
    w->form = view_form(req);
    w->initial = json_array();
    w->bookmarks = api_query_true(req, "allowWatchBookmarks");
    w->deadline = now + duration_of(req);
    w->next_bookmark = now + BOOKMARK_INTERVAL;
    if (!set_start(w, a, p, req, ret))
        return;
    ret->code = 200;
    ret->watch = TAKE(w);
}

/* ---- sending ---- */

/* 'object' is taken. */
static void send_event(struct buf *out, const char *type, json_t *object)
{
    json_auto_t *event = jx_pack("{s:s, s:o}", "type", type, "object", object);
    CLEAN(free) char *text = jx_dump(event);

    (void)buf_adds(out, text);
    (void)buf_add(out, "\n", 1);
}

static void send_object(struct watch *w, const struct kind *kind, const char *type, json_t *doc,
                        struct buf *out)
{
    send_event(out, type, view_one(kind, doc, w->form, !w->named_columns));
    w->named_columns = true;
}

static void send_bookmark(struct watch *w, const struct kind *kind, bool end, struct buf *out)
{
    CLEAN(free) char *api_version = kind_api_version(kind);
    json_auto_t *object =
        jx_pack("{s:s, s:s, s:{s:o, s:n}}", "kind", kind->kind, "apiVersion", api_version, "metadata",
                "resourceVersion", json_sprintf("%" PRIu64, w->seen), "creationTimestamp");

    if (end)
        jx_set(json_object_get(object, "metadata"), "annotations",
               jx_pack("{s:s}", "k8s.io/initial-events-end", "true"));
    send_event(out, "BOOKMARK", view_one(kind, object, w->form, !w->named_columns));
}

static json_t *borrow(const json_t *doc)
{
    union {
        const json_t *in;
        json_t *out;
    } shared = { .in = doc };

    return shared.out;
}

/* To a watch with a selector, an object that begins to fit is new, and one that no longer fits is gone. */
static void send_change(struct watch *w, const struct kind *kind, const struct event *event, struct buf *out)
{
    bool fits = selector_match(w->selector, event->doc);
    bool fitted = event->old && selector_match(w->selector, event->old);
    enum event_type type = event->type;

    if (strncmp(event->key, w->prefix, strlen(w->prefix)) != 0)
        return;
    if (type == EVENT_DELETED ? !fitted : !fits && !fitted)
        return;
    if (type == EVENT_MODIFIED && fits != fitted)
        type = fits ? EVENT_ADDED : EVENT_DELETED;
    send_object(w, kind, type_names[type], borrow(event->doc), out);
}

static void send_initial(struct watch *w, const struct kind *kind, struct buf *out)
{
    while (w->n_initial < json_array_size(w->initial) && out->len < BATCH_BYTES)
        send_object(w, kind, "ADDED", json_array_get(w->initial, w->n_initial++), out);
    if (w->n_initial == json_array_size(w->initial) && w->mark_end) {
        w->mark_end = false;
        send_bookmark(w, kind, true, out);
    }
}

static void send_changes(struct watch *w, struct api *a, const struct kind *kind, struct buf *out)
{
    const struct event *event;

    while (out->len < BATCH_BYTES && (event = objects_event_after(a->objects, w->seen))) {
        w->seen = event->version;
        send_change(w, kind, event, out);
    }
}

enum watch_state watch_next(struct watch *w, struct api *a, int64_t now, struct buf *out)
{
    const struct kind *kind;
    size_t before = out->len;

    remove_tick(a, clock_now());
    kind = kinds_find(a->kinds, w->group, w->version, w->plural);
    if (w->over || !kind || now >= w->deadline)
        return WATCH_OVER;
    send_initial(w, kind, out);
    if (objects_expired(a->objects, w->seen)) {
        send_event(out, "ERROR",
                   status_make(REASON_EXPIRED, NULL, "too old resource version: %" PRIu64, w->seen));
        w->over = true;
    } else if (w->n_initial == json_array_size(w->initial)) {
        send_changes(w, a, kind, out);
    }
    if (w->bookmarks && now >= w->next_bookmark && out->len == before) {
        w->next_bookmark = now + BOOKMARK_INTERVAL;
        send_bookmark(w, kind, false, out);
    }
    return out->len > before ? WATCH_READY : WATCH_WAITING;
}
