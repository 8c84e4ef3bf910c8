/* SPDX-License-Identifier: Apache-2.0 */
/* Login sessions at Cleura. A token carries no expiry, so it is used until the API calls it invalid; then one login is made
 * for all who wait. Two tokens in a row that die within a minute of their login mean that somebody else keeps replacing
 * them: then we slow down instead of joining the fight. */
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/auth/classify.h"
#include "provider/auth/internal.h"

enum {
    SOON_MS = 60 * 1000,
    CONTENTION_FIRST_MS = 5 * 1000,
    CONTENTION_MOST_MS = 60 * 1000,
    REFUSED_FIRST_MS = 60 * 1000, /* a wrong password is not sent again and again: accounts get locked */
    REFUSED_MOST_MS = 10 * 60 * 1000,
    LOGIN_TIMEOUT_MS = 30 * 1000,
};

static const struct generation {
    const char *name, *path;
} generations[] = { { "v1", "/auth/v1/tokens" }, { "v2", "/auth/v2/tokens" } };

static const char *tokens_path(const struct session *s)
{
    return generations[!strcmp(s->generation, "v2")].path;
}

static char *key_of(const char *endpoint, const char *login, const char *password, const char *token)
{
    CLEAN(config_wipe)
    char *all = x_asprintf("%s\n%s\n%s\n%s", endpoint, login ? login : "", password ? password : "",
                           token ? token : "");
    char *key = x_alloc(65);

    crypto_sha256_hex(all, strlen(all), key, 64);
    return key;
}

static struct session *session_new(struct auth *a, const struct auth_config *c, char *key, struct err *e)
{
    struct session *s = x_alloc(sizeof(*s));

    *s = (struct session){ .auth = a,
                           .key = key,
                           .endpoint = x_strdup(c->endpoint),
                           .generation = x_strdup(c->generation),
                           .bucket = { .per_second = c->per_second } };
    if (config_read_tls(c, &a->lookup, &s->tls, e) < 0) {
        session_free(s);
        return NULL;
    }
    s->next = a->sessions;
    a->sessions = s;
    return s;
}

/* The config was written anew: what else it says counts for the old session too, and at once. */
static int session_refresh(struct session *s, const struct auth_config *c, struct err *e)
{
    struct config_tls tls;

    if (config_read_tls(c, &s->auth->lookup, &tls, e) < 0)
        return -1;
    config_free_tls(&s->tls);
    s->tls = tls;
    free(s->generation);
    s->generation = x_strdup(c->generation);
    s->bucket.per_second = c->per_second;
    if (strcmp(s->refusal.reason ? s->refusal.reason : "", "SessionContention") != 0)
        s->not_before = 0;
    return 0;
}

struct session *session_for(struct auth *a, const struct auth_config *c, struct err *e)
{
    CLEAN(config_wipe) char *login = NULL, *password = NULL, *token = NULL;
    struct session *s = a->sessions;
    char *key;

    if (config_credential(c, &a->lookup, "login", &login, e) < 0 ||
        config_credential(c, &a->lookup, "password", &password, e) < 0 ||
        config_credential(c, &a->lookup, "token", &token, e) < 0)
        return NULL;
    if (!login || (!password && !token)) {
        err_set(e, ERR_AUTH, "no Cleura credentials: give login and password (or token) in credentials.%s",
                jx_str(c->credentials, "source", "source (Secret or Environment)"));
        return NULL;
    }
    key = key_of(c->endpoint, login, password, token);
    while (s && strcmp(s->key, key) != 0)
        s = s->next;
    if (s) {
        free(key);
        return session_refresh(s, c, e) == 0 ? s : NULL;
    }
    s = session_new(a, c, key, e);
    if (s) {
        s->login = TAKE(login);
        s->password = TAKE(password);
        s->given_token = TAKE(token);
    }
    return s;
}

/* ---- login ----------------------------------------------------------------------------------------------------- */

static void refuse(struct session *s, const char *reason, int64_t wait_ms, enum err_kind kind,
                   const char *text)
{
    s->not_before = s->auth->now() + wait_ms;
    gate_hold(&s->refusal, reason, wait_ms, kind, "%s", text);
}

static void login_later(struct session *s, const struct http_response *res, const struct err *e)
{
    int64_t wait = auth_backoff(s->failures, CLOCK_MINUTE),
            asked = res ? http_retry_after(res, s->auth->now()) : -1;
    enum err_kind kind = res ? ERR_TRANSIENT : e->kind;
    CLEAN(free)
    char *text = res ? x_asprintf("login at Cleura: HTTP %d", res->status)
                     : x_asprintf("login at Cleura: %s", e->text);

    refuse(s, err_policy[kind].reason, asked > wait ? asked : wait, kind, text);
}

static void login_refused(struct session *s)
{
    int64_t wait = REFUSED_FIRST_MS;

    for (int i = 1; i < s->failures && wait < REFUSED_MOST_MS; i++)
        wait *= 2;
    refuse(s, "Unauthorized", wait < REFUSED_MOST_MS ? wait : REFUSED_MOST_MS, ERR_AUTH,
           "Cleura refuses the login; check login and password of the account");
}

static void on_login(void *ctx, enum http_fate fate, const struct http_response *res, const struct err *e)
{
    struct session *s = ctx;
    enum login_outcome outcome = LOGIN_LATER;

    s->login_call = NULL;
    s->state = SESSION_OUT;
    s->auth->dirty = true;
    if (fate == HTTP_ANSWERED)
        outcome = classify_login(res, &s->token);
    s->failures = outcome == LOGIN_OK ? 0 : s->failures + 1;
    switch (outcome) {
    case LOGIN_OK:
        s->state = SESSION_IN;
        s->epoch++;
        s->logged_in_at = s->auth->now();
        break;
    case LOGIN_TWO_FACTOR:
        refuse(
            s, "TwoFactorRequired", REFUSED_MOST_MS, ERR_AUTH,
            "the account asks for a second factor; use an account without one, or give a ready-made token");
        break;
    case LOGIN_REFUSED: login_refused(s); break;
    case LOGIN_LATER: login_later(s, res, e); break;
    }
}

static struct http_call *send_for(struct session *s, const char *method, const json_t *body,
                                  http_done_fn *done)
{
    CLEAN(free) char *url = http_resolve(s->endpoint, tokens_path(s), NULL);
    CLEAN(config_wipe) char *text = body ? jx_dump(body) : NULL;
    struct http_header headers[3] = { { "X-Auth-Login", s->login } };
    size_t n = 1;

    if (body)
        headers[0] = (struct http_header){ "Content-Type", "application/json" };
    else
        headers[n++] = (struct http_header){ "X-Auth-Token", s->token };
    return http_send(s->auth->http,
                     &(struct http_request){ .method = method,
                                             .url = url ? url : s->endpoint,
                                             .headers = headers,
                                             .n_headers = n,
                                             .body = text,
                                             .body_len = text ? strlen(text) : 0,
                                             .timeout_ms = LOGIN_TIMEOUT_MS,
                                             .tls = { s->tls.ca, s->tls.cert, s->tls.key, s->tls.insecure } },
                     done, s);
}

static void start_login(struct session *s)
{
    json_auto_t *login = jx_pack("{s:o, s:o}", "login", jx_text(s->login), "password", jx_text(s->password));
    json_auto_t *body =
        strcmp(s->generation, "v2") != 0 ? jx_pack("{s:O}", "auth", login) : json_incref(login);

    s->state = SESSION_LOGGING_IN;
    s->login_call = send_for(s, "POST", body, on_login);
}

static void use_given_token(struct session *s)
{
    if (s->epoch > 0) { /* it was used, and was called invalid */
        refuse(s, "Unauthorized", REFUSED_MOST_MS, ERR_AUTH,
               "the given token is not (or no longer) valid; give a new one");
        return;
    }
    s->token = x_strdup(s->given_token);
    s->state = SESSION_IN;
    s->epoch++;
}

void session_gate(struct session *s, int64_t now, struct gate *g)
{
    if (s->state == SESSION_OUT && now >= s->not_before) {
        if (s->given_token)
            use_given_token(s);
        else
            start_login(s);
    }
    if (s->state == SESSION_OUT) {
        *g = s->refusal;
        g->retry_ms = s->not_before > now ? s->not_before - now : CLOCK_SECOND;
        return;
    }
    g->state = s->state == SESSION_IN ? GATE_OPEN : GATE_WAIT;
}

void session_invalid(struct session *s, int64_t now)
{
    int64_t wait = CONTENTION_FIRST_MS;

    s->soon_invalid = now - s->logged_in_at < SOON_MS ? s->soon_invalid + 1 : 0;
    s->state = SESSION_OUT;
    config_wipe(TAKE(s->token));
    if (s->soon_invalid < 2)
        return;
    for (int i = 2; i < s->soon_invalid && wait < CONTENTION_MOST_MS; i++)
        wait *= 2;
    refuse(s, "SessionContention", wait < CONTENTION_MOST_MS ? wait : CONTENTION_MOST_MS, ERR_TRANSIENT,
           "Cleura keeps invalidating new tokens of this account; is it also used elsewhere? Use an account "
           "of its own");
}

static void hash_call(const char *method, const char *url, char out[17])
{
    CLEAN(free) char *text = x_asprintf("%s %s", method, url);

    crypto_sha256_hex(text, strlen(text), out, 16);
}

void session_blame_call(struct session *s, const char *method, const char *url, int64_t now)
{
    struct refused *r = &s->refused[s->next_refused++ % REFUSED_URLS];

    hash_call(method, url, r->hash);
    r->until = now + SOON_MS;
    if (s->soon_invalid) /* so the token before was not invalid either */
        s->soon_invalid--;
}

bool session_blames_call(const struct session *s, const char *method, const char *url, int64_t now)
{
    char hash[17];

    hash_call(method, url, hash);
    for (size_t i = 0; i < REFUSED_URLS; i++)
        if (now < s->refused[i].until && !strcmp(s->refused[i].hash, hash))
            return true;
    return false;
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

static void on_revoked(void *ctx, enum http_fate fate, const struct http_response *res, const struct err *e)
{
    struct session *s = ctx;

    (void)fate, (void)res, (void)e; /* best effort: the token dies by itself within a day */
    s->revoke_call = NULL;
    s->state = SESSION_OUT;
    config_wipe(TAKE(s->token));
}

bool session_revoke(struct session *s)
{
    if (s->given_token || s->state != SESSION_IN)
        return s->state == SESSION_LOGGING_IN;
    if (!s->revoke_call)
        s->revoke_call = send_for(s, "DELETE", NULL, on_revoked);
    return true;
}

void session_free(struct session *s)
{
    if (s->login_call)
        http_cancel(s->login_call);
    if (s->revoke_call)
        http_cancel(s->revoke_call);
    free(s->key);
    free(s->endpoint);
    free(s->generation);
    free(s->login);
    config_wipe(s->password);
    config_wipe(s->given_token);
    config_wipe(s->token);
    config_free_tls(&s->tls);
    free(s);
}
