/* SPDX-License-Identifier: Apache-2.0 */
/* What Kubernetes API servers serve: asked for once for all who want to know, remembered for minutes.  One server is a
 * ProviderConfig, the part of the URL before /apis, and the TLS it is reached with. */
#pragma once
#include "provider/auth/auth.h"
#include "provider/auth/served.h"
#include <stdint.h>

struct discovery;

/* "Something came in: ask again." Once for each time that the answer was SERVED_PENDING, from auth_step() or http_poll(). */
typedef void discovery_done_fn(void *ctx);

/* Part of whoever waits; all zero when it does not. */
struct discovery_wait {
    struct discovery_wait *next, **prev;
    discovery_done_fn *done;
    void *ctx;
};

struct discovery_query {
    const json_t *config;
    const struct auth_tls *tls; /* may be NULL */
    const char *base;           /* of the URL, before "/apis"; "" when it is relative */
    struct served_wish wish;
    int64_t patience_ms; /* what is older does not prove that nothing is served */
    uint64_t since; /* discovery_now() when the question came up: whatever was learned later is new enough */
};

/* Why it cannot be told: as auth_send() told it. An answer has its status and body. */
struct discovery_failure {
    struct auth_result result;
    struct http_response res;
    struct err e;
};

/* 'clock': monotonic milliseconds. */
struct discovery *discovery_new(struct auth *a, int64_t (*clock)(void));
void discovery_free(struct discovery *d);
DEFINE_CLEAN(struct discovery *, discovery_free)

uint64_t discovery_now(const struct discovery *d);

/* From what is known, at once. PENDING: 'wait' is told later. FAILED: *ret_failure (borrowed until the next call), or NULL and
 * ret->e says it. */
void discovery_ask(struct discovery *d, const struct discovery_query *q, struct discovery_wait *wait,
                   struct served *ret, const struct discovery_failure **ret_failure);

/* A call with the first of the query's versions was answered as if the server did not serve it: ask anew. */
void discovery_refute(struct discovery *d, const struct discovery_query *q);

/* Wait no longer. */
void discovery_forget(struct discovery_wait *wait);

/* A ProviderConfig was changed or removed. */
void discovery_config_changed(struct discovery *d, const char *uid);
