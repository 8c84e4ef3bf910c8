/* SPDX-License-Identifier: Apache-2.0 */
/* Crossplane on a laptop. */
#undef NDEBUG
#include "cli/compose.h"
#include "cli/kinds.h"
#include "cli/preview.h"
#include "lib/clock.h"
#include "lib/jx_yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char shoot_text[] = "apiVersion: platform.cleura.crossplane.io/v1alpha1\n"
                                 "kind: Shoot\n"
                                 "metadata: {name: my-cluster, namespace: default}\n"
                                 "spec:\n"
                                 "  region: kna1\n"
                                 "  projectId: 0123456789abcdef0123456789abcdef\n"
                                 "  kubernetes: {version: \"1.33.7\"}\n"
                                 "  provider:\n"
                                 "    workers: [{name: default, machine: {type: b.4c8gb}, minimum: 1, "
                                 "maximum: 3, volume: {size: 50Gi}}]\n";

static json_t *yaml(const char *text)
{
    json_auto_t *documents = jx_yaml_parse(text, strlen(text), NULL);

    assert_non_null(documents);
    return json_incref(json_array_get(documents, 0));
}

struct world {
    struct store *store;
    struct compose *compose;
};

static struct world *world_new(void)
{
    struct world *w = x_alloc(sizeof(*w));
    json_auto_t *shoot = yaml(shoot_text);

    w->store = store_memory(clock_now);
    w->compose = compose_new(w->store, NULL, clock_now);
    assert_int_equal(w->store->ops->put(w->store, shoot, NULL, NULL), 0);
    return w;
}

static void world_free(struct world *w)
{
    compose_free(w->compose);
    store_free(w->store);
    free(w);
}
DEFINE_CLEAN(struct world *, world_free)

/* Rounds until nothing changes; how many of them wrote something. */
static int settle(struct world *w)
{
    bool changed = true;
    int rounds = 0;

    for (; changed && rounds < 20; rounds++) {
        struct err e = { 0 };

        if (compose_step(w->compose, &changed, &e) < 0)
            fail_msg("%s", e.text);
    }
    assert_true(rounds < 20);
    return rounds - 1;
}

static json_t *get(struct world *w, const char *kind, const char *name)
{
    json_t *object = NULL;

    (void)!kinds_get(w->store, kinds_find(kind), "default", name, &object, NULL);
    return object;
}

/* What the provider would record. */
static void set_ready(struct world *w, const char *kind, const char *name)
{
    json_auto_t *object = get(w, kind, name);

    assert_non_null(object);
    jx_set(object, "status",
           jx_pack("{s:[{s:s, s:s, s:s}]}", "conditions", "type", "Ready", "status", "True", "reason",
                   "Available"));
    assert_int_equal(w->store->ops->put_status(w->store, object, NULL, NULL), 0);
}

static void a_composite_becomes_objects_that_it_owns(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *bootstrap = NULL, *config = NULL, *shoot = NULL;

    (void)state;
    assert_true(settle(w) > 0);
    bootstrap = get(w, "DisposableRequest", "my-cluster-bootstrap");
    config = get(w, "ProviderConfig", "my-cluster");
    shoot = get(w, "Shoot", "my-cluster");
    assert_non_null(bootstrap);
    assert_non_null(config);
    assert_string_equal(
        json_string_value(json_object_get(jx_at(bootstrap, "metadata.labels"), "crossplane.io/composite")),
        "my-cluster");
    assert_string_equal(json_string_value(json_object_get(jx_at(bootstrap, "metadata.annotations"),
                                                          "crossplane.io/composition-resource-name")),
                        "bootstrap");
    assert_string_equal(jx_str(json_array_get(jx_at(bootstrap, "metadata.ownerReferences"), 0), "uid", ""),
                        jx_str(shoot, "metadata.uid", "?"));
    assert_string_equal(json_string_value(json_array_get(jx_at(shoot, "metadata.finalizers"), 0)),
                        COMPOSE_FINALIZER);
}

static const json_t *condition(const json_t *object, const char *type)
{
    size_t i;
    const json_t *c;

    json_array_foreach (jx_at(object, "status.conditions"), i, c)
        if (!strcmp(jx_str(c, "type", ""), type))
            return c;
    return NULL;
}

static void status_says_what_is_missing(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *shoot = NULL;

    (void)state;
    settle(w);
    shoot = get(w, "Shoot", "my-cluster");
    assert_string_equal(jx_str(condition(shoot, "Synced"), "status", ""), "True");
    assert_string_equal(jx_str(condition(shoot, "Ready"), "reason", ""), "Creating");
    assert_non_null(strstr(jx_str(condition(shoot, "Ready"), "message", ""), "bootstrap"));
    assert_true(*jx_str(shoot, "status.phase", "") != '\0');
    assert_int_equal(jx_int(condition(shoot, "Ready"), "observedGeneration", 0), 1);
}

static void nothing_is_written_while_nothing_changes(void **state)
{
    CLEAN(world_free) struct world *w = world_new();

    (void)state;
    assert_true(settle(w) > 0);
    assert_int_equal(settle(w), 0);
    set_ready(w, "DisposableRequest", "my-cluster-bootstrap");
    assert_true(settle(w) > 0);
    assert_int_equal(settle(w), 0);
}

static void one_thing_follows_the_other(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *before = NULL, *after = NULL;

    (void)state;
    settle(w);
    before = get(w, "Request", "my-cluster-shoot");
    assert_null(before);
    set_ready(w, "DisposableRequest", "my-cluster-bootstrap");
    settle(w);
    after = get(w, "Request", "my-cluster-shoot");
    assert_non_null(after);
}

static void what_the_provider_keeps_in_metadata_stays(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *config = NULL, *shoot = NULL, *after = NULL;

    (void)state;
    settle(w);
    config = get(w, "ProviderConfig", "my-cluster");
    jx_set(jx_make_object(jx_at(config, "metadata"), "annotations"), "cleura.crossplane.io/identity",
           json_string("x"));
    jx_set(jx_at(config, "metadata"), "finalizers", jx_pack("[s]", "in-use"));
    assert_int_equal(w->store->ops->put(w->store, config, NULL, NULL), 0);
    shoot = get(w, "Shoot", "my-cluster");
    jx_set(jx_at(shoot, "spec"), "name", json_string("other"));
    assert_int_equal(w->store->ops->put(w->store, shoot, NULL, NULL), 0);
    settle(w);
    after = get(w, "ProviderConfig", "my-cluster");
    assert_string_equal(json_string_value(json_object_get(jx_at(after, "metadata.annotations"),
                                                          "cleura.crossplane.io/identity")),
                        "x");
    assert_int_equal(json_array_size(jx_at(after, "metadata.finalizers")), 1);
    assert_non_null(strstr(jx_str(after, "spec.shoot.url", ""), "/other"));
}

static void a_bad_spec_is_a_condition_and_removes_nothing(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *shoot = NULL, *after = NULL, *config = NULL;

    (void)state;
    settle(w);
    shoot = get(w, "Shoot", "my-cluster");
    (void)json_object_del(jx_at(shoot, "spec"), "region");
    assert_int_equal(w->store->ops->put(w->store, shoot, NULL, NULL), 0);
    settle(w);
    after = get(w, "Shoot", "my-cluster");
    config = get(w, "ProviderConfig", "my-cluster");
    assert_non_null(config);
    assert_true(!strcmp(jx_str(condition(after, "Synced"), "status", ""), "False") ||
                !strcmp(jx_str(condition(after, "Valid"), "status", ""), "False"));
}

static void a_cluster_whose_spec_turns_bad_is_left_as_it_is(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *shoot = NULL, *bad = NULL, *before = NULL, *after = NULL;

    (void)state;
    settle(w);
    set_ready(w, "DisposableRequest", "my-cluster-bootstrap");
    settle(w);
    before = get(w, "Request", "my-cluster-shoot");
    shoot = get(w, "Shoot", "my-cluster");
    (void)json_object_del(jx_at(shoot, "spec"), "region");
    assert_int_equal(w->store->ops->put(w->store, shoot, NULL, NULL), 0);
    settle(w);
    bad = get(w, "Shoot", "my-cluster");
    after = get(w, "Request", "my-cluster-shoot");
    assert_string_equal(jx_str(condition(bad, "Valid"), "status", ""), "False");
    assert_non_null(before);
    assert_true(json_equal(before, after));
}

static void remove_shoot(struct world *w)
{
    const struct store_ref ref = { .api_version = "platform.cleura.crossplane.io/v1alpha1",
                                   .kind = "Shoot",
                                   .ns = "default",
                                   .name = "my-cluster" };

    assert_int_equal(w->store->ops->remove(w->store, &ref, NULL), 0);
}

/* The provider holds an object until it is gone outside. */
static void hold(struct world *w, const char *kind, const char *name, bool on)
{
    json_auto_t *object = get(w, kind, name);

    assert_non_null(object);
    jx_set(jx_at(object, "metadata"), "finalizers", on ? jx_pack("[s]", "held") : json_array());
    assert_int_equal(w->store->ops->put(w->store, object, NULL, NULL), 0);
}

static bool leaving(struct world *w, const char *kind, const char *name)
{
    json_auto_t *object = get(w, kind, name);
    return !object || jx_at(object, "metadata.deletionTimestamp");
}

static void what_is_in_the_shoot_goes_before_it(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *gone = NULL;

    (void)state;
    settle(w);
    set_ready(w, "DisposableRequest", "my-cluster-bootstrap");
    settle(w);
    hold(w, "Request", "my-cluster-api-server", true);
    hold(w, "Request", "my-cluster-shoot", true);
    remove_shoot(w);
    settle(w);
    assert_true(leaving(w, "Request", "my-cluster-api-server"));
    assert_false(leaving(w, "Request", "my-cluster-shoot"));
    assert_false(leaving(w, "ProviderConfig", "my-cluster"));
    hold(w, "Request", "my-cluster-api-server", false);
    settle(w);
    assert_true(leaving(w, "Request", "my-cluster-shoot"));
    assert_false(leaving(w, "ProviderConfig", "my-cluster"));
    gone = get(w, "Shoot", "my-cluster");
    assert_string_equal(jx_str(gone, "status.phase", ""), "Deleting");
    assert_string_equal(jx_str(gone, "status.message", ""), "Removing: shoot");
    hold(w, "Request", "my-cluster-shoot", false);
    settle(w);
    json_decref(gone);
    gone = get(w, "Shoot", "my-cluster");
    assert_null(gone);
}

/* A Gateway called as its cluster is: it is no Shoot, and nothing lives in it. */
static void what_has_the_name_of_its_shoot_does_not_wait_for_itself(void **state)
{
    const struct store_ref ref = { .api_version = "platform.cleura.crossplane.io/v1alpha1",
                                   .kind = "Gateway",
                                   .ns = "default",
                                   .name = "my-cluster" };
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *gateway = yaml("apiVersion: platform.cleura.crossplane.io/v1alpha1\n"
                                "kind: Gateway\n"
                                "metadata: {name: my-cluster, namespace: default}\n"
                                "spec:\n"
                                "  shootRef: {name: my-cluster}\n"
                                "  listeners: [{name: http, protocol: HTTP, port: 80}]\n");
    json_auto_t *made = NULL, *gone = NULL;

    (void)state;
    assert_int_equal(w->store->ops->put(w->store, gateway, NULL, NULL), 0);
    settle(w);
    made = get(w, "Request", "my-cluster-gateway");
    assert_non_null(made);
    assert_int_equal(w->store->ops->remove(w->store, &ref, NULL), 0);
    settle(w);
    gone = get(w, "Gateway", "my-cluster");
    assert_null(gone);
}

static void secrets_go_with_what_made_them(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *owner = NULL, *kept = NULL, *dropped = NULL;
    json_auto_t *free_secret =
        yaml("{apiVersion: v1, kind: Secret, metadata: {name: mine, namespace: default}}");
    json_auto_t *owned = yaml("{apiVersion: v1, kind: Secret, metadata: {name: owned, namespace: default}}");

    (void)state;
    settle(w);
    owner = get(w, "DisposableRequest", "my-cluster-bootstrap");
    jx_set(jx_at(owned, "metadata"), "ownerReferences",
           jx_pack("[{s:s, s:s}]", "kind", "DisposableRequest", "uid", jx_str(owner, "metadata.uid", "")));
    assert_int_equal(w->store->ops->put(w->store, owned, NULL, NULL), 0);
    assert_int_equal(w->store->ops->put(w->store, free_secret, NULL, NULL), 0);
    settle(w);
    kept = get(w, "Secret", "owned");
    assert_non_null(kept);
    remove_shoot(w);
    settle(w);
    dropped = get(w, "Secret", "owned");
    assert_null(dropped);
    json_decref(kept);
    kept = get(w, "Secret", "mine");
    assert_non_null(kept);
}

static void children_without_a_name_get_crossplanes(void **state)
{
    json_auto_t *composite = yaml("{metadata: {name: c, uid: \"7\", namespace: ns}}");
    json_auto_t *desired = yaml("{apiVersion: a/v1, kind: K, spec: {x: 1}, status: {done: no}}");
    json_auto_t *child = compose_child(composite, "part", desired, NULL),
                *again = compose_child(composite, "part", desired, child);

    (void)state;
    assert_memory_equal(jx_str(child, "metadata.name", ""), "c-", 2);
    assert_int_equal(strlen(jx_str(child, "metadata.name", "")), 14);
    assert_string_equal(jx_str(child, "metadata.namespace", ""), "ns");
    assert_null(jx_at(child, "status"));
    assert_true(json_equal(child, again));
}

static void a_preview_shows_all_that_will_be(void **state)
{
    json_auto_t *shoot = yaml(shoot_text), *all = preview(shoot, NULL);
    size_t i, found = 0;
    const json_t *one;

    (void)state;
    assert_non_null(all);
    json_array_foreach (all, i, one) {
        bool late =
            !strcmp(jx_str(one, "name", ""), "shoot") || !strcmp(jx_str(one, "name", ""), "kubeconfig");

        found += late;
        if (late)
            assert_non_null(strstr(jx_str(one, "after", ""), "bootstrap"));
        assert_null(jx_at(one, "resource.metadata.ownerReferences"));
    }
    assert_int_equal(found, 2);
}

static void a_preview_refuses_what_cannot_be(void **state)
{
    json_auto_t *shoot = yaml(shoot_text), *all = NULL;
    struct err e = { 0 };

    (void)state;
    jx_set(jx_at(shoot, "spec"), "unknown", json_true());
    all = preview(shoot, &e);
    assert_null(all);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_non_null(strstr(e.text, "spec.unknown"));
    assert_int_equal(preview_check(shoot, NULL, &e), -1);
}

/* A cluster that runs is not touched by a spec with errors; whoever writes one should hear of it at once. */
static void a_preview_refuses_what_would_not_be_applied(void **state)
{
    CLEAN(world_free) struct world *w = world_new();
    json_auto_t *shoot = NULL, *composed = NULL, *observed = NULL;
    struct err e = { 0 };

    (void)state;
    settle(w);
    set_ready(w, "DisposableRequest", "my-cluster-bootstrap");
    settle(w);
    set_ready(w, "Request", "my-cluster-shoot");
    settle(w);
    shoot = get(w, "Shoot", "my-cluster");
    assert_int_equal(compose_list(w->store, &composed, &e), 0);
    observed = compose_observed(shoot, composed);
    assert_int_equal(preview_check(shoot, observed, &e), 0);
    jx_set(json_array_get(jx_at(shoot, "spec.provider.workers"), 0), "maximum", json_integer(0));
    assert_int_equal(preview_check(shoot, observed, &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_string_equal(e.text, "Shoot/my-cluster: 2 errors, told above");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_composite_becomes_objects_that_it_owns),
        cmocka_unit_test(status_says_what_is_missing),
        cmocka_unit_test(nothing_is_written_while_nothing_changes),
        cmocka_unit_test(one_thing_follows_the_other),
        cmocka_unit_test(what_the_provider_keeps_in_metadata_stays),
        cmocka_unit_test(a_bad_spec_is_a_condition_and_removes_nothing),
        cmocka_unit_test(a_cluster_whose_spec_turns_bad_is_left_as_it_is),
        cmocka_unit_test(what_is_in_the_shoot_goes_before_it),
        cmocka_unit_test(what_has_the_name_of_its_shoot_does_not_wait_for_itself),
        cmocka_unit_test(secrets_go_with_what_made_them),
        cmocka_unit_test(children_without_a_name_get_crossplanes),
        cmocka_unit_test(a_preview_shows_all_that_will_be),
        cmocka_unit_test(a_preview_refuses_what_cannot_be),
        cmocka_unit_test(a_preview_refuses_what_would_not_be_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
