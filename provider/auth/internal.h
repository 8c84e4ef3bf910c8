/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of this folder only.
 *
 * A call waits in the lane of its ProviderConfig. The lane's gate (session.c, shoot.c) says whether calls may go out now; the
 * lane sends them within the limits and sees every answer first (auth.c). */
#pragma once
#include "provider/auth/auth.h"
#include "provider/auth/config.h"
#include "provider/auth/kubeconfig.h"

/* What a gate says. HELD and GONE are for every call in the lane. */
struct gate {
    enum { GATE_OPEN, GATE_WAIT, GATE_HELD, GATE_GONE } state;
    const char *reason; /* HELD */
    int64_t retry_ms;   /* HELD */
    struct err e;       /* HELD, GONE */
};
/* Fill 'g' as HELD and return it. */
void gate_hold(struct gate *g, const char *reason, int64_t retry_ms, enum err_kind kind, const char *fmt, ...)
    PRINTF(5, 6);

/* A token bucket; per_second 0 = open. */
struct bucket {
    double per_second, level;
    int64_t stamp;
};
/* Take one; false when there is none, and *ret_ms is when to come back. */
bool bucket_take(struct bucket *b, int64_t now, int64_t *ret_ms);

struct auth_call {
    struct auth_call *next, **prev;
    struct lane *lane; /* NULL once decided without one */
    enum { CALL_QUEUED, CALL_SENT, CALL_DECIDED } where;
    char *method, *url, *body;
    size_t body_len;
    struct http_header *headers;
    size_t n_headers;
    int64_t timeout_ms;
    struct config_tls own_tls;
    bool has_own_tls, repeated;
    bool ours;      /* sent with our credentials */
    unsigned epoch; /* of the session or kubeconfig it was sent with */
    struct http_call *http;
    auth_done_fn *done;
    void *ctx;
    struct gate decision; /* DECIDED */
};

enum { REFUSED_URLS = 16 };

/* One account: an endpoint and its credentials. */
struct session {
    struct session *next;
    struct auth *auth;
    char *key, *endpoint, *generation, *login, *password, *given_token, *token;
    enum { SESSION_OUT, SESSION_LOGGING_IN, SESSION_IN } state;
    unsigned epoch;
    int64_t logged_in_at, not_before;
    int soon_invalid; /* how often in a row a token died within a minute of its login */
    int failures;     /* logins that failed in a row */
    struct gate refusal;
    struct config_tls tls;
    struct http_call *login_call, *revoke_call;
    struct bucket bucket;
    struct refused {
        char hash[17];
        int64_t until;
    } refused[REFUSED_URLS]; /* calls that were refused with a fresh token too: it is not the token */
    unsigned next_refused;
};

/* The way into one shoot. */
struct shoot {
    struct auth *auth;
    struct lane *lane;
    char *url; /* of the shoot at Cleura, absolute */
    int state; /* enum shoot_state */
    int64_t checked_at, not_before, renew_at, usable_until;
    bool suspect; /* a call failed: look at the shoot before the next one */
    int64_t mint_not_before;
    int failures, mint_failures;
    unsigned epoch;
    bool ready;
    struct kubeconfig k;
    struct auth_call *check, *mint;
};

struct lane {
    struct lane *next;
    struct auth *auth;
    char *uid, *versions; /* of the config and of the Secrets it names: what was read below */
    json_t *config;
    struct auth_config c;
    struct err invalid; /* kind set: the config cannot be used */
    struct auth_call *first, **last, *sent;
    int64_t inflight, not_before;
    struct session *session; /* auth Cleura; shared */
    struct shoot *shoot;     /* auth CleuraShoot */
    struct kubeconfig k;     /* auth Kubeconfig */
    char *secret;            /* auth Bearer, Header */
    struct config_tls tls;
    struct bucket bucket;
    bool stale; /* the config is gone: freed when empty */
};

struct auth {
    struct http *http;
    struct auth_lookup lookup;
    int64_t (*now)(void);
    struct lane *lanes;
    struct session *sessions;
    struct auth_call *decided;
    bool dirty;
};

/* session.c */
struct session *session_for(struct auth *a, const struct auth_config *c, struct err *e);
void session_gate(struct session *s, int64_t now, struct gate *g);
void session_invalid(struct session *s, int64_t now);
/* A call was refused although its token is fresh. For a minute its refusals say nothing about tokens. */
void session_blame_call(struct session *s, const char *method, const char *url, int64_t now);
bool session_blames_call(const struct session *s, const char *method, const char *url, int64_t now);
/* Start giving the token back; false when there is nothing to do. */
bool session_revoke(struct session *s);
void session_free(struct session *s);

/* shoot.c */
struct shoot *shoot_new(struct lane *lane, struct err *e);
void shoot_gate(struct shoot *s, int64_t now, struct gate *g);
void shoot_refused(struct shoot *s);
void shoot_failed(struct shoot *s);
/* True when the shoot's state is another than before. */
bool shoot_observed(struct shoot *s, const struct http_response *res);
void shoot_free(struct shoot *s);

/* lane.c */
struct lane *lane_for(struct auth *a, const json_t *config);
void lane_append(struct lane *l, struct auth_call *call);
void lane_gate(struct lane *l, int64_t now, struct gate *g);
struct bucket *lane_bucket(struct lane *l);
void lane_free(struct lane *l);

/* auth.c */
void call_unlink(struct auth_call *call);
/* 1 s, 2 s, 4 s ... 'most', for the n-th failure (1 = first). */
int64_t auth_backoff(int failures, int64_t most);
