/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's containerStatuses, as the kubelet writes them. All containers of a pod share one fate here. */
#pragma once
#include "lib/jx.h"

/* A state that waits: {waiting: {reason, message}}; 'message' may be NULL. New reference. */
json_t *container_waiting(const char *reason, const char *message) MUST_CHECK;
json_t *container_running(void) MUST_CHECK;
/* 'started' is a time or NULL; 'message' may be "". New reference. */
json_t *container_ended(int code, const char *reason, const char *message, const char *started) MUST_CHECK;

/* What all containers of a pod are in. 'state' and 'last' (NULL: none) are shared, not taken. */
struct container_fate {
    json_t *state, *last;
    json_int_t restarts;
    bool ready;
};

/* The pod's status for containers in that state; Ready as they are. 'phase' as the pod's. New reference. */
json_t *containers_status(const json_t *pod, const char *phase, const struct container_fate *fate) MUST_CHECK;

/* Of the first container: what the status says. */
const json_t *container_first(const json_t *pod);
