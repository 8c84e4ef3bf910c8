/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/faults.h"
#include "tests/unit/sim/helper.h"

static struct faults faults;
static struct dice dice;

static int setup(void **state)
{
    (void)state;
    faults_init(&faults);
    dice.state = 1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    faults_free(&faults);
    return 0;
}

static int64_t add(const char *text)
{
    json_auto_t *doc = jx_parse(text, strlen(text), NULL);
    struct err e = { 0 };
    int64_t id = 0;

    if (faults_add(&faults, doc, &id, &e) < 0)
        fail_msg("%s: %s", text, e.text);
    return id;
}

static struct fault_hit match(const char *method, const char *path)
{
    return faults_match(&faults, &dice, method, path);
}

static void by_method_path_and_count(void **state)
{
    (void)state;
    add("{\"method\":\"POST\",\"path\":\"/gardener/v1\",\"count\":2,\"status\":503}");
    add("{\"path\":\"/gardener/*/hibernate\",\"status\":502,\"body\":\"html\"}");
    assert_false(match("GET", "/gardener/v1/x").hit);
    assert_false(match("POST", "/auth/v1/tokens").hit);
    assert_int_equal(match("POST", "/gardener/v1/x").status, 503);
    assert_int_equal(match("PATCH", "/gardener/v2/a/b/hibernate").status, 502);
    assert_int_equal(match("post", "/gardener/v1/x").body, FAULT_BODY_ENVELOPE);
    assert_false(match("POST", "/gardener/v1/x").hit);
    faults_remove(&faults, 0);
    assert_false(match("PATCH", "/gardener/v2/a/b/hibernate").hit);
}

static void by_probability_and_seed(void **state)
{
    int hits = 0, again = 0;

    (void)state;
    add("{\"probability\":0.25,\"status\":500}");
    for (int i = 0; i < 1000; i++)
        hits += match("GET", "/").hit;
    assert_in_range(hits, 200, 300);
    dice.state = 1;
    for (int i = 0; i < 1000; i++)
        again += match("GET", "/").hit;
    assert_int_equal(hits, again);
}

static void what_takes_effect(void **state)
{
    static const struct {
        const char *fault;
        bool applied;
        enum fault_action action;
    } cases[] = {
        { "{\"status\":500}", false, FAULT_RESPOND },
        { "{\"status\":504,\"applied\":true}", true, FAULT_RESPOND },
        { "{\"body\":\"truncated\"}", true, FAULT_RESPOND },
        { "{\"delayMs\":5}", true, FAULT_RESPOND },
        { "{\"action\":\"reset\"}", false, FAULT_RESET },
        { "{\"action\":\"reset-after\"}", true, FAULT_RESET_AFTER },
        { "{\"action\":\"hang\"}", false, FAULT_HANG },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t id = add(cases[i].fault);
        struct fault_hit hit = match("GET", "/");

        assert_int_equal(hit.id, id);
        assert_int_equal(hit.applied, cases[i].applied);
        assert_int_equal(hit.action, cases[i].action);
        faults_remove(&faults, id);
    }
}

static void retry_after_in_both_forms(void **state)
{
    (void)state;
    add("{\"status\":429,\"count\":1,\"retryAfter\":7}");
    add("{\"status\":429,\"retryAfter\":\"Sun, 22 Nov 2026 09:00:00 GMT\"}");
    assert_string_equal(match("GET", "/").retry_after, "7");
    assert_string_equal(match("GET", "/").retry_after, "Sun, 22 Nov 2026 09:00:00 GMT");
}

static void nonsense_is_refused(void **state)
{
    static const char *const bad[] = { "{}",
                                       "{\"status\":99}",
                                       "{\"status\":200,\"probability\":2}",
                                       "{\"action\":\"explode\"}",
                                       "{\"status\":500,\"body\":\"pdf\"}",
                                       "{\"status\":500,\"retryAfter\":true}",
                                       "{\"status\":500,\"typo\":1}" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        json_auto_t *doc = jx_parse(bad[i], strlen(bad[i]), NULL);
        struct err e = { 0 };
        int64_t id;

        assert_int_equal(faults_add(&faults, doc, &id, &e), -1);
        assert_int_equal(e.kind, ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(by_method_path_and_count, setup, teardown),
        cmocka_unit_test_setup_teardown(by_probability_and_seed, setup, teardown),
        cmocka_unit_test_setup_teardown(what_takes_effect, setup, teardown),
        cmocka_unit_test_setup_teardown(retry_after_in_both_forms, setup, teardown),
        cmocka_unit_test_setup_teardown(nonsense_is_refused, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
