/* SPDX-License-Identifier: Apache-2.0 */
/* YAML documents as JSON trees and back, the way Kubernetes reads them (YAML 1.1 scalars true/false/null, numbers,
 * JSON keys; no tags, no merge keys, no duplicate keys).  Keys that kubectl would turn into another text (on, 010) are
 * refused.  Aliases are followed, with a limit on what they may grow to. */
#pragma once
#include "lib/jx.h"

/* All documents of a stream, as an array; empty documents are left out. NULL with ERR_INVALID naming the line. */
MUST_CHECK json_t *jx_yaml_parse(const char *bytes, size_t n, struct err *e);

/* One document as block YAML, keys in the order of the tree; strings quoted where they would read as something else. The
 * caller frees; never NULL. */
char *jx_yaml_dump(const json_t *doc) MUST_CHECK;
