/* SPDX-License-Identifier: Apache-2.0 */
/* The account out of the environment. */
#undef NDEBUG
#include "cli/account.h"
#include "lib/file.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_config_names_variables_not_values(void **state)
{
    const struct options o = { 0 };
    json_auto_t *config = NULL;
    CLEAN(free) char *text = NULL;

    (void)state;
    setenv("CLEURA_LOGIN", "somebody", 1);
    setenv("CLEURA_PASSWORD", "hunter2", 1);
    config = account_config(&o, "team-a", NULL);
    assert_string_equal(jx_str(config, "spec.endpoint", ""), "https://rest.cleura.cloud");
    assert_string_equal(jx_str(config, "metadata.namespace", ""), "team-a");
    assert_string_equal(jx_str(config, "spec.credentials.env.password", ""), "CLEURA_PASSWORD");
    text = jx_dump(config);
    assert_null(strstr(text, "hunter2"));
    assert_null(strstr(text, "somebody"));
}

static void clouds_have_their_urls(void **state)
{
    const struct options compliant = { .cloud = "compliant" }, mine = { .cloud = "acme" },
                         given = { .cloud = "acme", .url = "https://rest.acme.example" };
    json_auto_t *a = account_config(&compliant, "n", NULL), *b = NULL;
    struct err e = { 0 };

    (void)state;
    assert_string_equal(jx_str(a, "spec.endpoint", ""), "https://rest.compliant.cleura.cloud");
    assert_null(account_config(&mine, "n", &e));
    assert_int_equal(e.kind, ERR_INVALID);
    assert_non_null(strstr(e.text, "--url"));
    b = account_config(&given, "n", NULL);
    assert_string_equal(jx_str(b, "spec.endpoint", ""), "https://rest.acme.example");
}

static void values_that_go_into_urls_are_checked(void **state)
{
    const struct options bad[] = { { .cloud = "a/b" },    { .cloud = "" }, { .region = "kna1?x" },
                                   { .project = "../x" }, { .ns = "a b" }, { .api = "v3" },
                                   { .poll = "soon" },    { .poll = "0s" } };
    const struct options good = { .cloud = "public",
                                  .region = "Sto2",
                                  .project = "0123456789abcdef0123456789abcdef",
                                  .api = "v2",
                                  .poll = "15s" };

    (void)state;
    assert_int_equal(account_check(&good, NULL), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct err e = { 0 };

        assert_int_equal(account_check(&bad[i], &e), -1);
        assert_int_equal(e.kind, ERR_INVALID);
    }
}

static void a_password_file_gives_its_first_line(void **state)
{
    char path[] = "/tmp/test_account.XXXXXX";
    CLEAN(fd) int fd = mkstemp(path);
    const struct options o = { .password_file = path };
    struct err e = { 0 };

    (void)state;
    setenv("CLEURA_LOGIN", "somebody", 1);
    assert_int_equal(write(fd, "s3cret \"x\"\r\nrest\n", 17), 17);
    assert_int_equal(account_unlock(&o, &e), 0);
    assert_string_equal(getenv("CLEURA_PASSWORD"), "s3cret \"x\"");
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(account_unlock(&o, &e), -1);
    assert_int_equal(e.kind, ERR_AUTH);
    (void)unlink(path);
    assert_int_equal(account_unlock(&o, &e), -1);
    assert_int_equal(e.kind, ERR_NOT_FOUND);
    assert_null(strstr(e.text, "s3cret"));
}

static void a_token_stands_in_for_the_password(void **state)
{
    const struct options o = { 0 };

    (void)state;
    setenv("CLEURA_LOGIN", "somebody", 1);
    unsetenv("CLEURA_PASSWORD");
    setenv("CLEURA_TOKEN", "t", 1);
    assert_int_equal(account_unlock(&o, NULL), 0);
    unsetenv("CLEURA_TOKEN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_config_names_variables_not_values),
        cmocka_unit_test(clouds_have_their_urls),
        cmocka_unit_test(values_that_go_into_urls_are_checked),
        cmocka_unit_test(a_password_file_gives_its_first_line),
        cmocka_unit_test(a_token_stands_in_for_the_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
