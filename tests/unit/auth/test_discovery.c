/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of what servers serve, over a server that the test plays itself: auth_send() is here. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/auth/discovery.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- the other side ---------------------------------------------------------------------------------------------- */

struct auth_call {
    char *url;
    auth_done_fn *done;
    void *ctx;
};

enum { CALLS = 32 };
static struct auth_call calls[CALLS]; /* in flight; url NULL = free */
static int sent;                      /* since the test began */
static int64_t now;

struct auth_call *auth_send(struct auth *a, const json_t *config, const struct http_request *req,
                            const struct auth_tls *tls, auth_done_fn *done, void *ctx)
{
    (void)a, (void)config, (void)tls;
    for (size_t i = 0; i < CALLS; i++)
        if (!calls[i].url) {
            calls[i] = (struct auth_call){ .url = x_strdup(req->url), .done = done, .ctx = ctx };
            sent++;
            return &calls[i];
        }
    abort();
}

void auth_cancel(struct auth_call *call)
{
    free(call->url);
    call->url = NULL;
}

static int64_t clock_of_test(void) { return now; }

static void finish(const char *url, const struct auth_result *r)
{
    for (size_t i = 0; i < CALLS; i++)
        if (calls[i].url && !strcmp(calls[i].url, url)) {
            struct auth_call call = calls[i];

            free(TAKE(calls[i].url));
            call.done(call.ctx, r);
            return;
        }
    fail_msg("nobody asked for %s", url);
}

static void answer(const char *url, int status, const char *body)
{
    struct http_response res = { .status = status, .body = buf_max(10000) };

    (void)buf_adds(&res.body, body);
    finish(url, &(struct auth_result){ .outcome = AUTH_ANSWERED, .res = &res });
    buf_free(&res.body);
}

#define LIST(version, names)                                                                                 \
    "{\"kind\":\"APIResourceList\",\"groupVersion\":\"" version "\",\"resources\":[" names "]}"
#define ROUTES         "{\"name\":\"routes\"}"
#define GROUPS(groups) "{\"kind\":\"APIGroupList\",\"groups\":[" groups "]}"

static void serve(const char *url, const char *body) { answer(url, 200, body); }

/* ---- who asks ---------------------------------------------------------------------------------------------------- */

static const char *const wished[] = { "g/v1", "g/v2" };

struct asker {
    struct discovery *d;
    json_t *config;
    struct auth_tls tls;
    struct discovery_wait wait;
    uint64_t since;
    bool any;
    int told;
    struct served served;
    const struct discovery_failure *failure;
};

static void ask(struct asker *a)
{
    const struct discovery_query q = {
        .config = a->config,
        .tls = &a->tls,
        .base = "",
        .wish = { .versions = wished, .n = 2, .resource = "routes", .any = a->any },
        .patience_ms = 5000,
        .since = a->since,
    };

    served_free(&a->served);
    discovery_ask(a->d, &q, &a->wait, &a->served, &a->failure);
}

static void on_told(void *ctx)
{
    struct asker *a = ctx;

    a->told++;
    a->wait = (struct discovery_wait){ .done = on_told, .ctx = a };
    ask(a);
}

/* A pass of an object begins. */
static void begin(struct asker *a)
{
    a->since = discovery_now(a->d);
    a->wait = (struct discovery_wait){ .done = on_told, .ctx = a };
    ask(a);
}

static void refute(struct asker *a, const char *version)
{
    const struct discovery_query q = { .config = a->config,
                                       .tls = &a->tls,
                                       .base = "",
                                       .wish = { .versions = &version, .n = 1 },
                                       .since = a->since };

    discovery_refute(a->d, &q);
}

static struct asker asker(struct discovery *d, const char *uid)
{
    return (
        struct asker){ .d = d, .config = jx_pack("{s:{s:s}}", "metadata", "uid", uid), .tls = { .ns = "" } };
}

static void asker_free_clean(struct asker *a)
{
    served_free(&a->served);
    json_decref(a->config);
}

#define SERVER(name)                                                                                         \
    CLEAN(discovery_free)                                                                                    \
    struct discovery *name = (now = 1000000, sent = 0, discovery_new(NULL, clock_of_test))
#define ASKER(name, d, uid) CLEAN(asker_free) struct asker name = asker(d, uid)
#define assert_served(asker, wanted)                                                                         \
    do {                                                                                                     \
        assert_int_equal(SERVED_AS, (asker)->served.outcome);                                                \
        assert_string_equal(wanted, (asker)->served.version);                                                \
    } while (0)

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static void many_ask_and_one_call_goes_out(void **state)
{
    SERVER(d);
    ASKER(one, d, "u");
    ASKER(two, d, "u");
    ASKER(three, d, "u");

    (void)state;
    begin(&one), begin(&two);
    assert_int_equal(SERVED_PENDING, one.served.outcome);
    assert_int_equal(1, sent);
    serve("/apis/g/v1", LIST("g/v1", ROUTES));
    assert_served(&one, "g/v1");
    assert_served(&two, "g/v1");
    begin(&three);
    assert_served(&three, "g/v1");
    assert_int_equal(1, sent);
}

static void servers_are_told_apart(void **state)
{
    SERVER(d);
    ASKER(one, d, "u");
    ASKER(other, d, "v");
    ASKER(trusting, d, "u");
    json_auto_t *tls = jx_pack("{s:b}", "insecureSkipVerify", 1);

    (void)state;
    begin(&one);
    begin(&other);
    trusting.tls.config = tls;
    begin(&trusting);
    assert_int_equal(3, sent);
    discovery_forget(&one.wait);
    discovery_forget(&other.wait);
    discovery_forget(&trusting.wait);
}

static void who_works_never_waits_for_news(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");

    (void)state;
    begin(&a);
    answer("/apis/g/v1", 404, "404 page not found");
    serve("/apis/g/v2", LIST("g/v2", ROUTES));
    assert_served(&a, "g/v2");
    now += 4 * 60 * 1000;
    begin(&a);
    assert_int_equal(2, sent);
    now += 2 * 60 * 1000;
    begin(&a);
    assert_served(&a, "g/v2"); /* at once, while both are asked for again */
    assert_int_equal(4, sent);
    serve("/apis/g/v1", LIST("g/v1", ROUTES));
    begin(&a);
    assert_served(&a, "g/v1");
    serve("/apis/g/v2", LIST("g/v2", ""));
}

static void a_failure_takes_nothing_away(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");

    (void)state;
    begin(&a);
    serve("/apis/g/v1", LIST("g/v1", ROUTES));
    now += 6 * 60 * 1000;
    begin(&a);
    answer("/apis/g/v1", 503, "");
    begin(&a);
    assert_served(&a, "g/v1");
    assert_int_equal(2, sent);
    now += 31 * 1000; /* not at each poll, but soon */
    begin(&a);
    assert_served(&a, "g/v1");
    assert_int_equal(3, sent);
    serve("/apis/g/v1", "<html>");
    begin(&a);
    assert_served(&a, "g/v1");
}

static void what_is_refuted_is_asked_for_before_it_is_used_again(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");
    ASKER(b, d, "u");

    (void)state;
    begin(&a);
    serve("/apis/g/v1", LIST("g/v1", ROUTES));
    begin(&a), begin(&b);
    refute(&a, "g/v1");
    ask(&a);
    assert_int_equal(SERVED_PENDING, a.served.outcome);
    answer("/apis/g/v1", 503, "");
    assert_int_equal(SERVED_FAILED, a.served.outcome);
    assert_int_equal(503, a.failure->res.status);
    now += 5000;
    begin(&a);
    answer("/apis/g/v1", 404, "404 page not found");
    serve("/apis/g/v2", LIST("g/v2", ROUTES));
    assert_served(&a, "g/v2");
    refute(&b, "g/v1"); /* b's call is older than what a learned */
    ask(&b);
    assert_served(&b, "g/v2");
}

static void nothing_served_is_proven_by_new_lists(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");
    ASKER(b, d, "u");

    (void)state;
    begin(&a);
    answer("/apis/g/v1", 404, "");
    answer("/apis/g/v2", 404, "");
    assert_int_equal(SERVED_PENDING, a.served.outcome);
    serve("/apis", GROUPS(""));
    assert_int_equal(SERVED_NOT, a.served.outcome);
    assert_null(a.served.versions);
    now += 4000;
    begin(&b); /* within the patience: shared */
    assert_int_equal(SERVED_NOT, b.served.outcome);
    assert_int_equal(3, sent);
    now += 4000;
    begin(&a);
    assert_int_equal(SERVED_PENDING, a.served.outcome);
    assert_int_equal(4, sent);
    serve("/apis", GROUPS("{\"name\":\"g\",\"versions\":[{\"groupVersion\":\"g/v2\"}]}"));
    assert_int_equal(SERVED_PENDING, a.served.outcome);
    serve("/apis/g/v2", LIST("g/v2", ROUTES)); /* it was installed */
    assert_served(&a, "g/v2");
}

static void what_a_slow_server_said_in_this_pass_is_new_enough(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");

    (void)state;
    begin(&a);
    answer("/apis/g/v1", 404, "");
    answer("/apis/g/v2", 404, "");
    serve("/apis", GROUPS("{\"name\":\"g\",\"versions\":[{\"groupVersion\":\"g/v3\"}]}"));
    now += 6000;
    serve("/apis/g/v3", LIST("g/v3", ""));
    assert_int_equal(SERVED_NOT, a.served.outcome);
    assert_int_equal(4, sent);
}

static void without_the_list_of_groups_nothing_is_proven(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");

    (void)state;
    begin(&a);
    answer("/apis/g/v1", 404, "");
    answer("/apis/g/v2", 404, "");
    answer("/apis", 404, "404 page not found");
    assert_int_equal(SERVED_FAILED, a.served.outcome);
    assert_int_equal(404, a.failure->res.status);
}

static void an_error_is_told_to_all_who_wait_and_for_a_moment_to_others(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");
    ASKER(b, d, "u");

    (void)state;
    begin(&a), begin(&b);
    answer("/apis/g/v1", 500, "{}");
    assert_int_equal(SERVED_FAILED, a.served.outcome);
    assert_int_equal(SERVED_FAILED, b.served.outcome);
    assert_int_equal(AUTH_ANSWERED, b.failure->result.outcome);
    begin(&a);
    assert_int_equal(SERVED_FAILED, a.served.outcome);
    assert_int_equal(1, sent);
    now += 1001;
    begin(&a);
    assert_int_equal(SERVED_PENDING, a.served.outcome);
    discovery_forget(&a.wait);
}

static void what_is_held_is_told_as_it_is(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");
    struct err e = { .kind = ERR_TRANSIENT, .text = "the shoot is not up yet" };

    (void)state;
    begin(&a);
    finish("/apis/g/v1", &(struct auth_result){
                             .outcome = AUTH_HELD, .reason = "WaitingForShoot", .retry_ms = 5000, .e = &e });
    assert_int_equal(SERVED_FAILED, a.served.outcome);
    assert_int_equal(AUTH_HELD, a.failure->result.outcome);
    assert_string_equal("WaitingForShoot", a.failure->result.reason);
    assert_string_equal(e.text, a.failure->result.e->text);
    begin(&a); /* it may go on at any moment */
    assert_int_equal(SERVED_PENDING, a.served.outcome);
    discovery_forget(&a.wait);
}

static void another_config_is_another_server(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");

    (void)state;
    begin(&a);
    serve("/apis/g/v1", LIST("g/v1", ROUTES));
    discovery_config_changed(d, "other");
    begin(&a);
    assert_served(&a, "g/v1");
    discovery_config_changed(d, "u");
    begin(&a);
    assert_int_equal(SERVED_PENDING, a.served.outcome);
    discovery_config_changed(d, "u"); /* while it is being asked for: that answer counts for nothing */
    serve("/apis/g/v1", LIST("g/v1", ROUTES));
    assert_int_equal(SERVED_PENDING, a.served.outcome);
    assert_int_equal(3, sent);
    serve("/apis/g/v1", LIST("g/v1", ROUTES));
    assert_served(&a, "g/v1");
}

static void who_goes_away_is_not_told(void **state)
{
    SERVER(d);
    ASKER(a, d, "u");
    ASKER(b, d, "u");

    (void)state;
    begin(&a), begin(&b);
    discovery_forget(&a.wait);
    discovery_forget(&a.wait);
    serve("/apis/g/v1", LIST("g/v1", ROUTES));
    assert_int_equal(0, a.told);
    assert_int_equal(1, b.told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_ask_and_one_call_goes_out),
        cmocka_unit_test(servers_are_told_apart),
        cmocka_unit_test(who_works_never_waits_for_news),
        cmocka_unit_test(a_failure_takes_nothing_away),
        cmocka_unit_test(what_is_refuted_is_asked_for_before_it_is_used_again),
        cmocka_unit_test(nothing_served_is_proven_by_new_lists),
        cmocka_unit_test(what_a_slow_server_said_in_this_pass_is_new_enough),
        cmocka_unit_test(without_the_list_of_groups_nothing_is_proven),
        cmocka_unit_test(an_error_is_told_to_all_who_wait_and_for_a_moment_to_others),
        cmocka_unit_test(what_is_held_is_told_as_it_is),
        cmocka_unit_test(another_config_is_another_server),
        cmocka_unit_test(who_goes_away_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
