/* SPDX-License-Identifier: Apache-2.0 */
/* The Cleura side: faults around the routes, and the journal. */
#pragma once
#include "sim/server.h"

/* A serve_fn; 'ctx' is the struct sim. */
void front_serve(void *ctx, struct exchange *x, struct answer *a);
