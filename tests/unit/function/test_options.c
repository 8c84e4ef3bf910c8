/* SPDX-License-Identifier: Apache-2.0 */
#undef NDEBUG
#include "function/options.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *certs_variable; /* what TLS_SERVER_CERTS_DIR is; NULL = not set */

static char *environment(const char *name)
{
    static char value[64];

    assert_string_equal(name, "TLS_SERVER_CERTS_DIR");
    if (!certs_variable)
        return NULL;
    (void)snprintf(value, sizeof(value), "%s", certs_variable);
    return value;
}

enum { WORDS = 32 };

/* 'line' is split at blanks and "''" stands for an empty word; what is borrowed lives until the next call. */
static int run(const char *line, const char *certs, struct options *o, struct err *e)
{
    static char copy[512];
    char *argv[WORDS] = { (char[]){ "function-cleura" } }, *rest = copy;
    int argc = 1;

    (void)snprintf(copy, sizeof(copy), "%s", line);
    for (char *word; (word = strsep(&rest, " "));)
        if (*word)
            argv[argc++] = strcmp(word, "''") != 0 ? word : word + 2;
    certs_variable = certs;
    *e = (struct err){ 0 };
    return options_read(argc, argv, environment, o, e);
}

static struct options good(const char *line, const char *certs)
{
    struct options o = { 0 };
    struct err e;

    if (run(line, certs, &o, &e) < 0)
        fail_msg("%s: %s", line, e.text);
    return o;
}

static const char *refused(const char *line, const char *certs)
{
    static struct err e;
    struct options o;

    if (run(line, certs, &o, &e) == 0)
        fail_msg("%s is taken", line);
    assert_int_equal(e.kind, ERR_INVALID);
    return e.text;
}

#define assert_says(text, part)                                                                              \
    do {                                                                                                     \
        const char *text_ = (text);                                                                          \
        if (!strstr(text_, part))                                                                            \
            fail_msg("\"%s\" does not say \"%s\"", text_, part);                                             \
    } while (0)

/* ---- how Crossplane starts it ------------------------------------------------------------------------------------ */

static void core_gives_no_arguments_but_a_variable(void **state)
{
    struct options o = good("", "/tls/server");

    (void)state;
    assert_string_equal(o.tls_dir, "/tls/server");
    assert_string_equal(o.network, "tcp");
    assert_string_equal(o.address, ":9443");
    assert_string_equal(o.metrics_address, ":8080");
    assert_int_equal(o.max_message, 16 << 20);
    assert_int_equal(o.max_age_ms, 300000);
    assert_int_equal(o.drain_ms, 2000);
    assert_int_equal(o.workers, 2);
    assert_false(o.debug || o.help || o.version);
}

static void render_gives_insecure_and_nothing_else(void **state)
{
    (void)state;
    assert_null(good("--insecure", NULL).tls_dir);
}

static void the_command_line_wins_over_the_environment(void **state)
{
    (void)state;
    assert_string_equal(good("--tls-certs-dir /other", "/tls/server").tls_dir, "/other");
    assert_string_equal(good("--tls-certs-dir=/other", NULL).tls_dir, "/other");
}

static void insecure_wins_over_certificates(void **state)
{
    (void)state;
    assert_null(good("--insecure", "/tls/server").tls_dir);
    assert_null(good("--insecure --tls-certs-dir /tls/server", NULL).tls_dir);
    assert_null(good("--tls-certs-dir /tls/server --insecure=true", NULL).tls_dir);
    assert_string_equal(good("--insecure=false", "/tls/server").tls_dir, "/tls/server");
}

static void without_either_both_ways_out_are_named(void **state)
{
    static const char *const lines[] = { "", "--debug", "--insecure=false", "--tls-certs-dir ''",
                                         "--tls-certs-dir=" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        const char *text = refused(lines[i], i % 2 ? "" : NULL);

        assert_says(text, "--tls-certs-dir");
        assert_says(text, "TLS_SERVER_CERTS_DIR");
        assert_says(text, "--insecure");
    }
}

static void help_and_version_need_no_certificates(void **state)
{
    (void)state;
    assert_true(good("--help", NULL).help);
    assert_true(good("-h", NULL).help);
    assert_true(good("--version", NULL).version);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static void every_option_can_be_set_in_both_notations(void **state)
{
    static const char *const lines[] = {
        "--insecure --network unix --address /run/f.sock --metrics-address 127.0.0.1:0 "
        "--max-recv-message-size 4 "
        "--max-connection-age 90s --workers 8 --drain 0s --debug",
        "--insecure --network=unix --address=/run/f.sock --metrics-address=127.0.0.1:0 "
        "--max-recv-message-size=4 "
        "--max-connection-age=1m30s --workers=8 --drain=0s -d",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        struct options o = good(lines[i], NULL);

        assert_string_equal(o.network, "unix");
        assert_string_equal(o.address, "/run/f.sock");
        assert_string_equal(o.metrics_address, "127.0.0.1:0");
        assert_int_equal(o.max_message, 4 << 20);
        assert_int_equal(o.max_age_ms, 90000);
        assert_int_equal(o.workers, 8);
        assert_int_equal(o.drain_ms, 0);
        assert_true(o.debug);
    }
}

static void the_last_of_two_counts(void **state)
{
    (void)state;
    assert_string_equal(good("--insecure --address :1 --address :2", NULL).address, ":2");
}

static void an_empty_metrics_address_means_none(void **state)
{
    (void)state;
    assert_null(good("--insecure --metrics-address ''", NULL).metrics_address);
    assert_null(good("--insecure --metrics-address=", NULL).metrics_address);
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        { "--insecure --port 1", "there is no option --port" },
        { "--insecure -x", "there is no option -x" },
        { "-insecure", "there is no option -insecure" },
        { "--insecure -dd", "there is no option -dd" },
        { "--insecure --", "there is no option --" },
        { "--insecure -", "there is no option -" },
        { "--insecure --ADDRESS :1", "there is no option --ADDRESS" },
        { "--insecure --addr :1", "there is no option --addr" },
        { "--insecure serve", "\"serve\" is one" },
        { "--insecure ''", "no arguments are expected" },
        { "--insecure --address", "--address needs a value: --address ADDRESS" },
        { "--insecure --address ''", "--address: \"\" is not an address" },
        { "--insecure=yes", "--insecure: \"yes\" is not true or false" },
        { "--insecure --debug=1", "--debug: \"1\" is not true or false" },
        { "--insecure --network udp", "--network: \"udp\" is not tcp, tcp4, tcp6 or unix" },
        { "--insecure --max-recv-message-size 0",
          "--max-recv-message-size: \"0\" is not a whole number from 1 to 1024" },
        { "--insecure --max-recv-message-size 1025", "from 1 to 1024" },
        { "--insecure --max-recv-message-size 16MiB", "\"16MiB\" is not" },
        { "--insecure --max-recv-message-size -1", "\"-1\" is not" },
        { "--insecure --max-recv-message-size 99999999999999999999", "is not a whole number" },
        { "--insecure --workers 0", "--workers: \"0\"" },
        { "--insecure --workers 65", "from 1 to 64" },
        { "--insecure --workers ''", "--workers: \"\"" },
        { "--insecure --max-connection-age 5", "--max-connection-age: \"5\" is not a duration such as 90s" },
        { "--insecure --max-connection-age -5m", "\"-5m\" is not a duration" },
        { "--insecure --drain soon", "--drain: \"soon\" is not a duration" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_says(refused(cases[i].line, "/tls/server"), cases[i].says);
}

static void a_refused_line_leaves_no_options(void **state)
{
    struct options o = { .workers = 7 };
    struct err e;

    (void)state;
    assert_int_equal(run("--workers 3 --drain x", "/tls/server", &o, &e), -1);
    assert_int_equal(o.workers, 7);
}

static void help_names_every_option_with_its_default(void **state)
{
    static const char *const names[] = {
        "--insecure",
        "--tls-certs-dir DIR",
        "$TLS_SERVER_CERTS_DIR",
        "--network NAME",
        "(default tcp)",
        "--address ADDRESS",
        "(default :9443)",
        "--metrics-address ADDRESS",
        "(default :8080)",
        "--max-recv-message-size MIB",
        "(default 16)",
        "--max-connection-age TIME",
        "(default 5m)",
        "--workers N",
        "--drain TIME",
        "-d, --debug",
        "-h, --help",
        "--version",
    };
    CLEAN(free) char *help = options_help();

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        assert_says(help, names[i]);
    for (const char *line = help; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 115);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core_gives_no_arguments_but_a_variable),
        cmocka_unit_test(render_gives_insecure_and_nothing_else),
        cmocka_unit_test(the_command_line_wins_over_the_environment),
        cmocka_unit_test(insecure_wins_over_certificates),
        cmocka_unit_test(without_either_both_ways_out_are_named),
        cmocka_unit_test(help_and_version_need_no_certificates),
        cmocka_unit_test(every_option_can_be_set_in_both_notations),
        cmocka_unit_test(the_last_of_two_counts),
        cmocka_unit_test(an_empty_metrics_address_means_none),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_refused_line_leaves_no_options),
        cmocka_unit_test(help_names_every_option_with_its_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
