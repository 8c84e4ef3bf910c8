/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ProviderConfigs. */
#undef NDEBUG
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/auth/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *secret; /* what every lookup finds */

static const json_t *find_secret(void *ctx, const char *ns, const char *name)
{
    (void)ctx;
    return !strcmp(ns, jx_str(secret, "metadata.namespace", "-")) && !strcmp(name, "account") ? secret : NULL;
}

static const struct auth_lookup lookup = { .secret = find_secret };

static json_t *parse(const char *text)
{
    struct err e = { 0 };
    json_t *doc = jx_parse(text, strlen(text), &e);

    if (!doc)
        fail_msg("%s", e.text);
    return doc;
}

static void set_secret(const char *ns, const char *key, const char *value)
{
    CLEAN(free) char *encoded = crypto_base64(value, strlen(value));

    json_decref(secret);
    secret = jx_pack("{s:{s:s}, s:{s:s}}", "metadata", "namespace", ns, "data", key, encoded);
}

static char *credential(const char *config, const char *what, struct err *e)
{
    static json_t *doc;
    struct auth_config c;
    char *value = NULL;

    json_decref(doc);
    doc = parse(config);
    assert_int_equal(0, config_read(doc, &c, NULL));
    return config_credential(&c, &lookup, what, &value, e) < 0 ? NULL : value;
}

#define CLEURA(rest)                                                                                         \
    "{\"metadata\":{\"namespace\":\"team\"},\"spec\":{\"endpoint\":\"https://h\",\"auth\":\"Cleura\"," rest  \
    "}}"
#define REF                                                                                                  \
    "\"credentials\":{\"source\":\"Secret\",\"secretRef\":{\"name\":\"account\",\"namespace\":\"team\"}}"

static void login_and_password_are_keys_of_the_secret(void **state)
{
    CLEAN(free) char *value = NULL;

    (void)state;
    set_secret("team", "password", "p\"1");
    value = credential(CLEURA(REF), "password", NULL);
    assert_string_equal("p\"1", value);
    assert_null(credential(CLEURA(REF), "login", NULL));
}

static void or_one_key_holds_all_as_json(void **state)
{
    CLEAN(free) char *value = NULL;

    (void)state;
    set_secret("team", "all", "{\"login\":\"me\",\"password\":\"p\"}");
    value = credential(
        CLEURA(
            "\"credentials\":{\"source\":\"Secret\",\"secretRef\":{\"name\":\"account\",\"key\":\"all\"}}"),
        "login", NULL);
    assert_string_equal("me", value);
}

static void other_namespaces_are_closed(void **state)
{
    struct err e = { 0 };

    (void)state;
    set_secret("other", "password", "p");
    assert_null(credential(
        CLEURA("\"credentials\":{\"source\":\"Secret\",\"secretRef\":{\"name\":\"account\",\"namespace\":"
               "\"other\"}}"),
        "password", &e));
    assert_non_null(strstr(e.text, "its own namespace only"));
}

static void a_missing_secret_is_named(void **state)
{
    struct err e = { 0 };

    (void)state;
    json_decref(TAKE(secret));
    assert_null(credential(CLEURA(REF), "password", &e));
    assert_int_equal(ERR_AUTH, e.kind);
    assert_non_null(strstr(e.text, "team/account"));
}

static void a_wrong_config_is_told(void **state)
{
    static const char *const rows[][2] = {
        { "{\"spec\":{\"auth\":\"Magic\"}}", "Magic" },
        { "{\"spec\":{\"auth\":\"Cleura\"}}", "spec.endpoint" },
        { "{\"spec\":{\"auth\":\"CleuraShoot\"}}", "spec.shoot.url" },
        { "{\"spec\":{\"tls\":\"x\"}}", "spec.tls" },
        { "{\"spec\":{\"limits\":{\"maxConnections\":0}}}", "maxConnections" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        json_auto_t *doc = parse(rows[i][0]);
        struct auth_config c;
        struct err e = { 0 };

        assert_int_equal(-1, config_read(doc, &c, &e));
        assert_non_null(strstr(e.text, rows[i][1]));
    }
}

static void a_credential_without_auth_is_the_authorization_header(void **state)
{
    json_auto_t *doc =
        parse("{\"spec\":{\"credentials\":{\"source\":\"Secret\",\"secretRef\":{\"key\":\"k\"}}}}");
    struct auth_config c;

    (void)state;
    assert_int_equal(0, config_read(doc, &c, NULL));
    assert_int_equal(AUTH_HEADER, c.kind);
    assert_string_equal("Authorization", c.header);
}

static void tls_of_a_request_goes_over_that_of_its_config(void **state)
{
    struct config_tls own = { .key = x_strdup("own key"), .cert = x_strdup("own cert") };
    const struct config_tls theirs = { .ca = (char *)(uintptr_t) "ca",
                                       .key = (char *)(uintptr_t) "key",
                                       .insecure = true };

    (void)state;
    config_fill_tls(&own, &theirs);
    assert_string_equal("ca", own.ca);
    assert_string_equal("own key", own.key);
    assert_string_equal("own cert", own.cert);
    assert_false(own.insecure);
    config_free_tls(&own);
}

static int forget_secret(void **state)
{
    (void)state;
    json_decref(TAKE(secret));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(login_and_password_are_keys_of_the_secret),
        cmocka_unit_test(or_one_key_holds_all_as_json),
        cmocka_unit_test(other_namespaces_are_closed),
        cmocka_unit_test(a_missing_secret_is_named),
        cmocka_unit_test(a_wrong_config_is_told),
        cmocka_unit_test(a_credential_without_auth_is_the_authorization_header),
        cmocka_unit_test(tls_of_a_request_goes_over_that_of_its_config),
    };

    return cmocka_run_group_tests(tests, NULL, forget_secret);
}
