/* SPDX-License-Identifier: Apache-2.0 */
/* What decode.c makes and encode.c needs; nobody else's business. */
#pragma once
#include "function/wire/wire.h"
#include "lib/arena.h"
#include <envelope.pb-c.h>

enum { CALL_TAG = 128, CALL_NAME = 64 /* names of composed resources are DNS labels here */ };

struct wire_call {
    struct arena *arena;
    Envelope__RunFunctionRequest *request; /* in the arena */
    json_t *composite, *observed, *input;
    struct fn_request fn; /* borrows these */
    size_t budget;        /* values that may still be decoded */
    char tag[CALL_TAG];
};

static inline struct span call_span(ProtobufCBinaryData b) { return (struct span){ b.data, b.len }; }

/* The observed composed resource of that name, the last one when there are several; NULL when there is none. */
const Envelope__Resource *call_observed(const struct wire_call *c, const char *name, size_t n);
