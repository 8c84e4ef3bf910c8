/* SPDX-License-Identifier: Apache-2.0 */
#include "function/standard.h"
#include "function/wire/health.h"
#include "function/wire/reflection.h"

static void refuse(struct serve_reply *reply, enum serve_code code, const char *why)
{
    reply->code = code;
    (void)snprintf(reply->message, sizeof(reply->message), "%s", why);
}

static int health_of(struct standard *s, struct span request, struct serve_reply *reply, enum health *ret)
{
    struct err e = { 0 };

    if (health_answer(request, s->services, atomic_load(&s->serving), ret, &e) == 0)
        return 0;
    refuse(reply, SERVE_INVALID_ARGUMENT, e.text);
    return -1;
}

static void tell(enum health h, struct serve_reply *reply)
{
    reply->bytes = x_alloc(HEALTH_BYTES);
    reply->n = HEALTH_BYTES;
    health_encode(h, reply->bytes);
}

static void check(void *standard, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    enum health h;

    if (health_of(standard, (struct span){ bytes, n }, reply, &h) < 0)
        return;
    if (h == HEALTH_SERVICE_UNKNOWN)
        refuse(reply, SERVE_NOT_FOUND, "unknown service");
    else
        tell(h, reply);
}

static void watch(void *standard, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    enum health h;

    if (health_of(standard, (struct span){ bytes, n }, reply, &h) == 0)
        tell(h, reply);
}

static void reflect(void *standard, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    struct err e = { 0 };

    (void)standard;
    reply->bytes = reflection_answer(reflection_descriptors(), (struct span){ bytes, n }, &reply->n, &e);
    if (!reply->bytes)
        refuse(reply, e.kind == ERR_INVALID ? SERVE_INVALID_ARGUMENT : SERVE_INTERNAL, e.text);
}

void standard_methods(struct standard *s, struct serve_method ret[STANDARD_METHODS])
{
    const struct serve_method all[STANDARD_METHODS] = {
        { "/grpc.health.v1.Health/Check", SERVE_UNARY, check, s },
        { "/grpc.health.v1.Health/Watch", SERVE_WATCH, watch, s },
        { "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", SERVE_STREAM, reflect, s },
        { "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", SERVE_STREAM, reflect, s },
    };

    memcpy(ret, all, sizeof(all));
}
