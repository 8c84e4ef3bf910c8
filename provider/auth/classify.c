/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/auth/classify.h"
#include "lib/jx.h"
#include <strings.h>

static json_t *body_of(const struct http_response *res)
{
    return jx_parse(buf_text(&res->body), res->body.len, NULL);
}

char *classify_message(const struct http_response *res)
{
    json_auto_t *body = body_of(res);
    const char *message = jx_str(body, "error.message", NULL);

    return message ? x_strdup(message) : NULL;
}

static bool may_be_secret(const char *key)
{
    static const char *const words[] = { "pass", "secret", "token", "key", "auth" };

    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strcasestr(key, words[i]))
            return true;
    return false;
}

enum { DETAILS_MAX = 5, TEXT_MAX = 4000 };

static bool is_status(const json_t *body) { return !strcmp(jx_str(body, "kind", ""), "Status"); }

bool classify_kubernetes(const struct http_response *res)
{
    json_auto_t *body = body_of(res);

    return is_status(body);
}

bool classify_mistyped(const struct http_response *res)
{
    json_auto_t *body = res->status == 500 ? body_of(res) : NULL;

    return is_status(body) && strstr(jx_str(body, "message", ""), "failed to create typed patch object");
}

/* Of fields that another manager applied: its name, and never a value. */
static bool is_conflict(const json_t *cause)
{
    return !strcmp(jx_str(cause, "reason", ""), "FieldManagerConflict");
}

/* "spec.ports[0].port: Required value". Of a Secret the server may quote what is in it. */
static void add_cause(struct buf *text, const json_t *cause, bool quiet)
{
    const char *field = jx_str(cause, "field", ""), *message = jx_str(cause, "message", "");

    if (!is_conflict(cause) && (quiet || may_be_secret(field)))
        message = jx_str(cause, "reason", "wrong");
    (void)buf_addf(text, "%.120s%s%.250s", field, *field ? ": " : "", message);
}

/* A Status with causes says in them all that its message says, and with fewer words. */
static void add_causes(struct buf *text, const json_t *body)
{
    const json_t *details = json_object_get(body, "details"), *cause;
    const char *kind = jx_str(details, "kind", ""), *name = jx_str(details, "name", "");
    bool conflict = false;
    bool quiet = !strcasecmp(kind, "Secret") || !strcasecmp(kind, "secrets");
    size_t n = json_array_size(json_object_get(details, "causes")), i;

    if (*name)
        (void)buf_addf(text, ": %.80s \"%.253s\"", kind, name);
    json_array_foreach (json_object_get(details, "causes"), i, cause) {
        if (i == DETAILS_MAX)
            break;
        (void)buf_adds(text, i ? "; " : ": ");
        add_cause(text, cause, quiet);
        conflict |= is_conflict(cause);
    }
    if (n > DETAILS_MAX)
        (void)buf_addf(text, "; and %zu more", n - DETAILS_MAX);
    if (conflict)
        (void)buf_adds(text, "; leave that out of the body, or take it over with force=true in the URL");
}

char *classify_text(const struct http_response *res)
{
    json_auto_t *body = body_of(res);
    const char *message = jx_str(body, "error.message", jx_str(body, "message", NULL));
    struct buf text = buf_max(TEXT_MAX);
    json_t *one;
    size_t i;

    (void)buf_addf(&text, "HTTP %d", res->status);
    if (is_status(body) && json_array_size(jx_at(body, "details.causes")))
        add_causes(&text, body);
    else if (message)
        (void)buf_addf(&text, ": %.300s", message);
    json_array_foreach (jx_at(body, "error.errors"), i, one) {
        const char *key = jx_str(one, "key", "");

        if (i < DETAILS_MAX)
            (void)buf_addf(&text, "; %.80s%s%.120s", key, may_be_secret(key) ? "" : ": ",
                           may_be_secret(key) ? "" : jx_str(one, "value", "wrong"));
    }
    return buf_take(&text);
}

bool classify_invalid_token(const struct http_response *res)
{
    CLEAN(free) char *message = NULL;

    if (res->status != 401 && res->status != 403)
        return false;
    message = classify_message(res);
    return message ? strcasestr(message, "token") != NULL : res->status == 401;
}

const char *classify_refusal(const struct http_response *res)
{
    CLEAN(free) char *message = NULL;

    if (res->status != 401 && res->status != 403)
        return NULL;
    if (classify_invalid_token(res))
        return "Unauthorized";
    message = classify_message(res);
    return message && strstr(message, "IP") ? "ForbiddenAddress" : "Forbidden";
}

bool classify_absent(const struct http_response *res)
{
    json_auto_t *body = res->status == 404 ? body_of(res) : NULL;
    const char *message = jx_str(body, "error.message", "");

    return jx_int(body, "error.code", 0) == 404 && !strcasestr(message, "region") &&
           !strcasestr(message, "project");
}

enum login_outcome classify_login(const struct http_response *res, char **ret_token)
{
    json_auto_t *body = body_of(res);
    const char *result = jx_str(body, "result", ""), *token = jx_str(body, "token", "");

    if (res->status == 429 || res->status >= 500)
        return LOGIN_LATER;
    if (!strncmp(result, "twofactor", strlen("twofactor")))
        return LOGIN_TWO_FACTOR;
    if (res->status < 200 || res->status > 299 || !*token || (*result && strcmp(result, "login_ok") != 0))
        return !body && res->status < 300 ? LOGIN_LATER
                                          : LOGIN_REFUSED; /* an HTML page with 200 is no answer */
    *ret_token = x_strdup(token);
    return LOGIN_OK;
}

/* Where each generation keeps what we look at. */
static const struct shape {
    const char *generation, *operation, *hibernated, *declared;
} shapes[] = {
    { "v1", "status.lastOperation", "status.hibernated", "spec.hibernation.enabled" },
    { "v2", "last_operation", "status.is_hibernated", "hibernation.enabled" },
};

enum shoot_state classify_shoot(const struct http_response *res, const char *generation)
{
    const struct shape *shape = &shapes[!strcmp(generation, "v2")];
    json_auto_t *body = body_of(res);
    const json_t *operation;
    const char *type, *state;

    if (res->status == 404)
        return classify_absent(res) ? SHOOT_GONE : SHOOT_UNKNOWN; /* a proxy's 404 is no proof */
    if (res->status < 200 || res->status > 299 || !json_is_object(body))
        return SHOOT_UNKNOWN;
    operation = jx_at(body, shape->operation);
    type = jx_str(operation, "type", "Create");
    state = jx_str(operation, "state", "");
    if (!strcmp(type, "Delete"))
        return SHOOT_GONE;
    if (jx_bool(body, shape->hibernated, false) && !jx_bool(body, shape->declared, true))
        return SHOOT_WAKING;
    if (jx_bool(body, shape->hibernated, false) || jx_bool(body, shape->declared, false))
        return SHOOT_HIBERNATED;
    return !strcmp(type, "Create") && strcmp(state, "Succeeded") != 0 ? SHOOT_COMING : SHOOT_RUNNING;
}
