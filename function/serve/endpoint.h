/* SPDX-License-Identifier: Apache-2.0 */
/* The plain HTTP port for kubelets and Prometheus: GET /metrics, /healthz (the process lives), /readyz (it takes calls).  On
 * libevent, one thread of its own. */
#pragma once
#include "function/serve/metrics.h"
#include "lib/err.h"
#include <stdbool.h>

struct endpoint;

/* 'address' as serve_options.address. NULL with ERR_INVALID or ERR_CONFLICT. */
MUST_CHECK struct endpoint *endpoint_new(const char *address, struct metrics *m, struct err *e);
int endpoint_port(const struct endpoint *p);
/* What /readyz says from now on: 200 or 503 (any thread). */
void endpoint_ready(struct endpoint *p, bool ready);
void endpoint_free(struct endpoint *p);
DEFINE_CLEAN(struct endpoint *, endpoint_free)
