/* SPDX-License-Identifier: Apache-2.0 */
/* Faults chosen by a test: which requests, how many, how likely, and what happens to them. */
#pragma once
#include "lib/err.h"
#include "sim/dice.h"
#include <jansson.h>
#include <stdint.h>

enum fault_action { FAULT_RESPOND, FAULT_RESET, FAULT_RESET_AFTER, FAULT_HANG };
enum fault_body {
    FAULT_BODY_REAL,
    FAULT_BODY_ENVELOPE,
    FAULT_BODY_HTML,
    FAULT_BODY_EMPTY,
    FAULT_BODY_TRUNCATED,
    FAULT_BODY_CUT
};

/* What to do with one request. 'fault' is borrowed from the list: copied here because the list may change. */
struct fault_hit {
    bool hit;
    int64_t id;
    enum fault_action action;
    enum fault_body body;
    int status;   /* 0 = the real one */
    bool applied; /* the request takes effect before the fault shows */
    int64_t delay_ms, slow_ms;
    char retry_after[64], content_type[64], message[128];
};

struct faults {
    json_t *list; /* each as given, with "id" and "hits" */
    int64_t next_id;
};

void faults_init(struct faults *f);
void faults_free(struct faults *f);
/* Adds a fault (shared). -1 with ERR_INVALID naming the field. */
MUST_CHECK int faults_add(struct faults *f, const json_t *fault, int64_t *ret_id, struct err *e);
/* id 0: all. */
void faults_remove(struct faults *f, int64_t id);

/* The first fault that wants this request; counts it. */
struct fault_hit faults_match(struct faults *f, struct dice *dice, const char *method, const char *path);
