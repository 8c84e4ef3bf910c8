/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the engine: a store, and (when something is to happen) the composer and the provider's loop on it. */
#pragma once
#include "cli/compose.h"
#include "cli/options.h"
#include "provider/reconcile/loop.h"

struct session {
    const struct options *o;
    struct store *store;
    struct compose *compose; /* NULL: nothing is rendered */
    struct loop *loop;       /* NULL: nothing is executed here */
};

enum session_mode {
    SESSION_LOOK,  /* the store only */
    SESSION_RUN,   /* store, composer and (without --no-provider) loop */
    SESSION_PROBE, /* a store in memory, and the loop: for looking at Cleura without keeping anything */
};

/* Is there a store file yet? */
bool session_store_exists(const struct options *o);

/* -1 with ERR_INVALID when the store cannot be opened. Start before anything else runs: workers are forked. */
MUST_CHECK int session_open(struct session *s, const struct options *o, enum session_mode mode,
                            struct err *e);
/* Finish calls in flight and give back login tokens. */
void session_close(struct session *s);
static inline void session_close_clean(struct session *s) { session_close(s); }

/* Make sure the namespace has a ProviderConfig "default" (from the options when it has none) and that its credentials are at
 * hand. -1 with ERR_CONFLICT when the stored one is for another endpoint than the user asks for. */
MUST_CHECK int session_account(struct session *s, const char *ns, struct err *e);

/* One round: render what changed, execute what is due, wait at most 'timeout_ms' when there is nothing to do. */
MUST_CHECK int session_step(struct session *s, int timeout_ms, struct err *e);

/* Put an object: create it, or replace its spec and lay labels and annotations over those that are there; what the
 * provider keeps in metadata stays. *ret (may be NULL): as stored. */
MUST_CHECK int session_apply(struct session *s, const json_t *object, json_t **ret, struct err *e);

int64_t session_now(void);
