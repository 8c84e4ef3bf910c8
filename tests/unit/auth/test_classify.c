/* SPDX-License-Identifier: Apache-2.0 */
/* What answers of Cleura's API mean: one row per answer. */
#undef NDEBUG
#include "lib/cleanup.h"
#include "provider/auth/classify.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct http_response answer(int status, const char *body)
{
    struct http_response res = { .status = status, .body = buf_max(10000) };

    (void)buf_adds(&res.body, body);
    return res;
}

#define ENVELOPE(code, message) "{\"error\":{\"code\":" #code ",\"message\":\"" message "\"}}"

static void tokens_and_rights_are_told_apart(void **state)
{
    static const struct {
        int status;
        const char *body;
        bool invalid_token;
        const char *refusal;
    } rows[] = {
        { 403, ENVELOPE(403, "Invalid token"), true, "Unauthorized" },
        { 401, ENVELOPE(401, "The token has expired"), true, "Unauthorized" },
        { 401, "", true, "Unauthorized" },
        { 403, "<html>Forbidden</html>", false, "Forbidden" },
        { 403, ENVELOPE(403, "No access: Your user does not have access to this method."), false,
          "Forbidden" },
        { 403, ENVELOPE(403, "Forbidden IP"), false, "ForbiddenAddress" },
        { 404, ENVELOPE(404, "no such token"), false, NULL },
        { 200, "", false, NULL },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct http_response res = answer(rows[i].status, rows[i].body);
        const char *refusal = classify_refusal(&res);

        assert_int_equal(rows[i].invalid_token, classify_invalid_token(&res));
        assert_string_equal(rows[i].refusal ? rows[i].refusal : "-", refusal ? refusal : "-");
        buf_free(&res.body);
    }
}

static void what_is_wrong_is_told_without_secrets(void **state)
{
    struct http_response res =
        answer(400, "{\"error\":{\"code\":400,\"message\":\"One or more properties are invalid\","
                    "\"errors\":[{\"key\":\"name\",\"value\":\"too long\"},"
                    "{\"key\":\"password\",\"value\":\"hunter2\"}]}}");
    CLEAN(free) char *text = classify_text(&res);

    (void)state;
    assert_string_equal("HTTP 400: One or more properties are invalid; name: too long; password", text);
    buf_free(&res.body);
}

static void logins(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum login_outcome outcome;
    } rows[] = {
        { 200, "{\"result\":\"login_ok\",\"token\":\"abc\"}", LOGIN_OK },
        { 201, "{\"token\":\"abc\"}", LOGIN_OK },
        { 200, "{\"result\":\"twofactor_required\",\"type\":\"sms\",\"verification\":\"x\"}",
          LOGIN_TWO_FACTOR },
        { 201, "{\"result\":\"twofactor_options\",\"options\":[\"sms\",\"webauthn\"]}", LOGIN_TWO_FACTOR },
        { 200, "{\"result\":\"login_ok\",\"token\":\"\"}", LOGIN_REFUSED },
        { 200, "{\"result\":\"login_failed\"}", LOGIN_REFUSED },
        { 403, ENVELOPE(403, "no"), LOGIN_REFUSED },
        { 400, ENVELOPE(400, "no"), LOGIN_REFUSED },
        { 200, "<html>maintenance</html>", LOGIN_LATER },
        { 429, "", LOGIN_LATER },
        { 502, "<html></html>", LOGIN_LATER },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct http_response res = answer(rows[i].status, rows[i].body);
        CLEAN(free) char *token = NULL;
        enum login_outcome outcome = classify_login(&res, &token);

        if (outcome != rows[i].outcome)
            fail_msg("row %zu: %d, expected %d", i, outcome, rows[i].outcome);
        assert_string_equal(outcome == LOGIN_OK ? "abc" : "-", token ? token : "-");
        buf_free(&res.body);
    }
}

static void shoots(void **state)
{
    static const struct {
        const char *generation;
        int status;
        const char *body;
        enum shoot_state state;
    } rows[] = {
        { "v1", 200, "{\"status\":{\"lastOperation\":{\"type\":\"Create\",\"state\":\"Processing\"}}}",
          SHOOT_COMING },
        { "v1", 200, "{\"status\":{\"lastOperation\":{\"type\":\"Create\",\"state\":\"Succeeded\"}}}",
          SHOOT_RUNNING },
        { "v1", 200, "{\"status\":{\"lastOperation\":{\"type\":\"Reconcile\",\"state\":\"Error\"}}}",
          SHOOT_RUNNING },
        { "v1", 200, "{\"status\":{\"lastOperation\":{\"type\":\"Delete\",\"state\":\"Processing\"}}}",
          SHOOT_GONE },
        { "v1", 200,
          "{\"spec\":{\"hibernation\":{\"enabled\":true}},\"status\":{\"lastOperation\":{\"type\":"
          "\"Reconcile\"}}}",
          SHOOT_HIBERNATED },
        { "v1", 200, "{\"status\":{\"hibernated\":true,\"lastOperation\":{\"type\":\"Reconcile\"}}}",
          SHOOT_HIBERNATED },
        { "v1", 200, "{\"spec\":{\"hibernation\":{\"enabled\":false}},\"status\":{\"hibernated\":true}}",
          SHOOT_WAKING },
        { "v1", 200,
          "{\"spec\":{\"hibernation\":{\"enabled\":false}},\"status\":{\"lastOperation\":{\"type\":"
          "\"Reconcile\"}}}",
          SHOOT_RUNNING },
        { "v1", 200, "{\"status\":{}}", SHOOT_COMING },
        { "v2", 200, "{\"last_operation\":null,\"status\":null}", SHOOT_COMING },
        { "v2", 200,
          "{\"last_operation\":{\"type\":\"Reconcile\",\"state\":\"Succeeded\"},\"status\":{\"is_"
          "hibernated\":true}}",
          SHOOT_HIBERNATED },
        { "v2", 200, "{\"last_operation\":{\"type\":\"Create\",\"state\":\"Succeeded\"}}", SHOOT_RUNNING },
        { "v1", 404, ENVELOPE(404, "Not Found"), SHOOT_GONE },
        { "v1", 404, "<html>404</html>", SHOOT_UNKNOWN },
        { "v1", 404, "{\"error\":\"Not Found\"}", SHOOT_UNKNOWN },
        { "v1", 404, ENVELOPE(404, "OpenStack region X was not found"), SHOOT_UNKNOWN },
        { "v1", 500, "", SHOOT_UNKNOWN },
        { "v2", 200, "<html>", SHOOT_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct http_response res = answer(rows[i].status, rows[i].body);
        enum shoot_state got = classify_shoot(&res, rows[i].generation);

        if (got != rows[i].state)
            fail_msg("row %zu: %d, expected %d", i, got, rows[i].state);
        buf_free(&res.body);
    }
}

/* What a Kubernetes API server says, told with fields and without its own repetition. */
static void causes_are_told_in_words(void **state)
{
    static const struct {
        int status;
        const char *body, *text;
    } rows[] = {
        { 422,
          "{\"kind\":\"Status\",\"message\":\"a long "
          "one\",\"reason\":\"Invalid\",\"details\":{\"kind\":\"Service\",\"name\":\"s\","
          "\"causes\":[{\"reason\":\"FieldValueRequired\",\"message\":\"Required "
          "value\",\"field\":\"spec.ports\"},"
          "{\"reason\":\"FieldValueInvalid\",\"message\":\"Invalid value: 0: must be between 1 and 65535\","
          "\"field\":\"spec.ports[0].port\"}]}}",
          "HTTP 422: Service \"s\": spec.ports: Required value; spec.ports[0].port: Invalid value: 0: must "
          "be between 1 and "
          "65535" },
        { 409,
          "{\"kind\":\"Status\",\"message\":\"Apply failed with 1 conflict: "
          "..\",\"reason\":\"Conflict\",\"details\":{"
          "\"causes\":[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"kubectl\\\" "
          "using v1\","
          "\"field\":\".data.token\"}]}}",
          "HTTP 409: .data.token: conflict with \"kubectl\" using v1; leave that out of the body, or take it "
          "over with "
          "force=true in the URL" },
        { 422,
          "{\"kind\":\"Status\",\"details\":{\"kind\":\"Secret\",\"name\":\"s\",\"causes\":[{\"reason\":"
          "\"FieldValueInvalid\","
          "\"message\":\"Invalid value: hunter2\",\"field\":\"data[x]\"}]}}",
          "HTTP 422: Secret \"s\": data[x]: FieldValueInvalid" },
        { 422,
          "{\"kind\":\"Status\",\"details\":{\"kind\":\"X\",\"name\":\"s\",\"causes\":[{\"reason\":"
          "\"FieldValueInvalid\","
          "\"message\":\"Invalid value: hunter2\",\"field\":\"spec.password\"}]}}",
          "HTTP 422: X \"s\": spec.password: FieldValueInvalid" },
        { 404,
          "{\"kind\":\"Status\",\"message\":\"namespaces \\\"x\\\" not found\",\"details\":{\"name\":\"x\"}}",
          "HTTP 404: namespaces \"x\" not found" },
        { 422, "{\"kind\":\"Status\",\"details\":{\"kind\":\"Secret\",\"causes\":[1,null]}}",
          "HTTP 422: wrong; wrong" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct http_response res = answer(rows[i].status, rows[i].body);
        CLEAN(free) char *text = classify_text(&res);

        assert_string_equal(rows[i].text, text);
        assert_true(classify_kubernetes(&res));
        assert_false(classify_mistyped(&res));
        buf_free(&res.body);
    }
}

static void a_field_that_the_schema_does_not_have_is_no_server_error(void **state)
{
    static const char body[] =
        "{\"kind\":\"Status\",\"reason\":\"InternalError\",\"message\":\"failed to create typed patch object "
        "(a/b; v1, Kind=X): .spec.foo: field not declared in schema\"}";
    struct http_response res = answer(500, body),
                         other = answer(500, "{\"kind\":\"Status\",\"message\":\"etcd\"}");

    (void)state;
    assert_true(classify_mistyped(&res));
    assert_false(classify_mistyped(&other));
    buf_free(&res.body);
    buf_free(&other.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(causes_are_told_in_words),
        cmocka_unit_test(a_field_that_the_schema_does_not_have_is_no_server_error),
        cmocka_unit_test(tokens_and_rights_are_told_apart),
        cmocka_unit_test(what_is_wrong_is_told_without_secrets),
        cmocka_unit_test(logins),
        cmocka_unit_test(shoots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
