/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas, patterns and Gardener's rules, as a client meets them. */
#include "sim/schema.h"
#include "tests/unit/sim/helper.h"

static void texts(void **state)
{
    static const struct {
        bool (*is)(const char *);
        const char *good[6], *bad[8];
    } cases[] = {
        { is_shoot_name, { "a", "Prod-1" }, { "", "a_b", "a.b", "å" } },
        { is_worker_name, { "w_1", "A-b" }, { "", "a b", "a/b" } },
        { is_version, { "1", "1.35.6", "1877.19.0" }, { "", "1.", ".1", "1..2", "v1", "1.2-a" } },
        { is_uuid,
          { "3f0c8a6e-6f0e-4e0f-9a54-0a3a2b7e1d11" },
          { "", "3f0c8a6e6f0e4e0f9a540a3a2b7e1d11", "3f0c8a6e-6f0e-4e0f-9a54-0a3a2b7e1d1x" } },
        { is_label_text, { "ext-net", "Åhus Łódź", "a/b:c_d,e.f" }, { "", "a;b", "日本", "\xc3" } },
        { is_cidr,
          { "10.0.0.0/8", "10.250.0.1", "0.0.0.0/0" },
          { "", "10.0.0/8", "300.1.1.1", "::1", "10.0.0.0/33", "10.0.0.0/" } },
        { is_window_time,
          { "020000+0000", "235959+0130" },
          { "", "020000-0100", "20000+0000", "020000+00000" } },
        { is_cron,
          { "0 20 * * 1-5", "00 18 * * 1,2,3,4,5", "@daily", "@every 1h30m", "*/5 * * * *" },
          { "", "0 * *", "yes", "@never", "0 20 * * mon" } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        for (size_t j = 0; j < 6 && cases[i].good[j]; j++)
            if (!cases[i].is(cases[i].good[j]))
                fail_msg("case %zu: \"%s\" is good", i, cases[i].good[j]);
        for (size_t j = 0; j < 8 && cases[i].bad[j]; j++)
            if (cases[i].is(cases[i].bad[j]))
                fail_msg("case %zu: \"%s\" is bad", i, cases[i].bad[j]);
    }
}

static const char base[] = CREATE_V2("one", "");

/* The base body with "a.b.0.c" set to a JSON value, or removed (NULL). The caller frees. */
static char *changed(const char *path, const char *value)
{
    json_auto_t *doc = jx_parse(base, strlen(base), NULL);
    json_t *at = doc;
    char key[64];
    char *text;

    for (; strchr(path, '.'); path = strchr(path, '.') + 1) {
        (void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(path, "."), path);
        at = json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10)) : jx_make_object(at, key);
    }
    if (value)
        jx_set(at, path, json_loads(value, JSON_DECODE_ANY, NULL));
    else
        (void)json_object_del(at, path);
    text = jx_dump(doc);
    return text;
}

static void v2_create(void **state)
{
    static const struct {
        const char *path, *value, *key; /* key NULL = accepted */
    } cases[] = {
        { "name", NULL, "name" },
        { "name", "\"\"", "name" },
        { "name", "\"sixteen-letters-\"", "name" },
        { "name", "\"fifteen-letters\"", NULL },
        { "name", "5", "name" },
        { "kubernetes_version", "\"v1.35\"", "kubernetes_version" },
        { "allowed_cidrs", "null", NULL },
        { "allowed_cidrs", "[\"10.0.0.0/8\",\"nonsense\"]", "allowed_cidrs[1]" },
        { "enable_ha_control_plane", "\"yes\"", "enable_ha_control_plane" },
        { "maintenance.time_window.begin", "\"010000+0000\"", "maintenance.time_window.end" },
        { "hibernation_schedules", "[{\"start\":\"0 20 * * *\"}]", "hibernation_schedules[0].end" },
        { "networking.type", "\"flannel\"", "networking.type" },
        { "networking.type", "null", NULL },
        { "unknown_field", "1", NULL },
    };
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char *body = changed(cases[i].path, cases[i].value);
        json_t *doc = ask_json(w, "POST", V2, body, cases[i].key ? 400 : 202);

        if (cases[i].key) {
            assert_string_equal(jx_str(doc, "error.message", ""), "One or more properties are invalid");
            assert_string_equal(jx_str(json_array_get(jx_at(doc, "error.errors"), 0), "key", ""),
                                cases[i].key);
        } else {
            sim_remove_shoot(w->sim, sim_shoot_named(w->sim, jx_str(doc, "name", "")));
        }
        json_decref(doc);
        free(body);
    }
    set(w, "unknown-fields", "reject");
    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "\"unknown_field\":1,")), 400);
    assert_int_equal(ask(w, "POST", V2, "{\"name\":"), 400);
    assert_int_equal(ask(w, "POST", V2, NULL), 400);
    assert_int_equal(ask(w, "POST", V2, "[]"), 400);
}

/* {worker fields} of a worker that is otherwise right, and what Gardener says. */
static void workers(void **state)
{
    static const struct {
        const char *worker, *says;
    } cases[] = {
        { "{\"machine\":{\"type\":\"b.1c1gb\"}}", "machine type" },
        { "{\"machine\":{\"type\":\"nope\"}}", "machine type" },
        { "{\"machine\":{\"image_version\":\"1.2.3\"}}", "machine image" },
        { "{\"machine\":{\"image_name\":\"ubuntu\"}}", "machine image" },
        { "{\"machine\":{},\"zones\":[\"az1\"]}", "zone does not exist" },
        { "{\"machine\":{},\"minimum\":3,\"maximum\":2}", "less or equal to maximum" },
        { "{\"machine\":{},\"minimum\":-1}", "greater than or equal to 0" },
        { "{\"machine\":{},\"name\":\"wg1\"}", "Duplicate" },
        { "{\"machine\":{},\"name\":\"UPPER\"}", "RFC 1123" },
        { "{\"machine\":{},\"name\":\"sixteen-letters-\"}", "RFC 1123" },
        { "{\"machine\":{},\"labels\":null,\"annotations\":null,\"taints\":null,\"zones\":null}", NULL },
        { "{\"machine\":{},\"taints\":[{\"key\":\"a\",\"effect\":\"no_schedule\"}]}", "One or more" },
        { "{\"machine\":{},\"labels\":{\"a\":\"b\"}}", "One or more" },
        { "{}", "One or more" },
    };
    struct world *w = *state;

    assert_int_equal(ask(w, "POST", V2, base), 202);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_t *doc = ask_json(w, "POST", V2 "/one/workers", cases[i].worker, cases[i].says ? 400 : 202);

        if (cases[i].says && !strstr(jx_str(doc, "error.message", ""), cases[i].says))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].worker, jx_str(doc, "error.message", ""),
                     cases[i].says);
        json_decref(doc);
    }
    set(w, "semantic-status", "422");
    assert_int_equal(ask(w, "POST", V2 "/one/workers", cases[0].worker), 422);
    set(w, "rules-off", "zone,machine-type");
    assert_int_equal(ask(w, "POST", V2 "/one/workers", cases[0].worker), 202);
}

static void versions_windows_and_networks(void **state)
{
    static const struct {
        const char *more;
        int status;
    } creates[] = {
        { "\"maintenance\":{\"time_window\":{\"begin\":\"010000+0000\",\"end\":\"012900+0000\"}},", 400 },
        { "\"maintenance\":{\"time_window\":{\"begin\":\"010000+0000\",\"end\":\"070100+0000\"}},", 400 },
        { "\"maintenance\":{\"time_window\":{\"begin\":\"250000+0000\",\"end\":\"020000+0000\"}},", 400 },
        { "\"networking\":{\"cilium_provider_config\":{\"debug\":true}},", 409 },
        { "\"maintenance\":{\"time_window\":{\"begin\":\"230000+0000\",\"end\":\"010000+0000\"}},", 202 },
    };
    static const struct {
        const char *version;
        int status;
    } updates[] = {
        { "1.34.2", 202 }, { "1.33.7", 400 }, { "1.34.9", 400 }, { "1.36.0", 400 }, { "1.35.5", 202 }
    };
    struct world *w = *state;
    json_auto_t *body = jx_parse(base, strlen(base), NULL);
    char *text;

    for (size_t i = 0; i < ARRAY_LENGTH(creates); i++) {
        char *with = x_asprintf("{%s%s", creates[i].more, base + 1);

        assert_int_equal(ask(w, "POST", V2, with), creates[i].status);
        free(with);
    }
    jx_set(body, "name", json_string("two"));
    jx_set(body, "kubernetes_version", json_string("1.31.14"));
    text = jx_dump(body);
    assert_int_equal(ask(w, "POST", V2, text), 400); /* expired */
    free(text);
    jx_set(body, "kubernetes_version", json_string("1.33.7"));
    jx_set(jx_at(body, "shoot_provider.infrastructure_config"), "workers_network_cidr",
           json_string("100.64.0.0/16"));
    text = jx_dump(body);
    assert_int_equal(ask(w, "POST", V2, text), 400);
    free(text);
    jx_set(jx_at(body, "shoot_provider.infrastructure_config"), "workers_network_cidr",
           json_string("10.0.0.0/16"));
    text = jx_dump(body);
    assert_int_equal(ask(w, "POST", V2, text), 202);
    free(text);
    for (size_t i = 0; i < ARRAY_LENGTH(updates); i++) {
        char *patch = x_asprintf("{\"kubernetes\":\"%s\"}", updates[i].version);

        assert_int_equal(ask(w, "PATCH", V2 "/two", patch), updates[i].status);
        free(patch);
    }
}

static void a_bad_login_may_echo_the_password(void **state)
{
    struct world *w = *state;
    static const char body[] = "{\"login\":\"demo\",\"password\":[\"hunter2\"]}";
    char *text;
    json_t *doc = ask_json(w, "POST", "/auth/v2/tokens", body, 400);

    text = jx_dump(doc);
    assert_null(strstr(text, "hunter2"));
    json_decref(doc);
    free(text);
    set(w, "echo", "on");
    doc = ask_json(w, "POST", "/auth/v2/tokens", body, 400);
    text = jx_dump(doc);
    assert_non_null(strstr(text, "hunter2"));
    json_decref(doc);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        WORLD_TEST(v2_create),
        WORLD_TEST(workers),
        WORLD_TEST(versions_windows_and_networks),
        WORLD_TEST(a_bad_login_may_echo_the_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
