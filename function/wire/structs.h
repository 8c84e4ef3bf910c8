/* SPDX-License-Identifier: Apache-2.0 */
/* google.protobuf.Struct between bytes and trees.
 *
 *   Struct    { map<string, Value> fields = 1 }        Value { oneof: null 1, number 2, string 3, bool 4, Struct 5, list 6 }
 *   ListValue { repeated Value values = 1 }
 *
 * Every number in a Struct is a double.  A whole one that a double holds exactly (at most 2^53) becomes a JSON integer, so that
 * "replicas: 3" is one for the renderers; every other one, and -0, a JSON real.  A Value without a kind is null, as in Go.
 * As the format demands, the last of equal keys counts and a submessage that comes in parts is merged.
 *
 * Nothing from outside can make these recurse deeper than JX_MAX_DEPTH or allocate more than the budget allows; what is
 * not read is skipped unseen, at any depth. */
#pragma once
#include "function/function.h"
#include "function/wire/backward.h"
#include "function/wire/reader.h"
#include "lib/err.h"

/* The object in 'bytes', of which only the members in 'only' (NULL = all) are there. '*budget' is how many values may still
 * be made; it counts down over all the Structs of one message.  Everything is copied.
 * NULL with ERR_INVALID naming the place: "spec.workers[2].name: not UTF-8". */
MUST_CHECK json_t *structs_decode(struct span bytes, const struct fn_fields *only, size_t *budget,
                                  struct err *e);

/* Put the Struct of 'object' (trusted: as jansson holds it) before what is in 'b'; keys sorted by their bytes, so that equal objects
 * give equal bytes.  Integers beyond 2^53 become the nearest double, as they do in Crossplane. */
void structs_encode(struct backward *b, const json_t *object);

/* The raw entry ("fields" element: tag, length, key and value) of the last member called 'name'; n == 0 when there is none. -1
 * with ERR_INVALID when 'bytes' are no Struct. */
MUST_CHECK int structs_member(struct span bytes, const char *name, struct span *ret_entry, struct err *e);
