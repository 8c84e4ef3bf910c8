/* SPDX-License-Identifier: Apache-2.0 */
/* One table of control calls; shoots stand in control_shoots.c, the cloud behind them in control_cloud.c. */
#include "sim/control.h"
#include "lib/clock.h"
#include "sim/call.h"
#include "sim/control_cloud.h"
#include "sim/control_shoots.h"
#include "sim/uri.h"

static void get_journal(struct call *c)
{
    CLEAN(free) char *method = call_query(c, "method");
    CLEAN(free) char *path = call_query(c, "path");
    CLEAN(free) char *since = call_query(c, "since");

    call_json(c, 200, journal_json(&c->sim->journal, method, path, since ? strtoll(since, NULL, 10) : 0));
}

static void delete_journal(struct call *c)
{
    journal_clear(&c->sim->journal);
    call_empty(c, 204);
}

static void get_faults(struct call *c) { call_json(c, 200, json_deep_copy(c->sim->faults.list)); }

static bool add_fault(struct call *c, const json_t *fault, int64_t *ret_id)
{
    struct err e = { 0 };

    if (faults_add(&c->sim->faults, fault, ret_id, &e) == 0)
        return true;
    call_error(c, 400, "%s", e.text);
    return false;
}

/* One fault or a list of them. */
static void post_faults(struct call *c)
{
    json_t *ids = json_array(), *one;
    int64_t id = 0;
    size_t i;

    if (!json_is_array(c->body)) {
        json_decref(ids);
        if (call_object(c) && add_fault(c, c->body, &id))
            call_json(c, 201, jx_pack("{s:I}", "id", (json_int_t)id));
        return;
    }
    json_array_foreach (c->body, i, one) {
        if (!add_fault(c, one, &id))
            break;
        jx_append(ids, json_integer(id));
    }
    if (c->json)
        json_decref(ids);
    else
        call_json(c, 201, jx_pack("{s:o}", "ids", ids));
}

static void delete_faults(struct call *c)
{
    faults_remove(&c->sim->faults, c->at.id ? strtoll(c->at.id, NULL, 10) : 0);
    call_empty(c, 204);
}

static void get_clock(struct call *c)
{
    char text[CLOCK_TEXT];

    clock_text(sim_now(c->sim), text);
    call_json(c, 200,
              jx_pack("{s:s, s:I, s:f}", "now", text, "ms", (json_int_t)sim_now(c->sim), "speed",
                      c->sim->clock.speed));
}

enum { SPEED_MAX = 1000000 };

static void post_clock(struct call *c)
{
    const json_t *speed = jx_at(c->body, "speed"), *advance = jx_at(c->body, "advanceSeconds");

    if (!call_object(c))
        return;
    if ((speed &&
         (!json_is_number(speed) || json_number_value(speed) < 0 || json_number_value(speed) > SPEED_MAX)) ||
        (advance &&
         (!json_is_number(advance) || json_number_value(advance) < 0 || json_number_value(advance) > 1e9))) {
        call_error(c, 400, "speed is 0 to %d, advanceSeconds is 0 or more", SPEED_MAX);
        return;
    }
    if (speed)
        sim_clock_set_speed(&c->sim->clock, clock_now(), json_number_value(speed));
    if (advance)
        sim_clock_advance(&c->sim->clock, (int64_t)(json_number_value(advance) * 1000));
    sim_settle(c->sim);
    get_clock(c);
}

static void expire_tokens(struct call *c)
{
    size_t n = token_revoke_all(&c->sim->accounts, jx_str(c->body, "login", NULL));

    call_json(c, 200, jx_pack("{s:I}", "expired", (json_int_t)n));
}

static void get_settings(struct call *c) { call_json(c, 200, switches_json(&c->sim->switches)); }

static bool set_one(struct call *c, const char *name, const json_t *value)
{
    struct err e = { 0 };
    CLEAN(free) char *number = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    const char *text = json_is_boolean(value) ? (json_is_true(value) ? "on" : "off") : number;

    if (switches_set(&c->sim->switches, name, text ? text : json_string_value(value), &e) == 0)
        return true;
    call_error(c, 400, "%s", e.text);
    return false;
}

static void post_settings(struct call *c)
{
    const char *name;
    json_t *value;

    if (!call_object(c))
        return;
    json_object_foreach (c->body, name, value)
        if (!set_one(c, name, value))
            return;
    get_settings(c);
}

static void get_stats(struct call *c)
{
    const struct sim *s = c->sim;

    call_json(c, 200,
              jx_pack("{s:O, s:I, s:I, s:I, s:I}", "routes", s->stats, "tokensIssued",
                      (json_int_t)s->accounts.issued, "shoots", (json_int_t)s->n_shoots, "effectiveCreates",
                      (json_int_t)s->creates, "journalled", (json_int_t)s->journal.seq));
}

static const struct control_route {
    const char *method, *pattern;
    void (*handler)(struct call *c);
} routes[] = {
    { "GET", "/journal", get_journal },
    { "DELETE", "/journal", delete_journal },
    { "GET", "/faults", get_faults },
    { "POST", "/faults", post_faults },
    { "DELETE", "/faults", delete_faults },
    { "DELETE", "/faults/{id}", delete_faults },
    { "GET", "/clock", get_clock },
    { "POST", "/clock", post_clock },
    { "POST", "/tokens/expire", expire_tokens },
    { "GET", "/settings", get_settings },
    { "POST", "/settings", post_settings },
    { "GET", "/stats", get_stats },
    { "GET", "/shoots", control_list_shoots },
    { "POST", "/shoots", control_add_shoot },
    { "GET", "/shoots/{name}", control_get_shoot },
    { "DELETE", "/shoots/{name}", control_remove_shoot },
    { "POST", "/shoots/{name}/operation", control_operate },
    { "GET", "/load-balancers", control_list_load_balancers },
    { "GET", "/floating-ips", control_list_floating_ips },
    { "POST", "/floating-ips", control_add_floating_ip },
    { "DELETE", "/floating-ips/{id}", control_remove_floating_ip },
    { "GET", "/volumes", control_list_volumes },
    { "GET", "/shoot-faults", control_get_shoot_faults },
    { "POST", "/shoot-faults", control_add_shoot_fault },
    { "DELETE", "/shoot-faults", control_delete_shoot_faults },
};

static void answer(struct call *c, const struct exchange *x)
{
    struct err e = { 0 };

    c->body = x->body.len ? jx_parse(buf_text(&x->body), x->body.len, &e) : NULL;
    if (x->body.len && !c->body) {
        call_error(c, 400, "%s", e.text);
        return;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(routes); i++) {
        struct uri_param params[URI_PARAMS];
        int n = strcmp(routes[i].method, x->method) != 0 ? -1 : uri_match(routes[i].pattern, x->path, params);

        if (n < 0)
            continue;
        if (n == 1)
            c->at.id = uri_decode(params[0].value, params[0].value_len);
        routes[i].handler(c);
        return;
    }
    call_error(c, 404, "%s %s: no such control endpoint; sim/README.md lists them", x->method, x->path);
}

void control_serve(void *ctx, struct exchange *x, struct answer *a)
{
    struct sim *s = ctx;
    struct http_in in = { .method = x->method, .path = x->path, .query = x->query };
    struct call c = { .sim = s, .in = &in };

    (void)pthread_mutex_lock(&s->lock);
    sim_settle(s);
    c.real_now = clock_now();
    c.now = sim_now(s);
    answer(&c, x);
    a->status = c.status;
    if (c.json) {
        CLEAN(free) char *text = json_dumps(c.json, JSON_INDENT(1) | JSON_ENCODE_ANY);

        (void)buf_adds(&a->body, text ? text : "null");
        (void)snprintf(a->type, sizeof(a->type), "application/json");
    }
    call_clear(&c);
    (void)pthread_mutex_unlock(&s->lock);
}
