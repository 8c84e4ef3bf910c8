/* SPDX-License-Identifier: Apache-2.0 */
/* Over real sockets: the control endpoint, and what faults look like to a client. */
#include "sim/control.h"
#include "sim/front.h"
#include "tests/unit/sim/helper.h"

#include "lib/http.h"

struct pair {
    struct world *w;
    struct server *api, *control;
    struct http *http;
};

struct result {
    bool done;
    enum http_fate fate;
    int status;
    char *body, *type, *retry_after;
};

static void done(void *ctx, enum http_fate fate, const struct http_response *res, const struct err *e)
{
    struct result *r = ctx;

    (void)e;
    r->done = true;
    r->fate = fate;
    r->status = res ? res->status : 0;
    r->body = x_strdup(res ? buf_text(&res->body) : "");
    r->type = x_strdup(res && http_header(res, "Content-Type") ? http_header(res, "Content-Type") : "");
    r->retry_after = x_strdup(res && http_header(res, "Retry-After") ? http_header(res, "Retry-After") : "");
}

static void result_free(struct result *r)
{
    free(r->body);
    free(r->type);
    free(r->retry_after);
}

static struct result fetch(struct pair *p, const char *method, const char *base, const char *path,
                           const char *body)
{
    char *url = x_asprintf("%s%s", base, path);
    struct http_header headers[] = { { "X-AUTH-LOGIN", p->w->login }, { "X-AUTH-TOKEN", p->w->token } };
    struct http_request req = { .method = method,
                                .url = url,
                                .headers = headers,
                                .n_headers = 2,
                                .body = body,
                                .body_len = body ? strlen(body) : 0,
                                .timeout_ms = 5000 };
    struct result r = { .done = false };

    (void)http_send(p->http, &req, done, &r);
    while (!r.done)
        http_poll(p->http, 100);
    free(url);
    return r;
}

static struct result api(struct pair *p, const char *method, const char *path)
{
    return fetch(p, method, server_url(p->api), path, NULL);
}

/* The control endpoint's answer, which must have this status. */
static json_t *control(struct pair *p, const char *method, const char *path, const char *body, int status)
{
    struct result r = fetch(p, method, server_url(p->control), path, body);
    json_t *doc = *r.body ? jx_parse(r.body, strlen(r.body), NULL) : json_null();

    if (r.status != status)
        fail_msg("%s %s: %d %s", method, path, r.status, r.body);
    result_free(&r);
    return doc;
}

static int setup(void **state)
{
    struct pair *p = x_alloc(sizeof(*p));
    void *w;

    (void)world_setup(&w);
    p->w = w;
    p->http = http_new("test", NULL);
    p->api = server_start(
        &(struct server_options){ .listen = "127.0.0.1:0", .serve = front_serve, .ctx = p->w->sim }, NULL);
    p->control = server_start(
        &(struct server_options){ .listen = "127.0.0.1:0", .serve = control_serve, .ctx = p->w->sim }, NULL);
    assert_non_null(p->api);
    assert_non_null(p->control);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct pair *p = *state;
    void *w = p->w;

    http_free(p->http);
    server_stop(p->api);
    server_stop(p->control);
    (void)world_teardown(&w);
    free(p);
    return 0;
}

static void faults_on_the_wire(void **state)
{
    static const struct {
        const char *fault;
        enum http_fate fate;
        int status;
        const char *body, *type, *retry_after;
    } cases[] = {
        { "{\"count\":1,\"status\":503,\"body\":\"html\",\"retryAfter\":7}", HTTP_ANSWERED, 503, NULL,
          "text/html", "7" },
        { "{\"count\":1,\"status\":500}", HTTP_ANSWERED, 500,
          "{\"error\":{\"code\":500,\"message\":\"Internal Server Error\"}}", "application/json", "" },
        { "{\"count\":1,\"status\":200,\"body\":\"empty\"}", HTTP_ANSWERED, 200, "", "", "" },
        { "{\"count\":1,\"body\":\"truncated\"}", HTTP_ANSWERED, 200, "[", "application/json", "" },
        { "{\"count\":1,\"body\":\"cut\"}", HTTP_MAYBE_SENT, 0, NULL, "", "" },
        { "{\"count\":1,\"action\":\"reset\"}", HTTP_MAYBE_SENT, 0, NULL, "", "" },
        { "{\"count\":1,\"action\":\"hang\",\"delayMs\":50}", HTTP_MAYBE_SENT, 0, NULL, "", "" },
        { "{\"count\":1,\"contentType\":\"text/plain\"}", HTTP_ANSWERED, 200, "[]", "text/plain", "" },
    };
    struct pair *p = *state;

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct result r;

        json_decref(control(p, "POST", "/faults", cases[i].fault, 201));
        r = api(p, "GET", V2);
        assert_int_equal(r.fate, cases[i].fate);
        assert_int_equal(r.status, cases[i].status);
        if (cases[i].body)
            assert_string_equal(r.body, cases[i].body);
        assert_string_equal(r.type, cases[i].type);
        assert_string_equal(r.retry_after, cases[i].retry_after);
        result_free(&r);
    }
}

static void applied_but_lost(void **state)
{
    struct pair *p = *state;
    json_t *doc;
    struct result r;

    json_decref(control(
        p, "POST", "/faults",
        "[{\"count\":1,\"method\":\"POST\",\"path\":\"/gardener/v2\",\"action\":\"reset-after\"}]", 201));
    r = fetch(p, "POST", server_url(p->api), V2, CREATE_V2("one", ""));
    assert_int_equal(r.fate, HTTP_MAYBE_SENT);
    result_free(&r);
    r = fetch(p, "POST", server_url(p->api), V2, CREATE_V2("one", ""));
    assert_int_equal(r.status, 409);
    result_free(&r);
    doc = control(p, "GET", "/journal?method=POST&path=/gardener", NULL, 200);
    assert_int_equal(json_array_size(jx_at(doc, "entries")), 2);
    assert_true(jx_bool(json_array_get(jx_at(doc, "entries"), 0), "applied", false));
    assert_int_equal(jx_int(json_array_get(jx_at(doc, "entries"), 0), "status", -1), 0);
    assert_false(jx_bool(json_array_get(jx_at(doc, "entries"), 1), "applied", true));
    assert_string_equal(jx_str(json_array_get(jx_at(doc, "entries"), 1), "body.name", ""), "one");
    assert_string_equal(jx_str(json_array_get(jx_at(doc, "entries"), 1), "route", ""), "GardenerCreateShoot");
    assert_memory_equal(jx_str(json_array_get(jx_at(doc, "entries"), 1), "headers.X-AUTH-TOKEN", ""),
                        "<redacted", 9);
    json_decref(doc);
    doc = control(p, "GET", "/stats", NULL, 200);
    assert_int_equal(jx_int(doc, "effectiveCreates", 0), 1);
    json_decref(doc);
    json_decref(control(p, "DELETE", "/journal", NULL, 204));
}

static void shoots_by_control(void **state)
{
    struct pair *p = *state;
    struct result r;
    json_t *doc = control(p, "POST", "/shoots", "{\"name\":\"theirs\",\"version\":\"1.35.6\"}", 201);

    assert_string_equal(jx_str(doc, "operation.state", ""), "Succeeded");
    assert_memory_equal(jx_str(doc, "url", ""), "https://127.0.0.1:", 18);
    json_decref(doc);
    json_decref(control(p, "POST", "/shoots", "{\"name\":\"theirs\"}", 409));
    json_decref(control(p, "POST", "/shoots", "{\"name\":\"failed\",\"state\":\"Failed\"}", 201));
    json_decref(control(p, "POST", "/shoots", "{\"name\":\"asleep\",\"hibernated\":true}", 201));
    doc = control(p, "POST", "/shoots/theirs/operation",
                  "{\"state\":\"Error\",\"codes\":[\"ERR_INFRA_DEPENDENCIES\"],\"times\":2}", 200);
    assert_string_equal(jx_str(doc, "operation.state", ""), "Error");
    json_decref(doc);
    json_decref(control(p, "POST", "/clock", "{\"advanceSeconds\":3600}", 200));
    doc = control(p, "POST", "/shoots/theirs/operation", "{\"version\":\"1.35.7\"}", 200);
    assert_string_equal(jx_str(doc, "operation.type", ""), "Reconcile");
    assert_string_equal(jx_str(doc, "spec.kubernetes.version", ""), "1.35.7");
    json_decref(doc);
    doc = control(p, "POST", "/shoots/theirs/operation", "{\"state\":\"Succeeded\"}", 200);
    assert_string_equal(jx_str(doc, "operation.state", ""), "Succeeded");
    json_decref(doc);
    json_decref(control(p, "POST", "/shoots/theirs/operation",
                        "{\"caRotationStage\":\"WaitingForWorkersRollout\"}", 200));
    r = api(p, "GET", V2 "/theirs/ca/rotation-stage");
    assert_string_equal(r.body, "{\"stage\":\"WaitingForWorkersRollout\"}");
    result_free(&r);
    json_decref(control(p, "POST", "/shoots/theirs/operation", "{\"state\":\"Sideways\"}", 400));
    json_decref(control(p, "DELETE", "/shoots/theirs", NULL, 204));
    json_decref(control(p, "GET", "/shoots/theirs", NULL, 404));
    doc = control(p, "GET", "/shoots", NULL, 200);
    assert_int_equal(json_array_size(doc), 2);
    json_decref(doc);
}

static void settings_tokens_and_mistakes(void **state)
{
    struct pair *p = *state;
    struct result r;
    json_t *doc =
        control(p, "POST", "/settings", "{\"stale-seconds\":30,\"quota\":false,\"order\":\"shuffled\"}", 200);

    assert_int_equal(jx_int(doc, "stale-seconds", 0), 30);
    assert_string_equal(jx_str(doc, "quota", ""), "off");
    json_decref(doc);
    json_decref(control(p, "POST", "/settings", "{\"order\":7}", 400));
    json_decref(control(p, "POST", "/clock", "{\"speed\":-1}", 400));
    json_decref(control(p, "POST", "/clock", "nonsense", 400));
    json_decref(control(p, "GET", "/nothing", NULL, 404));
    doc = control(p, "POST", "/tokens/expire", NULL, 200);
    assert_int_equal(jx_int(doc, "expired", 0), 1);
    json_decref(doc);
    r = api(p, "GET", V1);
    assert_int_equal(r.status, 403);
    result_free(&r);
}

static void v1_escapes_slashes_v2_does_not(void **state)
{
    struct pair *p = *state;
    struct result r = api(p, "GET", "/accesscontrol/v1/openstack/domains");

    assert_non_null(strstr(r.body, "Sweden \\/ Stockholm"));
    result_free(&r);
    r = api(p, "GET", "/openstack/identity/v2/domains");
    assert_non_null(strstr(r.body, "Sweden / Stockholm"));
    result_free(&r);
    json_decref(control(p, "POST", "/settings", "{\"framing\":\"chunked\"}", 200));
    r = api(p, "GET", "/openstack/identity/v2/domains");
    assert_non_null(strstr(r.body, "Sweden / Stockholm"));
    result_free(&r);
}

#define PAIR_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR_TEST(faults_on_the_wire),
        PAIR_TEST(applied_but_lost),
        PAIR_TEST(shoots_by_control),
        PAIR_TEST(settings_tokens_and_mistakes),
        PAIR_TEST(v1_escapes_slashes_v2_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
