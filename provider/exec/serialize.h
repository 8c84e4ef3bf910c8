/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text as Go's encoding/json writes it: compact, sorted keys, HTML characters escaped, shortest
 * numbers. Users' servers have seen these bytes from provider-http. */
#pragma once
#include "lib/buf.h"
#include <jansson.h>

enum { SERIALIZE_NUMBER = 64 };

/* The caller frees; never NULL. */
char *serialize(const json_t *value) MUST_CHECK;

/* One JSON string with its quotes. */
void serialize_string(struct buf *out, const char *s, size_t n);

/* A number in its shortest form: positional for 1e-6 <= |d| < 1e21 and for 0, else with an exponent. */
void serialize_number(double d, char text[SERIALIZE_NUMBER]);
/* The same without exponent, as Go's FormatFloat(d, 'f', -1, 64). The caller frees. */
char *serialize_plain_number(double d) MUST_CHECK;
