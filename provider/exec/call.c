/* SPDX-License-Identifier: Apache-2.0 */
/* From a document to the HTTP call it asks for. */
#include "lib/jx.h"
#include "provider/exec/api_version.h"
#include "provider/exec/document.h"
#include "provider/exec/eval.h"
#include "provider/exec/exec.h"
#include "provider/exec/jq_scan.h"
#include "provider/exec/mapping.h"
#include "provider/exec/mask.h"
#include "provider/exec/nulls.h"
#include "provider/exec/template.h"
#include "provider/exec/url.h"

/* ---- results as text ----------------------------------------------------------------------------------- */

/* A string or an object, borrowed. NULL with ERR_INVALID for anything else. */
static const json_t *textual(const struct eval *v, size_t i, struct err *e)
{
    const json_t *value = eval_value(v, i, NULL, e);

    if (!value || json_is_string(value) || json_is_object(value))
        return value;
    err_set(e, ERR_INVALID, "failed to parse string: the program yields %s", eval_type(value));
    return NULL;
}

/* A string as it is, an object as its JSON. */
static char *text_of(const struct eval *v, size_t i, struct err *e)
{
    const json_t *value = textual(v, i, e);

    return value ? document_text(value) : NULL;
}

/* ---- headers ------------------------------------------------------------------------------------------- */

enum { HEADERS_MAX = 128 };

/* What Go's client takes from the request itself and never from the header map. */
static bool is_framing(const char *name)
{
    static const char *const names[] = { "Host", "Content-Length", "Transfer-Encoding", "Trailer" };

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* One value of a header: a program whose text stands for itself when it is no program. */
struct header {
    char *name;
    const char *text; /* in the document */
    size_t program;   /* in the eval */
};

struct headers {
    struct header all[HEADERS_MAX];
    size_t n;
};

static void headers_free_clean(struct headers *h)
{
    for (size_t i = 0; i < h->n; i++)
        free(h->all[i].name);
}

static int by_name(const void *a, const void *b)
{
    const struct header *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : x->program < y->program ? -1 : x->program > y->program;
}

/* All values of a map of lists, by canonical name. */
static int headers_from(const json_t *map, struct headers *h, struct err *e)
{
    const json_t *values, *value;
    const char *name;
    size_t i;

    json_object_foreach ((json_t *)(uintptr_t)map, name, values)
        json_array_foreach (values, i, value) {
            CLEAN(free) char *canonical = x_strdup(name);

            http_canonical_name(canonical);
            if (is_framing(canonical) || !json_is_string(value))
                continue;
            if (h->n == HEADERS_MAX)
                return err_set(e, ERR_INVALID, "more than %d headers", HEADERS_MAX);
            h->all[h->n] =
                (struct header){ .name = TAKE(canonical), .text = json_string_value(value), .program = h->n };
            h->n++;
        }
    qsort(h->all, h->n, sizeof(h->all[0]), by_name);
    return 0;
}

/* "2", "true", "null": JSON that is no string, so as a program it can only stand for itself. */
static bool is_literal(const char *text)
{
    json_auto_t *value = jx_parse(text, strlen(text), NULL);

    return value && !json_is_string(value) && !json_is_object(value) && !json_is_array(value);
}

/* NULL with ERR_INVALID when the program yields something that is no header. */
static char *header_value(const struct eval *v, const struct header *h, struct err *e)
{
    const struct jq_result *r = &v->results[h->program];

    if (json_is_string(r->value))
        return x_strdup(json_string_value(r->value));
    if (r->outcome == JQ_LIMIT)
        err_set(e, ERR_INVALID, "header %s: jq error: %s", h->name, r->error);
    else if (!r->value || is_literal(h->text))
        return x_strdup(h->text);
    else
        err_set(e, ERR_INVALID, "header %s: failed to parse result on jq query: %.100s yields %s", h->name,
                h->text, eval_type(r->value));
    return NULL;
}

/* ---- the call ------------------------------------------------------------------------------------------ */

void exec_call_free(struct exec_call *c)
{
    for (size_t i = 0; i < c->n_headers; i++) {
        free((void *)(uintptr_t)c->headers[i].name);
        free((void *)(uintptr_t)c->headers[i].value);
    }
    free(c->headers);
    free(c->method);
    free(c->url);
    free(c->body);
    free(c->place);
    json_decref(c->details);
    *c = (struct exec_call){ .method = NULL };
}

struct maker {
    const struct exec *x;
    const json_t *object;
    json_t *masks; /* what of the response must not be in the details */
    struct api_versions versions;
    bool applies;
    struct exec_call call;
};

static void maker_free_clean(struct maker *m)
{
    json_decref(m->masks);
    exec_call_free(&m->call);
}

/* What may be stored of a text. */
static json_t *detail(const struct maker *m, const char *text)
{
    CLEAN(free) char *masked = mask_known(m->masks, text);

    return jx_text(masked);
}

static int add_header(struct maker *m, const char *name, const char *text, struct err *e)
{
    CLEAN(free) char *value = NULL;
    json_t *headers = jx_make_object(m->call.details, "headers"), *values;

    if (template_resolve(m->x, m->object, TEMPLATE_RAW, text, &value, e) < 0)
        return err_wrap(e, "header %s", name);
    if (!http_header_valid(name, value))
        return err_set(e, ERR_INVALID, "net/http: invalid header field value for \"%s\"", name);
    m->call.headers = x_realloc(m->call.headers, (m->call.n_headers + 1) * sizeof(*m->call.headers));
    m->call.headers[m->call.n_headers++] =
        (struct http_header){ .name = x_strdup(name), .value = TAKE(value) };
    values = json_object_get(headers, name);
    if (!values) {
        values = json_array();
        jx_set(headers, name, values);
    }
    jx_append(values, detail(m, text));
    return 0;
}

static int set_line(struct maker *m, const char *method, const char *url, struct err *e)
{
    CLEAN(free) char *plain = NULL;

    if (!*method)
        return err_set(e, ERR_INVALID, "no method is specified");
    m->call.details = jx_pack("{s:o, s:o}", "method", detail(m, method), "url", detail(m, url));
    if (template_resolve(m->x, m->object, TEMPLATE_RAW, url, &plain, e) < 0)
        return err_wrap(e, "url");
    m->call.url = url_escape(plain);
    if (!m->call.url)
        return err_set(e, ERR_INVALID, "invalid url %.300s", url);
    m->call.method = x_strdup(method);
    return 0;
}

static int set_body(struct maker *m, const char *body, struct err *e)
{
    if (!*body)
        return 0;
    jx_set(m->call.details, "body", detail(m, body));
    if (template_resolve(m->x, m->object, TEMPLATE_JSON, body, &m->call.body, e) < 0)
        return err_wrap(e, "body");
    return 0;
}

/* The URL names the chosen version instead of the placeholder. 'url' is as the program gave it, without Secrets. */
static int set_version(struct maker *m, const char *url, struct err *e)
{
    CLEAN(api_place_free) struct api_place place = { .base = NULL };
    CLEAN(free) char *shown = NULL;

    if (!strstr(m->call.url, API_VERSION_PLACEHOLDER))
        return 0;
    if (!m->versions.n)
        return err_set(e, ERR_INVALID,
                       "the URL has " API_VERSION_PLACEHOLDER
                       ": spec.forProvider.apiVersions must list what it may be: %.200s",
                       url);
    if (api_place_read(m->call.url, &place, e) < 0)
        return -1;
    m->call.place = x_strdup(m->call.url);
    if (!m->x->api_version)
        return 0;
    free(m->call.url);
    m->call.url = api_version_url(m->call.place, m->x->api_version);
    shown = api_version_url(url, m->x->api_version);
    jx_set(m->call.details, "url", detail(m, shown));
    return 0;
}

static int set_program_body(struct maker *m, const struct eval *v, size_t at, struct err *e)
{
    const json_t *value = textual(v, at, e);
    json_auto_t *versioned = value ? document_versioned(m->x, m->object, value, e) : NULL;
    CLEAN(free) char *text = versioned ? document_text(versioned) : NULL;

    if (!text)
        return err_wrap(e, "body");
    if (m->applies)
        document_hash(m->object, value, m->call.applied);
    return set_body(m, text, e);
}

/* What a mapping or change says, with its programs at these places of the eval. */
struct plan {
    const char *method, *url;
    char *body;
    struct headers headers;
    size_t url_at, body_at; /* 0 = no body */
    bool tracked;           /* the two variants of nulls.h follow the URL */
};

static void plan_free_clean(struct plan *t)
{
    headers_free_clean(&t->headers);
    free(t->body);
}

static int make_parts(struct maker *m, const struct plan *t, const struct eval *v, struct err *e)
{
    CLEAN(free) char *url = text_of(v, t->url_at, e);

    if (!url)
        return err_wrap(e, "url");
    if (set_line(m, t->method, url, e) < 0 || set_version(m, url, e) < 0)
        return -1;
    if (t->body_at && set_program_body(m, v, t->body_at, e) < 0)
        return -1;
    for (size_t i = 0; i < t->headers.n; i++) {
        CLEAN(free) char *value = header_value(v, &t->headers.all[i], e);

        if (!value || add_header(m, t->headers.all[i].name, value, e) < 0)
            return -1;
    }
    return 0;
}

static void add_programs(struct plan *t, struct eval *v, const char *body, bool track)
{
    t->url_at = eval_add(v, t->url);
    t->tracked = track && nulls_concern(t->url);
    if (t->tracked) {
        CLEAN(free) char *marked = nulls_marked(t->url);
        CLEAN(free) char *without = nulls_without_response(t->url);

        (void)eval_add(v, marked);
        (void)eval_add(v, without);
    }
    if (*body)
        t->body_at = eval_add(v, body);
    for (size_t i = 0; i < t->headers.n; i++)
        t->headers.all[i].program = eval_add(v, t->headers.all[i].text);
}

static bool is_unknown(const struct plan *t, const struct eval *v)
{
    const struct jq_result *url = &v->results[t->url_at];

    return t->tracked && nulls_unknown(t->url, url, url + 1, url + 2);
}

/* A URL that cannot be told for want of a response is no error: there is nothing to observe yet. */
static int make_call(struct maker *m, const struct plan *t, const json_t *document, bool *ret_unknown,
                     struct err *e)
{
    CLEAN(eval_free) struct eval v = { .n = 0 };
    struct plan filled = *t;

    add_programs(&filled, &v, t->body, ret_unknown != NULL);
    if (eval_run(&v, m->x, document, e) < 0)
        return -1;
    if (ret_unknown && is_unknown(&filled, &v)) {
        *ret_unknown = true;
        return 0;
    }
    return make_parts(m, &filled, &v, e);
}

/* The values our own Secrets hold, by their masks. */
static json_t *known_values(const struct exec *x, const json_t *object)
{
    json_t *values = json_object();
    json_auto_t *ids = template_masks(object);
    const json_t *unused;
    const char *id;

    json_object_foreach (ids, id, unused) {
        CLEAN(free) char *mask = x_asprintf("{{%s}}", id);
        CLEAN(free) char *value = template_unmask(x, object, mask);

        if (strcmp(mask, value) != 0)
            jx_set(values, mask, jx_text(value));
    }
    return values;
}

/* 'from' is a mapping or a change: method, url, body, headers. */
static int call_from(struct maker *m, const json_t *from, struct plan *t, const json_t *response,
                     bool *ret_unknown, struct err *e)
{
    json_auto_t *document = document_request(m->x, m->object, response);

    m->masks = known_values(m->x, m->object);
    t->url = jx_str(from, "url", "");
    if (api_versions_read(m->object, &m->versions, e) < 0 ||
        headers_from(mapping_headers(m->object, from), &t->headers, e) < 0)
        return -1;
    return make_call(m, t, document, ret_unknown, e);
}

static void give(struct maker *m, struct exec_call *ret)
{
    *ret = m->call;
    m->call = (struct exec_call){ .method = NULL };
}

/* "base/" + null would change the whole collection. */
static const char null_in_url[] = "url: a null of the response went into it";

/* What is observed tells which resource it is about. */
static int check_observed(const struct maker *m, bool unknown, struct err *e)
{
    if (!m->versions.n || m->call.place)
        return 0;
    if (unknown)
        return err_set(
            e, ERR_INVALID,
            "spec.forProvider.apiVersions: the URL of OBSERVE may not depend on a creation's answer");
    return err_set(e, ERR_INVALID,
                   "spec.forProvider.apiVersions: the URL of OBSERVE has no " API_VERSION_PLACEHOLDER
                   ", as in /apis/" API_VERSION_PLACEHOLDER "/namespaces/..: %.200s",
                   m->call.url);
}

int exec_request_call(const struct exec *x, const json_t *object, enum exec_action action,
                      const json_t *response, struct exec_call *ret, struct err *e)
{
    CLEAN(maker_free) struct maker m = { .x = x, .object = object };
    CLEAN(plan_free) struct plan t = { .method = NULL };
    const json_t *mapping = mapping_for(object, action, &t.method);
    bool unknown = false;

    if (!mapping && action == EXEC_OBSERVE)
        return mapping_missing(action, e);
    if (mapping) {
        t.body = jq_collapse(jx_str(mapping, "body", ""));
        m.applies = mapping_applies(object, mapping, t.method);
        if (call_from(&m, mapping, &t, response, &unknown, e) < 0)
            return err_wrap(e, "%s", t.method);
        if (unknown && action != EXEC_OBSERVE)
            return err_set(e, ERR_INVALID, "%s: %s", t.method, null_in_url);
    }
    if (action == EXEC_OBSERVE && check_observed(&m, unknown, e) < 0)
        return -1;
    give(&m, ret);
    ret->unknown = unknown;
    return 0;
}

int exec_change_call(const struct exec *x, const json_t *object, int change, const json_t *response,
                     struct exec_call *ret, struct err *e)
{
    CLEAN(maker_free) struct maker m = { .x = x, .object = object };
    CLEAN(plan_free) struct plan t = { .method = NULL };
    const json_t *from = json_array_get(jx_at(object, "spec.forProvider.changes"), (size_t)change);
    bool unknown = false;

    if (!from)
        return err_set(e, ERR_INVALID, "there is no changes[%d]", change);
    t.method = jx_str(from, "method", "POST");
    t.body = x_strdup(jx_str(from, "body", ""));
    if (call_from(&m, from, &t, response, &unknown, e) < 0)
        return err_wrap(e, "changes[%d]", change);
    if (unknown)
        return err_set(e, ERR_INVALID, "changes[%d]: %s", change, null_in_url);
    give(&m, ret);
    return 0;
}

int exec_list_call(const struct exec *x, const json_t *object, struct exec_call *ret, struct err *e)
{
    CLEAN(maker_free) struct maker m = { .x = x, .object = object };
    CLEAN(plan_free) struct plan t = { .method = "GET", .body = x_strdup("") };
    json_auto_t *from = jx_pack("{s:s}", "url", jx_str(object, "spec.forProvider.observeList.url", ""));

    if (call_from(&m, from, &t, NULL, NULL, e) < 0)
        return err_wrap(e, "observeList");
    give(&m, ret);
    return 0;
}

int exec_disposable_call(const struct exec *x, const json_t *object, struct exec_call *ret, struct err *e)
{
    CLEAN(maker_free) struct maker m = { .x = x, .object = object, .masks = json_object() };
    CLEAN(headers_free) struct headers headers = { .n = 0 };
    const json_t *spec = jx_at(object, "spec.forProvider");

    if (set_line(&m, jx_str(spec, "method", ""), jx_str(spec, "url", ""), e) < 0)
        return -1;
    if (set_body(&m, jx_str(spec, "body", ""), e) < 0 ||
        headers_from(jx_at(spec, "headers"), &headers, e) < 0)
        return -1;
    for (size_t i = 0; i < headers.n; i++)
        if (add_header(&m, headers.all[i].name, headers.all[i].text, e) < 0)
            return -1;
    give(&m, ret);
    return 0;
}
