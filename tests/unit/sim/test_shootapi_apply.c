/* SPDX-License-Identifier: Apache-2.0 */
/* Server-side apply as a pure function: who owns what, conflicts, what disappears. */
#undef NDEBUG
#include "sim/shootapi/apply.h"
#include "sim/shootapi/kinds.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
    struct kinds *kinds;
    const struct kind *kind;
    json_t *live;
};

static int setup(void **state)
{
    struct fixture *f = x_alloc(sizeof(*f));

    f->kinds = kinds_new();
    f->kind = kinds_find(f->kinds, "", "v1", "services");
    assert_non_null(f->kind);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    json_decref(f->live);
    kinds_free(f->kinds);
    free(f);
    return 0;
}

static struct owner owner(const char *manager)
{
    return (struct owner){
        .manager = manager, .api_version = "v1", .subresource = "", .time = "2026-01-01T00:00:00Z"
    };
}

/* A Service whose spec is 'spec' in JSON with single quotes. */
static json_t *service(const char *spec)
{
    CLEAN(free)
    char *text = x_asprintf("{'apiVersion':'v1','kind':'Service','metadata':{'name':'web'},'spec':%s}", spec);
    json_t *doc;

    for (char *at = text; *at; at++)
        if (*at == '\'')
            *at = '"';
    doc = json_loads(text, 0, NULL);
    assert_non_null(doc);
    return doc;
}

/* Apply as 'manager'; the number of conflicts. */
static size_t apply(struct fixture *f, const char *manager, const char *spec, bool force)
{
    struct owner who = owner(manager);
    json_auto_t *config = service(spec);
    json_auto_t *conflicts = NULL;
    json_t *next = apply_config(f->kind, f->live, config, &who, force, &conflicts);
    size_t n = json_array_size(conflicts);

    if (next) {
        json_decref(f->live);
        f->live = next;
    }
    return next ? 0 : n;
}

static void update(struct fixture *f, const char *manager, const char *spec)
{
    struct owner who = owner(manager);
    json_t *next = service(spec);

    apply_track(f->kind, f->live, next, &who);
    json_decref(f->live);
    f->live = next;
}

static void assert_spec(const struct fixture *f, const char *spec)
{
    json_auto_t *expected = service(spec);
    CLEAN(free) char *want = jx_dump(json_object_get(expected, "spec"));
    CLEAN(free) char *have = jx_dump(json_object_get(f->live, "spec"));

    assert_string_equal(have, want);
}

/* The fields of a manager, as text; "" when it has none. */
static void assert_fields(const struct fixture *f, const char *manager, const char *fields)
{
    CLEAN(free) char *have = NULL;
    const json_t *entry;
    size_t i;

    json_array_foreach (jx_at(f->live, "metadata.managedFields"), i, entry) {
        if (strcmp(jx_str(entry, "manager", ""), manager) == 0)
            have = jx_dump(json_object_get(entry, "fieldsV1"));
    }
    assert_string_equal(have ? have : "", fields);
}

static void creates_and_owns(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(apply(f, "a", "{'type':'ClusterIP','ports':[{'port':80}]}", false), 0);
    assert_spec(f, "{'type':'ClusterIP','ports':[{'port':80}]}");
    assert_fields(f, "a",
                  "{\"f:spec\":{\"f:ports\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},"
                  "\"f:port\":{}}},"
                  "\"f:type\":{}}}");
}

static void same_again_changes_nothing(void **state)
{
    struct fixture *f = *state;
    json_auto_t *before = NULL;

    (void)apply(f, "a", "{'type':'ClusterIP','ports':[{'port':80}]}", false);
    before = json_incref(f->live);
    assert_int_equal(apply(f, "a", "{'type':'ClusterIP','ports':[{'port':80}]}", false), 0);
    assert_true(json_equal(before, f->live));
}

static void what_is_no_longer_sent_goes(void **state)
{
    struct fixture *f = *state;

    (void)apply(f, "a", "{'type':'ClusterIP','externalName':'x','ports':[{'port':80},{'port':443}]}", false);
    (void)apply(f, "a", "{'type':'ClusterIP','ports':[{'port':443}]}", false);
    assert_spec(f, "{'type':'ClusterIP','ports':[{'port':443}]}");
}

static void what_others_own_stays(void **state)
{
    struct fixture *f = *state;

    (void)apply(f, "a", "{'type':'ClusterIP','ports':[{'port':80}]}", false);
    (void)apply(f, "b", "{'type':'ClusterIP','ports':[{'port':443}]}", false);
    (void)apply(f, "a", "{}", false);
    assert_spec(f, "{'type':'ClusterIP','ports':[{'port':443}]}");
    assert_fields(f, "a", "{\"f:spec\":{}}");
}

static void another_value_conflicts(void **state)
{
    struct fixture *f = *state;
    struct owner who = owner("b");
    json_auto_t *config = service("{'type':'LoadBalancer'}");
    json_auto_t *conflicts = NULL;
    json_auto_t *status = NULL;

    (void)apply(f, "a", "{'type':'ClusterIP'}", false);
    assert_null(apply_config(f->kind, f->live, config, &who, false, &conflicts));
    status = apply_conflict_status(conflicts);
    assert_string_equal(jx_str(status, "message", ""),
                        "Apply failed with 1 conflict: conflict with \"a\": .spec.type");
    assert_string_equal(jx_str(json_array_get(jx_at(status, "details.causes"), 0), "reason", ""),
                        "FieldManagerConflict");
    assert_string_equal(jx_str(json_array_get(jx_at(status, "details.causes"), 0), "field", ""),
                        ".spec.type");
    assert_int_equal(jx_int(status, "code", 0), 409);
}

static void force_takes_ownership(void **state)
{
    struct fixture *f = *state;

    (void)apply(f, "a", "{'type':'ClusterIP','externalName':'x'}", false);
    assert_int_equal(apply(f, "b", "{'type':'LoadBalancer'}", true), 0);
    assert_spec(f, "{'externalName':'x','type':'LoadBalancer'}");
    assert_fields(f, "a", "{\"f:spec\":{\"f:externalName\":{}}}");
    assert_fields(f, "b", "{\"f:spec\":{\"f:type\":{}}}");
}

static void the_same_value_is_shared(void **state)
{
    struct fixture *f = *state;

    (void)apply(f, "a", "{'type':'ClusterIP'}", false);
    assert_int_equal(apply(f, "b", "{'type':'ClusterIP'}", false), 0);
    assert_int_equal(apply(f, "b", "{'type':'LoadBalancer'}", false), 1);
}

static void an_update_takes_what_it_changes(void **state)
{
    struct fixture *f = *state;

    (void)apply(f, "a", "{'type':'ClusterIP','externalName':'x'}", false);
    update(f, "kubectl-edit", "{'type':'LoadBalancer','externalName':'x'}");
    assert_fields(f, "a", "{\"f:spec\":{\"f:externalName\":{}}}");
    assert_fields(f, "kubectl-edit", "{\"f:spec\":{\"f:type\":{}}}");
    assert_int_equal(apply(f, "a", "{'type':'ClusterIP','externalName':'x'}", false), 1);
}

static void an_updater_is_named_with_its_version(void **state)
{
    struct fixture *f = *state;
    struct owner who = owner("b");
    json_auto_t *config = service("{'type':'LoadBalancer','externalName':'y'}");
    json_auto_t *conflicts = NULL;
    json_auto_t *status = NULL;

    update(f, "kubectl", "{'type':'ClusterIP','externalName':'x'}");
    assert_null(apply_config(f->kind, f->live, config, &who, false, &conflicts));
    status = apply_conflict_status(conflicts);
    assert_string_equal(jx_str(status, "message", ""),
                        "Apply failed with 2 conflicts: conflicts with \"kubectl\" using v1:\n- .spec.type\n"
                        "- .spec.externalName");
}

static void an_item_is_named_by_its_keys(void **state)
{
    struct fixture *f = *state;
    struct owner who = owner("b");
    json_auto_t *config = service("{'ports':[{'port':80,'name':'y'}]}");
    json_auto_t *conflicts = NULL;

    (void)apply(f, "a", "{'ports':[{'port':80,'name':'x'}]}", false);
    assert_null(apply_config(f->kind, f->live, config, &who, false, &conflicts));
    assert_string_equal(jx_str(json_array_get(conflicts, 0), "field", ""),
                        ".spec.ports[port=80,protocol=\"TCP\"].name");
}

static void lists_without_keys_are_one_value(void **state)
{
    struct fixture *f = *state;

    (void)apply(f, "a", "{'loadBalancerSourceRanges':['10.0.0.0/8']}", false);
    assert_int_equal(apply(f, "b", "{'loadBalancerSourceRanges':['192.168.0.0/16']}", false), 1);
    (void)apply(f, "b", "{'loadBalancerSourceRanges':['192.168.0.0/16']}", true);
    assert_spec(f, "{'loadBalancerSourceRanges':['192.168.0.0/16']}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(creates_and_owns, setup, teardown),
        cmocka_unit_test_setup_teardown(same_again_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_longer_sent_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(what_others_own_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(another_value_conflicts, setup, teardown),
        cmocka_unit_test_setup_teardown(force_takes_ownership, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_value_is_shared, setup, teardown),
        cmocka_unit_test_setup_teardown(an_update_takes_what_it_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(an_updater_is_named_with_its_version, setup, teardown),
        cmocka_unit_test_setup_teardown(an_item_is_named_by_its_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_without_keys_are_one_value, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
