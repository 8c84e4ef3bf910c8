/* SPDX-License-Identifier: Apache-2.0 */
/* What a client needs of a kubeconfig's current context. */
#pragma once
#include "lib/err.h"
#include <stdint.h>

struct kubeconfig {
    char *server, *ca, *cert, *key, *token; /* PEM; NULL = not given */
    bool insecure;
    int64_t expires_at; /* of the client certificate, ms since 1970; 0 = not known */
};

/* -1 with ERR_INVALID; the text never quotes the content. */
MUST_CHECK int kubeconfig_read(const char *yaml, size_t n, struct kubeconfig *ret, struct err *e);
void kubeconfig_free(struct kubeconfig *k);
static inline void kubeconfig_free_clean(struct kubeconfig *k) { kubeconfig_free(k); }
