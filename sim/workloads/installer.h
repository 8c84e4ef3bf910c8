/* SPDX-License-Identifier: Apache-2.0 */
/* A container that runs helm and kubectl, as an installer of Envoy Gateway does (modelled): its commands one after the
 * other, each for its part of the time, with their words on success and failure. Charts are known by name; nothing is
 * fetched. Commands nobody knows succeed. */
#pragma once
#include "sim/workloads/ctl.h"

enum { INSTALLER_RUNNING = -1 };

/* Does the pod's first container run helm, kubectl or `envoy-gateway certgen`? */
bool installer_is(const json_t *pod);
/* Goes on where the container was: INSTALLER_RUNNING or its exit code. 'run' is what the container remembers, empty at its
 * start; its "log" is what it has said, "pending" is true while a release of helm is half made. */
int installer_step(struct ctl *c, const json_t *pod, json_t *run);

/* There is a release already, as if helm had made it. */
void helm_adopt(struct ctl *c, const char *ns, const char *release);

/* ---- for its parts ---- */

/* A command that runs. */
struct step {
    struct ctl *c;
    const json_t *pod, *command;
    json_t *run, *note; /* what the container and this command remember */
    bool due;           /* its part of the time is over */
};

void step_say(struct step *s, const char *fmt, ...) PRINTF(2, 3);
/* Says it and returns 1. */
int step_fail(struct step *s, const char *fmt, ...) PRINTF(2, 3);

struct rights_ask;
/* rights_refusal() of the pod's account. free() it. */
char *step_refusal(const struct step *s, const struct rights_ask *ask) MUST_CHECK;
/* The namespace of -n, else the pod's own. Borrowed. */
const char *step_namespace(const struct step *s);
/* "10m" of --timeout in ms; 'otherwise' when there is none. */
int64_t step_timeout(const struct step *s, int64_t otherwise);

/* The verbs: INSTALLER_RUNNING or the exit code. */
int helm_run(struct step *s);
int kubectl_run(struct step *s);
