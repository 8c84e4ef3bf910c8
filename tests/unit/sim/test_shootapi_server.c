/* SPDX-License-Identifier: Apache-2.0 */
/* One shoot's API server over real TLS: certificates, hibernation, CA rotation, many clients at once. */
#undef NDEBUG
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/http.h"
#include "lib/jx_yaml.h"
#include "sim/shootapi/shootapi.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a kubeconfig says. */
struct access {
    char *ca, *cert, *key;
};

static void access_free(struct access *a)
{
    free(a->ca);
    free(a->cert);
    free(a->key);
    *a = (struct access){ 0 };
}
static inline void access_free_clean(struct access *a) { access_free(a); }

static char *decoded(const json_t *list, const char *path)
{
    char *text = crypto_base64_decode(jx_str(json_array_get(list, 0), path, ""), NULL, NULL);

    assert_non_null(text);
    return text;
}

static struct access access_from(struct shootapi *a, int64_t lifetime)
{
    CLEAN(free) char *text = shootapi_kubeconfig(a, "pqrxyz", clock_now() + lifetime);
    json_auto_t *docs = jx_yaml_parse(text, strlen(text), NULL);
    const json_t *doc = json_array_get(docs, 0);

    assert_string_equal(jx_str(doc, "kind", ""), "Config");
    assert_string_equal(jx_str(doc, "current-context", ""), "garden-pqrxyz--my-cluster-external");
    assert_string_equal(jx_str(json_array_get(jx_at(doc, "clusters"), 0), "cluster.server", ""),
                        shootapi_url(a));
    return (struct access){ .ca = decoded(jx_at(doc, "clusters"), "cluster.certificate-authority-data"),
                            .cert = decoded(jx_at(doc, "users"), "user.client-certificate-data"),
                            .key = decoded(jx_at(doc, "users"), "user.client-key-data") };
}

/* The end of one call: the status code, 0 = no answer. */
struct outcome {
    bool done;
    int code;
    char *body;
};

static void on_done(void *ctx, enum http_fate fate, const struct http_response *res, const struct err *e)
{
    struct outcome *o = ctx;

    (void)fate, (void)e;
    o->done = true;
    o->code = res ? res->status : 0;
    o->body = x_strdup(res ? buf_text(&res->body) : "");
}

static struct http_call *begin(struct http *http, struct shootapi *a, const struct access *who,
                               const struct http_request *what, struct outcome *o)
{
    CLEAN(free) char *url = x_asprintf("%s%s", shootapi_url(a), what->url);
    struct http_header headers[2] = { { "Content-Type", "application/json" } };
    struct http_request req = *what;

    req.url = url;
    if (what->n_headers)
        headers[1] = what->headers[0];
    req.headers = headers;
    req.n_headers = 1 + what->n_headers;
    req.tls = (struct http_tls){ .ca = who->ca, .cert = who->cert, .key = who->key };
    return http_send(http, &req, on_done, o);
}

/* The body of an answer with this code; free() it. */
static char *body_of(struct http *http, struct shootapi *a, const struct access *who,
                     const struct http_request *what, int code)
{
    struct outcome o = { 0 };

    (void)begin(http, a, who, what, &o);
    while (!o.done)
        http_poll(http, 1000);
    assert_int_equal(o.code, code);
    return o.body;
}

static int call_with(struct http *http, struct shootapi *a, const struct access *who,
                     const struct http_request *what)
{
    struct outcome o = { 0 };

    (void)begin(http, a, who, what, &o);
    while (!o.done)
        http_poll(http, 1000);
    free(o.body);
    return o.code;
}

static int get(struct shootapi *a, const struct access *who, const char *path)
{
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);

    return call_with(http, a, who, &(struct http_request){ .method = "GET", .url = path });
}

static int setup(void **state)
{
    struct err e = { 0 };

    *state = shootapi_start("my-cluster", "1.33.7", &e);
    assert_non_null(*state);
    return 0;
}

static int teardown(void **state)
{
    shootapi_stop(*state);
    return 0;
}

static void only_certificates_open_it(void **state)
{
    CLEAN(access_free) struct access good = access_from(*state, CLOCK_HOUR);
    CLEAN(access_free) struct access expired = access_from(*state, -CLOCK_MINUTE);
    struct access nobody = { .ca = good.ca };

    assert_int_equal(get(*state, &good, "/api/v1/namespaces"), 200);
    assert_int_equal(get(*state, &expired, "/api/v1/namespaces"), 401);
    assert_int_equal(get(*state, &nobody, "/api/v1/namespaces"), 401);
    assert_int_equal(get(*state, &nobody, "/version"), 200);
    assert_int_equal(get(*state, &nobody, "/readyz"), 200);
}

static struct http_request post(const char *url, const char *body)
{
    return (struct http_request){ .method = "POST", .url = url, .body = body, .body_len = strlen(body) };
}

static void bearer_tokens_open_it(void **state)
{
    CLEAN(access_free) struct access who = access_from(*state, CLOCK_HOUR);
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);
    struct http_request create =
        post("/api/v1/namespaces/default/serviceaccounts",
             "{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"name\":\"bob\"}}");
    struct http_request ask = post("/api/v1/namespaces/default/serviceaccounts/bob/token", "{}");
    CLEAN(free) char *text = NULL;
    CLEAN(free) char *value = NULL;
    json_auto_t *doc = NULL;
    struct http_header authorization = { "Authorization", "Bearer wrong" };
    struct http_request list = {
        .method = "GET", .url = "/api/v1/namespaces", .headers = &authorization, .n_headers = 1
    };
    struct access nobody = { .ca = who.ca };

    assert_int_equal(call_with(http, *state, &who, &create), 201);
    text = body_of(http, *state, &who, &ask, 201);
    doc = jx_parse(text, strlen(text), NULL);
    value = x_asprintf("Bearer %s", jx_str(doc, "status.token", ""));
    assert_int_equal(call_with(http, *state, &nobody, &list), 401);
    authorization.value = value;
    assert_int_equal(call_with(http, *state, &nobody, &list), 200);
}

static void on_etag(void *ctx, enum http_fate fate, const struct http_response *res, const struct err *e)
{
    char **etag = ctx;

    (void)fate, (void)e;
    *etag = x_strdup(res && http_header(res, "ETag") ? http_header(res, "ETag") : "");
}

static void discovery_has_an_etag(void **state)
{
    CLEAN(access_free) struct access who = access_from(*state, CLOCK_HOUR);
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);
    CLEAN(free) char *url = x_asprintf("%s/apis", shootapi_url(*state));
    CLEAN(free) char *etag = NULL;
    struct http_header headers[2] = {
        { "Accept",
          "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json" }
    };
    struct http_request req = { .method = "GET",
                                .url = url,
                                .headers = headers,
                                .n_headers = 1,
                                .tls = { .ca = who.ca, .cert = who.cert, .key = who.key } };
    struct outcome o = { 0 };

    (void)http_send(http, &req, on_etag, &etag);
    while (!etag)
        http_poll(http, 1000);
    headers[1] = (struct http_header){ "If-None-Match", etag };
    req.n_headers = 2;
    (void)http_send(http, &req, on_done, &o);
    while (!o.done)
        http_poll(http, 1000);
    assert_int_equal(o.code, 304);
    free(o.body);
}

static void another_shoots_certificate_does_not(void **state)
{
    struct err e;
    struct shootapi *other = shootapi_start("other", "1.33.7", &e);
    CLEAN(access_free) struct access mine = access_from(*state, CLOCK_HOUR);
    char *text;

    assert_non_null(other);
    text = shootapi_kubeconfig(other, "pqrxyz", clock_now() + CLOCK_HOUR);
    assert_non_null(strstr(text, shootapi_url(other)));
    free(text);
    assert_int_equal(get(other, &mine, "/version"), 0); /* and its own CA is unknown to us */
    shootapi_stop(other);
}

static void hibernation_refuses_and_keeps_objects(void **state)
{
    CLEAN(access_free) struct access who = access_from(*state, CLOCK_HOUR);
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);
    static const char body[] =
        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"shop\"}}";
    struct err e;

    assert_int_equal(call_with(http, *state, &who,
                               &(struct http_request){ .method = "POST",
                                                       .url = "/api/v1/namespaces",
                                                       .body = body,
                                                       .body_len = sizeof(body) - 1 }),
                     201);
    assert_int_equal(shootapi_set_hibernated(*state, true, &e), 0);
    assert_int_equal(get(*state, &who, "/version"), 0);
    assert_int_equal(shootapi_set_hibernated(*state, true, &e), 0);
    assert_int_equal(shootapi_set_hibernated(*state, false, &e), 0);
    assert_int_equal(get(*state, &who, "/api/v1/namespaces/shop"), 200);
}

static void rotation_replaces_the_authority(void **state)
{
    CLEAN(access_free) struct access before = access_from(*state, CLOCK_HOUR);
    CLEAN(access_free) struct access during = { 0 };
    CLEAN(access_free) struct access after = { 0 };
    struct access late; /* trusts the new server, but shows the old certificate */
    struct err e;

    assert_int_equal(shootapi_rotate_complete(*state, &e), -1);
    assert_int_equal(shootapi_rotate_prepare(*state, &e), 0);
    assert_int_equal(shootapi_rotate_prepare(*state, &e), -1);
    during = access_from(*state, CLOCK_HOUR);
    assert_int_equal(get(*state, &before, "/api/v1/namespaces"), 200);
    assert_int_equal(get(*state, &during, "/api/v1/namespaces"), 200);
    assert_int_equal(shootapi_rotate_complete(*state, &e), 0);
    after = access_from(*state, CLOCK_HOUR);
    late = (struct access){ .ca = after.ca, .cert = before.cert, .key = before.key };
    assert_int_equal(get(*state, &before, "/api/v1/namespaces"), 0);
    assert_int_equal(get(*state, &late, "/api/v1/namespaces"), 401);
    assert_int_equal(get(*state, &during, "/api/v1/namespaces"), 200);
    assert_int_equal(get(*state, &after, "/api/v1/namespaces"), 200);
}

static void large_bodies_are_refused(void **state)
{
    CLEAN(access_free) struct access who = access_from(*state, CLOCK_HOUR);
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);
    size_t n = (3 << 20) + 1;
    CLEAN(free) char *body = x_alloc(n);

    memset(body, ' ', n);
    assert_int_equal(
        call_with(http, *state, &who,
                  &(struct http_request){
                      .method = "POST", .url = "/api/v1/namespaces", .body = body, .body_len = n }),
        413);
}

static void stopping_ends_watches(void **state)
{
    struct err e;
    struct shootapi *a = shootapi_start("my-cluster", "1.33.7", &e);
    CLEAN(access_free) struct access who = access_from(a, CLOCK_HOUR);
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);
    struct outcome o = { 0 };

    (void)state;
    (void)begin(http, a, &who, &(struct http_request){ .method = "GET", .url = "/api/v1/namespaces?watch=1" },
                &o);
    for (int i = 0; i < 10; i++)
        http_poll(http, 50);
    assert_false(o.done);
    shootapi_stop(a);
    while (!o.done)
        http_poll(http, 1000);
    free(o.body);
}

static void watches_time_out(void **state)
{
    CLEAN(access_free) struct access who = access_from(*state, CLOCK_HOUR);
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);
    struct outcome o = { 0 };

    (void)begin(
        http, *state, &who,
        &(struct http_request){ .method = "GET", .url = "/api/v1/namespaces?watch=1&timeoutSeconds=1" }, &o);
    while (!o.done)
        http_poll(http, 1000);
    assert_int_equal(o.code, 200);
    assert_non_null(strstr(o.body, "\"name\":\"kube-system\""));
    free(o.body);
}

static struct gate_verdict verdict;

static struct gate_verdict the_verdict(void *ctx, const char *method, const char *path)
{
    (void)ctx;
    return strcmp(method, "GET") != 0 && !strcmp(path, "/api/v1/namespaces") ? verdict
                                                                             : (struct gate_verdict){ 0 };
}

static void requests_go_wrong_on_demand(void **state)
{
    CLEAN(access_free) struct access who = access_from(*state, CLOCK_HOUR);
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);
    struct http_request create =
        post("/api/v1/namespaces",
             "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"faulty\"}}");
    int64_t before;

    shootapi_set_gate(*state, the_verdict, NULL);
    verdict = (struct gate_verdict){ .status = 503, .refused = true };
    assert_int_equal(call_with(http, *state, &who, &create), 503);
    assert_int_equal(get(*state, &who, "/api/v1/namespaces/faulty"), 404);
    verdict = (struct gate_verdict){ .end = GATE_RESET, .refused = true };
    assert_int_equal(call_with(http, *state, &who, &create), 0);
    assert_int_equal(get(*state, &who, "/api/v1/namespaces/faulty"), 404);
    verdict = (struct gate_verdict){ .end = GATE_RESET }; /* applied, but the answer is lost */
    assert_int_equal(call_with(http, *state, &who, &create), 0);
    assert_int_equal(get(*state, &who, "/api/v1/namespaces/faulty"), 200);
    verdict = (struct gate_verdict){ .delay_ms = 300 };
    before = clock_monotonic();
    assert_int_equal(call_with(http, *state, &who, &create), 409);
    assert_true(clock_monotonic() - before >= 300);
    shootapi_set_gate(*state, NULL, NULL);
}

/* One of many clients. */
struct client {
    struct shootapi *a;
    struct access who;
    int number, failures;
};

enum { CLIENTS = 6, ROUNDS = 15 };

static void *work(void *ctx)
{
    struct client *c = ctx;
    CLEAN(http_free) struct http *http = http_new("test/1", NULL);

    for (int i = 0; i < ROUNDS; i++) {
        CLEAN(free)
        char *body =
            x_asprintf("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m-%d-%d\"}}",
                       c->number, i);
        struct http_request post = { .method = "POST",
                                     .url = "/api/v1/namespaces/default/configmaps",
                                     .body = body,
                                     .body_len = strlen(body) };
        struct http_request list = { .method = "GET", .url = "/api/v1/configmaps" };
        struct http_request watch = { .method = "GET", .url = "/api/v1/configmaps?watch=1&timeoutSeconds=1" };

        c->failures += call_with(http, c->a, &c->who, &post) != 201;
        c->failures += call_with(http, c->a, &c->who, &list) != 200;
        if (i == ROUNDS / 2)
            c->failures += call_with(http, c->a, &c->who, &watch) != 200;
    }
    return NULL;
}

static void many_clients_at_once(void **state)
{
    CLEAN(access_free) struct access who = access_from(*state, CLOCK_HOUR);
    struct client clients[CLIENTS];
    pthread_t threads[CLIENTS];

    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){ .a = *state, .who = who, .number = i };
        assert_int_equal(pthread_create(&threads[i], NULL, work, &clients[i]), 0);
    }
    shootapi_set_version(*state, "1.34.1");
    for (int i = 0; i < CLIENTS; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(clients[i].failures, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_certificates_open_it),
        cmocka_unit_test(bearer_tokens_open_it),
        cmocka_unit_test(discovery_has_an_etag),
        cmocka_unit_test(another_shoots_certificate_does_not),
        cmocka_unit_test(hibernation_refuses_and_keeps_objects),
        cmocka_unit_test(rotation_replaces_the_authority),
        cmocka_unit_test(large_bodies_are_refused),
        cmocka_unit_test(stopping_ends_watches),
        cmocka_unit_test(watches_time_out),
        cmocka_unit_test(requests_go_wrong_on_demand),
        cmocka_unit_test(many_clients_at_once),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
