/* SPDX-License-Identifier: Apache-2.0 */
/* The tests' side: journal, faults, clock, tokens, switches, and what happens to shoots without a client. */
#pragma once
#include "sim/server.h"

/* A serve_fn; 'ctx' is the struct sim. */
void control_serve(void *ctx, struct exchange *x, struct answer *a);
