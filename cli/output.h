/* SPDX-License-Identifier: Apache-2.0 */
/* Results on standard output. */
#pragma once
#include "cli/options.h"
#include "lib/buf.h"
#include <jansson.h>

enum output { OUTPUT_TABLE, OUTPUT_YAML, OUTPUT_JSON };

enum { OUTPUT_MAX = 64 << 20 };

/* --output. -1 with ERR_INVALID. */
MUST_CHECK int output_format(const struct options *o, enum output *ret, struct err *e);

/* The document as YAML or JSON. Not for OUTPUT_TABLE. */
void output_document(enum output format, const json_t *doc);

void output_text(const struct buf *text);
