/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes: what v2's schema requires is there, what v1 and v2 spell differently differs, what varies
 * varies. */
#include "sim/render.h"
#include "tests/unit/sim/helper.h"

/* Required by the v2 document; "[]" steps into every element of a list. */
static const char *const required_v2[] = {
    "name",
    "namespace",
    "cloud_profile_name",
    "region",
    "purpose",
    "kubernetes.version",
    "maintenance.auto_update.kubernetes_version",
    "maintenance.auto_update.machine_image_version",
    "maintenance.time_window.begin",
    "maintenance.time_window.end",
    "networking.type",
    "networking.nodes",
    "shoot_provider.type",
    "shoot_provider.control_plane_config.load_balancer_provider",
    "shoot_provider.infrastructure_config.floating_pool_name",
    "shoot_provider.infrastructure_config.networks.workers",
    "shoot_provider.workers.[].name",
    "shoot_provider.workers.[].machine.type",
    "shoot_provider.workers.[].machine.image.name",
    "shoot_provider.workers.[].machine.image.version",
    "shoot_provider.workers.[].minimum",
    "shoot_provider.workers.[].maximum",
    "shoot_provider.workers.[].max_surge",
    "shoot_provider.workers.[].volume.size",
    "shoot_provider.workers.[].zones",
    "last_operation.type",
    "last_operation.state",
    "last_operation.progress",
    "last_operation.description",
    "last_operation.last_update_time",
    "status.is_hibernated",
    "status.conditions.[].type",
    "status.conditions.[].status",
    "status.conditions.[].reason",
    "status.conditions.[].message",
    "status.conditions.[].codes",
    "status.constraints.[].type",
    "status.constraints.[].codes",
    "status.last_errors",
};

static bool has(const json_t *doc, const char *path)
{
    const char *list = strstr(path, ".[].");
    CLEAN(free) char *head = x_strndup(path, list ? (size_t)(list - path) : strlen(path));
    const json_t *at = jx_at(doc, head);
    size_t i;
    json_t *one;

    if (!at || json_is_null(at) || (list && json_array_size(at) == 0))
        return false;
    if (list)
        json_array_foreach (at, i, one)
            if (!has(one, list + 4))
                return false;
    return true;
}

static void v2_has_what_its_schema_requires(void **state)
{
    struct world *w = *state;
    json_t *doc;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "\"networking\":{\"type\":\"cilium\"},")), 202);
    advance(w, 700);
    set(w, "nulls", "absent");
    set(w, "labels-unset", "absent");
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    for (size_t i = 0; i < ARRAY_LENGTH(required_v2); i++)
        if (!has(doc, required_v2[i]))
            fail_msg("v2 shoot lacks %s", required_v2[i]);
    assert_true(has(doc, "networking.cilium_provider_config.tunnel"));
    assert_true(has(doc, "shoot_provider.infrastructure_config.networks.router.id"));
    assert_false(has(doc, "shoot_provider.workers.[].labels"));
    assert_null(jx_at(doc, "control_plane"));
    json_decref(doc);
}

static void a_new_shoot_knows_little(void **state)
{
    struct world *w = *state;
    json_t *doc = ask_json(w, "POST", V2, CREATE_V2("one", ""), 202);

    assert_true(json_is_null(jx_at(doc, "last_operation")));
    assert_true(json_is_null(jx_at(doc, "status")));
    assert_true(json_is_null(jx_at(doc, "technical_id")));
    assert_true(json_is_null(jx_at(doc, "shoot_provider.infrastructure_config.networks.id")));
    assert_non_null(json_string_value(jx_at(doc, "uid")));
    json_decref(doc);
    advance(w, 10);
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_non_null(json_string_value(jx_at(doc, "technical_id")));
    assert_int_equal(json_array_size(jx_at(doc, "status.conditions")), 0);
    json_decref(doc);
    advance(w, 300);
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_int_equal(json_array_size(jx_at(doc, "status.conditions")), 5);
    assert_non_null(json_string_value(jx_at(doc, "shoot_provider.infrastructure_config.networks.id")));
    json_decref(doc);
}

static void v1_has_three_encodings_of_labels(void **state)
{
    struct world *w = *state;
    json_t *doc = ask_json(w, "POST", V1, CREATE_V1("one"), 200);
    const json_t *worker = json_array_get(jx_at(doc, "shoot.provider.workers"), 0);

    assert_string_equal(jx_str(worker, "labels.0.key", ""), "a/b");
    assert_string_equal(jx_str(worker, "labels.0.value", ""), "c");
    assert_string_equal(jx_str(doc, "shoot.provider.infrastructureConfig.networks.id", "?"), "");
    assert_null(jx_at(doc, "shoot.status"));
    assert_null(jx_at(doc, "shoot.metadata"));
    json_decref(doc);
    doc = ask_json(w, "GET", V1 "/one", NULL, 200);
    worker = json_array_get(jx_at(doc, "spec.provider.workers"), 0);
    assert_string_equal(json_string_value(json_object_get(jx_at(worker, "labels"), "a/b")), "c");
    assert_null(jx_at(doc, "status.lastOperation"));
    assert_string_equal(jx_str(doc, "spec.region", ""), "Kna1");
    json_decref(doc);
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    worker = json_array_get(jx_at(doc, "shoot_provider.workers"), 0);
    assert_string_equal(jx_str(json_array_get(jx_at(worker, "labels"), 0), "key", ""), "a/b");
    json_decref(doc);
}

static void v1_shows_what_its_clients_know(void **state)
{
    struct world *w = *state;
    json_t *doc;

    assert_int_equal(ask(w, "POST", V1, CREATE_V1("one")), 200);
    advance(w, 700);
    doc = ask_json(w, "GET", V1 "/one", NULL, 200);
    assert_string_equal(jx_str(doc, "status.lastOperation.state", ""), "Succeeded");
    assert_null(jx_at(doc, "status.lastOperation.lastUpdateTime"));
    assert_string_equal(jx_str(json_array_get(jx_at(doc, "status.advertisedAddresses"), 0), "name", ""),
                        "external");
    json_decref(doc);
    set(w, "v1-fields", "all");
    doc = ask_json(w, "GET", V1 "/one", NULL, 200);
    assert_non_null(jx_at(doc, "status.lastOperation.lastUpdateTime"));
    assert_non_null(jx_at(doc, "status.constraints"));
    json_decref(doc);
}

static void conditions_settle_after_a_success(void **state)
{
    struct world *w = *state;
    json_t *doc;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    advance(w, 606);
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_string_equal(jx_str(doc, "last_operation.state", ""), "Succeeded");
    assert_string_equal(jx_str(json_array_get(jx_at(doc, "status.conditions"), 0), "status", ""),
                        "Progressing");
    json_decref(doc);
    advance(w, 30);
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_string_equal(jx_str(json_array_get(jx_at(doc, "status.conditions"), 0), "status", ""), "True");
    json_decref(doc);
}

static void lists_come_back_in_another_order(void **state)
{
    static const char body[] =
        CREATE_V2("one", "\"allowed_cidrs\":[\"9.0.0.0/8\",\"10.0.0.0/8\",\"8.0.0.0/8\"],");
    struct world *w = *state;
    json_t *doc = ask_json(w, "POST", V2, body, 202);
    int seen = 0;

    assert_string_equal(json_string_value(json_array_get(jx_at(doc, "allowed_cidrs"), 0)), "10.0.0.0/8");
    json_decref(doc);
    set(w, "order", "as-sent");
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_string_equal(json_string_value(json_array_get(jx_at(doc, "allowed_cidrs"), 0)), "9.0.0.0/8");
    json_decref(doc);
    set(w, "order", "shuffled");
    for (int i = 0; i < 50; i++) {
        doc = ask_json(w, "GET", V2 "/one", NULL, 200);
        assert_int_equal(json_array_size(jx_at(doc, "allowed_cidrs")), 3);
        seen |= 1 << (json_string_value(json_array_get(jx_at(doc, "allowed_cidrs"), 0))[0] - '0');
        json_decref(doc);
    }
    assert_int_equal(seen, 1 << 9 | 1 << 8 | 1 << 1);
}

static void what_is_unset_has_many_faces(void **state)
{
    struct world *w = *state;
    json_t *doc;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    set(w, "hibernation-unset", "empty");
    set(w, "labels-unset", "null");
    set(w, "cidrs-empty", "absent");
    set(w, "unknown-members", "on");
    set(w, "schema", "2026-04");
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_true(json_is_array(jx_at(doc, "hibernation.schedules")));
    assert_true(
        json_is_null(json_object_get(json_array_get(jx_at(doc, "shoot_provider.workers"), 0), "labels")));
    assert_null(jx_at(doc, "allowed_cidrs"));
    assert_non_null(jx_at(doc, "simulated_extra"));
    assert_null(jx_at(doc, "cloud_profile_name"));
    json_decref(doc);
}

static void high_availability_is_a_block(void **state)
{
    struct world *w = *state;
    json_t *doc;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "\"enable_ha_control_plane\":true,")), 202);
    doc = ask_json(w, "GET", V2 "/one", NULL, 200);
    assert_string_equal(jx_str(doc, "control_plane.high_availability.failure_tolerance.type", ""), "node");
    json_decref(doc);
    set(w, "ha-type", "empty");
    doc = ask_json(w, "GET", V1 "/one", NULL, 200);
    assert_string_equal(jx_str(doc, "spec.controlPlane.highAvailability.failureTolerance.type", "?"), "");
    json_decref(doc);
}

static void cloud_profiles_differ_in_types(void **state)
{
    struct world *w = *state;
    json_t *v1 = ask_json(w, "GET", "/gardener/v1/public/cloudprofile", NULL, 200);
    json_t *v2 = ask_json(w, "GET", "/gardener/v2/public/cloud-profiles", NULL, 200);
    const json_t *one = json_array_get(v1, 0), *two = json_array_get(v2, 0);

    assert_true(json_is_string(jx_at(json_array_get(jx_at(one, "spec.machineTypes"), 0), "cpu")));
    assert_true(json_is_integer(jx_at(json_array_get(jx_at(two, "machine_types"), 0), "cpu")));
    assert_string_equal(jx_str(one, "name", ""), "cleuracloud");
    assert_true(has(two, "provider_config.constraints.floating_pools"));
    json_decref(v1);
    json_decref(v2);
}

static void kubeconfigs_have_four_shapes(void **state)
{
    struct world *w = *state;
    struct call c;
    json_t *doc;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    advance(w, 700);
    doc = ask_json(w, "POST", V1 "/one/adminkubeconfig", "{\"config\":{\"expirationSeconds\":3600}}", 200);
    assert_non_null(strstr(json_string_value(doc), "kind: Config"));
    json_decref(doc);
    doc = ask_json(w, "GET", V1 "/one/kubeconfig", NULL, 200);
    assert_true(json_is_string(doc));
    json_decref(doc);
    assert_int_equal(ask_as(w, &c, "POST", V2 "/one/admin-kubeconfig", "{\"expiration_seconds\":3600}"), 201);
    assert_string_equal(c.type, "text/html; charset=UTF-8");
    assert_non_null(strstr(c.text, "kind: Config"));
    call_clear(&c);
    set(w, "kubeconfig-max-seconds", "1200");
    doc = ask_json(w, "POST", V3 "/one/admin-kubeconfig", "{\"expiration_seconds\":172800}", 201);
    assert_non_null(strstr(jx_str(doc, "kubeconfig", ""), "kind: Config"));
    {
        int64_t ends = 0;

        assert_int_equal(clock_parse(jx_str(doc, "expires_at", ""), &ends, NULL), 0);
        assert_in_range(ends, clock_now() + 1100 * CLOCK_SECOND, clock_now() + 1200 * CLOCK_SECOND);
    }
    json_decref(doc);
}

static void monitoring_has_its_shapes(void **state)
{
    struct world *w = *state;
    json_t *doc, *names;
    char *path;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("one", "")), 202);
    assert_int_equal(ask(w, "GET", V2 "/one/monitoring", NULL), 404);
    advance(w, 700);
    doc = ask_json(w, "GET", V2 "/one/monitoring", NULL, 200);
    assert_true(has(doc, "plutono.password"));
    json_decref(doc);
    names = ask_json(w, "GET", V2 "/one/monitoring/workers/wg1/nodes", NULL, 200);
    assert_int_equal(json_array_size(jx_at(names, "node_names")), 1);
    path = x_asprintf(V2 "/one/monitoring/nodes/%s",
                      json_string_value(json_array_get(jx_at(names, "node_names"), 0)));
    doc = ask_json(w, "GET", path, NULL, 200);
    assert_true(has(doc, "cpu_usage.used.[].value"));
    assert_true(has(doc, "filesystem_size.free.[].time"));
    free(path);
    json_decref(doc);
    json_decref(names);
    doc = ask_json(w, "GET", V2 "/one/monitoring/workers/wg1/nodes/overview", NULL, 200);
    assert_true(json_is_real(jx_at(json_array_get(doc, 0), "memory_usage")));
    json_decref(doc);
    assert_int_equal(ask(w, "GET", V2 "/one/monitoring/workers/nope", NULL), 404);
    assert_int_equal(ask(w, "GET", V2 "/one/ssh_pk", NULL), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(v2_has_what_its_schema_requires),   WORLD_TEST(a_new_shoot_knows_little),
        WORLD_TEST(v1_has_three_encodings_of_labels),  WORLD_TEST(v1_shows_what_its_clients_know),
        WORLD_TEST(conditions_settle_after_a_success), WORLD_TEST(lists_come_back_in_another_order),
        WORLD_TEST(what_is_unset_has_many_faces),      WORLD_TEST(high_availability_is_a_block),
        WORLD_TEST(cloud_profiles_differ_in_types),    WORLD_TEST(kubeconfigs_have_four_shapes),
        WORLD_TEST(monitoring_has_its_shapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
