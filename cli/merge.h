/* SPDX-License-Identifier: Apache-2.0 */
/* Kubeconfigs as documents: putting one into another.  No files here. */
#pragma once
#include "lib/err.h"
#include <jansson.h>

/* Is it one, with the lists a kubeconfig has? -1 with ERR_INVALID; the text never quotes the content. */
MUST_CHECK int merge_check(const json_t *config, struct err *e);

/* Put the clusters, users and contexts of 'from' into 'into': entries of the same name are replaced, all else stays as it
 * was. The current context changes only with 'use'. -1 with ERR_INVALID when 'into' is no kubeconfig. */
MUST_CHECK int merge_into(json_t *into, const json_t *from, bool use, struct err *e);
