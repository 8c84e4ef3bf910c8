/* SPDX-License-Identifier: Apache-2.0 */
/* RunFunctionRequest bytes to what render() takes, and what render() returned to RunFunctionResponse bytes.
 *
 * The response starts as a copy of what earlier steps of the pipeline left: their desired resources, the composite's desired
 * status, connection details and the context are passed on as they came, also what this program does not know of.  On
 * top come our resources (which replace earlier ones of the same name), our status (merged into theirs) and our readiness, unless
 * somebody else is still waiting. */
#pragma once
#include "function/function.h"
#include "function/wire/structs.h"
#include "lib/arena.h"
#include "lib/err.h"

enum {
    WIRE_MAX_VALUES = 200000,    /* of all trees of a request: 40 MB of memory; a Shoot has some hundred */
    WIRE_MAX_RESPONSE = 4 << 20, /* Crossplane refuses more and says nothing that a user would understand */
};

struct wire_call;

/* 'bytes' are borrowed until wire_free(), and so is what lies in 'arena'. NULL with ERR_INVALID naming the place. */
MUST_CHECK struct wire_call *wire_decode(struct span bytes, const struct fn_reads *reads, struct arena *arena,
                                         struct err *e);
void wire_free(struct wire_call *c);
DEFINE_CLEAN(struct wire_call *, wire_free)

/* What render() is to be given; composite is NULL when the request has none, as in an Operation. */
const struct fn_request *wire_request(const struct wire_call *c);

/* For logs: cut, and what is not printable is '?'. */
const char *wire_tag(const struct wire_call *c);

/* The response's bytes, exactly *ret_n of them; the caller frees.  Equal calls and responses give equal bytes.
 * A response over WIRE_MAX_RESPONSE becomes a fatal result that says so, without anything else in it. NULL with ERR_INVALID when what was
 * to be passed on is no message, ERR_INTERNAL for what 'r' may not hold. */
MUST_CHECK uint8_t *wire_encode(struct wire_call *c, const struct fn_response *r, size_t *ret_n,
                                struct err *e);
