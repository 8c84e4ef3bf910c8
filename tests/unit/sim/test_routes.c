/* SPDX-License-Identifier: Apache-2.0 */
/* The table, the checks around it, and status codes of whole dialogues. */
#include "sim/uri.h"
#include "tests/unit/sim/helper.h"

static void patterns(void **state)
{
    struct uri_param p[URI_PARAMS];
    char *decoded = uri_decode("a%2Fb%zz%", 9);

    (void)state;
    assert_int_equal(uri_match("/a/{x}/b", "/a/one/b", p), 1);
    assert_int_equal(p[0].value_len, 3);
    assert_int_equal(uri_match("/a/{x}/b", "/a//b", p), -1);
    assert_int_equal(uri_match("/a/{x}/b", "/a/one/b/", p), -1);
    assert_int_equal(uri_match("/a/{x}/b", "/a/one/bb", p), -1);
    assert_int_equal(uri_match("/a/{x}", "/a/one?x", p), 1);
    assert_string_equal(decoded, "a/b%zz%");
    free(decoded);
}

/* Every row is found by its own pattern: none is hidden behind an earlier one. */
static void every_route_is_reachable(void **state)
{
    (void)state;
    for (size_t i = 0; route_at(i); i++) {
        struct call c = { .sim = NULL };

        assert_ptr_equal(route_find(route_at(i)->method, route_at(i)->pattern, &c.at), route_at(i));
        call_clear(&c);
    }
}

static void who_may_ask(void **state)
{
    struct world *w = *state, other = *w;

    assert_int_equal(ask(w, "GET", V2, NULL), 200);
    other.token[0] = '\0';
    assert_int_equal(ask(&other, "GET", V2, NULL), 403);
    other = *w;
    (void)snprintf(other.login, sizeof(other.login), "somebody");
    assert_int_equal(ask(&other, "GET", V2, NULL), 403);
    set(w, "invalid-token-status", "401");
    assert_int_equal(ask(&other, "GET", V2, NULL), 401);
    assert_int_equal(ask(w, "POST", "/auth/v2/tokens/validate", NULL), 204);
    assert_int_equal(ask(w, "DELETE", "/auth/v1/tokens", NULL), 204);
    assert_int_equal(ask(w, "GET", V2, NULL), 401);
}

static void what_is_not_there(void **state)
{
    static const struct {
        const char *method, *path, *message;
        int status;
    } cases[] = {
        { "GET", "/nowhere", "Not Found", 404 },
        { "PUT", V2, "Not Found", 404 },
        { "GET", "/gardener/v2/public/Kna1/" PROJECT "/bootstrap", "Not Found", 404 },
        { "POST", "/gardener/v2/public/Kna1/ffffffffffffffffffffffffffffffff/bootstrap",
          "Internal Server Error", 500 },
        { "POST", "/gardener/v2/public/nowhere/" PROJECT "/bootstrap",
          "OpenStack region nowhere was not found", 404 },
        { "POST", "/gardener/v1/public/secret/KNA1/" PROJECT "/bootstrap", NULL, 204 },
        { "GET", "/gardener/v2/public/shoots/kna1/" PROJECT, "OpenStack region kna1 was not found", 404 },
        { "GET", "/gardener/v2/nocloud/shoots/Kna1/" PROJECT, "Not Found", 404 },
        { "GET", "/gardener/v2/public/shoots/Kna1/ffffffffffffffffffffffffffffffff",
          "Not Found: Project not found", 404 },
        { "GET", V2 "/nope", "Not Found", 404 },
        { "GET", V2 "/no_pe", "One or more properties are invalid", 400 },
        { "GET", "/gardener/v2/compliant/shoots/sto-com/" PROJECT, "Not Found: Project not found", 404 },
    };
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_t *doc = ask_json(w, cases[i].method, cases[i].path, NULL, cases[i].status);

        if (cases[i].message) {
            assert_string_equal(jx_str(doc, "error.message", ""), cases[i].message);
            assert_int_equal(jx_int(doc, "error.code", 0), cases[i].status);
        }
        json_decref(doc);
    }
}

static void create_needs_bootstrap_and_a_free_name(void **state)
{
    struct world *w = *state;
    json_t *doc;

    assert_int_equal(ask(w, "POST", "/gardener/v2/public/shoots/Sto2/" PROJECT, CREATE_V2("one", "")), 404);
    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    assert_int_equal(ask(w, "POST", V1, CREATE_V1("one")), 409);
    set(w, "taken-status", "400");
    assert_int_equal(ask(w, "POST", V1, CREATE_V1("one")), 400);
    assert_int_equal(ask(w, "POST", V1, CREATE_V1("two")), 200);
    assert_int_equal(w->sim->creates, 2);
    doc = ask_json(w, "GET", "/gardener/v2/public/shoots/two/is-name-taken", NULL, 200);
    assert_true(jx_bool(doc, "is_taken", false));
    json_decref(doc);
    doc = ask_json(w, "GET", V1, NULL, 200);
    assert_int_equal(json_array_size(doc), 2);
    json_decref(doc);
}

static const char *operation(struct world *w, const char *field)
{
    static char text[64];
    json_t *doc = ask_json(w, "GET", V2 "/one", NULL, 200);

    (void)snprintf(text, sizeof(text), "%s", jx_str(doc, field, ""));
    json_decref(doc);
    return text;
}

static void a_shoot_from_create_to_delete(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    assert_int_equal(ask(w, "POST", V1 "/one/adminkubeconfig", "{\"config\":{\"expirationSeconds\":600}}"),
                     400);
    assert_int_equal(ask(w, "POST", V3 "/one/admin-kubeconfig", "{\"expiration_seconds\":600}"), 409);
    advance(w, 606);
    assert_string_equal(operation(w, "last_operation.state"), "Succeeded");
    assert_int_equal(ask(w, "POST", V1 "/one/adminkubeconfig", "{\"config\":{\"expirationSeconds\":600}}"),
                     200);
    assert_int_equal(ask(w, "POST", V2 "/one/admin-kubeconfig", "{\"expiration_seconds\":600}"), 201);
    assert_int_equal(ask(w, "POST", V3 "/one/admin-kubeconfig", "{\"expiration_seconds\":600}"), 201);
    assert_int_equal(ask(w, "POST", V3 "/one/admin-kubeconfig", "{\"expiration_seconds\":599}"), 400);
    assert_int_equal(ask(w, "PATCH", V2 "/one/hibernate", NULL), 202);
    advance(w, 96);
    assert_int_equal(ask(w, "POST", V2 "/one/admin-kubeconfig", "{\"expiration_seconds\":600}"), 400);
    assert_int_equal(ask(w, "PATCH", V2 "/one", "{\"enable_ha_control_plane\":true}"), 400);
    assert_int_equal(ask(w, "POST", V1 "/one/wakeup", NULL), 202);
    advance(w, 200);
    assert_int_equal(ask(w, "PATCH", V2 "/one/ha-control-plane/enable", NULL), 202);
    assert_int_equal(ask(w, "POST", V1 "/one/enable-ha-control-plane", NULL), 409);
    assert_int_equal(ask(w, "DELETE", V1 "/one", NULL), 202);
    assert_int_equal(ask(w, "DELETE", V2 "/one", NULL), 202);
    assert_int_equal(ask(w, "PATCH", V2 "/one", "{\"allowed_cidrs\":[]}"), 409);
    advance(w, 100);
    assert_string_equal(operation(w, "last_operation.type"), "Delete");
    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 409);
    advance(w, 200);
    assert_int_equal(ask(w, "GET", V2 "/one", NULL), 404);
    assert_int_equal(ask(w, "DELETE", V2 "/one", NULL), 404);
}

static void the_spec_shows_at_once_the_operation_later(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    assert_string_equal(operation(w, "last_operation.type"), "");
    advance(w, 700);
    assert_int_equal(ask(w, "PATCH", V2 "/one", "{\"kubernetes\":\"1.35.7\"}"), 202);
    advance(w, 4);
    assert_string_equal(operation(w, "kubernetes.version"), "1.35.7");
    assert_string_equal(operation(w, "last_operation.state"), "Succeeded");
    advance(w, 2);
    assert_string_equal(operation(w, "last_operation.state"), "Processing");
    advance(w, 300);
    assert_int_equal(ask(w, "PATCH", V2 "/one", "{\"kubernetes\":\"1.35.7\"}"), 202);
    advance(w, 6);
    assert_string_equal(operation(w, "last_operation.state"),
                        "Succeeded"); /* nothing changed, nothing runs */
}

static void conflicts_are_switchable(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    assert_int_equal(ask(w, "PUT", V2 "/one/workers/wg1", "{\"maximum\":3}"), 202);
    set(w, "busy-conflict", "workers");
    assert_int_equal(ask(w, "PUT", V2 "/one/workers/wg1", "{\"maximum\":4}"), 409);
    assert_int_equal(ask(w, "PATCH", V2 "/one", "{\"allowed_cidrs\":[\"10.0.0.0/8\"]}"), 202);
    set(w, "busy-conflict", "always");
    assert_int_equal(ask(w, "PATCH", V2 "/one", "{\"allowed_cidrs\":[]}"), 409);
    advance(w, 2000);
    assert_int_equal(ask(w, "PATCH", V2 "/one", "{\"allowed_cidrs\":[]}"), 202);
}

static void worker_groups(void **state)
{
    struct world *w = *state;
    json_t *doc;

    assert_int_equal(ask(w, "POST", V1, CREATE_V1("one")), 200);
    assert_int_equal(
        ask(w, "POST", V1 "/one/worker", "{\"worker\":{\"name\":\"w2\",\"machine\":{\"type\":\"b.2c4gb\"}}}"),
        202);
    assert_int_equal(ask(w, "POST", V2 "/one/workers", "{\"name\":\"w2\",\"machine\":{}}"), 400);
    assert_int_equal(ask(w, "PUT", V2 "/one/workers/w3", "{}"), 404);
    doc = ask_json(w, "PUT", V2 "/one/workers/w2",
                   "{\"minimum\":2,\"maximum\":5,\"labels\":[{\"key\":\"a\",\"value\":\"b\"}]}", 202);
    doc = (json_decref(doc),
           ask_json(w, "PUT", V2 "/one/workers/w2", "{\"machine\":{\"type\":\"b.2c8gb\"}}", 202));
    doc = (json_decref(doc), ask_json(w, "GET", V1 "/one", NULL, 200));
    assert_int_equal(json_array_size(jx_at(doc, "spec.provider.workers")), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *worker = json_array_get(jx_at(doc, "spec.provider.workers"), i);

        if (strcmp(jx_str(worker, "name", ""), "w2") != 0)
            continue;
        assert_int_equal(jx_int(worker, "minimum", 0), 2); /* merged, not replaced */
        assert_string_equal(jx_str(worker, "labels.a", ""), "b");
        assert_string_equal(jx_str(worker, "machine.type", ""), "b.2c8gb");
    }
    json_decref(doc);
    assert_int_equal(ask(w, "DELETE", V1 "/one/worker/w2", NULL), 202);
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_int_equal(json_array_size(jx_at(doc, "shoot_provider.workers")), 1);
    json_decref(doc);
}

static void quota_fails_later_not_at_once(void **state)
{
    struct world *w = *state;
    json_t *doc;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    advance(w, 700);
    assert_int_equal(ask(w, "PUT", V2 "/one/workers/wg1", "{\"minimum\":11,\"maximum\":11}"), 202);
    advance(w, 300);
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_string_equal(jx_str(doc, "last_operation.state", ""), "Failed");
    assert_string_equal(json_string_value(json_array_get(
                            jx_at(json_array_get(jx_at(doc, "status.last_errors"), 0), "codes"), 0)),
                        "ERR_INFRA_QUOTA_EXCEEDED");
    json_decref(doc);
    assert_int_equal(ask(w, "PUT", V2 "/one/workers/wg1", "{\"minimum\":2}"), 202);
    advance(w, 300);
    assert_string_equal(operation(w, "last_operation.state"), "Succeeded");
    assert_int_equal(ask(w, "PATCH", V2 "/one/reconcile", NULL), 202);
    advance(w, 300);
    assert_string_equal(operation(w, "last_operation.state"), "Succeeded");
}

static void removing_one_of_several_schedules_is_500_on_v1(void **state)
{
    struct world *w = *state;
    static const char two[] = "{\"shoot\":{\"hibernation\":{\"schedules\":[{\"start\":\"0 18 * * *\"},"
                              "{\"start\":\"0 20 * * *\",\"end\":\"0 8 * * *\"}]}}}";
    static const char one[] = "{\"shoot\":{\"hibernation\":{\"schedules\":[{\"start\":\"0 18 * * *\"}]}}}";

    assert_int_equal(ask(w, "POST", V1, CREATE_V1("one")), 200);
    assert_int_equal(ask(w, "PUT", V1 "/one", two), 202);
    assert_int_equal(ask(w, "PUT", V1 "/one", one), 500);
    assert_int_equal(
        ask(w, "PUT", V1 "/one", "{\"shoot\":{\"provider\":{\"workers\":null},\"hibernation\":{}}}"), 202);
    assert_int_equal(ask(w, "PUT", V1 "/one", "{\"shoot\":{\"hibernation\":{\"schedules\":[]}}}"), 202);
}

static void other_success_codes(void **state)
{
    struct world *w = *state;

    set(w, "success-codes", "vendor-mock");
    set(w, "action-body", "json");
    assert_int_equal(ask(w, "POST", "/gardener/v2/public/Kna1/" PROJECT "/bootstrap", NULL), 200);
    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 201);
    json_decref(ask_json(w, "PATCH", V2 "/one/hibernate", NULL, 202));
    set(w, "action-body", "empty");
    assert_int_equal(ask(w, "DELETE", V2 "/one", NULL), 204);
}

static void rate_limit(void **state)
{
    struct world *w = *state;
    int limited = 0;

    set(w, "rate-limit", "3");
    for (int i = 0; i < 20; i++)
        limited += ask(w, "GET", V2, NULL) == 429;
    assert_true(limited >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns),
        cmocka_unit_test(every_route_is_reachable),
        WORLD_TEST(who_may_ask),
        WORLD_TEST(what_is_not_there),
        WORLD_TEST(create_needs_bootstrap_and_a_free_name),
        WORLD_TEST(a_shoot_from_create_to_delete),
        WORLD_TEST(the_spec_shows_at_once_the_operation_later),
        WORLD_TEST(conflicts_are_switchable),
        WORLD_TEST(worker_groups),
        WORLD_TEST(quota_fails_later_not_at_once),
        WORLD_TEST(removing_one_of_several_schedules_is_500_on_v1),
        WORLD_TEST(other_success_codes),
        WORLD_TEST(rate_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
