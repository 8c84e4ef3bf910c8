/* SPDX-License-Identifier: Apache-2.0 */
/* A response in the making; shared by encode.c (the envelope) and encode_desired.c (its resources). */
#pragma once
#include "function/wire/call.h"

/* A Struct's place in the buffer, counted from the end: the buffer moves when it grows. */
struct place {
    size_t start, end;
};

struct output {
    struct wire_call *c;
    const struct fn_response *r;
    struct backward structs;
    Envelope__RunFunctionResponse response;
    Envelope__ResponseMeta meta;
    Envelope__State desired;
    Envelope__Resource composite;
};

/* FN_READY_* as Crossplane's Ready. */
uint32_t output_ready(enum fn_ready ready);

struct place output_struct(struct output *o, const json_t *object);
/* Good when no Struct is written any more. */
ProtobufCBinaryData output_at(const struct output *o, struct place p);

/* o->desired.resources: those of earlier steps and o->r->desired, sorted. -1 with ERR_INVALID or ERR_INTERNAL. */
MUST_CHECK int output_resources(struct output *o, struct err *e);
