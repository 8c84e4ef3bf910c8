/* SPDX-License-Identifier: Apache-2.0 */
/* The faults of the shoots' API servers: a list of the same form as that of Cleura's API, under its own lock, because
 * connections of the shoots look at it while the simulator waits for them. Answers are whole: of a fault's fields count
 * method, path, count, probability, status, applied, message, retryAfter, delayMs, and the actions respond, reset,
 * reset-after and hang. */
#pragma once
#include "lib/err.h"
#include "sim/shootapi/gate.h"

struct shoot_faults;
struct shoot_faults *shoot_faults_new(uint64_t seed);
void shoot_faults_free(struct shoot_faults *f);

/* As faults_add(). */
MUST_CHECK int shoot_faults_add(struct shoot_faults *f, const json_t *fault, int64_t *ret_id, struct err *e);
void shoot_faults_clear(struct shoot_faults *f);
/* New reference. */
json_t *shoot_faults_json(struct shoot_faults *f);

gate_fn shoot_faults_gate;
