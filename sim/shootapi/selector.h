/* SPDX-License-Identifier: Apache-2.0 */
/* labelSelector and fieldSelector. */
#pragma once
#include "sim/shootapi/kinds.h"

struct selector;

/* Both texts may be "". NULL with ERR_INVALID and the server's own words. */
struct selector *selector_parse(const struct kind *kind, const char *labels, const char *fields,
                                struct err *e);
void selector_free(struct selector *s);
DEFINE_CLEAN(struct selector *, selector_free)

/* A NULL selector matches everything. */
bool selector_match(const struct selector *s, const json_t *doc);
/* Selects everything. */
bool selector_empty(const struct selector *s);
