/* SPDX-License-Identifier: Apache-2.0 */
/* Worker groups: each change is one rolling operation. */
#include "sim/handlers.h"
#include "sim/render.h"
#include "sim/requests.h"
#include "sim/routes.h"
#include "sim/spec.h"

typedef json_t *render_fn(struct sim *s, const struct shoot *shoot);
typedef json_t *worker_fn(const json_t *request, const json_t *old, const struct region *region,
                          struct dice *dice);

/* Takes 'spec'. */
static void apply(struct call *c, json_t *spec, render_fn *render)
{
    if (!request_free(c, true) || !request_spec_ok(c, c->shoot->spec, spec)) {
        json_decref(spec);
        return;
    }
    request_apply(c, spec, WORK_ROLL);
    call_json(c, 202, render(c->sim, c->shoot));
}

static void add(struct call *c, const json_t *in, worker_fn *from, render_fn *render)
{
    json_t *spec = json_deep_copy(c->shoot->spec);

    jx_append(spec_workers(spec), from(in, NULL, c->region, &c->sim->dice));
    apply(c, spec, render);
}

void workers_v1_add(struct call *c)
{
    const json_t *in = request_object(c, schema_v1_worker, "worker");

    if (in)
        add(c, in, worker_from_v1, render_v1);
}

void workers_v2_add(struct call *c)
{
    const json_t *in = request_object(c, schema_v2_worker, NULL);

    if (in)
        add(c, in, worker_from_v2, render_v2);
}

/* The group's place, or an answer 404 and -1. */
static int find(struct call *c)
{
    int at = spec_worker(c->shoot->spec, c->at.worker);

    if (at < 0)
        call_error(c, 404, "Not Found: Worker %s not found", c->at.worker);
    return at;
}

static void update(struct call *c, const json_t *in, worker_fn *from, render_fn *render)
{
    bool merge = switch_is(&c->sim->switches, SW_WORKER_PUT, "merge");
    int at = find(c);
    json_t *spec, *worker;

    if (at < 0)
        return;
    spec = json_deep_copy(c->shoot->spec);
    worker =
        from(in, merge ? json_array_get(spec_workers(spec), (size_t)at) : NULL, c->region, &c->sim->dice);
    jx_set(worker, "name", json_string(c->at.worker)); /* the identity: a rename is a new group */
    if (json_array_set_new(spec_workers(spec), (size_t)at, worker) < 0)
        abort();
    apply(c, spec, render);
}

void workers_v1_update(struct call *c)
{
    const json_t *in = request_object(c, schema_v1_worker_update, "worker");

    if (in)
        update(c, in, worker_from_v1, render_v1);
}

void workers_v2_update(struct call *c)
{
    const json_t *in = request_object(c, schema_v2_worker_update, NULL);

    if (in)
        update(c, in, worker_from_v2, render_v2);
}

void workers_delete(struct call *c)
{
    int at = find(c);
    bool last = json_array_size(spec_workers(c->shoot->spec)) == 1;
    json_t *spec;

    if (at < 0)
        return;
    if (last && switch_is(&c->sim->switches, SW_LAST_WORKER, "refuse")) {
        call_error(c, (int)switch_number(&c->sim->switches, SW_SEMANTIC_STATUS),
                   "The last worker group cannot be deleted");
        return;
    }
    if (!request_free(c, true))
        return;
    spec = json_deep_copy(c->shoot->spec);
    (void)json_array_remove(spec_workers(spec), (size_t)at);
    request_apply(c, spec, WORK_ROLL);
    if (c->route->generation == 1)
        call_json(c, 202, render_v1(c->sim, c->shoot));
    else
        call_accepted(c, 202);
}
