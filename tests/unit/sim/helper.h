/* SPDX-License-Identifier: Apache-2.0 */
/* A simulator without sockets: requests go straight to the route table, time stands still unless told. */
#pragma once
#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/clock.h"
#include "sim/routes.h"

#define PROJECT "0123456789abcdef0123456789abcdef"
#define V1      "/gardener/v1/public/shoot/kna1/" PROJECT
#define V2      "/gardener/v2/public/shoots/Kna1/" PROJECT
#define V3      "/gardener/v3/public/shoots/Kna1/" PROJECT

/* The least a v2 create takes; the name and anything more are the caller's. */
#define CREATE_V2(name, more)                                                                                \
    "{\"name\":\"" name "\",\"kubernetes_version\":\"1.35.6\"," more "\"shoot_provider\":{"                  \
    "\"load_balancer_provider\":\"amphora\",\"infrastructure_config\":{\"floating_pool_name\":\"ext-net\"}," \
    "\"workers\":[{\"name\":\"wg1\",\"machine\":{},\"volume_size\":\"50Gi\"}]}}"
#define CREATE_V1(name)                                                                                      \
    "{\"shoot\":{\"name\":\"" name "\",\"kubernetes\":{\"version\":\"1.35.6\"},\"provider\":{"               \
    "\"infrastructureConfig\":{\"floatingPoolName\":\"ext-net\"},\"workers\":[{\"minimum\":1,\"maximum\":3," \
    "\"machine\":{\"type\":\"b.4c8gb\",\"image\":{\"name\":\"gardenlinux\",\"version\":\"1877.17.0\"}},"     \
    "\"volume\":{\"size\":\"50Gi\"},\"labels\":[{\"key\":\"a/b\",\"value\":\"c\"}]}]}}}"

struct world {
    struct sim *sim;
    char login[64], token[TOKEN + 1];
};

static inline void set(struct world *w, const char *name, const char *value)
{
    assert_int_equal(switches_set(&w->sim->switches, name, value, NULL), 0);
}

/* The answer's status; the call keeps the rest until call_clear(). */
static inline int ask_as(struct world *w, struct call *c, const char *method, const char *path,
                         const char *body)
{
    const char *query = strchr(path, '?');
    char *bare = x_strndup(path, strcspn(path, "?"));
    struct http_in in = { .method = method, .path = bare, .query = query ? query + 1 : "", .body = body };

    in.body_len = body ? strlen(body) : 0;
    in.login = *w->login ? w->login : NULL;
    in.token = *w->token ? w->token : NULL;
    sim_settle(w->sim);
    *c = (struct call){ .sim = w->sim, .in = &in, .real_now = clock_now(), .now = sim_now(w->sim) };
    routes_answer(c);
    c->in = NULL;
    free(bare);
    return c->status;
}

static inline int ask(struct world *w, const char *method, const char *path, const char *body)
{
    struct call c;
    int status = ask_as(w, &c, method, path, body);

    call_clear(&c);
    return status;
}

/* The JSON of an answer that must have this status. */
static inline json_t *ask_json(struct world *w, const char *method, const char *path, const char *body,
                               int status)
{
    struct call c;
    json_t *doc;

    assert_int_equal(ask_as(w, &c, method, path, body), status);
    doc = json_incref(c.json);
    call_clear(&c);
    return doc;
}

static inline void log_in(struct world *w, const char *login, const char *password)
{
    char *body = x_asprintf("{\"auth\":{\"login\":\"%s\",\"password\":\"%s\"}}", login, password);
    json_t *doc = ask_json(w, "POST", "/auth/v1/tokens", body, 200);

    (void)snprintf(w->login, sizeof(w->login), "%s", login);
    (void)snprintf(w->token, sizeof(w->token), "%s", jx_str(doc, "token", ""));
    json_decref(doc);
    free(body);
}

static inline void advance(struct world *w, int64_t seconds)
{
    sim_clock_advance(&w->sim->clock, seconds * CLOCK_SECOND);
    sim_settle(w->sim);
}

/* Logged in, bootstrapped, the clock stopped. */
static inline int world_setup(void **state)
{
    struct world *w = x_alloc(sizeof(*w));

    w->sim = sim_new(7, 0);
    assert_int_equal(accounts_add(&w->sim->accounts, "demo:demo-password", NULL), 0);
    assert_int_equal(sim_add_project(w->sim, PROJECT, NULL), 0);
    log_in(w, "demo", "demo-password");
    assert_int_equal(ask(w, "POST", "/gardener/v2/public/Kna1/" PROJECT "/bootstrap", NULL), 204);
    *state = w;
    return 0;
}

static inline int world_teardown(void **state)
{
    struct world *w = *state;

    sim_free(w->sim);
    free(w);
    return 0;
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
