/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in the right shape and unit (details GiB and percent as text, overview bytes as numbers); their
 * values are made up. */
#include "lib/clock.h"
#include "sim/handlers.h"
#include "sim/profile.h"
#include "sim/spec.h"

enum { SAMPLES = 5, SAMPLE_EVERY_MS = 60000 };

void monitoring_credentials(struct call *c)
{
    const struct shoot *shoot = c->shoot;
    CLEAN(free)
    char *host = x_asprintf("%s--%s.ingress.garden.k8s.cleura.example", shoot->project->garden, shoot->name);

    if (!shoot->life.created) {
        call_error(c, 404, "Not Found");
        return;
    }
    call_json(c, 200,
              jx_pack("{s:{s:s+, s:s, s:s}, s:{s:s+, s:s, s:s}}", "prometheus", "url", "https://p-", host,
                      "username", "admin", "password", shoot->monitoring_password, "plutono", "url",
                      "https://gu-", host, "username", "admin", "password", shoot->monitoring_password));
}

static bool has_nodes(const struct shoot *shoot) { return shoot->life.created && shoot->life.api == API_UP; }

/* The Nth node of a group, named as Gardener does. The caller frees. */
static char *node_name(const struct shoot *shoot, const char *worker, int n)
{
    CLEAN(free) char *text = x_asprintf("%s %s %d", shoot->uid, worker, n);
    char hash[11];

    crypto_sha256_hex(text, strlen(text), hash, 10);
    return x_asprintf("shoot--%s--%s-%s-z1-%.5s-%.5s", shoot->project->garden, shoot->name, worker, hash,
                      hash + 5);
}

static const json_t *group(struct call *c)
{
    int at = spec_worker(c->shoot->spec, c->at.worker);

    if (at < 0)
        call_error(c, 404, "Not Found");
    return at < 0 ? NULL : json_array_get(spec_workers(c->shoot->spec), (size_t)at);
}

static int nodes_of(const struct shoot *shoot, const json_t *worker)
{
    return has_nodes(shoot) ? (int)jx_int(worker, "minimum", 0) : 0;
}

/* Ascending in time. */
static json_t *series(struct call *c, double value)
{
    json_t *all = json_array();

    for (int i = SAMPLES - 1; i >= 0 && has_nodes(c->shoot); i--) {
        char text[32], when[CLOCK_TEXT];

        clock_text(c->now - i * (int64_t)SAMPLE_EVERY_MS, when);
        (void)snprintf(text, sizeof(text), "%.*g", 4 + i % 3, value * (1 + i * 0.01));
        jx_append(all, jx_pack("{s:s, s:s}", "time", when, "value", text));
    }
    return all;
}

void monitoring_node_names(struct call *c)
{
    const json_t *worker = group(c);
    json_t *names;

    if (!worker)
        return;
    names = json_array();
    for (int i = 0; i < nodes_of(c->shoot, worker); i++) {
        CLEAN(free) char *name = node_name(c->shoot, c->at.worker, i);

        jx_append(names, json_string(name));
    }
    call_json(c, 200, jx_pack("{s:o}", "node_names", names));
}

void monitoring_overview(struct call *c)
{
    const json_t *worker = group(c);
    const struct profile_machine *m = profile_machine(jx_str(worker, "machineType", ""));
    double cores = m ? m->cpu : 2, bytes = (m ? m->memory_gib : 4) * 1073741824.0;
    json_t *all;

    if (!worker)
        return;
    all = json_array();
    for (int i = 0; i < nodes_of(c->shoot, worker); i++) {
        CLEAN(free) char *name = node_name(c->shoot, c->at.worker, i);

        jx_append(all,
                  jx_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "node_name", name, "worker_group",
                          c->at.worker, "allocatable_cpu", cores - 0.08, "allocatable_memory", bytes * 0.7,
                          "cpu_usage", 0.08366667, "idle_cpu", cores - 0.1536666, "memory_usage", 998195200.0,
                          "unused_memory", bytes - 998195200.0, "pods", 14.0));
    }
    call_json(c, 200, all);
}

void monitoring_worker(struct call *c)
{
    const json_t *worker = group(c);

    if (!worker)
        return;
    call_json(c, 200,
              jx_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "worker_name", c->at.worker, "cpu_usage",
                      series(c, 0.02), "cpu_utilization", series(c, 6.2074), "memory_usage",
                      series(c, 0.8327), "memory_utilization", series(c, 33.35398), "number_of_nodes",
                      series(c, nodes_of(c->shoot, worker)), "number_of_pods", series(c, 14)));
}

static const json_t *worker_of_node(const struct shoot *shoot, const char *node)
{
    size_t i;
    json_t *worker;

    json_array_foreach (spec_workers(shoot->spec), i, worker) {
        for (int n = 0; n < nodes_of(shoot, worker); n++) {
            CLEAN(free) char *name = node_name(shoot, jx_str(worker, "name", ""), n);

            if (!strcmp(name, node))
                return worker;
        }
    }
    return NULL;
}

void monitoring_node(struct call *c)
{
    const json_t *worker = worker_of_node(c->shoot, c->at.node);
    const struct profile_machine *m = profile_machine(jx_str(worker, "machineType", ""));
    double cores = m ? m->cpu : 2, memory = m ? m->memory_gib : 4;

    if (!worker) {
        call_error(c, 404, "Not Found");
        return;
    }
    call_json(c, 200,
              jx_pack("{s:s, s:f, s:f, s:{s:o, s:o, s:o, s:o}, s:{s:o, s:o, s:o, s:o}, s:{s:o, s:o, s:o}}",
                      "node_name", c->at.node, "cpu_utilization", 4.391667, "memory_utilization", 33.35398,
                      "cpu_usage", "allocatable", series(c, cores - 0.08), "idle", series(c, cores - 0.15),
                      "total", series(c, cores), "used", series(c, 0.1041), "memory_usage", "allocatable",
                      series(c, memory * 0.7), "available", series(c, memory * 0.6), "total",
                      series(c, memory), "used", series(c, 0.8327), "filesystem_size", "available",
                      series(c, 38.2), "free", series(c, 40.1), "size", series(c, 49.2)));
}
