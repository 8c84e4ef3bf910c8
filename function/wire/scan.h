/* SPDX-License-Identifier: Apache-2.0 */
/* What a RunFunctionRequest must be before protobuf-c may see it.  protobuf-c believes what it reads: it merges repeated
 * submessages in quadratic time, makes fifty bytes of every two, and tells nobody what was wrong. */
#pragma once
#include "function/wire/structs.h"
#include "lib/err.h"

/* All fields of the envelope together, known or not: a hundred times what a large composite has, and 4 MiB for protobuf-c. */
enum { SCAN_MAX_FIELDS = 20000 };

/* 0 when 'bytes' are a well-formed request with each submessage once and UTF-8 in its strings; else -1 with ERR_INVALID naming the
 * place: "observed.resources.value.resource occurs twice".  Structs are not looked into. */
MUST_CHECK int scan_request(struct span bytes, struct err *e);
