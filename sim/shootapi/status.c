/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/status.h"
#include "sim/shootapi/kinds.h"
#include "sim/shootapi/path.h"
#include <stdarg.h>

static const struct {
    const char *name;
    int code;
} reasons[REASON_N] = {
    [REASON_BAD_REQUEST] = { "BadRequest", 400 },
    [REASON_UNAUTHORIZED] = { "Unauthorized", 401 },
    [REASON_FORBIDDEN] = { "Forbidden", 403 },
    [REASON_NOT_FOUND] = { "NotFound", 404 },
    [REASON_METHOD_NOT_ALLOWED] = { "MethodNotAllowed", 405 },
    [REASON_NOT_ACCEPTABLE] = { "NotAcceptable", 406 },
    [REASON_ALREADY_EXISTS] = { "AlreadyExists", 409 },
    [REASON_CONFLICT] = { "Conflict", 409 },
    [REASON_EXPIRED] = { "Expired", 410 },
    [REASON_TOO_LARGE] = { "RequestEntityTooLarge", 413 },
    [REASON_UNSUPPORTED] = { "UnsupportedMediaType", 415 },
    [REASON_INVALID] = { "Invalid", 422 },
    [REASON_INTERNAL] = { "InternalError", 500 },
    [REASON_TIMEOUT] = { "Timeout", 504 },
};

/* 'kind' in details is the Kind for validation errors and the resource for all others; that is how it is. */
static json_t *details_of(enum reason reason, const struct path *at)
{
    json_t *details = json_object();

    if (!at || !at->kind)
        return details;
    if (at->name)
        jx_set(details, "name", jx_text(at->name));
    if (*at->kind->group)
        jx_set(details, "group", jx_text(at->kind->group));
    jx_set(details, "kind", jx_text(reason == REASON_INVALID ? at->kind->kind : at->kind->plural));
    return details;
}

static json_t *make(enum reason reason, const struct path *at, const char *message)
{
    return jx_pack("{s:s, s:s, s:{}, s:s, s:o, s:s, s:o, s:i}", "kind", "Status", "apiVersion", "v1",
                   "metadata", "status", "Failure", "message", jx_text(message), "reason",
                   reasons[reason].name, "details", details_of(reason, at), "code", reasons[reason].code);
}

json_t *status_make(enum reason reason, const struct path *at, const char *fmt, ...)
{
    CLEAN(free) char *message = NULL;
    va_list ap;

    va_start(ap, fmt);
    message = x_vasprintf(fmt, ap);
    va_end(ap);
    return make(reason, at, message);
}

void status_add_cause(json_t *status, const char *reason, const char *message, const char *field)
{
    json_t *details = jx_make_object(status, "details");
    json_t *cause = jx_pack("{s:s, s:o}", "reason", reason, "message", jx_text(message));

    if (!json_is_array(json_object_get(details, "causes")))
        jx_set(details, "causes", json_array());
    if (field)
        jx_set(cause, "field", jx_text(field));
    jx_append(json_object_get(details, "causes"), cause);
}

json_t *status_deleted(const struct path *at, const char *uid)
{
    json_t *details = details_of(REASON_NOT_FOUND, at);

    jx_set(details, "uid", jx_text(uid));
    return jx_pack("{s:s, s:s, s:{}, s:s, s:o}", "kind", "Status", "apiVersion", "v1", "metadata", "status",
                   "Success", "details", details);
}

void reply_doc(struct api_reply *r, int code, json_t *doc)
{
    r->code = code;
    r->doc = doc;
}

void reply_status(struct api_reply *r, json_t *status)
{
    reply_doc(r, (int)jx_int(status, "code", 200), status);
}

void reply_fail(struct api_reply *r, enum reason reason, const struct path *at, const char *fmt, ...)
{
    CLEAN(free) char *message = NULL;
    va_list ap;

    va_start(ap, fmt);
    message = x_vasprintf(fmt, ap);
    va_end(ap);
    reply_status(r, make(reason, at, message));
}

void reply_unknown(struct api_reply *r)
{
    r->code = 404;
    r->text = x_strdup("404 page not found\n");
    r->content_type = "text/plain; charset=utf-8";
}

/* "services", "deployments.apps": how messages name a resource; in 'text'. */
const char *status_resource(const struct path *at, char text[STATUS_RESOURCE])
{
    (void)snprintf(text, STATUS_RESOURCE, "%s%s%s", at->kind->plural, *at->kind->group ? "." : "",
                   at->kind->group);
    return text;
}

void reply_not_found(struct api_reply *r, const struct path *at)
{
    char resource[STATUS_RESOURCE];

    reply_fail(r, REASON_NOT_FOUND, at, "%s \"%s\" not found", status_resource(at, resource), at->name);
}

void reply_invalid(struct api_reply *r, const struct path *at, const char *cause, const char *field,
                   const char *message)
{
    json_t *status =
        status_make(REASON_INVALID, at, "%s%s%s \"%s\" is invalid: %s: %s", at->kind->kind,
                    *at->kind->group ? "." : "", at->kind->group, at->name ? at->name : "", field, message);

    status_add_cause(status, cause, message, field);
    reply_status(r, status);
}
