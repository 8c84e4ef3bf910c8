/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of what the simulated API answers, and the checks each route's scope stands for. */
#pragma once
#include "sim/call.h"

/* How much is resolved and checked before the handler runs; each includes the ones before it. */
enum route_scope { SCOPE_PUBLIC, SCOPE_TOKEN, SCOPE_CLOUD, SCOPE_REGION, SCOPE_PROJECT, SCOPE_SHOOT };

typedef void handler_fn(struct call *c);

struct route {
    const char *name; /* operation id: statistics and journal */
    const char *method, *pattern;
    int generation;
    enum route_scope scope;
    bool changes; /* needs write privilege */
    handler_fn *handler;
};

/* The route of a request with its parameters, or NULL. */
const struct route *route_find(const char *method, const char *path, struct path_params *at);
/* 1 for v1 paths, else 2: the shape of errors on unknown paths. */
int route_generation(const char *path);

/* Answer 'c' from start to end (but for faults). c->in is set. */
void routes_answer(struct call *c);

/* Walk over the table; NULL after the last. */
const struct route *route_at(size_t i);
