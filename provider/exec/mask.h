/* SPDX-License-Identifier: Apache-2.0 */
/* Taking secret values out of a response before it is stored: each becomes its placeholder. */
#pragma once
#include "provider/exec/exec.h"

struct masks;

struct masks *masks_new(void);
void masks_free(struct masks *m);
DEFINE_CLEAN(struct masks *, masks_free)

/* A value as it was found in a response (string, number, object; others and "" are not masked) and what
 * stands for it. */
void masks_add(struct masks *m, const json_t *value, const char *placeholder);

/* A body: strings and numbers of JSON that are a value, long values inside strings, objects that are a
 * value; in other texts the values as words. What is not masked stays byte for byte, unless an object was.
 * The caller frees. */
char *masks_body(struct masks *m, const char *body);

/* A header value: every occurrence. The caller frees. */
char *masks_header(struct masks *m, const char *value);

/* Long values out of any text; 'values' maps placeholder to value. The caller frees. */
char *mask_known(const json_t *values, const char *text);
