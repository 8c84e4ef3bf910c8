/* SPDX-License-Identifier: Apache-2.0 */
#include "function/wire/health.h"

enum { SERVICE = 1, STATUS_TAG = 1 << 3 | READER_VARINT };

static bool is_known(struct span name, const char *const *services)
{
    if (!name.n)
        return true;
    for (; *services; services++)
        if (strlen(*services) == name.n && !memcmp(*services, name.at, name.n))
            return true;
    return false;
}

int health_answer(struct span request, const char *const *services, bool serving, enum health *ret,
                  struct err *e)
{
    struct span name = { 0 };
    struct field f;
    int got;

    while ((got = reader_next(&request, &f)) > 0)
        if (f.number == SERVICE && f.type == READER_BYTES)
            name = f.bytes;
    if (got < 0)
        return err_set(e, ERR_INVALID, "not a HealthCheckRequest");
    *ret = serving ? HEALTH_SERVING : HEALTH_NOT_SERVING;
    if (!is_known(name, services))
        *ret = HEALTH_SERVICE_UNKNOWN;
    return 0;
}

void health_encode(enum health status, uint8_t ret[HEALTH_BYTES])
{
    ret[0] = STATUS_TAG;
    ret[1] = (uint8_t)status;
}
