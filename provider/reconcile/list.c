/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/list.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/reconcile/object.h"

struct list {
    struct list *next;
    char *key; /* config uid, URL and key program */
    struct auth_call *call;
    struct object **waiting;
    size_t n, cap;
    int64_t sent_at, fetched_at,
        unusable_until; /* fetched_at: when the call was sent whose answer is in the index */
    bool valid;
    unsigned char digest[DIGEST];
    json_t *index; /* key of an element → the element as text */
};

/* Objects are due a little apart (backoff_spread): one call serves all who come within this part of their interval. */
enum { FRESH_PART = 2, UNUSABLE_MS = 10 * 60 * 1000 };

static struct list *list_for(struct loop *l, const char *key)
{
    struct list *list = l->lists;

    while (list && strcmp(list->key, key) != 0)
        list = list->next;
    if (list)
        return list;
    list = x_alloc(sizeof(*list));
    *list = (struct list){ .key = x_strdup(key), .next = l->lists };
    l->lists = list;
    return list;
}

/* False when the list does not name the object. */
static bool answer(struct list *list, struct object *o)
{
    const json_t *element =
        json_object_get(list->index, jx_str(o->doc, "spec.forProvider.observeList.value", ""));
    struct http_response res = { .status = 200, .body = buf_max(JX_MAX_BYTES) };

    if (!element)
        return false;
    (void)buf_add(&res.body, json_string_value(element), json_string_length(element));
    o->observed_at = list->fetched_at;
    request_answered(o, &res);
    buf_free(&res.body);
    return true;
}

/* "TCPRouteList" lists TCPRoutes: its elements may go without the kind and the version that each has by itself. */
static void add_type(json_t *item, const json_t *list)
{
    const char *kind = jx_str(list, "kind", "");
    size_t n = strlen(kind), tail = strlen("List");

    if (!json_is_object(item) || n <= tail || strcmp(kind + n - tail, "List") != 0)
        return;
    if (!json_object_get(item, "kind"))
        jx_set(item, "kind", jx_textn(kind, n - tail));
    if (!json_object_get(item, "apiVersion"))
        jx_set(item, "apiVersion", jx_text(jx_str(list, "apiVersion", "")));
}

/* The elements: the array itself, or the items of a Kubernetes List. Borrowed. */
static json_t *items_of(json_t *body)
{
    json_t *items = json_is_array(body) ? body : json_object_get(body, "items"), *item;
    size_t i;

    if (items != body)
        json_array_foreach (items, i, item)
            add_type(item, body);
    return items;
}

static int build_index(struct list *list, const struct object *o, const struct http_response *res,
                       struct err *e)
{
    json_auto_t *response = exec_response(res), *keys = NULL, *body = NULL;
    json_t *items, *item;
    size_t i;

    if (exec_list_keys(&o->exec, o->doc, response, &keys, e) < 0)
        return -1;
    body = jx_parse(buf_text(&res->body), res->body.len, e);
    if (!body)
        return err_wrap(e, "observeList");
    items = items_of(body);
    json_decref(list->index);
    list->index = json_object();
    json_array_foreach (items, i, item) {
        const char *key = json_string_value(json_array_get(keys, i));
        CLEAN(free) char *text = jx_dump(item);

        if (key)
            jx_set(list->index, key, jx_text(text));
    }
    return 0;
}

static int take_in(struct list *list, const struct object *o, const struct http_response *res, struct err *e)
{
    unsigned char digest[DIGEST];

    crypto_sha256(buf_text(&res->body), res->body.len, digest);
    if (list->valid && !memcmp(digest, list->digest, DIGEST))
        return 0;
    list->valid = build_index(list, o, res, e) == 0;
    memcpy(list->digest, digest, DIGEST);
    return list->valid ? 0 : -1;
}

static void tell(struct list *list, struct object *o, const struct auth_result *r)
{
    o->list = NULL;
    if (r->outcome != AUTH_ANSWERED) {
        object_fail_call(o, r);
    } else if (r->res->status == 429 || r->res->status >= 500) {
        object_fail_answer(o, "observe", r->res);
    } else if (!list->valid || !answer(list, o)) {
        o->quiet = false;
        request_run(o);
    }
}

/* Waiting objects that went away are NULL. */
static const struct object *first_of(struct object *const *waiting, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (waiting[i])
            return waiting[i];
    return NULL;
}

static void on_list(void *ctx, const struct auth_result *r)
{
    struct list *list = ctx;
    struct object **waiting = list->waiting;
    size_t n = list->n;
    const struct object *any = first_of(waiting, n);
    int status = r->outcome == AUTH_ANSWERED ? r->res->status : 0;

    list->call = NULL;
    list->waiting = NULL;
    list->n = list->cap = 0;
    if (any && status >= 300 &&
        status < 500) { /* we may not list, or there is no list: each by itself, for a while */
        list->valid = false;
        list->unusable_until = any->loop->now() + UNUSABLE_MS;
    } else if (any && status >= 200 && status < 300 && take_in(list, any, r->res, NULL) == 0) {
        list->fetched_at = list->sent_at;
    }
    for (size_t i = 0; i < n; i++)
        if (waiting[i])
            tell(list, waiting[i], r);
    free(waiting);
}

static void wait_for(struct list *list, struct object *o)
{
    if (list->n == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 16;
        list->waiting = x_realloc(list->waiting, list->cap * sizeof(struct object *));
    }
    list->waiting[list->n++] = o;
    o->list = list;
}

bool list_observe(struct object *o, const json_t *config)
{
    CLEAN(free) char *key = NULL;
    struct list *list;

    if (!o->list_url)
        return false;
    key = x_asprintf("%s %s %s", jx_str(config, "metadata.uid", ""), o->list_url,
                     jx_str(o->doc, "spec.forProvider.observeList.key", ""));
    list = list_for(o->loop, key);
    if (o->loop->now() < list->unusable_until)
        return false;
    if (list->valid && !list->call && list->fetched_at > o->observed_at &&
        o->loop->now() - list->fetched_at < object_interval(o, PACE_IDLE) / FRESH_PART)
        return answer(list, o);
    if (list->call && list->sent_at <= o->observed_at)
        return false; /* it was sent before we last saw the object */
    wait_for(list, o);
    if (list->call)
        return true;
    list->sent_at = o->loop->now();
    list->call =
        auth_send(o->loop->auth, config, &(struct http_request){ .method = "GET", .url = o->list_url }, NULL,
                  on_list, list);
    return true;
}

void list_forget(struct object *o)
{
    for (size_t i = 0; o->list && i < o->list->n; i++)
        if (o->list->waiting[i] == o)
            o->list->waiting[i] = NULL;
    o->list = NULL;
}

void list_free_all(struct loop *l)
{
    while (l->lists) {
        struct list *list = l->lists;

        l->lists = list->next;
        if (list->call)
            auth_cancel(list->call);
        free(list->waiting);
        free(list->key);
        json_decref(list->index);
        free(list);
    }
}
