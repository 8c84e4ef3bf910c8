/* SPDX-License-Identifier: Apache-2.0 */
/* Readiness of Gateways and routes is never early and never stuck: every combination of conditions, generations and addresses, judged by
 * the real jq, against what the words of Gateway API say. */
#undef NDEBUG
#include "tests/unit/render/gwapi_answers.h"

/* ---- Gateways ---- */

enum entry { ONCE, NOT_THERE, TWICE, ENTRIES };
struct gateway {
    enum said accepted, programmed, listener[3];
    enum entry entry; /* of one of its listeners */
    bool conflicted, address, some_bad, deleting;
};

static json_t *gateway(const struct gateway *g)
{
    static const char *const types[] = { "Accepted", "ResolvedRefs", "Programmed" };
    json_t *conditions = json_array(), *one = json_array(), *other = json_array(), *told, *doc;
    json_t *spec = jx_pack("{s:[{s:s}, {s:s}]}", "listeners", "name", "a", "name", "b");

    say(conditions, "Accepted", g->accepted, g->some_bad ? "ListenersNotValid" : "Accepted");
    say(conditions, "Programmed", g->programmed, "Programmed");
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        say(one, types[i], g->listener[i], "X");
        say(other, types[i], GOOD, "X");
    }
    if (g->conflicted)
        say(one, "Conflicted", GOOD, "ProtocolConflict");
    told = jx_pack("[{s:s, s:o}]", "name", "b", "conditions", other);
    for (int i = g->entry == TWICE ? 2 : g->entry == ONCE; i; i--)
        jx_append(told, jx_pack("{s:s, s:O}", "name", "a", "conditions", one));
    json_decref(one);
    doc = document(json_incref(spec), spec,
                   jx_pack("{s:o, s:o, s:o}", "conditions", conditions, "listeners", told, "addresses",
                           g->address ? jx_pack("[{s:s, s:s}]", "type", "IPAddress", "value", "198.51.100.7")
                                      : json_array()));
    if (g->deleting)
        jx_set(jx_at(doc, "response.body.metadata"), "deletionTimestamp", jx_text("2026-11-22T12:00:00Z"));
    return doc;
}

enum {
    CONDITIONS_ALL = SAID * SAID * SAID * SAID * SAID,
    OTHERWISE_ALL = 2 * 2 * 2 * 2 * ENTRIES,
    FIVE_BOTH_WAYS = 1 << 5,
    GATEWAYS_ALL = CONDITIONS_ALL + OTHERWISE_ALL * FIVE_BOTH_WAYS,
};

static void set_conditions(struct gateway *g, unsigned *n, unsigned base)
{
    g->accepted = digit(n, base);
    g->programmed = digit(n, base);
    for (size_t i = 0; i < ARRAY_LENGTH(g->listener); i++)
        g->listener[i] = digit(n, base);
}

/* Whatever the conditions say, with all else in order; and whatever else there may be, with the conditions in order and not. */
static struct gateway combination(unsigned n)
{
    struct gateway g = { .address = true };

    if (n < CONDITIONS_ALL) {
        set_conditions(&g, &n, SAID);
        return g;
    }
    n -= CONDITIONS_ALL;
    set_conditions(&g, &n, 2);
    g.address = !digit(&n, 2);
    g.conflicted = digit(&n, 2);
    g.some_bad = digit(&n, 2);
    g.deleting = digit(&n, 2);
    g.entry = digit(&n, ENTRIES);
    return g;
}

static bool serves(const struct gateway *g)
{
    return g->accepted == GOOD && g->programmed == GOOD && g->listener[0] == GOOD && g->listener[1] == GOOD &&
           g->listener[2] == GOOD && g->entry == ONCE && g->address && !g->conflicted && !g->some_bad &&
           !g->deleting;
}

static json_t *all_gateways(void)
{
    json_t *list = json_array();

    for (unsigned n = 0; n < GATEWAYS_ALL; n++) {
        const struct gateway g = combination(n);

        jx_append(list, gateway(&g));
    }
    return list;
}

static void a_gateway_is_ready_when_everything_is_true_of_its_generation(void **state)
{
    json_auto_t *list = all_gateways(), *results = run_jq(gwapi_gateway_ready, list);
    unsigned ready = 0;

    (void)state;
    for (unsigned n = 0; n < GATEWAYS_ALL; n++) {
        const struct gateway g = combination(n);

        if (json_is_true(json_array_get(results, n)) != serves(&g))
            fail_msg("combination %u: ready is %d", n, json_is_true(json_array_get(results, n)));
        ready += serves(&g);
    }
    assert_int_equal(ready, 2); /* the same in both parts */
}

/* Whoever is told "not ready" is told why. */
static void a_gateway_that_is_not_ready_has_a_reason(void **state)
{
    json_auto_t *list = all_gateways(), *results = run_jq(gwapi_gateway_projection, list);

    (void)state;
    for (unsigned n = 0; n < GATEWAYS_ALL; n++) {
        const json_t *at = json_array_get(results, n);
        const struct gateway g = combination(n);
        bool told = json_object_get(at, "accepted") || json_object_get(at, "programmed") ||
                    json_object_get(at, "fault") || !json_array_size(json_object_get(at, "addresses")) ||
                    jx_bool(at, "deleting", false);

        if (told == serves(&g))
            fail_msg("combination %u: told is %d", n, told);
    }
}

static void what_a_fresh_gateway_says_is_nothing(void **state)
{
    /* as the API server writes it: Unknown, and of no generation */
    json_auto_t *list =
        jx_pack("[{s:{s:{s:{}}}, s:{s:{s:{s:i}, s:{s:[{s:s}]}, s:{s:[{s:s, s:s, s:s, s:s}]}}}}, "
                "{s:{s:{s:{}}}, s:{s:s}}, {s:{s:{s:{}}}, s:{}}]",
                "payload", "body", "object", "response", "body", "metadata", "generation", 1, "spec",
                "listeners", "name", "a", "status", "conditions", "type", "Accepted", "status", "Unknown",
                "reason", "Pending", "message", "Waiting for controller", "payload", "body", "object",
                "response", "body", "no JSON at all", "payload", "body", "object", "response");
    json_auto_t *ready = run_jq(gwapi_gateway_ready, list), *at = run_jq(gwapi_gateway_projection, list);

    (void)state;
    for (size_t i = 0; i < json_array_size(list); i++)
        assert_true(json_is_false(json_array_get(ready, i)));
    assert_string_equal(jx_str(json_array_get(at, 0), "accepted.reason", ""), "Pending");
}

/* No server has a condition twice; whoever does is not believed. */
static void what_is_said_twice_is_not_believed(void **state)
{
    const struct gateway good = { .address = true };
    json_auto_t *list = json_array(), *ready = NULL;
    json_t *doc = gateway(&good);

    (void)state;
    say(jx_at(doc, "response.body.status.conditions"), "Accepted", BAD, "Invalid");
    jx_append(list, doc);
    jx_append(list, gateway(&good));
    ready = run_jq(gwapi_gateway_ready, list);
    assert_true(json_is_false(json_array_get(ready, 0)));
    assert_true(json_is_true(json_array_get(ready, 1)));
}

/* A projection has 16 KiB, however much there is to say. */
static void a_large_gateway_has_a_small_projection(void **state)
{
    json_auto_t *list = json_array(), *at = NULL;
    json_t *spec = jx_pack("{s:[]}", "listeners"), *told = json_array();
    char name[254];

    (void)state;
    for (int i = 0; i < 64; i++) {
        json_t *conditions = json_array();

        (void)snprintf(name, sizeof(name), "%0*d", 253, i);
        say(conditions, "Accepted", BAD, "AReasonThatIsRatherLong");
        jx_append(json_object_get(spec, "listeners"),
                  jx_pack("{s:s, s:i, s:s}", "name", name, "port", 10000 + i, "protocol", "HTTP"));
        jx_append(told,
                  jx_pack("{s:s, s:i, s:o}", "name", name, "attachedRoutes", 5, "conditions", conditions));
    }
    jx_append(list, document(json_incref(spec), spec, jx_pack("{s:o}", "listeners", told)));
    at = run_jq(gwapi_gateway_projection, list);
    CLEAN(free) char *text = jx_dump(json_array_get(at, 0));
    assert_int_equal(json_array_size(jx_at(json_array_get(at, 0), "listeners")), 64);
    assert_true(strlen(text) < 16 << 10);
}

/* ---- routes ---- */

static const char ours[] = "gateway.envoyproxy.io/gatewayclass-controller";

enum parent { OURS, OTHER_CONTROLLER, OTHER_SECTION, NO_ENTRY, PARENTS };
struct route {
    enum parent entry;
    enum said accepted, resolved, partly;
};

static json_t *route(const struct route *r)
{
    json_t *spec = jx_pack("{s:[{s:s, s:s}]}", "parentRefs", "name", "gw", "sectionName", "a"),
           *conditions = json_array(), *parents = json_array();

    say(conditions, "Accepted", r->accepted, "X");
    say(conditions, "ResolvedRefs", r->resolved, "X");
    say(conditions, "PartiallyInvalid", r->partly, "UnsupportedValue");
    if (r->entry == NO_ENTRY)
        json_decref(conditions);
    else
        jx_append(parents,
                  jx_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:o}", "controllerName",
                          r->entry == OTHER_CONTROLLER ? "example.com/other" : ours, "parentRef", "group",
                          "gateway.networking.k8s.io", "kind", "Gateway", "namespace", "my-app", "name", "gw",
                          "sectionName", r->entry == OTHER_SECTION ? "b" : "a", "conditions", conditions));
    return document(json_incref(spec), spec, jx_pack("{s:o}", "parents", parents));
}

static void a_route_is_ready_when_each_parent_took_this_generation_of_it(void **state)
{
    enum { ALL = PARENTS * SAID * SAID * SAID };
    json_auto_t *list = json_array(), *ready = NULL, *at = NULL;

    (void)state;
    for (unsigned n = 0; n < ALL; n++) {
        unsigned rest = n;
        struct route r = { .entry = digit(&rest, PARENTS),
                           .accepted = digit(&rest, SAID),
                           .resolved = digit(&rest, SAID) };

        r.partly = rest;
        jx_append(list, route(&r));
    }
    ready = run_jq(gwapi_route_ready, list);
    at = run_jq(gwapi_route_projection, list);
    for (unsigned n = 0; n < ALL; n++) {
        unsigned rest = n;
        bool entry = digit(&rest, PARENTS) == OURS, accepted = digit(&rest, SAID) == GOOD,
             resolved = digit(&rest, SAID) == GOOD;
        /* PartiallyInvalid is bad news whatever generation it speaks of */
        bool expected = entry && accepted && resolved && (rest == BAD || rest == UNKNOWN || rest == ABSENT);

        if (json_is_true(json_array_get(ready, n)) != expected)
            fail_msg("combination %u: ready is %d", n, !expected);
        assert_int_equal(
            jx_bool(json_array_get(jx_at(json_array_get(at, n), "parents"), 0), "ready", !expected),
            expected);
    }
}

static void each_parent_counts(void **state)
{
    json_auto_t *list = json_array(), *ready = NULL, *at = NULL;
    const struct route good = { OURS, GOOD, GOOD, ABSENT };
    json_t *one = route(&good), *second = jx_pack("{s:s}", "name", "other");

    (void)state;
    jx_append(jx_at(one, "payload.body.object.spec.parentRefs"), second);
    jx_append(list, one);
    ready = run_jq(gwapi_route_ready, list);
    at = run_jq(gwapi_route_projection, list);
    assert_true(json_is_false(json_array_get(ready, 0)));
    /* the one that is missing comes first */
    assert_string_equal(jx_str(json_array_get(jx_at(json_array_get(at, 0), "parents"), 0), "name", ""),
                        "other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gateway_is_ready_when_everything_is_true_of_its_generation),
        cmocka_unit_test(a_gateway_that_is_not_ready_has_a_reason),
        cmocka_unit_test(what_a_fresh_gateway_says_is_nothing),
        cmocka_unit_test(what_is_said_twice_is_not_believed),
        cmocka_unit_test(a_large_gateway_has_a_small_projection),
        cmocka_unit_test(a_route_is_ready_when_each_parent_took_this_generation_of_it),
        cmocka_unit_test(each_parent_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
