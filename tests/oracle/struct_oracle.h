/* SPDX-License-Identifier: Apache-2.0 */
/* A Struct as protobuf-c reads and writes it, for comparison.  Only for bytes that are harmless: protobuf-c recurses without a limit and
 * cuts strings at a NUL. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oracle_tree {
    json_t *tree; /* NULL: protobuf-c refused the bytes. Numbers are all reals. New. */
    bool
        plain; /* nothing in the bytes was merged, replaced, unknown or spelt in an unusual way: no room for opinions */
    bool no_json;  /* NaN, infinity or what is no UTF-8 is in it; there is a null in its place */
    unsigned deep; /* levels of objects and lists */
};

struct oracle_tree oracle_decode(const uint8_t *bytes, size_t n);

/* The caller frees. */
uint8_t *oracle_encode(const json_t *object, size_t *ret_n);

/* The same where every number is a double: 1 and 1.0 are equal, 0 and -0 are not. */
bool oracle_equal(const json_t *a, const json_t *b);
