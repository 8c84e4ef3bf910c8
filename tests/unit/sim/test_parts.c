/* SPDX-License-Identifier: Apache-2.0 */
/* The small modules: clock, switches, cron, addresses, journal, options, upkeep. */
#include "sim/address.h"
#include "sim/cron.h"
#include "sim/options.h"
#include "sim/profile.h"
#include "tests/unit/sim/helper.h"

static void a_fast_clock(void **state)
{
    struct sim_clock c = sim_clock_start(1000, 10);

    (void)state;
    assert_int_equal(sim_clock_at(&c, 1000), 1000);
    assert_int_equal(sim_clock_at(&c, 2000), 11000);
    sim_clock_set_speed(&c, 2000, 0);
    assert_int_equal(sim_clock_at(&c, 9000), 11000);
    sim_clock_advance(&c, 500);
    assert_int_equal(sim_clock_at(&c, 9000), 11500);
}

static void switches_know_their_values(void **state)
{
    struct switches s = { .value = { NULL } };
    struct err e = { 0 };
    json_t *doc;

    (void)state;
    switches_default(&s);
    assert_int_equal(switches_set(&s, "busy-conflict", "0.25", &e), 0);
    assert_int_equal(switches_set(&s, "busy-conflict", "1.5", &e), -1);
    assert_int_equal(switches_set(&s, "order", "sorte", &e), -1);
    assert_non_null(strstr(e.text, "sorted|shuffled|as-sent"));
    assert_int_equal(switches_set(&s, "create-seconds", "-1", &e), -1);
    assert_int_equal(switches_set(&s, "nonsense", "1", &e), -1);
    doc = switches_json(&s);
    assert_int_equal(json_object_size(doc), SW_N);
    assert_string_equal(jx_str(doc, "schema", ""), "2026-09");
    assert_int_equal(jx_int(doc, "token-seconds", 0), 86400);
    json_decref(doc);
    switches_free(&s);
}

static int64_t at(const char *text)
{
    int64_t when = 0;

    assert_int_equal(clock_parse(text, &when, NULL), 0);
    return when;
}

static void cron_looks_back(void **state)
{
    int64_t sunday = at("2026-11-22T08:30:30Z");

    (void)state;
    assert_int_equal(cron_last("0 20 * * 1-5", sunday - CLOCK_HOUR * 72, sunday), at("2026-11-20T20:00:00Z"));
    assert_int_equal(cron_last("*/15 * * * *", sunday - CLOCK_HOUR, sunday), at("2026-11-22T08:30:00Z"));
    assert_int_equal(cron_last("0 8 * * 7", sunday - CLOCK_HOUR, sunday), at("2026-11-22T08:00:00Z"));
    assert_int_equal(cron_last("00 08 * * 1,2,3", sunday - CLOCK_HOUR, sunday), 0);
    assert_int_equal(cron_last("@daily", sunday - CLOCK_HOUR, sunday), 0);
    assert_int_equal(cron_last("61 * * * *", sunday - CLOCK_HOUR, sunday), 0);
    assert_int_equal(cron_last("30 8 * * *", at("2026-11-22T08:30:00Z"), sunday), 0); /* seen already */
}

static void loopback_only(void **state)
{
    static const char *const good[] = { "127.0.0.1:0", "127.9.9.9:65535", "[::1]:1", "localhost:8480" };
    static const char *const bad[] = { "0.0.0.0:80", "192.168.1.1:80",  "127.0.0.1",
                                       "127.0.0.1:", "127.0.0.1:70000", ":80",
                                       "[::]:80",    "example.com:80",  "127.0.0.1:8o" };
    struct address a;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        assert_int_equal(address_parse(good[i], &a, NULL), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_int_equal(address_parse(bad[i], &a, NULL), -1);
}

static void versions_are_numbers(void **state)
{
    (void)state;
    assert_true(version_compare("1.9.0", "1.10.0") < 0);
    assert_true(version_compare("1.35.6", "1.35.6") == 0);
    assert_true(version_compare("1.35", "1.35.1") < 0);
    assert_string_equal(profile_newest_patch("1.35.5"), "1.35.7");
    assert_string_equal(profile_newest_patch("1.3.5"), "1.3.5");
}

static void the_journal_keeps_no_secrets(void **state)
{
    static const char body[] =
        "{\"auth\":{\"login\":\"l\",\"password\":\"hunter2\"},\"list\":[{\"token\":\"hunter2\"}],\"code\":1}";
    json_t *doc = journal_body(body, sizeof(body) - 1), *header = journal_header("x-auth-token", "hunter2");
    char *text = jx_dump(doc);

    (void)state;
    assert_null(strstr(text, "hunter2"));
    assert_string_equal(jx_str(doc, "auth.login", ""), "l");
    assert_string_equal(jx_str(doc, "code", ""), "<redacted>");
    assert_null(strstr(json_string_value(header), "hunter2"));
    free(text);
    json_decref(doc);
    json_decref(header);
    doc = journal_body("password=hunter2", 16);
    assert_int_equal(jx_int(doc, "bytes", 0), 16);
    json_decref(doc);
}

static void the_journal_is_a_ring(void **state)
{
    struct journal *j = x_alloc(sizeof(*j));
    json_t *all;

    (void)state;
    for (int i = 0; i < JOURNAL_MAX + 5; i++)
        journal_add(j, jx_pack("{s:s, s:s}", "method", i % 2 ? "GET" : "POST", "path", "/a"));
    all = journal_json(j, NULL, NULL, 0);
    assert_int_equal(json_array_size(jx_at(all, "entries")), JOURNAL_MAX);
    assert_int_equal(jx_int(json_array_get(jx_at(all, "entries"), 0), "seq", 0), 6);
    assert_int_equal(jx_int(all, "dropped", 0), 5);
    json_decref(all);
    all = journal_json(j, "GET", "/b", 0);
    assert_int_equal(json_array_size(jx_at(all, "entries")), 0);
    json_decref(all);
    all = journal_json(j, "GET", "/a", JOURNAL_MAX + 1);
    assert_int_equal(json_array_size(jx_at(all, "entries")), 2);
    json_decref(all);
    journal_clear(j);
    free(j);
}

/* The options as a shell would pass them. */
static struct sim *options(struct options *o, struct err *e, const char *const words[])
{
    char *argv[16] = { x_strdup("cleura-sim") };
    int argc = 1;
    struct sim *s;

    for (; words[argc - 1]; argc++)
        argv[argc] = x_strdup(words[argc - 1]);
    s = options_read(argc, argv, o, e);
    *e = s ? (struct err){ 0 } : *e;
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return s;
}

static void options_and_defaults(void **state)
{
    static const char *const bad[][3] = { { "--speed", "fast" },
                                          { "--project", "abc" },
                                          { "--account", "x" },
                                          { "--set", "order" },
                                          { "--set", "order=x" },
                                          { "--nonsense" },
                                          { "--stale-seconds", "x" },
                                          { "extra" },
                                          { "--seed" } };
    static const char one[] = PROJECT ":sto2:mine";
    struct options o;
    struct err e = { 0 };
    struct sim *s = options(&o, &e, (const char *const[]){ NULL });

    (void)state;
    assert_non_null(s);
    assert_int_equal(s->accounts.n, 1);
    assert_int_equal(s->n_projects, 3);
    assert_string_equal(o.listen, "127.0.0.1:8480");
    sim_free(s);
    s = options(
        &o, &e,
        (const char *const[]){ "--project", one, "--set", "quota=off", "--seed", "9", "--tls", NULL });
    assert_non_null(s);
    assert_int_equal(s->n_projects, 1);
    assert_string_equal(s->projects[0].name, "mine");
    assert_string_equal(s->projects[0].region->tag, "Sto2");
    assert_true(o.tls);
    sim_free(s);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        e = (struct err){ 0 };
        assert_null(options(&o, &e, bad[i]));
        assert_true(strlen(e.text) > 10);
    }
}

static const char *version(struct world *w)
{
    return jx_str(sim_shoot_named(w->sim, "one")->spec, "kubernetes.version", "");
}

static void things_happen_unasked(void **state)
{
    struct world *w = *state;
    const struct shoot *shoot;

    assert_int_equal(ask(w, "POST", V2,
                         CREATE_V2("one", "\"hibernation_schedules\":[{\"start\":\"0 20 * * *\","
                                          "\"end\":\"0 8 * * *\"}],")),
                     202);
    jx_set(json_array_get(jx_at(sim_shoot_named(w->sim, "one")->spec, "provider.workers"), 0), "imageVersion",
           json_string("1877.17.0"));
    set(w, "background-seconds", "3600");
    set(w, "schedules", "off");
    advance(w, 700);
    shoot = sim_shoot_named(w->sim, "one");
    assert_int_equal(shoot->life.type, OP_CREATE);
    advance(w, 3600);
    assert_int_equal(shoot->life.type, OP_RECONCILE);
    set(w, "auto-update", "on");
    for (int i = 0; i < 25; i++)
        advance(w, 3600);
    assert_string_equal(version(w), "1.35.7");
    assert_string_equal(jx_str(json_array_get(jx_at(shoot->spec, "provider.workers"), 0), "imageVersion", ""),
                        "1877.19.0");
    set(w, "schedules", "on");
    set(w, "background-seconds", "0");
    {
        bool slept = false, woke = false;

        for (int i = 0; i < 48; i++) {
            advance(w, 3600);
            slept = slept || shoot->life.hibernated;
            woke = woke || (slept && !shoot->life.hibernated);
        }
        assert_true(slept);
        assert_true(woke);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fast_clock),          cmocka_unit_test(switches_know_their_values),
        cmocka_unit_test(cron_looks_back),       cmocka_unit_test(loopback_only),
        cmocka_unit_test(versions_are_numbers),  cmocka_unit_test(the_journal_keeps_no_secrets),
        cmocka_unit_test(the_journal_is_a_ring), cmocka_unit_test(options_and_defaults),
        WORLD_TEST(things_happen_unasked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
