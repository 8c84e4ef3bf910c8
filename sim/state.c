/* SPDX-License-Identifier: Apache-2.0 */
/* Owns everything; moves shoots on and makes their API servers follow. */
#include "sim/state.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include "lib/log.h"
#include "sim/inside.h"
#include "sim/shoot_faults.h"
#include "sim/spec.h"
#include "sim/upkeep.h"

struct sim *sim_new(uint64_t seed, double speed)
{
    struct sim *s = x_alloc(sizeof(*s));

    if (pthread_mutex_init(&s->lock, NULL) != 0)
        abort();
    s->clock = sim_clock_start(clock_now(), speed);
    s->started = sim_now(s);
    s->dice.state = seed;
    switches_default(&s->switches);
    accounts_init(&s->accounts);
    faults_init(&s->faults);
    cloud_init(&s->cloud);
    s->shoot_faults = shoot_faults_new(seed);
    s->shoots = x_alloc(SHOOTS_MAX * sizeof(struct shoot *));
    s->stats = json_object();
    return s;
}

static void shoot_free(struct shoot *shoot)
{
    if (shoot->api)
        shootapi_stop(shoot->api);
    workloads_free(shoot->workloads);
    json_decref(shoot->spec);
    json_decref(shoot->upgrade);
    free(shoot->api_version);
    free(shoot->ssh_key);
    free(shoot->name);
    free(shoot);
}

void sim_free(struct sim *s)
{
    for (size_t i = 0; i < s->n_shoots; i++)
        shoot_free(s->shoots[i]);
    free(s->shoots);
    for (size_t i = 0; i < s->n_projects; i++) {
        free(s->projects[i].id);
        free(s->projects[i].name);
    }
    journal_clear(&s->journal);
    faults_free(&s->faults);
    cloud_clear(&s->cloud);
    shoot_faults_free(s->shoot_faults);
    accounts_free(&s->accounts);
    switches_free(&s->switches);
    json_decref(s->stats);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

/* Gardener's project names on Cleura are six letters. */
static void garden_name(const char *id, char garden[8])
{
    unsigned char digest[CRYPTO_SHA256];

    crypto_sha256(id, strlen(id), digest);
    for (int i = 0; i < 6; i++)
        garden[i] = (char)('a' + digest[i] % 26);
    garden[6] = '\0';
}

static int add_project(struct sim *s, const char *id, const struct region *region, const char *name,
                       struct err *e)
{
    struct project *p = sim_project(s, region, id);

    if (!p && s->n_projects == PROJECTS_MAX)
        return err_set(e, ERR_INVALID, "more than %d projects", PROJECTS_MAX);
    if (!p)
        p = &s->projects[s->n_projects++];
    free(p->id);
    free(p->name);
    *p = (struct project){ .id = x_strdup(id), .name = x_strdup(name), .region = region };
    garden_name(id, p->garden);
    return 0;
}

int sim_add_project(struct sim *s, const char *text, struct err *e)
{
    size_t n = strcspn(text, ":"), region_len = text[n] ? strcspn(text + n + 1, ":") : 0;
    CLEAN(free) char *id = x_strndup(text, n);
    CLEAN(free) char *tag = region_len ? x_strndup(text + n + 1, region_len) : NULL;
    const char *name = region_len && text[n + 1 + region_len] ? text + n + 2 + region_len : "Default Project";
    const struct region *region = tag ? region_find(NULL, tag, true) : NULL;

    if (strspn(id, "0123456789abcdefABCDEF") != 32 || strlen(id) != 32)
        return err_set(e, ERR_INVALID, "project id \"%.60s\" is not 32 hexadecimal digits", id);
    if (tag && !region)
        return err_set(e, ERR_INVALID, "region \"%.40s\" is none of Kna1, Sto2, Fra1, sto-com", tag);
    for (size_t i = 0; i < n_regions; i++)
        if ((region ? region == &regions[i] : !strcmp(regions[i].cloud, "public")) &&
            add_project(s, id, &regions[i], name, e) < 0)
            return -1;
    return 0;
}

int64_t sim_now(const struct sim *s) { return sim_clock_at(&s->clock, clock_now()); }

struct life_timing sim_timing(const struct sim *s)
{
    return (struct life_timing){ .create = switch_ms(&s->switches, SW_CREATE_SECONDS),
                                 .stale = switch_ms(&s->switches, SW_STALE_SECONDS),
                                 .settle = switch_ms(&s->switches, SW_SETTLE_SECONDS),
                                 .retry = switch_ms(&s->switches, SW_RETRY_SECONDS) };
}

struct project *sim_project(struct sim *s, const struct region *region, const char *id)
{
    for (size_t i = 0; i < s->n_projects; i++)
        if (s->projects[i].region == region && !strcmp(s->projects[i].id, id))
            return &s->projects[i];
    return NULL;
}

bool sim_project_known(const struct sim *s, const char *id)
{
    for (size_t i = 0; i < s->n_projects; i++)
        if (!strcmp(s->projects[i].id, id))
            return true;
    return false;
}

struct shoot *sim_shoot(struct sim *s, const struct project *project, const char *name)
{
    struct shoot *shoot = sim_shoot_named(s, name);

    return shoot && shoot->project == project ? shoot : NULL;
}

struct shoot *sim_shoot_named(struct sim *s, const char *name)
{
    for (size_t i = 0; i < s->n_shoots; i++)
        if (!strcmp(s->shoots[i]->name, name))
            return s->shoots[i];
    return NULL;
}

struct shoot *sim_add_shoot(struct sim *s, struct project *project, const char *name, json_t *spec)
{
    struct shoot *shoot;

    if (s->n_shoots == SHOOTS_MAX) {
        json_decref(spec);
        return NULL;
    }
    shoot = x_alloc(sizeof(*shoot));
    shoot->name = x_strdup(name);
    shoot->project = project;
    shoot->spec = spec;
    shoot->created = shoot->last_schedule = shoot->last_background = sim_now(s);
    shoot->upgrade = json_object();
    crypto_uuid(shoot->uid);
    crypto_uuid(shoot->network);
    crypto_uuid(shoot->router);
    dice_name(&s->dice, shoot->monitoring_password, sizeof(shoot->monitoring_password) - 1);
    s->shoots[s->n_shoots++] = shoot;
    return shoot;
}

void sim_remove_shoot(struct sim *s, struct shoot *shoot)
{
    for (size_t i = 0; i < s->n_shoots; i++) {
        if (s->shoots[i] != shoot)
            continue;
        s->shoots[i] = s->shoots[--s->n_shoots];
        shoot_free(shoot);
        return;
    }
}

void sim_request(struct sim *s, struct shoot *shoot, enum life_work work)
{
    struct life_timing timing = sim_timing(s);

    life_request(&shoot->life, work, &timing, sim_now(s));
}

/* A server that does not start is the machine's trouble, not the shoot's: say so once and go on without. */
static void tell(const char *what, const struct shoot *shoot, const struct err *e)
{
    log_error("shoot API server", LS("what", what), LS("shoot", shoot->name), LS("error", e->text));
}

static void follow_api(struct sim *s, struct shoot *shoot)
{
    enum life_api want = shoot->life.api;
    struct err e = { 0 };

    if (want == shoot->api_shown)
        return;
    if (want == API_UP && !shoot->api) {
        shoot->api = shootapi_start(shoot->name, spec_version(shoot->spec), &e);
        free(shoot->api_version);
        shoot->api_version = x_strdup(spec_version(shoot->spec));
        if (shoot->api)
            shootapi_set_gate(shoot->api, shoot_faults_gate, s->shoot_faults);
        else
            tell("start", shoot, &e);
    } else if ((want == API_UP || want == API_ASLEEP) && shoot->api) {
        if (shootapi_set_hibernated(shoot->api, want == API_ASLEEP, &e) < 0)
            tell(want == API_UP ? "wake" : "hibernate", shoot, &e);
    } else if (want == API_GONE && shoot->api) {
        shootapi_stop(shoot->api);
        shoot->api = NULL;
    }
    shoot->api_shown = want;
}

/* The version is served anew when the operation that brings it has succeeded. */
static void follow_version(struct shoot *shoot)
{
    const char *version = spec_version(shoot->spec);

    if (!shoot->api || shoot->life.state != OP_SUCCEEDED || shoot->life.next.due ||
        !strcmp(version, shoot->api_version))
        return;
    shootapi_set_version(shoot->api, version);
    free(shoot->api_version);
    shoot->api_version = x_strdup(version);
}

/* Both CAs count once preparation began, only the new one as soon as completion was asked for. */
static void follow_ca(struct shoot *shoot)
{
    enum ca_stage stage = shoot->life.stage;
    struct err e = { 0 };
    bool preparing = stage == CA_PREPARING || stage == CA_PREPARED;
    bool was = shoot->api_stage == CA_PREPARING || shoot->api_stage == CA_PREPARED;

    if (stage == shoot->api_stage)
        return;
    shoot->api_stage = stage;
    if (!shoot->api)
        return;
    if (preparing && !was && shootapi_rotate_prepare(shoot->api, &e) < 0)
        tell("rotate", shoot, &e);
    if (was && !preparing && stage >= CA_COMPLETE && shootapi_rotate_complete(shoot->api, &e) < 0)
        tell("complete rotation", shoot, &e);
}

bool sim_settle_shoot(struct sim *s, struct shoot *shoot)
{
    struct life_timing timing = sim_timing(s);
    int64_t now = sim_now(s);

    life_advance(&shoot->life, &timing, now);
    if (shoot->life.gone) {
        inside_clean(s, shoot);
        sim_remove_shoot(s, shoot);
        return false;
    }
    upkeep(s, shoot, now);
    follow_api(s, shoot);
    follow_version(shoot);
    follow_ca(shoot);
    inside_tick(s, shoot, now);
    return true;
}

void sim_settle(struct sim *s)
{
    for (size_t i = s->n_shoots; i-- > 0;)
        (void)sim_settle_shoot(s, s->shoots[i]);
}
