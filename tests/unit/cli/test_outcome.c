/* SPDX-License-Identifier: Apache-2.0 */
/* Reading how a composite is. */
#undef NDEBUG
#include "cli/outcome.h"
#include "cli/shoots.h"
#include "lib/jx_yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *yaml(const char *text)
{
    json_auto_t *documents = jx_yaml_parse(text, strlen(text), NULL);

    assert_non_null(documents);
    return json_incref(json_array_get(documents, 0));
}

#define HEAD   "kind: Shoot\nmetadata: {uid: u, generation: 2}\n"
#define SYNCED "{type: Synced, status: \"True\", observedGeneration: 2}"

static void a_new_composite_waits(void **state)
{
    CLEAN(outcome_free) struct outcome o;
    json_auto_t *c = yaml(HEAD), *none = json_object();

    (void)state;
    outcome_read(c, none, &o);
    assert_false(o.ready || o.failed || o.accepted || o.leaving);
    assert_string_equal(o.phase, "Pending");
    assert_string_equal(o.message, "");
    assert_int_equal(o.percent, -1);
    assert_int_equal(outcome_state(&o), PROGRESS_WAITING);
}

static void ready_counts_for_the_spec_as_it_is_now(void **state)
{
    CLEAN(outcome_free) struct outcome now, before;
    json_auto_t *none = json_object();
    json_auto_t *new = yaml(HEAD "status: {phase: Ready, conditions: [" SYNCED
                                 ", {type: Ready, status: \"True\", observedGeneration: "
                                 "2}]}");
    json_auto_t *old = yaml(HEAD "status: {phase: Ready, conditions: [" SYNCED
                                 ", {type: Ready, status: \"True\", observedGeneration: "
                                 "1}]}");

    (void)state;
    outcome_read(new, none, &now);
    outcome_read(old, none, &before);
    assert_true(now.ready);
    assert_int_equal(outcome_state(&now), PROGRESS_DONE);
    assert_false(before.ready);
}

/* A corrected spec is not judged by what was said of the wrong one. */
static void a_refusal_of_an_earlier_request_is_no_news(void **state)
{
    static const struct {
        const char *metadata, *condition;
        bool failed;
    } cases[] = {
        { "{uid: u, generation: 2}",
          "{type: Synced, status: \"False\", reason: Rejected, observedGeneration: 1}", false },
        { "{uid: u, generation: 2}",
          "{type: Synced, status: \"False\", reason: Rejected, observedGeneration: 2}", true },
        { "{uid: u, generation: 2}", "{type: Synced, status: \"False\", reason: Rejected}", true },
    };
    json_auto_t *c = yaml(HEAD);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CLEAN(outcome_free) struct outcome o;
        CLEAN(free)
        char *text = x_asprintf("shoot: {metadata: %s, status: {conditions: [%s]}}", cases[i].metadata,
                                cases[i].condition);
        json_auto_t *observed = yaml(text);

        outcome_read(c, observed, &o);
        assert_int_equal(o.failed, cases[i].failed);
    }
}

static void an_operation_shows_its_progress(void **state)
{
    CLEAN(outcome_free) struct outcome o;
    json_auto_t *c = yaml(
        HEAD "status: {phase: Creating, message: takes long, operation: {type: Create, state: Processing, "
             "progress: 42, description: \"Waiting\\nfor etcd\"}}");
    json_auto_t *observed =
        yaml("shoot: {metadata: {annotations: {crossplane.io/external-create-succeeded: x}}}");

    (void)state;
    outcome_read(c, observed, &o);
    assert_int_equal(o.percent, 42);
    assert_string_equal(o.activity, "Waiting for etcd");
    assert_string_equal(o.message, "takes long");
    assert_true(o.accepted);
    assert_int_equal(outcome_state(&o), PROGRESS_MOVING);
}

static void failures_have_a_kind_and_a_place(void **state)
{
    static const struct {
        const char *reason;
        enum err_kind kind;
    } cases[] = { { "Unauthorized", ERR_AUTH },
                  { "NotOurs", ERR_CONFLICT },
                  { "Failed", ERR_FAILED },
                  { "Unavailable", ERR_NONE } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CLEAN(outcome_free) struct outcome o;
        json_auto_t *c =
            yaml(HEAD "status: {message: \"shoot: the reason; what to do\", conditions: [" SYNCED "]}");
        json_auto_t *observed = jx_pack("{s:{s:{s:s}, s:{s:[{s:s, s:s, s:s, s:s}]}}}", "shoot", "metadata",
                                        "uid", "r", "status", "conditions", "type", "Synced", "status",
                                        "False", "reason", cases[i].reason, "message", "the reason");

        outcome_read(c, observed, &o);
        assert_int_equal(o.failed, cases[i].kind != ERR_NONE);
        if (!o.failed)
            continue;
        assert_int_equal(o.kind, cases[i].kind);
        assert_string_equal(o.message, "shoot: the reason; what to do");
        assert_non_null(strstr(o.blame, cases[i].reason));
        assert_int_equal(outcome_state(&o), PROGRESS_FAILED);
    }
}

static void a_message_about_something_else_gives_way(void **state)
{
    CLEAN(outcome_free) struct outcome o;
    json_auto_t *c = yaml(HEAD "status: {message: creating, conditions: [" SYNCED "]}");
    json_auto_t *observed = yaml("shoot: {status: {conditions: [{type: Synced, status: \"False\", reason: "
                                 "Unauthorized, message: wrong "
                                 "password}]}}");

    (void)state;
    outcome_read(c, observed, &o);
    assert_string_equal(o.message, "wrong password");
}

/* A refusal is no use without what would be right; whoever asked for that is answered, or is not. */
static void what_is_offered_instead_of_what_was_refused_comes_later(void **state)
{
    static const struct {
        const char *reason, *offer;
        bool more;
    } cases[] = {
        { "Rejected", "{}", true },
        { "Rejected", "{conditions: [{type: Ready, status: \"False\"}]}", true },
        { "Rejected", "{conditions: [{type: Ready, status: \"True\"}]}", false },
        { "Rejected", "{conditions: [{type: Synced, status: \"False\"}]}", false },
        { "NotOurs", "{}", false },
        { "Unavailable", "{}", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CLEAN(outcome_free) struct outcome o;
        json_auto_t *c = yaml(HEAD "status: {conditions: [" SYNCED "]}"), *offer = yaml(cases[i].offer);
        json_auto_t *observed =
            jx_pack("{s:{s:{s:[{s:s, s:s, s:s}]}}, s:{s:O}}", "shoot", "status", "conditions", "type",
                    "Synced", "status", "False", "reason", cases[i].reason, "offer", "status", offer);

        outcome_read(c, observed, &o);
        assert_int_equal(o.more_to_come, cases[i].more);
    }
}

/* A 404 may be anybody's; and of a region that was corrected meanwhile nothing is known. */
static void a_region_that_cleura_does_not_have_fails_once_it_was_said_often(void **state)
{
    static const struct {
        int said, of, for_spec;
        bool failed;
    } cases[] = { { 1, 1, 2, false }, { 3, 1, 2, true }, { 3, 0, 2, false }, { 3, 1, 1, false } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CLEAN(outcome_free) struct outcome o;
        json_auto_t *c = yaml("kind: Shoot\nmetadata: {uid: u, generation: 2}\nstatus: {}");
        json_auto_t *observed =
            jx_pack("{s:{s:{s:i}, s:{s:i, s:[{s:s, s:s, s:i}]}}}", "bootstrap", "metadata", "generation", 1,
                    "status", "failed", cases[i].said, "conditions", "type", "Synced", "status", "False",
                    "observedGeneration", cases[i].of);

        jx_set(json_object_get(c, "status"), "conditions",
               jx_pack("[{s:s, s:s, s:s, s:s, s:i}]", "type", "ShootReady", "status", "False", "reason",
                       "UnknownRegion", "message", "no region x", "observedGeneration", cases[i].for_spec));
        outcome_read(c, observed, &o);
        assert_int_equal(o.failed, cases[i].failed);
        assert_int_equal(o.kind, cases[i].failed ? ERR_INVALID : ERR_NONE);
    }
}

static void advice_counts_for_the_spec_as_it_is_now(void **state)
{
    CLEAN(outcome_free) struct outcome now, before, none;
    json_auto_t *empty = json_object(), *without = yaml(HEAD);
    json_auto_t *new =
        yaml(HEAD "status: {conditions: [{type: Advice, status: \"True\", message: \"use\\nmore\", "
                  "observedGeneration: 2}]}");
    json_auto_t *old = yaml(HEAD "status: {conditions: [{type: Advice, status: \"True\", message: use, "
                                 "observedGeneration: 1}]}");

    (void)state;
    outcome_read(new, empty, &now);
    outcome_read(old, empty, &before);
    outcome_read(without, empty, &none);
    assert_string_equal(now.advice, "use more");
    assert_string_equal(before.advice, "");
    assert_string_equal(none.advice, "");
}

static void what_cannot_be_rendered_is_invalid(void **state)
{
    CLEAN(outcome_free) struct outcome now, before;
    json_auto_t *none = json_object();
    json_auto_t *c = yaml(HEAD "status: {conditions: [{type: Synced, status: \"False\", observedGeneration: "
                               "2, message: bad spec}]}");
    json_auto_t *old = yaml(HEAD "status: {conditions: [{type: Synced, status: \"False\", "
                                 "observedGeneration: 1, message: bad spec}]}");

    (void)state;
    outcome_read(c, none, &now);
    assert_true(now.failed);
    assert_int_equal(now.kind, ERR_INVALID);
    assert_string_equal(now.message, "bad spec");
    assert_string_equal(now.phase, "Invalid");
    outcome_read(old, none, &before);
    assert_false(before.failed);
}

static void on_the_way_out_only_the_deletion_counts(void **state)
{
    CLEAN(outcome_free) struct outcome o, p;
    json_auto_t *none = json_object();
    json_auto_t *c = yaml("kind: Shoot\nmetadata: {deletionTimestamp: x}\nstatus: {phase: Ready, message: "
                          "\"Removing: shoot\", operation: "
                          "{type: Reconcile, state: Processing, progress: 90, description: old}, conditions: "
                          "[{type: Ready, status: "
                          "\"True\"}]}");
    json_auto_t *d = yaml("kind: Shoot\nmetadata: {deletionTimestamp: x}\nstatus: {operation: {type: Delete, "
                          "state: Processing, "
                          "progress: 30, description: going}}");

    (void)state;
    outcome_read(c, none, &o);
    assert_true(o.leaving && !o.ready);
    assert_string_equal(o.phase, "Deleting");
    assert_int_equal(o.percent, -1);
    assert_string_equal(o.activity, "Removing: shoot");
    outcome_read(d, none, &p);
    assert_int_equal(p.percent, 30);
    assert_string_equal(p.activity, "going");
}

/* ---- shoots as Cleura shows them --------------------------------------------------------------------------------- */

static void shoot_is(const char *text, const char *status, const char *trouble)
{
    json_auto_t *doc = yaml(text);
    struct shoot_facts f;
    CLEAN(free) char *got = NULL, *wrong = NULL;

    shoots_read(doc, &f);
    got = shoots_status(&f);
    wrong = shoots_trouble(&f);
    assert_string_equal(got, status);
    assert_string_equal(wrong, trouble);
}

static void both_generations_are_read(void **state)
{
    (void)state;
    shoot_is("metadata: {name: a}\nspec: {}\nstatus: {lastOperation: {type: Create, state: Processing, "
             "progress: 7, description: etcd}}",
             "Creating 7%", "etcd");
    shoot_is("name: a\nlast_operation: {type: Reconcile, state: Error, progress: 7, description: "
             "etcd}\nstatus: {last_errors: "
             "[{description: quota}]}",
             "Updating, retrying", "quota");
    shoot_is("name: a\nlast_operation: {type: Create, state: Succeeded, progress: 100}\nstatus: "
             "{is_hibernated: false, conditions: "
             "[{type: A, status: \"True\"}]}",
             "Ready", "");
    shoot_is("metadata: {name: a}\nstatus: {hibernated: true, lastOperation: {type: Reconcile, state: "
             "Succeeded, progress: 100}}",
             "Hibernated", "");
    shoot_is("metadata: {name: a}\nstatus: {conditions: [{type: NodesReady, status: \"False\", message: "
             "none}], lastOperation: {type: "
             "Reconcile, state: Succeeded, progress: 100}}",
             "Not healthy", "NodesReady is False: none");
    shoot_is("name: a\nlast_operation: {type: Delete, state: Succeeded, progress: 100}", "Deleting 100%", "");
    shoot_is("name: a\nlast_operation: {type: Create, state: Failed, progress: 40, description: gave up}",
             "Creating failed", "gave up");
    shoot_is("name: a\nlast_operation: null", "Pending", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_composite_waits),
        cmocka_unit_test(ready_counts_for_the_spec_as_it_is_now),
        cmocka_unit_test(a_refusal_of_an_earlier_request_is_no_news),
        cmocka_unit_test(an_operation_shows_its_progress),
        cmocka_unit_test(failures_have_a_kind_and_a_place),
        cmocka_unit_test(a_message_about_something_else_gives_way),
        cmocka_unit_test(what_is_offered_instead_of_what_was_refused_comes_later),
        cmocka_unit_test(a_region_that_cleura_does_not_have_fails_once_it_was_said_often),
        cmocka_unit_test(advice_counts_for_the_spec_as_it_is_now),
        cmocka_unit_test(what_cannot_be_rendered_is_invalid),
        cmocka_unit_test(on_the_way_out_only_the_deletion_counts),
        cmocka_unit_test(both_generations_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
