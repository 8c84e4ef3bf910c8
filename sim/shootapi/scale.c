/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/scale.h"
#include "lib/buf.h"
#include "sim/shootapi/body.h"
#include "sim/shootapi/merge.h"
#include "sim/shootapi/store.h"
#include <stdint.h>

/* "app=web,tier=front": expressions are left out. free() it. */
static char *selector_text(const json_t *object)
{
    struct buf text = buf_max(4096);
    const char *name;
    json_t *value;

    json_object_foreach (jx_at(object, "spec.selector.matchLabels"), name, value) {
        (void)buf_addf(&text, "%s%s=%s", text.len ? "," : "", name,
                       json_is_string(value) ? json_string_value(value) : "");
    }
    return buf_take(&text);
}

static json_t *scale_of(const json_t *object)
{
    static const char *const kept[] = { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" };
    CLEAN(free) char *selector = selector_text(object);
    json_t *metadata = json_object();

    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++)
        if (json_object_get(json_object_get(object, "metadata"), kept[i]))
            jx_share(metadata, kept[i], json_object_get(json_object_get(object, "metadata"), kept[i]));
    return jx_pack("{s:s, s:s, s:o, s:{s:I}, s:{s:I, s:o}}", "apiVersion", "autoscaling/v1", "kind", "Scale",
                   "metadata", metadata, "spec", "replicas", (json_int_t)jx_int(object, "spec.replicas", 0),
                   "status", "replicas", (json_int_t)jx_int(object, "status.replicas", 0), "selector",
                   jx_text(selector));
}

/* The scale that is wanted; NULL when answered. */
static json_t *wanted(const struct change *c, json_t *body)
{
    json_auto_t *now = scale_of(c->live);
    struct err e = { 0 };
    json_t *next;

    if (!strcmp(c->req->method, "PUT"))
        return json_incref(body);
    if (!body_is(c->req, "application/json-patch+json"))
        return merge_patch(now, body);
    next = merge_json_patch(now, body, &e);
    if (!next)
        reply_fail(c->ret, REASON_INVALID, c->p,
                   "the server rejected our request due to an error in our request: %s", e.text);
    return next;
}

/* false when answered. */
static bool fits(const struct change *c, const json_t *scale)
{
    const char *version = jx_str(scale, "metadata.resourceVersion", "");
    const json_t *replicas = jx_at(scale, "spec.replicas");
    char resource[STATUS_RESOURCE];

    if (*version && strcmp(version, jx_str(c->live, "metadata.resourceVersion", "")) != 0) {
        reply_fail(
            c->ret, REASON_CONFLICT, c->p,
            "Operation cannot be fulfilled on %s \"%s\": the object has been modified; please apply your "
            "changes to the latest version and try again",
            status_resource(c->p, resource), c->p->name);
        return false;
    }
    if (replicas && (!json_is_integer(replicas) || json_integer_value(replicas) > INT32_MAX)) {
        reply_fail(c->ret, REASON_BAD_REQUEST, NULL,
                   "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal into Go "
                   "struct field "
                   "ScaleSpec.spec.replicas of type int32");
        return false;
    }
    if (json_integer_value(replicas) >= 0)
        return true;
    reply_fail(c->ret, REASON_INVALID, NULL,
               "Scale.autoscaling \"%s\" is invalid: spec.replicas: Invalid value: %" JSON_INTEGER_FORMAT
               ": must be greater than or equal to 0",
               c->p->name, json_integer_value(replicas));
    return false;
}

static void write_scale(struct change *c, json_t *body)
{
    json_auto_t *scale = wanted(c, body);
    json_t *next, *whole;

    if (!scale || !fits(c, scale))
        return;
    next = json_deep_copy(c->live);
    jx_set(jx_make_object(next, "spec"), "replicas", json_integer(jx_int(scale, "spec.replicas", 0)));
    c->owner.subresource = "scale";
    store_finish(c, next, true);
    whole = c->ret->code == 200 ? c->ret->doc : NULL;
    if (!whole)
        return;
    c->ret->doc = scale_of(whole);
    json_decref(whole);
}

bool scale_handle(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    CLEAN(store_end) struct change c = { 0 };
    struct path object = *p; /* texts still point into 'p' */
    json_auto_t *body = NULL;

    if (!p->kind || !(p->kind->flags & KIND_SCALE) || !p->sub || strcmp(p->sub, "scale") != 0)
        return false;
    object.sub = NULL;
    if (strcmp(req->method, "GET") != 0 && strcmp(req->method, "PUT") != 0 &&
        strcmp(req->method, "PATCH") != 0)
        reply_fail(ret, REASON_METHOD_NOT_ALLOWED, p,
                   "the server does not allow this method on the requested resource");
    else if (body_is(req, "application/apply-patch+yaml"))
        reply_fail(ret, REASON_UNSUPPORTED, NULL, "the simulator has no server-side apply of a scale");
    else if (!store_begin(&c, a, &object, req, ret))
        return true;
    else if (!c.live)
        reply_not_found(ret, &object);
    else if (!strcmp(req->method, "GET"))
        reply_doc(ret, 200, scale_of(c.live));
    else if (body_parse(req, p, &body, ret))
        write_scale(&c, body);
    return true;
}
