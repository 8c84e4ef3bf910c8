/* SPDX-License-Identifier: Apache-2.0 */
/* One curl multi handle, one easy handle per call; redirects are followed here, not by libcurl, because libcurl would carry our
 * own auth headers to wherever the Location points. */
#include "lib/http.h"
#include "lib/clock.h"
#include <ctype.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>

struct http {
    CURLM *multi;
    const char *user_agent;
    struct http_call *calls; /* all that are in flight, and the refused ones waiting to be told */
};

struct http_call {
    struct http *http;
    struct http_call *next, **prev;
    CURL *easy;
    struct curl_slist *header_list;
    char *url, *method, *body;
    size_t body_len;
    struct http_tls tls;
    http_done_fn *done;
    void *ctx;
    int redirects;
    bool turned; /* a redirect turned a call that may take effect into a GET */
    size_t header_bytes;
    struct http_response res;
    struct err refused; /* kind set: never sent, reported at the next poll */
    char curl_error[CURL_ERROR_SIZE];
};

/* ---- receiving ------------------------------------------------------------------------------------------------- */

static void response_reset(struct http_response *res)
{
    for (size_t i = 0; i < res->n_headers; i++) {
        union {
            const char *in;
            char *out;
        } name = { .in = res->headers[i].name }, value = { .in = res->headers[i].value };

        free(name.out);
        free(value.out);
    }
    free(res->headers);
    res->headers = NULL;
    res->n_headers = 0;
    buf_reset(&res->body);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct http_call *call = ctx;

    return buf_add(&call->res.body, bytes, size * n) < 0 ? 0 : size * n;
}

static void add_header(struct http_response *res, const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n);
    const char *value, *end = line + n;
    char *name;

    if (!colon)
        return;
    value = colon + 1;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && isspace((unsigned char)end[-1]))
        end--;
    name = x_strndup(line, (size_t)(colon - line));
    http_canonical_name(name);
    res->headers = x_realloc(res->headers, (res->n_headers + 1) * sizeof(*res->headers));
    res->headers[res->n_headers++] =
        (struct http_header){ .name = name, .value = x_strndup(value, (size_t)(end - value)) };
}

static size_t on_header(char *bytes, size_t size, size_t n, void *ctx)
{
    struct http_call *call = ctx;

    call->header_bytes += size * n;
    if (call->header_bytes > HTTP_MAX_HEADERS)
        return 0;
    if (size * n > 5 && !memcmp(bytes, "HTTP/", 5))
        response_reset(&call->res); /* a 1xx came before, or we were redirected */
    else
        add_header(&call->res, bytes, size * n);
    return size * n;
}

/* ---- sending --------------------------------------------------------------------------------------------------- */

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
    char *text = x_strdup(pem); /* libcurl copies it; it only lacks a const */
    struct curl_blob blob = { .data = text, .len = strlen(pem), .flags = CURL_BLOB_COPY };

    curl_easy_setopt(easy, option, &blob);
    free(text);
}

static void set_tls(CURL *easy, const struct http_tls *tls)
{
    if (tls->ca)
        set_blob(easy, CURLOPT_CAINFO_BLOB, tls->ca);
    if (tls->cert && tls->key) {
        set_blob(easy, CURLOPT_SSLCERT_BLOB, tls->cert);
        set_blob(easy, CURLOPT_SSLKEY_BLOB, tls->key);
        curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
        curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
    }
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls->insecure ? 0L : 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void set_body(struct http_call *call)
{
    bool wants_length =
        !strcmp(call->method, "POST") || !strcmp(call->method, "PUT") || !strcmp(call->method, "PATCH");

    curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, call->method);
    if (call->body || wants_length) {
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->body ? call->body : "");
    } else if (!strcmp(call->method, "HEAD")) {
        curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
    } else {
        curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, call->method);
    }
}

static void append_header(struct http_call *call, const char *line)
{
    struct curl_slist *longer = curl_slist_append(call->header_list, line);

    if (!longer)
        abort();
    call->header_list = longer;
}

static int set_headers(struct http_call *call, const struct http_request *req)
{
    bool has_type = false, has_accept = false;

    for (size_t i = 0; i < req->n_headers; i++) {
        const struct http_header *h = &req->headers[i];
        CLEAN(free) char *line = NULL;

        if (!http_header_valid(h->name, h->value))
            return err_set(&call->refused, ERR_INVALID, "header %.60s may not be sent: bad characters",
                           h->name);
        has_type |= !strcasecmp(h->name, "Content-Type");
        has_accept |= !strcasecmp(h->name, "Accept");
        /* "Name;" is libcurl's way to send an empty value */
        line = *h->value ? x_asprintf("%s: %s", h->name, h->value) : x_asprintf("%s;", h->name);
        append_header(call, line);
    }
    append_header(call, "Expect:");
    if (!has_type)
        append_header(call, "Content-Type:");
    if (!has_accept)
        append_header(call, "Accept:");
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->header_list);
    return 0;
}

/* A connection whose peer vanished is given up when nothing is acknowledged for this long: over HTTP/2 libcurl would let all
 * calls time out on it, one after the other. */
enum { DEAD_AFTER_MS = 20000 };

static int on_socket(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
    unsigned ms = DEAD_AFTER_MS;

    (void)ctx, (void)purpose;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
    return CURL_SOCKOPT_OK;
}

/* libcurl repeats a call by itself when a connection that was used before breaks; nothing turns that off, but on a new
 * connection it does not happen. POST and PATCH are rare enough to have one each; others may use it afterwards. */
static bool is_idempotent(const char *method)
{
    return strcmp(method, "POST") != 0 && strcmp(method, "PATCH") != 0;
}

static void set_options(struct http_call *call, const struct http_request *req)
{
    int64_t timeout = req->timeout_ms ? req->timeout_ms : HTTP_TIMEOUT_MS;
    int64_t connect = req->connect_timeout_ms ? req->connect_timeout_ms : HTTP_CONNECT_TIMEOUT_MS;
    CURL *easy = call->easy;

    curl_easy_setopt(easy, CURLOPT_URL, call->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect < timeout ? connect : timeout));
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    /* Over TLS the handshake tells whether a connection can be shared. Without it libcurl would wait for the first answer to
     * know, and a server that does not answer would hold up all calls to it. */
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, !strncasecmp(call->url, "https:", 6) ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, call->http->user_agent);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, is_idempotent(call->method) ? 0L : 1L);
    set_tls(easy, &req->tls);
    set_body(call);
}

static int refuse_bad_request(struct http_call *call, const struct http_request *req)
{
    CLEAN(free) char *origin = http_origin(req->url, &call->refused);

    if (!origin)
        return -1;
    if (!http_is_token(req->method))
        return err_set(&call->refused, ERR_INVALID, "method \"%.20s\" may not be sent", req->method);
    return set_headers(call, req);
}

static void unlink_call(struct http_call *call)
{
    *call->prev = call->next;
    if (call->next)
        call->next->prev = call->prev;
}

static void call_free(struct http_call *call)
{
    unlink_call(call);
    if (call->easy) {
        (void)curl_multi_remove_handle(call->http->multi, call->easy);
        curl_easy_cleanup(call->easy);
    }
    curl_slist_free_all(call->header_list);
    response_reset(&call->res);
    buf_free(&call->res.body);
    free(call->url);
    free(call->method);
    free(call->body);
    free(call);
}

struct http_call *http_send(struct http *h, const struct http_request *req, http_done_fn *done, void *ctx)
{
    struct http_call *call = x_alloc(sizeof(*call));

    *call = (struct http_call){ .http = h, .done = done, .ctx = ctx, .next = h->calls, .prev = &h->calls };
    if (h->calls)
        h->calls->prev = &call->next;
    h->calls = call;
    call->url = x_strdup(req->url);
    call->method = x_strdup(req->method);
    call->res.body = buf_max(req->max_body ? req->max_body : HTTP_MAX_BODY);
    if (req->body) {
        call->body = x_alloc(req->body_len + 1);
        memcpy(call->body, req->body, req->body_len);
        call->body_len = req->body_len;
    }
    call->easy = curl_easy_init();
    if (!call->easy)
        abort();
    if (refuse_bad_request(call, req) == 0) {
        set_options(call, req);
        if (curl_multi_add_handle(h->multi, call->easy) != CURLM_OK)
            err_set(&call->refused, ERR_INTERNAL, "libcurl does not take the call");
    }
    if (call->refused.kind)
        http_wake(h);
    return call;
}

void http_cancel(struct http_call *call) { call_free(call); }

/* ---- finishing ------------------------------------------------------------------------------------------------- */

/* What of it reached the server? Only failures before a connection stood are sure to be "nothing". */
static enum http_fate fate_of(CURL *easy, CURLcode code)
{
    curl_off_t connected = 0, uploaded = 0;
    long request_size = 0;

    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_URL_MALFORMAT: return HTTP_NOT_SENT;
    default: break;
    }
    (void)curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    (void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_size);
    (void)curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    return connected == 0 && request_size == 0 && uploaded == 0 ? HTTP_NOT_SENT : HTTP_MAYBE_SENT;
}

static enum err_kind failure_kind(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ? ERR_UNTRUSTED
                                                                                      : ERR_TRANSIENT;
}

static const char *failure_text(const struct http_call *call, CURLcode code)
{
    if (call->res.body.overflow)
        return "the response is larger than allowed";
    if (code == CURLE_OPERATION_TIMEDOUT)
        return "no answer in time";
    return call->curl_error[0] ? call->curl_error : curl_easy_strerror(code);
}

static void finish(struct http_call *call, enum http_fate fate, const struct err *e)
{
    http_done_fn *done = call->done;

    done(call->ctx, fate, fate == HTTP_ANSWERED ? &call->res : NULL, e);
    call_free(call);
}

/* 301, 302 and 303 turn into GET without body (HEAD stays), 307 and 308 repeat the call: as browsers and Go do. */
static bool follow_redirect(struct http_call *call)
{
    const char *location = http_header(&call->res, "Location");
    CLEAN(free) char *from = NULL, *to = NULL;
    char *target = NULL;
    long status = call->res.status;

    if (!location || (status != 301 && status != 302 && status != 303 && status != 307 && status != 308))
        return false;
    (void)curl_easy_getinfo(call->easy, CURLINFO_REDIRECT_URL, &target);
    if (!target || ++call->redirects > HTTP_MAX_REDIRECTS)
        return false;
    from = http_origin(call->url, NULL);
    to = http_origin(target, NULL);
    if (!from || !to || strcmp(from, to) != 0)
        return false; /* the caller sees the 3xx: nothing of ours goes to another origin */
    free(call->url);
    call->url = x_strdup(target);
    if (status < 307 && strcmp(call->method, "HEAD") != 0) {
        call->turned |= strcmp(call->method, "GET") != 0;
        free(call->method);
        free(TAKE(call->body));
        call->method = x_strdup("GET");
        call->body_len = 0;
    }
    (void)curl_multi_remove_handle(call->http->multi, call->easy);
    curl_easy_setopt(call->easy, CURLOPT_URL, call->url);
    curl_easy_setopt(call->easy, CURLOPT_FRESH_CONNECT, is_idempotent(call->method) ? 0L : 1L);
    set_body(call);
    return curl_multi_add_handle(call->http->multi, call->easy) == CURLM_OK;
}

static void on_finished(struct http_call *call, CURLcode code)
{
    struct err e = { 0 };
    enum http_fate fate;
    long status = 0;

    if (code == CURLE_OK) {
        (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
        call->res.status = (int)status;
        if (!call->res.body.data)
            (void)buf_adds(&call->res.body, "");
        if (follow_redirect(call))
            return;
        if (call->turned && status >= 400) { /* that is the answer to the GET, not to what was called */
            err_set(&e, ERR_TRANSIENT, "redirected, and then HTTP %ld", status);
            finish(call, HTTP_MAYBE_SENT, &e);
            return;
        }
        finish(call, HTTP_ANSWERED, &e);
        return;
    }
    fate = call->turned ? HTTP_MAYBE_SENT : fate_of(call->easy, code);
    err_set(&e, failure_kind(code), "%s", failure_text(call, code));
    finish(call, fate, &e);
}

static void report_refused(struct http *h)
{
    struct http_call *call = h->calls;

    while (call) {
        if (!call->refused.kind) {
            call = call->next;
            continue;
        }
        finish(call, HTTP_NOT_SENT, &call->refused);
        call = h->calls; /* 'done' may have started and cancelled others */
    }
}

static void reap(struct http *h)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(h->multi, &left))) {
        CURLcode code = message->data.result;
        char *call = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        if (call)
            on_finished((struct http_call *)(void *)call, code);
    }
}

void http_poll(struct http *h, int timeout_ms)
{
    int running;

    report_refused(h);
    (void)curl_multi_perform(h->multi, &running);
    reap(h);
    if (timeout_ms > 0) {
        (void)curl_multi_poll(h->multi, NULL, 0, timeout_ms, NULL);
        (void)curl_multi_perform(h->multi, &running);
        reap(h);
    }
    report_refused(h);
}

void http_wake(struct http *h) { (void)curl_multi_wakeup(h->multi); }

struct http *http_new(const char *user_agent, struct err *e)
{
    struct http *h;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_set(e, ERR_INTERNAL, "libcurl does not start");
        return NULL;
    }
    h = x_alloc(sizeof(*h));
    *h = (struct http){ .multi = curl_multi_init(), .user_agent = user_agent };
    if (!h->multi)
        abort();
    (void)curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 256L);
    return h;
}

void http_free(struct http *h)
{
    if (!h)
        return;
    while (h->calls)
        call_free(h->calls);
    (void)curl_multi_cleanup(h->multi);
    free(h);
}
