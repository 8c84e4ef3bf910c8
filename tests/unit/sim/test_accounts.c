/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens by the real clock, and the login dialogues of every account type. */
#include "tests/unit/sim/helper.h"

static void tokens_end(void **state)
{
    struct accounts a = { .n = 0 };
    struct dice dice = { 1 };
    char first[TOKEN + 1], second[TOKEN + 1];

    (void)state;
    accounts_init(&a);
    assert_int_equal(accounts_add(&a, "me:p:q:plain", NULL), 0);
    assert_string_equal(a.list[0].password, "p:q");
    (void)snprintf(first, sizeof(first), "%s", token_issue(&a, &a.list[0], &dice, 1000, 500));
    (void)snprintf(second, sizeof(second), "%s", token_issue(&a, &a.list[0], &dice, 1000, 900));
    assert_string_not_equal(first, second);
    assert_int_equal(strlen(first), TOKEN);
    assert_ptr_equal(token_check(&a, "me", first, 1499), &a.list[0]);
    assert_null(token_check(&a, "you", first, 1499));
    assert_null(token_check(&a, NULL, first, 1499));
    assert_null(token_check(&a, "me", NULL, 1499));
    assert_null(token_check(&a, "me", first, 1500));
    assert_non_null(token_check(&a, "me", second, 1500));
    assert_int_equal(token_revoke_all(&a, "you"), 0);
    assert_int_equal(token_revoke_all(&a, NULL), 1);
    assert_null(token_check(&a, "me", second, 1500));
    accounts_free(&a);
}

static void accounts_as_text(void **state)
{
    static const char *const bad[] = { "", "me", ":x", "me:", "me:p:admin" };
    struct accounts a = { .n = 0 };

    (void)state;
    accounts_init(&a);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_int_equal(accounts_add(&a, bad[i], NULL), -1);
    assert_int_equal(accounts_add(&a, "me:one", NULL), 0);
    assert_int_equal(accounts_add(&a, "me:two:sms", NULL), 0);
    assert_int_equal(a.n, 1);
    assert_int_equal(a.list[0].type, ACCOUNT_SMS);
    accounts_free(&a);
}

static void add(struct world *w, const char *text)
{
    assert_int_equal(accounts_add(&w->sim->accounts, text, NULL), 0);
}

static void plain_logins(void **state)
{
    struct world *w = *state;
    json_t *doc =
        ask_json(w, "POST", "/auth/v2/tokens", "{\"login\":\"demo\",\"password\":\"demo-password\"}", 201);

    assert_string_equal(jx_str(doc, "result", ""), "login_ok");
    json_decref(doc);
    assert_int_equal(ask(w, "POST", "/auth/v2/tokens", "{\"login\":\"demo\",\"password\":\"wrong\"}"), 400);
    assert_int_equal(ask(w, "GET", V1, NULL), 200); /* the older token still lives */
    set(w, "wrong-login-status", "200");
    doc = ask_json(w, "POST", "/auth/v1/tokens", "{\"auth\":{\"login\":\"nobody\",\"password\":\"x\"}}", 200);
    assert_string_not_equal(jx_str(doc, "result", ""), "login_ok");
    assert_null(jx_at(doc, "token"));
    json_decref(doc);
    set(w, "single-session", "on");
    assert_int_equal(ask(w, "POST", "/auth/v2/tokens", "{\"login\":\"demo\",\"password\":\"demo-password\"}"),
                     201);
    assert_int_equal(ask(w, "GET", V1, NULL), 403);
}

static void sms_dialogue_v1(void **state)
{
    struct world *w = *state;
    json_t *doc;
    char body[256];

    add(w, "phone:p:sms");
    doc = ask_json(w, "POST", "/auth/v1/tokens",
                   "{\"auth\":{\"login\":\"phone\",\"password\":\"p\",\"twofa_method\":\"sms\"}}", 200);
    assert_string_equal(jx_str(doc, "result", ""), "twofactor_required");
    (void)snprintf(body, sizeof(body),
                   "{\"verify2fa\":{\"login\":\"phone\",\"verification\":\"%s\",\"code\":123456}}",
                   jx_str(doc, "verification", ""));
    assert_int_equal(ask(w, "POST", "/auth/v1/tokens/verify2fa", body), 400); /* no code was sent yet */
    (void)snprintf(body, sizeof(body), "{\"request2fa\":{\"login\":\"phone\",\"verification\":\"%s\"}}",
                   jx_str(doc, "verification", ""));
    assert_int_equal(ask(w, "POST", "/auth/v1/tokens/request2facode", body), 204);
    (void)snprintf(body, sizeof(body),
                   "{\"verify2fa\":{\"login\":\"phone\",\"verification\":\"%s\",\"code\":\"123456\"}}",
                   jx_str(doc, "verification", ""));
    assert_int_equal(ask(w, "POST", "/auth/v1/tokens/verify2fa", body), 400); /* the code must be a number */
    (void)snprintf(body, sizeof(body),
                   "{\"verify2fa\":{\"login\":\"phone\",\"verification\":\"%s\",\"code\":111111}}",
                   jx_str(doc, "verification", ""));
    assert_int_equal(ask(w, "POST", "/auth/v1/tokens/verify2fa", body), 400);
    (void)snprintf(body, sizeof(body),
                   "{\"verify2fa\":{\"login\":\"phone\",\"verification\":\"%s\",\"code\":123456}}",
                   jx_str(doc, "verification", ""));
    json_decref(doc);
    doc = ask_json(w, "POST", "/auth/v1/tokens/verify2fa", body, 200);
    assert_int_equal(strlen(jx_str(doc, "token", "")), TOKEN);
    json_decref(doc);
    assert_int_equal(ask(w, "POST", "/auth/v1/tokens/verify2fa", body), 400); /* once only */
}

static void second_factors_v2(void **state)
{
    struct world *w = *state;
    json_t *doc;

    add(w, "both:p:sms-webauthn");
    add(w, "key:p:webauthn");
    doc = ask_json(w, "POST", "/auth/v2/tokens", "{\"login\":\"both\",\"password\":\"p\"}", 201);
    assert_string_equal(jx_str(doc, "result", ""), "twofactor_options");
    assert_int_equal(json_array_size(jx_at(doc, "options")), 2);
    json_decref(doc);
    doc = ask_json(w, "POST", "/auth/v2/tokens",
                   "{\"login\":\"both\",\"password\":\"p\",\"two_factor_method\":\"sms\"}", 201);
    assert_string_equal(jx_str(doc, "result", ""), "twofactor_required");
    json_decref(doc);
    assert_int_equal(ask(w, "POST", "/auth/v2/tokens", "{\"login\":\"key\",\"password\":\"p\"}"), 400);
}

static void privileges(void **state)
{
    struct world *w = *state;
    json_t *doc;

    add(w, "none:p:no-openstack");
    add(w, "far:p:ip-restricted");
    add(w, "reader:p:read-only");
    log_in(w, "none", "p");
    doc = ask_json(w, "GET", V2, NULL, 403);
    assert_string_equal(jx_str(doc, "error.message", ""),
                        "No access: Your user does not have access to this method.");
    json_decref(doc);
    assert_int_equal(ask(w, "GET", "/identity/v2/current-user", NULL), 200);
    log_in(w, "far", "p");
    doc = ask_json(w, "GET", V2, NULL, 403);
    assert_string_equal(jx_str(doc, "error.message", ""), "Forbidden IP");
    json_decref(doc);
    set(w, "forbidden-ip", "off");
    assert_int_equal(ask(w, "GET", V2, NULL), 200);
    log_in(w, "reader", "p");
    assert_int_equal(ask(w, "GET", V2, NULL), 200);
    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_end), cmocka_unit_test(accounts_as_text), WORLD_TEST(plain_logins),
        WORLD_TEST(sms_dialogue_v1),  WORLD_TEST(second_factors_v2),      WORLD_TEST(privileges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
