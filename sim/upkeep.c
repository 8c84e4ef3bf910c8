/* SPDX-License-Identifier: Apache-2.0 */
/* Runs after every step of a shoot's life; each part is quiet unless its switch or spec wants it. */
#include "sim/upkeep.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include "sim/cron.h"
#include "sim/profile.h"
#include "sim/spec.h"

struct usage {
    int64_t instances, cores, ram, gigabytes;
};

static void add_usage(struct usage *u, const json_t *spec)
{
    size_t i;
    json_t *worker;

    json_array_foreach (spec_workers(spec), i, worker) {
        const struct profile_machine *m = profile_machine(jx_str(worker, "machineType", ""));
        int64_t nodes = jx_int(worker, "minimum", 0);

        u->instances += nodes;
        u->cores += m ? nodes * m->cpu : 0;
        u->ram += m ? nodes * m->memory_gib * 1024 : 0;
        u->gigabytes += nodes * strtol(jx_str(worker, "volumeSize", "0"), NULL, 10);
    }
}

/* One that sleeps, goes, or never got its nodes takes nothing. */
static bool counts(const struct shoot *shoot, const struct project *project)
{
    const struct life *l = &shoot->life;

    return shoot->project == project && !l->hibernate && !l->remove &&
           (l->state != OP_FAILED || shoot->held_nodes);
}

void upkeep_quota(struct sim *s, struct shoot *shoot)
{
    struct usage u = { 0 }, own = { 0 };
    struct {
        const char *name;
        int64_t used;
        enum switch_id limit;
    } rows[] = { { "instances", 0, SW_QUOTA_INSTANCES },
                 { "cores", 0, SW_QUOTA_CORES },
                 { "ram", 0, SW_QUOTA_RAM },
                 { "gigabytes", 0, SW_QUOTA_GIGABYTES } };
    struct life_trouble trouble = {
        .times = 1, .at = 0.6, .state = OP_FAILED, .codes = { "ERR_INFRA_QUOTA_EXCEEDED" }
    };

    if (!strcmp(shoot->life.trouble.codes[0], trouble.codes[0]))
        shoot->life.trouble.times = 0;
    add_usage(&own, shoot->spec);
    if (shoot->life.remove || own.instances <= shoot->held_nodes)
        return;
    for (size_t i = 0; i < s->n_shoots; i++)
        if (s->shoots[i] == shoot || counts(s->shoots[i], shoot->project))
            add_usage(&u, s->shoots[i]->spec);
    rows[0].used = u.instances;
    rows[1].used = u.cores;
    rows[2].used = u.ram;
    rows[3].used = u.gigabytes;
    for (size_t i = 0; i < ARRAY_LENGTH(rows) && switch_on(&s->switches, SW_QUOTA); i++) {
        int64_t limit = (int64_t)switch_number(&s->switches, rows[i].limit);

        if (rows[i].used <= limit)
            continue;
        (void)snprintf(trouble.text, sizeof(trouble.text),
                       "task \"Waiting until shoot worker nodes are ready\" failed: machine creation failed: "
                       "Quota exceeded for %s: Requested %lld, but the limit is %lld (HTTP 403)",
                       rows[i].name, (long long)rows[i].used, (long long)limit);
        shoot->life.trouble = trouble;
        return;
    }
}

static bool quiet(const struct shoot *shoot)
{
    return shoot->life.created && !shoot->life.remove && !life_busy(&shoot->life) &&
           shoot->life.state == OP_SUCCEEDED;
}

static void background(struct sim *s, struct shoot *shoot, int64_t now)
{
    int64_t every = switch_ms(&s->switches, SW_BACKGROUND_SECONDS);

    if (every <= 0 || now < shoot->last_background + every || !quiet(shoot))
        return;
    shoot->last_background = now;
    if (!shoot->life.hibernated)
        life_start(&shoot->life, WORK_RECONCILE, now);
}

/* "HHMMSS+ZZZZ" as milliseconds into the day, UTC. */
static int64_t window_ms(const char *text)
{
    int h = 0, m = 0, sec = 0, zone_h = 0, zone_m = 0;

    if (sscanf(text, "%2d%2d%2d+%2d%2d", &h, &m, &sec, &zone_h, &zone_m) != 5)
        return 0;
    return ((h - zone_h) * CLOCK_HOUR + (m - zone_m) * CLOCK_MINUTE + sec * CLOCK_SECOND + 48 * CLOCK_HOUR) %
           (24 * CLOCK_HOUR);
}

static bool in_window(const json_t *spec, int64_t now)
{
    int64_t day = now % (24 * CLOCK_HOUR);
    int64_t begin = window_ms(jx_str(spec, "maintenance.timeWindow.begin", ""));
    int64_t end = window_ms(jx_str(spec, "maintenance.timeWindow.end", ""));

    return begin <= end ? day >= begin && day < end : day >= begin || day < end;
}

/* Whether any worker's image moved. */
static bool newer_images(struct shoot *shoot)
{
    const char *newest = profile_newest_image();
    bool moved = false;
    size_t i;
    json_t *worker;

    json_array_foreach (spec_workers(shoot->spec), i, worker) {
        if (!strcmp(jx_str(worker, "imageVersion", ""), newest))
            continue;
        jx_set(worker, "imageVersion", json_string(newest));
        moved = true;
    }
    return moved;
}

/* In the maintenance window, if the user lets it; an expired Kubernetes version at once. */
static void auto_update(struct sim *s, struct shoot *shoot, int64_t now)
{
    const char *version = spec_version(shoot->spec), *newest = profile_newest_patch(version);
    bool moved = false, window;

    if (!switch_on(&s->switches, SW_AUTO_UPDATE) || !quiet(shoot))
        return;
    window = in_window(shoot->spec, now);
    if (strcmp(version, newest) != 0 &&
        (!profile_kubernetes(version, s->started, now) ||
         (window && jx_bool(shoot->spec, "maintenance.autoUpdate.kubernetesVersion", false)))) {
        jx_set(jx_at(shoot->spec, "kubernetes"), "version", json_string(newest));
        moved = true;
    }
    if (window && jx_bool(shoot->spec, "maintenance.autoUpdate.machineImageVersion", false))
        moved = newer_images(shoot) || moved;
    if (moved && !shoot->life.hibernated)
        life_start(&shoot->life, WORK_ROLL, now);
}

/* The latest of all starts and ends since we looked last decides. */
static void follow_schedules(struct sim *s, struct shoot *shoot, int64_t now)
{
    int64_t latest = 0;
    bool hibernate = false;
    size_t i;
    json_t *schedule;

    if (!switch_on(&s->switches, SW_SCHEDULES) || now - shoot->last_schedule < CLOCK_MINUTE)
        return;
    json_array_foreach (jx_at(shoot->spec, "hibernation.schedules"), i, schedule) {
        int64_t start = cron_last(jx_str(schedule, "start", ""), shoot->last_schedule, now);
        int64_t end = cron_last(jx_str(schedule, "end", ""), shoot->last_schedule, now);

        if (start > latest || end > latest)
            hibernate = start > end;
        latest = start > latest ? start : latest;
        latest = end > latest ? end : latest;
    }
    shoot->last_schedule = now;
    if (latest == 0 || hibernate == shoot->life.hibernate || shoot->life.remove)
        return;
    shoot->life.hibernate = hibernate;
    if (!hibernate)
        upkeep_quota(s, shoot);
    sim_request(s, shoot, hibernate ? WORK_HIBERNATE : WORK_WAKE);
}

void upkeep(struct sim *s, struct shoot *shoot, int64_t now)
{
    if (shoot->held_since != shoot->life.succeeded && quiet(shoot)) {
        struct usage u = { 0 };

        add_usage(&u, shoot->spec);
        shoot->held_nodes = shoot->life.hibernated ? 0 : u.instances;
        shoot->held_since = shoot->life.succeeded;
    }
    auto_update(s, shoot, now);
    background(s, shoot, now);
    follow_schedules(s, shoot, now);
}
