/* SPDX-License-Identifier: Apache-2.0 */
/* Everything the simulator knows, under one mutex: accounts, projects, shoots, switches, faults, journal. */
#pragma once
#include "lib/crypto.h"
#include "sim/accounts.h"
#include "sim/clock.h"
#include "sim/faults.h"
#include "sim/journal.h"
#include "sim/lifecycle.h"
#include "sim/regions.h"
#include "sim/shootapi/shootapi.h"
#include "sim/switches.h"
#include "sim/workloads/workloads.h"
#include <pthread.h>

/* A project in one region. */
struct project {
    char *id, *name;
    const struct region *region;
    bool bootstrapped;
    char garden[8]; /* Gardener's name of it: six letters */
};

struct shoot {
    char *name;
    struct project *project;
    char uid[CRYPTO_UUID];
    json_t *spec; /* canonical: sim/spec.h */
    struct life life;
    int64_t created; /* virtual */
    int64_t last_background, last_schedule;
    bool foreign; /* made through the control endpoint */
    char *ssh_key;
    char monitoring_password[17];
    char network[CRYPTO_UUID], router[CRYPTO_UUID]; /* what Gardener makes when none is given */
    json_t *upgrade;                                /* version -> time its preparation started */
    struct shootapi *api;
    struct workloads *workloads; /* the controllers in it; as long as 'api' */
    enum life_api api_shown;     /* what 'api' was told last */
    char *api_version;
    enum ca_stage api_stage;
    char stage_forced[48];          /* a rotation stage no document lists, set by a test */
    int64_t held_since, held_nodes; /* nodes it has of the quota since its last success */
};

enum { PROJECTS_MAX = 64, SHOOTS_MAX = 4096 };

struct sim {
    pthread_mutex_t lock;
    struct sim_clock clock;
    int64_t started; /* virtual; the cloud profile's dates count from it */
    struct switches switches;
    struct dice dice;
    struct accounts accounts;
    struct project projects[PROJECTS_MAX];
    size_t n_projects;
    struct shoot **shoots;
    size_t n_shoots;
    struct faults faults;
    struct journal journal;
    struct cloud cloud;
    struct shoot_faults *shoot_faults; /* of the shoots' API servers */
    json_t *stats;                     /* route -> {calls, applied} */
    int64_t creates;                   /* that took effect */
};

/* A simulator without accounts and projects. */
struct sim *sim_new(uint64_t seed, double speed);
void sim_free(struct sim *s);
DEFINE_CLEAN(struct sim *, sim_free)

/* "ID[:REGION[:name]]"; without REGION in every region of the public cloud. -1 with ERR_INVALID. */
MUST_CHECK int sim_add_project(struct sim *s, const char *text, struct err *e);

/* From here on the mutex is held. */

int64_t sim_now(const struct sim *s); /* virtual */
struct life_timing sim_timing(const struct sim *s);

struct project *sim_project(struct sim *s, const struct region *region, const char *id);
/* In any region. */
bool sim_project_known(const struct sim *s, const char *id);
struct shoot *sim_shoot(struct sim *s, const struct project *project, const char *name);
/* Names are unique in the whole cloud. */
struct shoot *sim_shoot_named(struct sim *s, const char *name);

/* Takes 'spec'. The shoot is not yet asked to be created. NULL when there are SHOOTS_MAX. */
struct shoot *sim_add_shoot(struct sim *s, struct project *project, const char *name, json_t *spec);
void sim_remove_shoot(struct sim *s, struct shoot *shoot);

/* The spec changed or an operation is wanted: it is picked up after the stale time. */
void sim_request(struct sim *s, struct shoot *shoot, enum life_work work);

/* Move a shoot on to now and make its API server follow. False: it is gone. */
bool sim_settle_shoot(struct sim *s, struct shoot *shoot);
/* Every shoot. Called by whoever looks at all of them, and from time to time. */
void sim_settle(struct sim *s);
