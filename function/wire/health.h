/* SPDX-License-Identifier: Apache-2.0 */
/* grpc.health.v1 on bytes: what a HealthCheckRequest asks, and a HealthCheckResponse. */
#pragma once
#include "function/wire/reader.h"
#include "lib/err.h"

enum health { HEALTH_UNKNOWN, HEALTH_SERVING, HEALTH_NOT_SERVING, HEALTH_SERVICE_UNKNOWN };

/* The answer to 'request' when 'services' (NULL-terminated) are there and all of them are SERVING, or none; the service "" is the server
 * and always there.  SERVICE_UNKNOWN: Watch says so, Check fails with NOT_FOUND.  -1 with ERR_INVALID. */
MUST_CHECK int health_answer(struct span request, const char *const *services, bool serving, enum health *ret,
                             struct err *e);

enum { HEALTH_BYTES = 2 };
void health_encode(enum health status, uint8_t ret[HEALTH_BYTES]);
