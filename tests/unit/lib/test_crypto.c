/* SPDX-License-Identifier: Apache-2.0 */
/* Digests, base64, certificates, random numbers. */
#undef NDEBUG
#include "lib/clock.h"
#include "lib/crypto.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void sha256_of_abc(void **state)
{
    char hex[65], eight[9];

    (void)state;
    crypto_sha256_hex("abc", 3, hex, 64);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256_hex("", 0, eight, 8);
    assert_string_equal(eight, "e3b0c442");
}

static void base64_both_ways(void **state)
{
    static const char *const pairs[][2] = {
        { "", "" },        { "f", "Zg==" },          { "fo", "Zm8=" },
        { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" }, { "\xff\xfe", "//4=" }
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) {
        CLEAN(free) char *encoded = crypto_base64(pairs[i][0], strlen(pairs[i][0])), *decoded = NULL;
        struct err e = { 0 };
        size_t n = 99;

        assert_string_equal(encoded, pairs[i][1]);
        decoded = crypto_base64_decode(encoded, &n, &e);
        assert_int_equal(n, strlen(pairs[i][0]));
        assert_string_equal(decoded, pairs[i][0]);
    }
}

static void base64_skips_white_space_only(void **state)
{
    static const char *const bad[] = { "Zg", "Zg=", "Z===", "====", "=Zg=", "Zg==Zm9v", "Zm9v!mFy", "Zm-_" };
    struct err e = { 0 };
    CLEAN(free) char *good = crypto_base64_decode(" Zm9v\r\n YmFy\n", NULL, &e);

    (void)state;
    assert_string_equal(good, "foobar");
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        if (crypto_base64_decode(bad[i], NULL, &e))
            fail_msg("accepted %s", bad[i]);
        assert_int_equal(e.kind, ERR_INVALID);
    }
}

static void expiry_of_a_certificate(void **state)
{
    /* a self-signed certificate that ends at 2036-11-19T08:29:06Z */
    static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
                              "MIIBczCCARmgAwIBAgIUNArde13iol3fd5t91zL6O6JDQuUwCgYIKoZIzj0EAwIw\n"
                              "DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjIwODI5MDZaFw0zNjExMTkwODI5MDZa\n"
                              "MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQn4shT\n"
                              "L3e0KYVVfopPeykAdSnTDWmG1Am2m0i1yGIoOmGDTNC9HqG8RRGk+wDGp7OFKoXf\n"
                              "kW/SxumqxtNsQ1qWo1MwUTAdBgNVHQ4EFgQUprDWGErAeELmPIGnzuRkX1VgseYw\n"
                              "HwYDVR0jBBgwFoAUprDWGErAeELmPIGnzuRkX1VgseYwDwYDVR0TAQH/BAUwAwEB\n"
                              "/zAKBggqhkjOPQQDAgNIADBFAiEAn3CioZtt3DukcW5oWPQLg7ZO//ruz7Xm0ABP\n"
                              "ZtFJ0mUCICYXT3vu20we4WU/c0WgdFuC4H3I6UBJDW6kS0T9+qS8\n"
                              "-----END CERTIFICATE-----\n";
    int64_t when = 0, want = 0;
    struct err e = { 0 };

    (void)state;
    assert_int_equal(clock_parse("2036-11-19T08:29:06Z", &want, &e), 0);
    assert_int_equal(crypto_certificate_expiry(pem, &when, &e), 0);
    assert_int_equal(when, want);
    assert_int_equal(crypto_certificate_expiry("nonsense", &when, &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
}

static void random_values_have_their_form(void **state)
{
    char a[CRYPTO_UUID], b[CRYPTO_UUID];

    (void)state;
    crypto_uuid(a);
    crypto_uuid(b);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), 36);
    assert_int_equal(a[14], '4');
    assert_non_null(strchr("89ab", a[19]));
    for (int i = 0; i < 1000; i++) {
        double d = crypto_random();

        assert_true(d >= 0 && d < 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_abc),
        cmocka_unit_test(base64_both_ways),
        cmocka_unit_test(base64_skips_white_space_only),
        cmocka_unit_test(expiry_of_a_certificate),
        cmocka_unit_test(random_values_have_their_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
