/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP calls on behalf of a ProviderConfig: finds or makes the credentials, keeps within the limits, repeats a call once with
 * a new token or certificate, and tells when a call cannot be made now and why.
 *
 * Sessions are shared by all callers of one account; a login or a kubeconfig is fetched once however many wait for it.
 * Tokens and keys live in memory only. */
#pragma once
#include "lib/err.h"
#include "lib/http.h"
#include <jansson.h>

/* Objects by reference, from the caller's cache: borrowed until the next event loop round; NULL when missing. */
struct auth_lookup {
    const json_t *(*config)(void *ctx, const char *api_version, const char *kind, const char *ns,
                            const char *name);
    const json_t *(*secret)(void *ctx, const char *ns, const char *name);
    void *ctx;
};

enum auth_outcome {
    AUTH_ANSWERED,   /* 'res' is the answer, whatever its status */
    AUTH_NOT_SENT,   /* no connection; nothing reached the server */
    AUTH_MAYBE_SENT, /* broke off after it was sent: it may have taken effect */
    AUTH_HELD,       /* not sent on purpose: 'reason' and e->text say why; again after 'retry_ms' */
    AUTH_GONE        /* the shoot is being deleted or is gone: nothing was sent, nothing in it can exist */
};

struct auth_result {
    enum auth_outcome outcome;
    const struct http_response *res; /* ANSWERED only */
    const char *reason;              /* HELD: a condition reason such as WaitingForShoot */
    int64_t retry_ms;                /* HELD: a good time to ask again */
    const struct err *e;             /* all but ANSWERED */
};

typedef void auth_done_fn(void *ctx, const struct auth_result *result);

struct auth;
struct auth_call;

struct auth *auth_new(struct http *http, const struct auth_lookup *lookup, int64_t (*now)(void));
void auth_free(struct auth *a);
DEFINE_CLEAN(struct auth *, auth_free)

/* What a caller may add to its ProviderConfig: a Request's tlsConfig (provider-http's schema; NULL = none), whose Secrets are
 * looked for in namespace 'ns' ("" = in any). */
struct auth_tls {
    const json_t *config;
    const char *ns;
};

/* Make a call as ProviderConfig 'config'. req->url may be relative to the config's endpoint; credentials are added only
 * for that endpoint's origin. req->tls is ignored: TLS is the config's, with 'tls' (may be NULL) over it. 'done' is called
 * once, from auth_step() or http_poll(), unless the call is cancelled. */
struct auth_call *auth_send(struct auth *a, const json_t *config, const struct http_request *req,
                            const struct auth_tls *tls, auth_done_fn *done, void *ctx);
void auth_cancel(struct auth_call *call);

/* Deliver what is decided, start what may start. Returns the ms until something is due without the network, -1 = nothing. */
int64_t auth_step(struct auth *a);

/* Somebody observed 'url' (absolute) of an account: if it is a shoot that calls go to, this is the news of it. True when that
 * changes whether they can be made: who was held may try again. */
bool auth_observed(struct auth *a, const char *url, const struct http_response *res);

/* Forget a config that was removed or changed; its queued calls are answered by whatever config is found then. */
void auth_config_changed(struct auth *a, const char *uid);

/* Give back the tokens we asked for. True once nothing is left to wait for. */
bool auth_revoke(struct auth *a);
