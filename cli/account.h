/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are at Cleura, from the environment: the ProviderConfig that says so, and the password, which is never stored. */
#pragma once
#include "cli/options.h"
#include <jansson.h>

/* The ProviderConfig "default" of a namespace: Cleura's endpoint, credentials from the environment. NULL with ERR_INVALID
 * when there is no URL for that cloud or the CA file cannot be read. */
MUST_CHECK json_t *account_config(const struct options *o, const char *ns, struct err *e);

/* Make sure that login and password (or token) are in this process's environment: from there, from the password file, or
 * asked for on the terminal. -1 with ERR_AUTH that says what to set. */
MUST_CHECK int account_unlock(const struct options *o, struct err *e);

static inline const char *account_cloud(const struct options *o) { return o->cloud ? o->cloud : "public"; }
static inline const char *account_region(const struct options *o) { return o->region ? o->region : "kna1"; }
static inline const char *account_api(const struct options *o) { return o->api ? o->api : "v1"; }
static inline const char *account_namespace(const struct options *o) { return o->ns ? o->ns : "default"; }
/* Are cloud, API generation and namespace values that can be used? -1 with ERR_INVALID. */
MUST_CHECK int account_check(const struct options *o, struct err *e);
