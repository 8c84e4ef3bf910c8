/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/special.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "sim/shootapi/body.h"
#include "sim/shootapi/objects.h"

/* ---- POST serviceaccounts/{name}/token ---- */

enum { TOKEN_DEFAULT = 3600, TOKEN_LEAST = 600, TOKEN_MOST = 86400, MAX_TOKENS = 10000 };

const char *special_token_user(const struct api *a, const char *token, int64_t now)
{
    const json_t *entry = json_object_get(a->tokens, token);

    return jx_int(entry, "end", 0) > now ? jx_str(entry, "user", NULL) : NULL;
}

static json_t *new_token(struct api *a, const struct path *p, int64_t end)
{
    char first[CRYPTO_UUID], second[CRYPTO_UUID];
    json_t *token;

    crypto_uuid(first);
    crypto_uuid(second);
    token = json_sprintf("simulated.%s.%s", first, second);
    if (json_object_size(a->tokens) >= MAX_TOKENS)
        (void)json_object_clear(a->tokens);
    jx_set(a->tokens, json_string_value(token),
           jx_pack("{s:I, s:o}", "end", (json_int_t)end, "user",
                   json_sprintf("system:serviceaccount:%s:%s", p->ns, p->name)));
    return token;
}

static void reply_token(struct api *a, const struct path *p, const struct api_request *req,
                        const json_t *object, struct api_reply *ret)
{
    json_auto_t *body = NULL;
    int64_t now = clock_now(), seconds;
    char created[CLOCK_TEXT], end[CLOCK_TEXT];

    (void)object;
    /* `kubectl create token` sends protobuf; it gets the default lifetime */
    if (!body_is(req, "application/vnd.kubernetes.protobuf") && !body_optional(req, p, &body, ret))
        return;
    seconds = jx_int(body, "spec.expirationSeconds", TOKEN_DEFAULT);
    if (seconds < TOKEN_LEAST) {
        reply_fail(ret, REASON_INVALID, NULL,
                   "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid "
                   "value: %d: may not "
                   "specify a duration less than 10 minutes",
                   (int)seconds);
        return;
    }
    seconds = seconds < TOKEN_MOST ? seconds : TOKEN_MOST;
    clock_text(now, created);
    clock_text(now + seconds * CLOCK_SECOND, end);
    reply_doc(ret, 201,
              jx_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:{s:I, s:[s]}, s:{s:o, s:s}}", "kind", "TokenRequest",
                      "apiVersion", "authentication.k8s.io/v1", "metadata", "name", p->name, "namespace",
                      p->ns, "creationTimestamp", created, "spec", "expirationSeconds", (json_int_t)seconds,
                      "audiences", "https://kubernetes.default.svc", "status", "token",
                      new_token(a, p, now + seconds * CLOCK_SECOND), "expirationTimestamp", end));
}

/* ---- GET pods/{name}/log ---- */

/* The last so many lines. Borrowed from 'log'. */
static const char *tail(const char *log, long lines)
{
    const char *at = log + strlen(log);

    for (; at > log; at--)
        if (at[-1] == '\n' && at[0] && lines-- <= 1)
            break;
    return at;
}

/* Before its first start a container has no log. */
static bool log_waits(const struct path *p, const json_t *pod, struct api_reply *ret)
{
    const json_t *container = json_array_get(jx_at(pod, "status.containerStatuses"), 0);
    const char *reason = jx_str(container, "state.waiting.reason", NULL);
    bool pulling = reason && strstr(reason, "ImagePull");

    if (!reason || jx_at(container, "lastState.terminated"))
        return false;
    reply_fail(ret, REASON_BAD_REQUEST, NULL, "container \"%s\" in pod \"%s\" is waiting to start: %s",
               jx_str(container, "name", ""), p->name, pulling ? "trying and failing to pull image" : reason);
    return true;
}

static void reply_log(struct api *a, const struct path *p, const struct api_request *req,
                      const json_t *object, struct api_reply *ret)
{
    const char *log =
        json_string_value(json_object_get(jx_at(object, "metadata.annotations"), SPECIAL_LOG_ANNOTATION));
    const char *lines = api_query(req, "tailLines");

    (void)a;
    if (log_waits(p, object, ret))
        return;
    log = log ? log : "";
    ret->code = 200;
    ret->text = x_strdup(*lines ? tail(log, strtol(lines, NULL, 10)) : log);
    ret->content_type = "text/plain";
}

/* ---- may I? Everybody who has a certificate or a token may do everything here. ---- */

static void reply_allowed(struct api_reply *ret)
{
    reply_doc(ret, 201,
              jx_pack("{s:s, s:s, s:{}, s:{}, s:{s:b}}", "kind", "SelfSubjectAccessReview", "apiVersion",
                      "authorization.k8s.io/v1", "metadata", "spec", "status", "allowed", 1));
}

static const struct {
    const char *plural, *sub, *method;
    void (*answer)(struct api *a, const struct path *p, const struct api_request *req, const json_t *object,
                   struct api_reply *ret);
} table[] = {
    { "serviceaccounts", "token", "POST", reply_token },
    { "pods", "log", "GET", reply_log },
};

bool special_handle(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    CLEAN(free) char *key = NULL;
    const json_t *object;

    if (!strcmp(req->path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") &&
        !strcmp(req->method, "POST")) {
        reply_allowed(ret);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        if (!p->kind || !p->sub || *p->group || strcmp(p->plural, table[i].plural) != 0 ||
            strcmp(p->sub, table[i].sub) != 0 || strcmp(req->method, table[i].method) != 0)
            continue;
        key = objects_key(p->group, p->plural, p->ns, p->name);
        object = objects_get(a->objects, key);
        if (object)
            table[i].answer(a, p, req, object, ret);
        else
            reply_not_found(ret, p);
        return true;
    }
    return false;
}
