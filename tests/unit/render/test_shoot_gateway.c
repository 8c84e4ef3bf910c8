/* SPDX-License-Identifier: Apache-2.0 */
/* Envoy Gateway in a shoot: which step follows from what is seen, which release fits which cluster, and what the programs make of
 * the cluster's answers. */
#undef NDEBUG
#include "function/render/gateway_releases.h"
#include "function/render/shoot_gateway.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/render/run_jq.h"

#define JOB     SHOOT_GATEWAY_BY_JOB
#define RELEASE SHOOT_GATEWAY_BY_RELEASE

/* ---- the steps --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *when;
    struct shoot_gateway_facts facts;
    enum shoot_gateway_stage then;
} steps[] = {
    { "nobody wants it and it is not there", { 0 }, SHOOT_GATEWAY_ABSENT },
    { "nobody has looked yet", { .wanted = JOB }, SHOOT_GATEWAY_LOOKING },
    { "the cluster has another channel",
      { .wanted = JOB, .channel_known = true, .channel_conflict = true, .rights = true },
      SHOOT_GATEWAY_CONFLICT },
    { "the Job has no rights", { .wanted = JOB, .channel_known = true }, SHOOT_GATEWAY_GRANTING },
    { "it has", { .wanted = JOB, .channel_known = true, .rights = true }, SHOOT_GATEWAY_INSTALLING },
    { "it is done",
      { .wanted = JOB, .there = JOB, .channel_known = true, .job_done = true },
      SHOOT_GATEWAY_INSTALLED },
    { "provider-helm is at work", { .wanted = RELEASE }, SHOOT_GATEWAY_INSTALLING },
    { "provider-helm is done",
      { .wanted = RELEASE, .there = RELEASE, .released = true },
      SHOOT_GATEWAY_INSTALLED },
    { "it changes hands", { .wanted = RELEASE, .there = JOB, .job_done = true }, SHOOT_GATEWAY_INSTALLING },

    { "Gateways are in the way", { .there = JOB, .rights = true }, SHOOT_GATEWAY_DRAINING },
    { "they are gone", { .there = JOB, .drained = true, .classed = true }, SHOOT_GATEWAY_UNCLASSING },
    { "so is the class", { .there = JOB, .drained = true }, SHOOT_GATEWAY_REMOVAL },
    { "the Job may remove it", { .there = JOB, .drained = true, .rights = true }, SHOOT_GATEWAY_REMOVING },
    { "it has", { .there = JOB, .drained = true, .job_done = true }, SHOOT_GATEWAY_GONE },
    { "provider-helm may not uninstall yet", { .there = RELEASE, .drained = true }, SHOOT_GATEWAY_REMOVAL },
    { "provider-helm may", { .there = RELEASE, .drained = true, .deletable = true }, SHOOT_GATEWAY_GONE },
    { "provider-helm is at it, and nobody looks any more",
      { .there = RELEASE, .deletable = true, .going = true },
      SHOOT_GATEWAY_GONE },
    { "by the Job again, before provider-helm is done",
      { .wanted = JOB, .there = RELEASE, .channel_known = true, .rights = true, .deletable = true },
      SHOOT_GATEWAY_GONE },
    { "by provider-helm again",
      { .wanted = RELEASE, .there = RELEASE, .deletable = true },
      SHOOT_GATEWAY_INSTALLING },
};

static void the_steps_follow_from_what_is_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        print_message("%s\n", steps[i].when);
        assert_int_equal(shoot_gateway_decide(&steps[i].facts), steps[i].then);
    }
}

static struct shoot_gateway_facts facts_of(unsigned bits)
{
    return (struct shoot_gateway_facts){
        .wanted = bits % 3,
        .there = bits / 3 % 3,
        .channel_known = bits / 9 & 1,
        .channel_conflict = bits / 9 & 2,
        .rights = bits / 9 & 4,
        .job_done = bits / 9 & 8,
        .released = bits / 9 & 16,
        .deletable = bits / 9 & 32,
        .drained = bits / 9 & 64,
        .classed = bits / 9 & 128,
        .going = bits / 9 & 256,
    };
}

/* The first and the last stage that there may be, by what is wanted and what is there. */
static void is_among_those_of_its_way(const struct shoot_gateway_facts *f, enum shoot_gateway_stage stage)
{
    if (f->wanted == JOB && f->deletable)
        assert_int_equal(stage, SHOOT_GATEWAY_GONE);
    else if (f->wanted)
        assert_in_range(stage, SHOOT_GATEWAY_LOOKING, SHOOT_GATEWAY_INSTALLED);
    else if (f->there)
        assert_in_range(stage, SHOOT_GATEWAY_DRAINING, SHOOT_GATEWAY_GONE);
    else
        assert_int_equal(stage, SHOOT_GATEWAY_ABSENT);
}

static bool is_installed_rightly(const struct shoot_gateway_facts *f)
{
    return f->wanted == JOB ? f->job_done : f->released;
}

static bool may_install(const struct shoot_gateway_facts *f)
{
    return f->wanted == RELEASE || (f->rights && f->channel_known && !f->channel_conflict);
}

static bool is_drained(const struct shoot_gateway_facts *f) { return f->drained; }

static bool is_free(const struct shoot_gateway_facts *f) { return f->drained && !f->classed; }

static bool may_go(const struct shoot_gateway_facts *f)
{
    return f->wanted || (f->there == JOB ? f->job_done : f->going || is_free(f));
}

static bool (*const needs[])(const struct shoot_gateway_facts *f) = {
    [SHOOT_GATEWAY_INSTALLING] = may_install, [SHOOT_GATEWAY_INSTALLED] = is_installed_rightly,
    [SHOOT_GATEWAY_UNCLASSING] = is_drained,  [SHOOT_GATEWAY_REMOVAL] = is_free,
    [SHOOT_GATEWAY_REMOVING] = is_free,       [SHOOT_GATEWAY_GONE] = may_go,
};

/* Whatever else is seen. */
static void nothing_goes_before_what_needs_it(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 9 * 512; bits++) {
        struct shoot_gateway_facts f = facts_of(bits);
        enum shoot_gateway_stage stage = shoot_gateway_decide(&f);

        is_among_those_of_its_way(&f, stage);
        assert_true(!needs[stage] || needs[stage](&f));
    }
}

/* ---- releases ---------------------------------------------------------------------------------------------------- */

static void each_kubernetes_has_the_newest_release_that_supports_it(void **state)
{
    static const struct {
        const char *kubernetes, *version;
    } rows[] = { { "1.31.14", NULL }, { "1.32.11", "1.8.3" }, { "1.33.7", "1.9.0" }, { "1.36", "1.9.0" },
                 { "1.37.0", NULL },  { "", NULL },           { "2.33.0", NULL } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const struct gateway_release *r = gateway_release_for(rows[i].kubernetes);

        if (rows[i].version)
            assert_string_equal(r->version, rows[i].version);
        else
            assert_null(r);
    }
    assert_ptr_equal(gateway_release_of("1.9.7"), &gateway_releases[0]);
    assert_null(gateway_release_of("1.7.5"));
    assert_true(gateway_release_unknown("1.10.0") && gateway_release_unknown("2.0.0"));
    assert_false(gateway_release_unknown("1.9.9") || gateway_release_unknown("1.7.0"));
}

/* ---- the Job ----------------------------------------------------------------------------------------------------- */

enum { HASH_SAME, HASH_OTHER, HASH_NONE, HASHES };

static json_t *job(int hash, const char *condition, const char *status, bool deleting)
{
    json_t *notes = hash == HASH_NONE
                        ? json_object()
                        : jx_pack("{s:s}", "cleura.crossplane.io/hash", hash == HASH_SAME ? "h" : "g");
    json_t *body = jx_pack("{s:{s:o, s:s*}, s:{s:[{s:s, s:s}]}}", "metadata", "annotations", notes,
                           "deletionTimestamp", deleting ? "2026-01-01T00:00:00Z" : NULL, "status",
                           "conditions", "type", condition, "status", status);

    return jx_pack("{s:{s:{s:{s:s}}}, s:{s:i, s:o}}", "payload", "body", "want", "hash", "h", "response",
                   "statusCode", 200, "body", body);
}

static void a_job_is_done_or_outdated_or_at_work(void **state)
{
    static const char *const conditions[] = { "Complete", "Failed", "Suspended" };
    static const char *const statuses[] = { "True", "False" };
    json_auto_t *jobs = json_array(), *ready = NULL, *outdated = NULL, *seen = NULL;
    size_t n = 0;

    (void)state;
    for (int i = 0; i < HASHES * 3 * 2 * 2; i++)
        jx_append(jobs,
                  job(i % HASHES, conditions[i / HASHES % 3], statuses[i / HASHES / 3 % 2], i / HASHES / 6));
    ready = run_jq(shoot_gateway_job_ready, jobs);
    outdated = run_jq(shoot_gateway_job_outdated, jobs);
    seen = run_jq(shoot_gateway_job_projection, jobs);
    for (int i = 0; i < HASHES * 3 * 2 * 2; i++, n++) {
        bool same = i % HASHES == HASH_SAME, yes = i / HASHES / 3 % 2 == 0, deleting = i / HASHES / 6;
        bool complete = i / HASHES % 3 == 0 && yes && !deleting, failed = i / HASHES % 3 == 1 && yes;

        assert_int_equal(json_is_true(json_array_get(ready, n)), complete && same);
        assert_int_equal(json_is_true(json_array_get(outdated, n)), !deleting && (!same || failed));
        assert_int_equal(jx_bool(json_array_get(seen, n), "complete", !complete), complete);
    }
}

/* ---- what else is looked at -------------------------------------------------------------------------------------- */

static json_t *answer(const char *text)
{
    json_t *body = json_loads(text, 0, NULL);

    assert_non_null(body);
    return jx_pack("{s:{s:{}}, s:{s:i, s:o}}", "payload", "body", "response", "statusCode", 200, "body",
                   body);
}

static const struct {
    const char *program, *text, *gives;
} looks[] = {
    { shoot_gateway_crds_projection, "{\"items\": []}", "{}" },
    { shoot_gateway_crds_projection,
      "{\"items\": [{\"metadata\": {\"annotations\": {\"gateway.networking.k8s.io/channel\": \"standard\", "
      "\"gateway.networking.k8s.io/bundle-version\": \"v1.5.1\"}}}]}",
      "{\"bundle\":\"v1.5.1\",\"channel\":\"standard\"}" },
    { shoot_gateway_left_projection, "{\"items\": []}", "{\"count\":0,\"names\":[]}" },
    { shoot_gateway_left_projection,
      "{\"items\": [{\"metadata\": {\"name\": \"a\", \"labels\": "
      "{\"gateway.envoyproxy.io/owning-gateway-name\": \"g\", "
      "\"gateway.envoyproxy.io/owning-gateway-namespace\": \"n\"}}}, {\"metadata\": {\"name\": \"b\"}}, "
      "{\"metadata\": {\"name\": \"c\"}}, {\"metadata\": {\"name\": \"d\"}}]}",
      "{\"count\":4,\"names\":[\"n/g\",\"b\",\"c\"]}" },
    { shoot_gateway_pods_projection, "{\"items\": []}", "{}" },
    /* the newest pod, the end of what it said */
    { shoot_gateway_pods_projection,
      "{\"items\": [{\"metadata\": {\"creationTimestamp\": \"2026-01-02T00:00:00Z\"}, \"status\": "
      "{\"phase\": \"Running\", "
      "\"containerStatuses\": [{\"state\": {\"waiting\": {\"reason\": \"CrashLoopBackOff\"}}, "
      "\"lastState\": {\"terminated\": "
      "{\"exitCode\": 1, \"reason\": \"Error\", \"message\": \"first\\nlast\"}}}]}}, "
      "{\"metadata\": {\"creationTimestamp\": \"2026-01-01T00:00:00Z\"}, \"status\": {\"phase\": "
      "\"Failed\"}}]}",
      "{\"last\":{\"message\":\"first "
      "last\",\"reason\":\"Error\"},\"phase\":\"Running\",\"waiting\":{\"reason\":"
      "\"CrashLoopBackOff\"}}" },
    { shoot_gateway_pods_projection,
      "{\"items\": [{\"metadata\": {}, \"status\": {\"phase\": \"Pending\", \"conditions\": [{\"type\": "
      "\"PodScheduled\", "
      "\"status\": \"False\", \"message\": \"0/1 nodes\"}]}}]}",
      "{\"phase\":\"Pending\",\"unschedulable\":\"0/1 nodes\"}" },
    /* evicted: no container has a word to say; the next one says it with its name only */
    { shoot_gateway_pods_projection,
      "{\"items\": [{\"metadata\": {}, \"status\": {\"phase\": \"Failed\", \"reason\": \"Evicted\", "
      "\"message\": \"The "
      "node was low on resource: memory.\"}}]}",
      "{\"last\":{\"message\":\"The node was low on resource: "
      "memory.\",\"reason\":\"Evicted\"},\"phase\":\"Failed\"}" },
    { shoot_gateway_pods_projection,
      "{\"items\": [{\"metadata\": {}, \"status\": {\"phase\": \"Running\", \"containerStatuses\": "
      "[{\"lastState\": "
      "{\"terminated\": {\"exitCode\": 137, \"reason\": \"OOMKilled\"}}}]}}]}",
      "{\"last\":{\"reason\":\"OOMKilled\"},\"phase\":\"Running\"}" },
    { shoot_gateway_pods_projection,
      "{\"items\": [{\"metadata\": {}, \"status\": {\"containerStatuses\": [{\"lastState\": "
      "{\"terminated\": {\"exitCode\": 1, "
      "\"message\": \"E1122 15:43:21.123456      42 memcache.go:265] read tcp "
      "10.0.0.5:43210->10.0.0.1:443: reset\\n\"}}}]}}]}",
      "{\"last\":{\"message\":\"read tcp 10.0.0.5->10.0.0.1:443: reset \"}}" },
    { shoot_gateway_left_projection,
      "{\"items\": [{\"metadata\": {\"name\": 1, \"labels\": []}}, {\"metadata\": 1}, {\"metadata\": "
      "{\"name\": \"a\\nb\"}}]}",
      "{\"count\":3,\"names\":[\"?\",\"?\",\"a b\"]}" },
    { shoot_gateway_class_projection,
      "{\"metadata\": {\"name\": \"c\", \"generation\": 1}, \"spec\": {\"controllerName\": "
      "\"example.org/other\"}}",
      "{\"controller\":\"example.org/other\",\"deleting\":false,\"name\":\"c\"}" },
    { shoot_gateway_class_ready,
      "{\"metadata\": {\"generation\": 2}, \"status\": {\"conditions\": [{\"type\": \"Accepted\", "
      "\"status\": \"True\", "
      "\"observedGeneration\": 1}]}}",
      "false" },
    { shoot_gateway_class_ready,
      "{\"metadata\": {\"generation\": 2}, \"status\": {\"conditions\": [{\"type\": \"Accepted\", "
      "\"status\": \"True\", "
      "\"observedGeneration\": 2}]}}",
      "true" },
    { shoot_gateway_controller_ready,
      "{\"metadata\": {\"generation\": 2}, \"status\": {\"observedGeneration\": 1, \"conditions\": "
      "[{\"type\": \"Available\", "
      "\"status\": \"True\"}]}}",
      "false" },
    { shoot_gateway_controller_projection,
      "{\"metadata\": {\"generation\": 2}, \"status\": {\"observedGeneration\": 2, \"conditions\": "
      "[{\"type\": \"Available\", "
      "\"status\": \"False\", \"message\": \"no pods\"}]}}",
      "{\"message\":\"no pods\"}" },
};

static void the_cluster_s_answers_are_cut_to_what_is_needed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(looks); i++) {
        json_auto_t *list = jx_pack("[o]", answer(looks[i].text)), *out = run_jq(looks[i].program, list);
        CLEAN(free) char *got = jx_dump(json_array_get(out, 0));

        assert_string_equal(got, looks[i].gives);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_steps_follow_from_what_is_seen),
        cmocka_unit_test(nothing_goes_before_what_needs_it),
        cmocka_unit_test(each_kubernetes_has_the_newest_release_that_supports_it),
        cmocka_unit_test(a_job_is_done_or_outdated_or_at_work),
        cmocka_unit_test(the_cluster_s_answers_are_cut_to_what_is_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
