/* SPDX-License-Identifier: Apache-2.0 */
/* Shoots made, moved, broken and removed behind the clients' backs. */
#include "sim/control_shoots.h"
#include "lib/jx_bind.h"
#include "sim/semantics.h"
#include "sim/spec.h"

static json_t *full(const struct shoot *shoot)
{
    const struct life *l = &shoot->life;
    char text[4096] = "";

    if (l->type != OP_NONE)
        life_description(l, text, sizeof(text));
    return jx_pack(
        "{s:s, s:s, s:s, s:s, s:b, s:O, s:{s:s, s:s, s:i, s:s, s:b}, s:b, s:b, s:b, s:b, s:s, s:s?}", "name",
        shoot->name, "uid", shoot->uid, "project", shoot->project->id, "region", shoot->project->region->tag,
        "foreign", shoot->foreign, "spec", shoot->spec, "operation", "type", op_type_name[l->type], "state",
        l->type == OP_NONE ? "" : op_state_name[l->state], "progress", l->progress, "description", text,
        "pending", l->next.due, "created", l->created, "hibernationWanted", l->hibernate, "hibernated",
        l->hibernated, "deleting", l->remove, "caRotationStage", ca_stage_name[l->stage], "url",
        shoot->api ? shootapi_url(shoot->api) : NULL);
}

void control_list_shoots(struct call *c)
{
    json_t *all = json_array();

    for (size_t i = 0; i < c->sim->n_shoots; i++)
        jx_append(all, full(c->sim->shoots[i]));
    call_json(c, 200, all);
}

static struct shoot *find(struct call *c)
{
    struct shoot *shoot = sim_shoot_named(c->sim, c->at.id);

    if (!shoot)
        call_error(c, 404, "there is no shoot \"%s\"", c->at.id);
    return shoot;
}

void control_get_shoot(struct call *c)
{
    const struct shoot *shoot = find(c);

    if (shoot)
        call_json(c, 200, full(shoot));
}

void control_remove_shoot(struct call *c)
{
    struct shoot *shoot = find(c);

    if (!shoot)
        return;
    sim_remove_shoot(c->sim, shoot);
    call_empty(c, 204);
}

struct new_shoot {
    const char *name, *region, *project, *version, *state;
    struct jx_opt_int workers;
    struct jx_opt_bool hibernated;
};
static const struct jx_field new_shoot_fields[] = {
    JX_F_STR(struct new_shoot, name, "name", .flags = JX_REQUIRED),
    JX_F_STR(struct new_shoot, region, "region"),
    JX_F_STR(struct new_shoot, project, "project"),
    JX_F_STR(struct new_shoot, version, "version"),
    JX_F_STR(struct new_shoot, state, "state"),
    JX_F_INT(struct new_shoot, workers, "workers"),
    JX_F_BOOL(struct new_shoot, hibernated, "hibernated"),
    { .name = NULL },
};

static int state_of(const char *name)
{
    for (int i = OP_PENDING; i <= OP_ABORTED; i++)
        if (!strcmp(op_state_name[i], name))
            return i;
    return -1;
}

/* The project asked for, else the first there is. */
static struct project *project_of(struct sim *s, const struct new_shoot *in)
{
    for (size_t i = 0; i < s->n_projects; i++) {
        struct project *p = &s->projects[i];

        if ((!in->project || !strcmp(in->project, p->id)) &&
            (!in->region || !strcmp(in->region, p->region->tag)))
            return p;
    }
    return NULL;
}

static json_t *plain_spec(struct sim *s, const struct project *project, const struct new_shoot *in)
{
    json_auto_t *body = jx_pack("{s:s, s:s, s:{s:[{s:s, s:i, s:i}]}}", "name", in->name, "kubernetes_version",
                                in->version ? in->version : "1.33.7", "shoot_provider", "workers", "name",
                                "default", "minimum", in->workers.set ? (int)in->workers.value : 1, "maximum",
                                in->workers.set ? (int)in->workers.value : 1);

    return spec_from_v2(body, project->region, &s->dice);
}

/* A create that is over, with whatever outcome. */
static void finish_create(struct sim *s, struct shoot *shoot, enum op_state state, bool hibernated)
{
    struct life_timing timing = sim_timing(s);
    int64_t ago = sim_now(s) - timing.settle - life_duration(WORK_CREATE, &timing) - 1000;

    life_start(&shoot->life, WORK_CREATE, ago);
    life_advance(&shoot->life, &timing, sim_now(s));
    shoot->life.hibernate = shoot->life.hibernated = hibernated;
    shoot->life.state = state;
    shoot->foreign = true;
    if (state != OP_SUCCEEDED)
        life_force(
            &shoot->life,
            &(struct life_trouble){ .times = 1, .state = state, .text = "Set through the control endpoint." },
            sim_now(s));
    if (hibernated)
        shoot->life.api = API_ASLEEP;
}

void control_add_shoot(struct call *c)
{
    struct new_shoot in = { 0 };
    struct err e = { 0 };
    struct project *project;
    struct shoot *shoot;
    int state;

    if (!call_object(c))
        return;
    if (jx_bind(c->body, "shoot", new_shoot_fields, &in, &e) < 0) {
        call_error(c, 400, "%s", e.text);
        return;
    }
    state = state_of(in.state ? in.state : "Succeeded");
    project = project_of(c->sim, &in);
    if (state < 0 || !project || sim_shoot_named(c->sim, in.name)) {
        call_error(c, project && state >= 0 ? 409 : 400,
                   "the state or project is unknown, or the name is taken");
        return;
    }
    shoot = sim_add_shoot(c->sim, project, in.name, plain_spec(c->sim, project, &in));
    if (!shoot) {
        call_error(c, 409, "there are too many shoots");
        return;
    }
    finish_create(c->sim, shoot, (enum op_state)state, in.hibernated.value);
    sim_settle(c->sim);
    call_json(c, 201, full(shoot));
}

struct operation {
    const char *state, *type, *description, *version, *image, *stage;
    struct jx_opt_int times, progress;
    json_t *codes, *at;
};
static const struct jx_field operation_fields[] = {
    JX_F_STR(struct operation, state, "state"),
    JX_F_STR(struct operation, type, "type"),
    JX_F_STR(struct operation, description, "description"),
    JX_F_STR(struct operation, version, "version"),
    JX_F_STR(struct operation, image, "imageVersion"),
    JX_F_STR(struct operation, stage, "caRotationStage"),
    JX_F_INT(struct operation, times, "times"),
    JX_F_INT(struct operation, progress, "progress"),
    JX_F_ARRAY(struct operation, codes, "codes"),
    JX_F_TREE(struct operation, at, "at"),
    { .name = NULL },
};

static struct life_trouble trouble_of(const struct operation *in, enum op_state state)
{
    struct life_trouble t = { .times = in->times.set ? (int)in->times.value : 1, .state = state, .at = 0.5 };

    t.at = json_is_number(in->at) ? json_number_value(in->at) : t.at;
    (void)snprintf(t.text, sizeof(t.text), "%s",
                   in->description
                       ? in->description
                       : "task \"Waiting until shoot infrastructure has been reconciled\" failed.");
    for (size_t i = 0; i < LIFE_CODES && i < json_array_size(in->codes); i++)
        (void)snprintf(t.codes[i], LIFE_CODE, "%s",
                       json_string_value(json_array_get(in->codes, i))
                           ? json_string_value(json_array_get(in->codes, i))
                           : "");
    return t;
}

/* The version or image moves under the client, as an automatic update does. */
static void move_versions(struct shoot *shoot, const struct operation *in)
{
    size_t i;
    json_t *worker;

    if (in->version)
        jx_set(jx_at(shoot->spec, "kubernetes"), "version", jx_text(in->version));
    json_array_foreach (spec_workers(shoot->spec), i, worker)
        if (in->image)
            jx_set(worker, "imageVersion", jx_text(in->image));
}

static void operate(struct sim *s, struct shoot *shoot, const struct operation *in, int state)
{
    struct life_trouble trouble;

    move_versions(shoot, in);
    if (in->stage)
        (void)snprintf(shoot->stage_forced, sizeof(shoot->stage_forced), "%s", in->stage);
    if (in->type || in->version || in->image)
        life_start(&shoot->life, in->version || in->image ? WORK_ROLL : WORK_RECONCILE, sim_now(s));
    if (in->progress.set)
        shoot->life.progress = (int)in->progress.value;
    if (state < 0)
        return;
    trouble = trouble_of(in, (enum op_state)state);
    if (in->at) { /* later: at that fraction of the running or next operation */
        shoot->life.trouble = trouble;
    } else if (state == OP_SUCCEEDED) {
        struct life_timing now = { 0 };

        shoot->life.trouble.times = 0;
        shoot->life.state = OP_PROCESSING;
        life_advance(&shoot->life, &now, sim_now(s));
    } else if (state == OP_PROCESSING) {
        shoot->life.state = OP_PROCESSING;
    } else {
        life_force(&shoot->life, &trouble, sim_now(s));
    }
}

void control_operate(struct call *c)
{
    struct shoot *shoot = find(c);
    struct operation in = { 0 };
    struct err e = { 0 };
    int state;

    if (!shoot || !call_object(c))
        return;
    if (jx_bind(c->body, "operation", operation_fields, &in, &e) < 0) {
        call_error(c, 400, "%s", e.text);
        return;
    }
    state = in.state ? state_of(in.state) : -1;
    if ((in.state && state < 0) || (in.type && strcmp(in.type, "Reconcile") != 0)) {
        call_error(
            c, 400,
            "state is one of Pending, Processing, Succeeded, Error, Failed, Aborted; type is Reconcile");
        return;
    }
    if (shoot->life.type == OP_NONE)
        life_start(&shoot->life, WORK_CREATE, c->now);
    operate(c->sim, shoot, &in, state);
    sim_settle(c->sim);
    shoot = sim_shoot_named(c->sim, c->at.id);
    if (shoot)
        call_json(c, 200, full(shoot));
    else
        call_empty(c, 204);
}
