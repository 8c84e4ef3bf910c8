/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/read.h"
#include "lib/crypto.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/selector.h"
#include "sim/shootapi/view.h"
#include <inttypes.h>

void read_get(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    CLEAN(free) char *key = objects_key(p->group, p->plural, p->ns, p->name);
    json_t *doc = objects_get(a->objects, key);

    if (!doc) {
        reply_not_found(ret, p);
        return;
    }
    reply_doc(ret, 200, view_one(p->kind, doc, view_form(req), true));
}

/* One page of a LIST: where it starts, how long it may be. */
struct page {
    uint64_t version; /* of the first page; later pages tell the same */
    char *start;      /* key to continue after, NULL = the beginning */
    size_t limit;     /* 0 = all */
};

static int parse_number(const char *text, uint64_t *ret)
{
    char *end;

    if (*text < '0' || *text > '9')
        return -1;
    *ret = strtoull(text, &end, 10);
    return *end ? -1 : 0;
}

/* A token is base64 of "version key": opaque for clients, and no state for us. */
static int parse_token(const char *token, struct page *page)
{
    CLEAN(free) char *text = crypto_base64_decode(token, NULL, NULL);
    int used = 0;

    if (!text || sscanf(text, "%" SCNu64 " %n", &page->version, &used) != 1 || !used || !text[used])
        return -1;
    page->start = x_strdup(text + used);
    return 0;
}

static json_t *make_token(uint64_t version, const char *key)
{
    CLEAN(free) char *text = x_asprintf("%" PRIu64 " %s", version, key);
    CLEAN(free) char *token = crypto_base64(text, strlen(text));

    return json_string(token);
}

/* resourceVersion and resourceVersionMatch of a LIST; false when answered. */
static bool version_fits(struct api *a, const struct path *p, const struct api_request *req,
                         struct api_reply *ret)
{
    const char *text = api_query(req, "resourceVersion"), *match = api_query(req, "resourceVersionMatch");
    uint64_t version = 0, newest = objects_version(a->objects);

    if (*match && !*text) {
        reply_fail(ret, REASON_INVALID, p,
                   "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless "
                   "resourceVersion is provided");
        return false;
    }
    if (*text && parse_number(text, &version) < 0) {
        reply_fail(ret, REASON_BAD_REQUEST, p, "invalid resource version \"%.64s\"", text);
        return false;
    }
    if (version > newest) {
        reply_fail(ret, REASON_TIMEOUT, p, "Too large resource version: %" PRIu64 ", current: %" PRIu64,
                   version, newest);
        return false;
    }
    if (!strcmp(match, "Exact") && version != newest) { /* only the present is stored */
        reply_fail(ret, REASON_EXPIRED, p, "The resourceVersion for the provided list is too old.");
        return false;
    }
    return true;
}

static bool page_from(struct api *a, const struct path *p, const struct api_request *req, struct page *page,
                      struct api_reply *ret)
{
    const char *limit = api_query(req, "limit"), *token = api_query(req, "continue");
    uint64_t number = 0;

    page->version = objects_version(a->objects);
    if ((*limit && parse_number(limit, &number) < 0) || (*token && parse_token(token, page) < 0)) {
        reply_fail(ret, REASON_BAD_REQUEST, p, "%s", *token ? "continue key is not valid" : "invalid limit");
        return false;
    }
    page->limit = (size_t)number;
    if (objects_expired(a->objects, page->version)) {
        reply_fail(ret, REASON_EXPIRED, p,
                   "The provided continue parameter is too old to display a consistent list result.");
        return false;
    }
    return true;
}

/* Fills 'docs' with the page; *ret_last is the key of its last object when more follow. */
static size_t collect(struct api *a, const struct path *p, const struct page *page, const struct selector *s,
                      json_t *docs, const char **ret_last)
{
    struct object from = { .key = page->start };
    const struct object *at = page->start ? &from : NULL;
    size_t more = 0;

    while ((at = objects_next(a->objects, p->group, p->plural, p->ns, at))) {
        if (!selector_match(s, at->doc))
            continue;
        if (page->limit && json_array_size(docs) >= page->limit) {
            more++;
            continue;
        }
        if (json_array_append(docs, at->doc) < 0)
            abort();
        *ret_last = at->key;
    }
    return more;
}

static void reply_page(struct api *a, const struct path *p, const struct api_request *req,
                       const struct page *page, const struct selector *s, struct api_reply *ret)
{
    json_auto_t *docs = json_array();
    const char *last = NULL;
    size_t more = collect(a, p, page, s, docs, &last);
    json_t *metadata = jx_pack("{s:o}", "resourceVersion", json_sprintf("%" PRIu64, page->version));

    if (more) {
        jx_set(metadata, "continue", make_token(page->version, last));
        if (selector_empty(s)) /* with a selector the server does not count */
            jx_set(metadata, "remainingItemCount", json_integer((json_int_t)more));
    }
    reply_doc(ret, 200, view_list(p->kind, docs, metadata, view_form(req)));
}

void read_list(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    struct err e;
    CLEAN(selector_free)
    struct selector *s =
        selector_parse(p->kind, api_query(req, "labelSelector"), api_query(req, "fieldSelector"), &e);
    struct page page = { 0 };

    if (!s)
        reply_fail(ret, REASON_BAD_REQUEST, p, "%s", e.text);
    else if (version_fits(a, p, req, ret) && page_from(a, p, req, &page, ret))
        reply_page(a, p, req, &page, s, ret);
    free(page.start);
}
