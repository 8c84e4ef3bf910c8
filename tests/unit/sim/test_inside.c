/* SPDX-License-Identifier: Apache-2.0 */
/* What a shoot has in the cloud, and what is left of it when the shoot goes. */
#include "sim/control_cloud.h"
#include "sim/shootapi/api.h"
#include "tests/unit/sim/helper.h"

static const char service[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\"},\"spec\":{"
    "\"type\":\"LoadBalancer\",\"ports\":[{\"port\":80}]}}";

static void post_service(void *ctx, struct api *api)
{
    json_t *query = json_object();
    struct api_reply reply = { 0 };

    api_handle(api,
               &(struct api_request){ .method = "POST",
                                      .path = "/api/v1/namespaces/default/services",
                                      .query = query,
                                      .accept = "application/json",
                                      .content_type = "application/json",
                                      .user_agent = "test",
                                      .user = "me",
                                      .body = service,
                                      .body_len = strlen(service) },
               &reply);
    *(int *)ctx = reply.code;
    api_reply_clear(&reply);
    json_decref(query);
}

/* A shoot with a Service that has its load balancer. */
static void shoot_with_load_balancer(struct world *w)
{
    struct shoot *shoot;
    int code = 0;

    assert_int_equal(ask(w, "POST", V2, CREATE_V2("my-cluster", "")), 202);
    advance(w, 10);
    advance(w, 700);
    shoot = sim_shoot_named(w->sim, "my-cluster");
    assert_non_null(shoot);
    assert_non_null(shoot->api);
    shootapi_with(shoot->api, post_service, &code);
    assert_int_equal(code, 201);
    advance(w, 0);
    advance(w, 180);
    assert_string_equal(jx_str(json_array_get(w->sim->cloud.load_balancers, 0), "provisioningStatus", ""),
                        "ACTIVE");
    assert_string_equal(jx_str(json_array_get(w->sim->cloud.load_balancers, 0), "project", ""), PROJECT);
}

/* How many load balancers the control endpoint lists, and how many of them as orphans. */
static void count(struct world *w, size_t *ret_all, size_t *ret_orphans)
{
    struct call c = { .sim = w->sim };
    const json_t *one;
    size_t i;

    control_list_load_balancers(&c);
    *ret_all = json_array_size(c.json);
    *ret_orphans = 0;
    json_array_foreach (c.json, i, one)
        *ret_orphans += jx_bool(one, "orphan", false);
    call_clear(&c);
}

static void delete_shoot(struct world *w)
{
    assert_int_equal(ask(w, "DELETE", V2 "/my-cluster", NULL), 202);
    for (int i = 0; i < 20 && sim_shoot_named(w->sim, "my-cluster"); i++)
        advance(w, 60);
    assert_null(sim_shoot_named(w->sim, "my-cluster"));
}

static void a_deleted_shoot_cleans_up(void **state)
{
    struct world *w = *state;
    size_t all, orphans;

    shoot_with_load_balancer(w);
    count(w, &all, &orphans);
    assert_int_equal(all, 1);
    assert_int_equal(orphans, 0);
    delete_shoot(w);
    count(w, &all, &orphans);
    assert_int_equal(all, 0);
}

static void or_it_does_not(void **state)
{
    struct world *w = *state;
    size_t all, orphans;

    shoot_with_load_balancer(w);
    set(w, "shoot-delete-cleans", "off");
    delete_shoot(w);
    count(w, &all, &orphans);
    assert_int_equal(all, 1);
    assert_int_equal(orphans, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_deleted_shoot_cleans_up),
        WORLD_TEST(or_it_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
