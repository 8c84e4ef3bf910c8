/* SPDX-License-Identifier: Apache-2.0 */
/* The services that every gRPC server is expected to have, as methods: health (grpc.health.v1) for probes, and reflection (v1 and v1alpha)
 * for grpcurl.  The bytes are made in wire/. */
#pragma once
#include "function/serve/serve.h"
#include <stdatomic.h>
#include <stdbool.h>

/* One for each server, at rest in whoever has the server. */
struct standard {
    const char *const *services; /* health knows them by these names; NULL-terminated, borrowed */
    atomic_bool serving;         /* what health says; serve_changed() after a change */
};

/* Fill in the methods; they refer to 's'. */
enum { STANDARD_METHODS = 4 };
void standard_methods(struct standard *s, struct serve_method ret[STANDARD_METHODS]);
