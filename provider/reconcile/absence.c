/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/absence.h"
#include "lib/jx.h"
#include "provider/auth/classify.h"

/* The last path segment, before any query. */
static bool url_names(const char *url, const char *name)
{
    size_t n = strcspn(url, "?#"), len = strlen(name);

    return len && n > len && !memcmp(url + n - len, name, len) && url[n - len - 1] == '/';
}

/* Whom a Kubernetes API server says not to have. free() it; NULL when it names nobody. */
static char *not_found(const struct http_response *res)
{
    json_auto_t *body = jx_parse(buf_text(&res->body), res->body.len, NULL);
    const char *name = jx_str(body, "details.name", "");

    return !strcmp(jx_str(body, "kind", ""), "Status") && !strcmp(jx_str(body, "reason", ""), "NotFound") &&
                   *name
               ? x_strdup(name)
               : NULL;
}

static bool kubernetes_says_so(const char *url, const struct http_response *res)
{
    CLEAN(free) char *name = not_found(res);

    return name && url_names(url, name);
}

bool absence_of_path(const struct http_response *res)
{
    CLEAN(free) char *name = res->status == 404 ? not_found(res) : NULL;

    return res->status == 404 && !name;
}

static bool is_shoot(const char *auth) { return !strcmp(auth, "CleuraShoot") || !strcmp(auth, "Kubeconfig"); }

static bool proven(const char *auth, const char *url, const struct http_response *res)
{
    if (!strcmp(auth, "Cleura"))
        return classify_absent(res);
    return is_shoot(auth) ? kubernetes_says_so(url, res) : true;
}

enum seen absence_of(const char *auth, const char *url, const struct http_response *res, bool created)
{
    bool strict = !strcmp(auth, "Cleura") || is_shoot(auth);

    if (res->status == 404 || res->status == 410)
        return proven(auth, url, res) ? SEEN_ABSENT : SEEN_UNAVAILABLE;
    if (res->status == 401 || res->status == 403)
        return SEEN_REFUSED;
    if (res->status == 408 || res->status == 425 || res->status == 429 || res->status >= 500)
        return SEEN_UNAVAILABLE;
    if (res->status >= 300 && res->status < 400)
        return SEEN_UNAVAILABLE; /* a redirect out of the origin, which is not followed */
    if (res->status >= 400)
        return strict || created ? SEEN_UNAVAILABLE : SEEN_ABSENT;
    return SEEN_OBJECT;
}
