/* SPDX-License-Identifier: Apache-2.0 */
/* What the server is to serve: RunFunction, health and reflection.  Of RunFunction: bytes to run_function(), its outcome to the
 * caller, the metrics and (with --debug) the log.  What is in a request is never logged but for its tag and the composite's name. */
#pragma once
#include "function/serve/metrics.h"
#include "function/serve/serve.h"
#include "function/wire/run.h"
#include "lib/cleanup.h"

struct service;

/* Both borrowed. */
struct service *service_new(const struct run_renderer *with, struct metrics *m);
void service_free(struct service *s);
DEFINE_CLEAN(struct service *, service_free)

/* What the server is to serve: borrowed, ends in {NULL}. */
const struct serve_method *service_methods(const struct service *s);

/* What health says from now on (NOT_SERVING until the first time); serve_changed() tells watchers. */
void service_serving(struct service *s, bool serving);

/* Calls of RunFunction answered so far (any thread). */
uint64_t service_calls(const struct service *s);

/* A serve_handler; 'ctx' is the service. */
void service_run(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply);
