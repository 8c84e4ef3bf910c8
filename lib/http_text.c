/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of HTTP that are text: header rules, Retry-After, URLs. libcurl's parser reads the URLs, so that what is judged
 * here is what is called later. */
#include "lib/clock.h"
#include "lib/http.h"
#include <ctype.h>
#include <curl/curl.h>
#include <strings.h>

/* ---- headers --------------------------------------------------------------------------------------------------- */

bool http_is_token(const char *s)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    if (!*s)
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr(others, *s))
            return false;
    return true;
}

bool http_header_valid(const char *name, const char *value)
{
    if (!http_is_token(name))
        return false;
    for (const unsigned char *at = (const unsigned char *)value; *at; at++)
        if ((*at < 0x20 && *at != '\t') || *at == 0x7f)
            return false;
    return true;
}

void http_canonical_name(char *name)
{
    bool first = true;

    if (!http_is_token(name))
        return;
    for (; *name; name++) {
        *name = (char)(first ? toupper((unsigned char)*name) : tolower((unsigned char)*name));
        first = *name == '-';
    }
}

const char *http_header(const struct http_response *res, const char *name)
{
    for (size_t i = 0; i < res->n_headers; i++)
        if (!strcasecmp(res->headers[i].name, name))
            return res->headers[i].value;
    return NULL;
}

static int64_t at_most(int64_t ms) { return ms < HTTP_MAX_RETRY_AFTER_MS ? ms : HTTP_MAX_RETRY_AFTER_MS; }

int64_t http_retry_after(const struct http_response *res, int64_t now_ms)
{
    const char *text = http_header(res, "Retry-After");
    char *end;
    long long seconds;
    time_t when;

    if (!text)
        return -1;
    seconds = strtoll(text, &end, 10);
    if (end != text && !*end)
        return seconds < 0 ? -1
                           : at_most(seconds < HTTP_MAX_RETRY_AFTER_MS ? seconds * CLOCK_SECOND
                                                                       : HTTP_MAX_RETRY_AFTER_MS);
    when = curl_getdate(text, NULL);
    if (when < 0)
        return -1;
    return (int64_t)when * CLOCK_SECOND > now_ms ? at_most((int64_t)when * CLOCK_SECOND - now_ms) : 0;
}

/* ---- URLs ------------------------------------------------------------------------------------------------------ */

DEFINE_CLEAN(CURLU *, curl_url_cleanup)
DEFINE_CLEAN(char *, curl_free)

static CURLU *parse_url(const char *url, struct err *e)
{
    CLEAN(curl_url_cleanup) CURLU *u = curl_url();
    CLEAN(curl_free) char *scheme = NULL, *user = NULL;

    if (!u)
        abort();
    if (curl_url_set(u, CURLUPART_URL, url, CURLU_PATH_AS_IS) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
        err_set(e, ERR_INVALID, "invalid url %.200s", url);
        return NULL;
    }
    if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK) {
        err_set(e, ERR_INVALID, "invalid url: it holds a user name; credentials belong into a Secret");
        return NULL;
    }
    return TAKE(u);
}

char *http_origin(const char *url, struct err *e)
{
    CLEAN(curl_url_cleanup) CURLU *u = parse_url(url, e);
    CLEAN(curl_free) char *scheme = NULL, *host = NULL, *port = NULL;
    char *origin;

    if (!u)
        return NULL;
    if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK) {
        err_set(e, ERR_INVALID, "invalid url %.200s", url);
        return NULL;
    }
    origin = x_asprintf("%s://%s:%s", scheme, host, port);
    for (char *at = origin; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return origin;
}

char *http_resolve(const char *endpoint, const char *url, struct err *e)
{
    CLEAN(curl_url_cleanup) CURLU *base = NULL;
    size_t n;

    if (strstr(url, "://")) {
        base = parse_url(url, e);
        return base ? x_strdup(url) : NULL;
    }
    if (!endpoint || !*endpoint) {
        err_set(e, ERR_INVALID, "invalid url %.200s: it is relative, and the ProviderConfig has no endpoint",
                url);
        return NULL;
    }
    base = parse_url(endpoint, e);
    if (!base)
        return NULL;
    for (n = strlen(endpoint); n > 0 && endpoint[n - 1] == '/';)
        n--;
    return x_asprintf("%.*s%s%s", (int)n, endpoint, *url == '/' ? "" : "/", url);
}
