/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of documents that never change (lib/jx_fixed.h), which are nearly half of what is sent: they are encoded once.
 * Any thread may ask; what was made is kept for ever, as the documents are. */
#pragma once
#include "function/wire/reader.h"
#include <jansson.h>

/* What fixed_put() was given for 'doc'; n == 0 when it was given nothing. */
struct span fixed_get(const json_t *doc);
/* Copies the bytes, unless there is no room for more or another thread was first. */
void fixed_put(const json_t *doc, struct span bytes);
