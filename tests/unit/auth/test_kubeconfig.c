/* SPDX-License-Identifier: Apache-2.0 */
#undef NDEBUG
#include "provider/auth/kubeconfig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A self-signed certificate without any use. */
#define CERTIFICATE                                                                                          \
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJkakNDQVJ1Z0F3SUJBZ0lVWWNDQS91WnhBTUEyWm9keEt6YW"             \
    "ljNnh6Q2k4d0NnWUlLb1pJemowRUF3SXcKRHpFTk1Bc0dBMVVFQXd3RWRHVnpkREFnRncweU5qRXhNakl3T1RNeE5U"             \
    "ZGFHQTh5TVRJMk1UQXlPVEE1TXpFMQpOMW93RHpFTk1Bc0dBMVVFQXd3RWRHVnpkREJaTUJNR0J5cUdTTTQ5QWdFR0"             \
    "NDcUdTTTQ5QXdFSEEwSUFCRkVGCmw2R0ZlRGpuWXlFczZ2UVVwenhFS1R4ZzBxZHkwb25rS2RiMVkxeUdhb1U2akFr"             \
    "NTlNNTJuSXVoblFuUFhMK3gKdUEyRHZrSDZZckhXMnF2Y0ZrV2pVekJSTUIwR0ExVWREZ1FXQkJRbkkzaVMwN2NHUG"             \
    "h5V1EydkN0UWNjLzJZeApGekFmQmdOVkhTTUVHREFXZ0JRbkkzaVMwN2NHUGh5V1EydkN0UWNjLzJZeEZ6QVBCZ05W"             \
    "SFJNQkFmOEVCVEFECkFRSC9NQW9HQ0NxR1NNNDlCQU1DQTBrQU1FWUNJUUMxR2l5NFRsVEU4VFd2SW5YQitOMGRKcD"             \
    "Z5MEV3bVhDei8KVW0wWEtGV3FxZ0loQVBtU2t0WEpQbEs3WldvRWVEMVpaY3U3R3JKT2wzVHlxaVBTdGIyY3FoUlkK"             \
    "LS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
#define EXPIRES_AT (INT64_C(4948939917) * 1000)

#define KUBECONFIG(user)                                                                                     \
    "apiVersion: v1\nkind: Config\ncurrent-context: b\n"                                                     \
    "clusters:\n- {name: one, cluster: {server: 'https://wrong'}}\n"                                         \
    "- {name: two, cluster: {server: 'https://api.example.com', certificate-authority-data: Y2E=}}\n"        \
    "contexts:\n- {name: a, context: {cluster: one, user: u}}\n- {name: b, context: {cluster: two, user: "   \
    "u}}\n"                                                                                                  \
    "users:\n- name: u\n  user: " user "\n"

static void the_current_context_counts(void **state)
{
    static const char yaml[] =
        KUBECONFIG("{client-certificate-data: " CERTIFICATE ", client-key-data: a2V5}");
    CLEAN(kubeconfig_free) struct kubeconfig k = { 0 };
    struct err e = { 0 };

    (void)state;
    if (kubeconfig_read(yaml, strlen(yaml), &k, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal("https://api.example.com", k.server);
    assert_string_equal("ca", k.ca);
    assert_string_equal("key", k.key);
    assert_int_equal(EXPIRES_AT, k.expires_at);
    assert_null(k.token);
}

static void a_token_has_no_known_end(void **state)
{
    static const char yaml[] = KUBECONFIG("{token: abc}");
    CLEAN(kubeconfig_free) struct kubeconfig k = { 0 };

    (void)state;
    assert_int_equal(0, kubeconfig_read(yaml, strlen(yaml), &k, NULL));
    assert_string_equal("abc", k.token);
    assert_int_equal(0, k.expires_at);
}

/* What is wrong is told without a word of the content. */
static void what_is_no_kubeconfig_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "<html>secret</html>",
        "current-context: x\n",
        "- secret\n",
        "{\"secret\": 1",
        KUBECONFIG("{client-certificate-data: '%%secret'}"),
        KUBECONFIG("{client-certificate-data: c2VjcmV0}"),
        "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: secret}}]\nclusters: 3\nusers: "
        "4\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct kubeconfig k = { 0 };
        struct err e = { 0 };

        assert_int_equal(-1, kubeconfig_read(bad[i], strlen(bad[i]), &k, &e));
        assert_int_equal(ERR_INVALID, e.kind);
        assert_null(strstr(e.text, "secret"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_current_context_counts),
        cmocka_unit_test(a_token_has_no_known_end),
        cmocka_unit_test(what_is_no_kubeconfig_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
