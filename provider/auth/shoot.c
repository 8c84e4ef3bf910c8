/* SPDX-License-Identifier: Apache-2.0 */
/* The way into one shoot: an admin kubeconfig for our own use, asked for when first needed, renewed at 80 % of its life, kept
 * in memory. Before it is asked for, and whenever calls fail, the shoot itself is looked at: a shoot that is not there yet, is
 * hibernated or is going is no error. */
#include "lib/clock.h"
#include "lib/jx.h"
#include "provider/auth/classify.h"
#include "provider/auth/internal.h"

enum {
    EXPIRATION_SECONDS = 3600,
    LOOK_AGAIN_MS =
        20 * 1000, /* longer than a changing shoot is polled, so that a poller's news spares us the call */
    LOOK_AGAIN_LATE_MS = 300 * 1000, /* hibernated: its own Request tells us when it wakes */
    FAILED_MOST_MS = 60 * 1000,
    HELD_MS = 5 * 1000,   /* asking again costs no call while the news is fresh */
    SPARE_MS = 10 * 1000, /* a certificate is not used in its last seconds, */
    SPARE_PART = 20,      /* or its last twentieth if that is less */
};

static const json_t *account_of(const struct shoot *s, struct err *e)
{
    const struct auth_config *c = &s->lane->c;
    const struct auth_lookup *lookup = &s->auth->lookup;
    const json_t *ref = jx_at(c->shoot, "providerConfigRef"), *config;

    config = lookup->config(lookup->ctx, c->api_version, jx_str(ref, "kind", "ProviderConfig"), c->ns,
                            jx_str(ref, "name", "default"));
    if (config && strcmp(jx_str(config, "spec.auth", ""), "Cleura") != 0) {
        err_set(e, ERR_INVALID, "spec.shoot.providerConfigRef: %s \"%.100s\" is no account (auth: Cleura)",
                jx_str(ref, "kind", "ProviderConfig"), jx_str(ref, "name", "default"));
        return NULL;
    }
    if (!config)
        err_set(e, ERR_NOT_FOUND, "the account's %s \"%.100s\" does not exist",
                jx_str(ref, "kind", "ProviderConfig"), jx_str(ref, "name", "default"));
    return config;
}

struct shoot *shoot_new(struct lane *lane, struct err *e)
{
    struct shoot *s = x_alloc(sizeof(*s));
    const json_t *account;

    *s = (struct shoot){ .auth = lane->auth, .lane = lane };
    account = account_of(s, e);
    if (account)
        s->url = http_resolve(jx_str(account, "spec.endpoint", NULL), jx_str(lane->c.shoot, "url", ""), e);
    if (!s->url) {
        shoot_free(s);
        return NULL;
    }
    return s;
}

static void drop_kubeconfig(struct shoot *s)
{
    kubeconfig_free(&s->k);
    s->ready = false;
}

static void set_state(struct shoot *s, enum shoot_state state)
{
    s->state = (int)state;
    s->checked_at = s->auth->now();
    s->suspect = false;
    s->auth->dirty = true;
    if (state == SHOOT_GONE)
        drop_kubeconfig(s);
}

bool shoot_observed(struct shoot *s, const struct http_response *res)
{
    enum shoot_state state = classify_shoot(res, s->lane->c.generation);
    bool changed = state != SHOOT_UNKNOWN && (int)state != s->state;

    if (state != SHOOT_UNKNOWN)
        set_state(s, state);
    return changed;
}

static void later(struct shoot *s)
{
    s->failures++;
    s->not_before = s->auth->now() + auth_backoff(s->failures, FAILED_MOST_MS);
    s->auth->dirty = true;
}

/* ---- looking at the shoot -------------------------------------------------------------------------------------- */

static void on_checked(void *ctx, const struct auth_result *r)
{
    struct shoot *s = ctx;
    enum shoot_state state =
        r->outcome == AUTH_ANSWERED ? classify_shoot(r->res, s->lane->c.generation) : SHOOT_UNKNOWN;

    s->check = NULL;
    if (state == SHOOT_UNKNOWN) {
        s->state = SHOOT_UNKNOWN;
        later(s);
        return;
    }
    s->failures = 0;
    set_state(s, state);
}

static struct auth_call *call_account(struct shoot *s, const char *method, const char *url,
                                      const json_t *body, auth_done_fn *done)
{
    const json_t *account = account_of(s, NULL);
    CLEAN(free) char *text = body ? jx_dump(body) : NULL;
    struct http_header type = { "Content-Type", "application/json" };

    if (!account)
        return NULL;
    return auth_send(s->auth, account,
                     &(struct http_request){ .method = method,
                                             .url = url,
                                             .headers = &type,
                                             .n_headers = body ? 1 : 0,
                                             .body = text,
                                             .body_len = text ? strlen(text) : 0 },
                     NULL, done, s);
}

static void check(struct shoot *s)
{
    s->check = call_account(s, "GET", s->url, NULL, on_checked);
    if (!s->check)
        later(s);
}

/* ---- the kubeconfig -------------------------------------------------------------------------------------------- */

/* A JSON string (v1), an object with "kubeconfig" (v3), or the YAML as it is (v2): told apart by what it is, since the
 * Content-Type is known to be wrong. */
static int read_answer(const struct http_response *res, struct kubeconfig *ret, struct err *e)
{
    json_auto_t *body = jx_parse(buf_text(&res->body), res->body.len, NULL);
    const char *yaml = json_is_string(body) ? json_string_value(body) : jx_str(body, "kubeconfig", NULL);

    if (res->status < 200 || res->status > 299)
        return err_set(e, ERR_TRANSIENT, "HTTP %d", res->status);
    return yaml ? kubeconfig_read(yaml, strlen(yaml), ret, e)
                : kubeconfig_read(buf_text(&res->body), res->body.len, ret, e);
}

/* Too early, hibernated, gone, or just a bad moment: the shoot will tell, unless there is no hurry. */
static void mint_later(struct shoot *s)
{
    int64_t now = s->auth->now();

    s->mint_failures++;
    s->mint_not_before = now + auth_backoff(s->mint_failures, FAILED_MOST_MS);
    s->suspect |= !s->ready || now >= s->usable_until;
    s->auth->dirty = true;
}

static void on_minted(void *ctx, const struct auth_result *r)
{
    struct shoot *s = ctx;
    struct kubeconfig k = { 0 };
    int64_t now = s->auth->now(), spare;

    s->mint = NULL;
    if (r->outcome != AUTH_ANSWERED || read_answer(r->res, &k, NULL) < 0 ||
        (k.expires_at && k.expires_at <= now)) {
        kubeconfig_free(&k);
        mint_later(s);
        return;
    }
    drop_kubeconfig(s);
    s->k = k;
    s->ready = true;
    s->epoch++;
    s->mint_failures = 0;
    if (!s->k.expires_at)
        s->k.expires_at = now + EXPIRATION_SECONDS * CLOCK_SECOND;
    s->renew_at = now + (s->k.expires_at - now) / 5 * 4;
    spare = (s->k.expires_at - now) / SPARE_PART;
    s->usable_until = s->k.expires_at - (spare < SPARE_MS ? spare : SPARE_MS);
    s->auth->dirty = true;
}

static void mint(struct shoot *s)
{
    bool v2 = !strcmp(s->lane->c.generation, "v2");
    json_int_t seconds = jx_int(s->lane->c.shoot, "expirationSeconds", EXPIRATION_SECONDS);
    json_auto_t *body = v2 ? jx_pack("{s:I}", "expiration_seconds", seconds)
                           : jx_pack("{s:{s:I}}", "config", "expirationSeconds", seconds);

    s->mint = call_account(s, "POST", jx_str(s->lane->c.shoot, "kubeconfigUrl", ""), body, on_minted);
    if (!s->mint)
        mint_later(s);
}

/* ---- the gate -------------------------------------------------------------------------------------------------- */

/* Is what we know of the shoot too old to act on? */
static bool must_look(const struct shoot *s, int64_t now)
{
    int64_t age = now - s->checked_at;

    switch ((enum shoot_state)s->state) {
    case SHOOT_UNKNOWN: return true;
    case SHOOT_COMING:
    case SHOOT_WAKING:
    case SHOOT_GONE: return age >= LOOK_AGAIN_MS;
    case SHOOT_HIBERNATED: return age >= LOOK_AGAIN_LATE_MS;
    case SHOOT_RUNNING: return s->suspect;
    }
    return true;
}

static int64_t later_of(const struct shoot *s, int64_t now)
{
    int64_t when = s->not_before > s->mint_not_before ? s->not_before : s->mint_not_before;

    return when > now ? when - now : CLOCK_SECOND;
}

static void hold_for_state(struct shoot *s, int64_t now, struct gate *g)
{
    switch ((enum shoot_state)s->state) {
    case SHOOT_COMING:
        gate_hold(g, "WaitingForShoot", HELD_MS, ERR_TRANSIENT, "the shoot is not up yet");
        return;
    case SHOOT_HIBERNATED:
        gate_hold(g, "ShootHibernated", HELD_MS, ERR_TRANSIENT, "the shoot is hibernated");
        return;
    case SHOOT_WAKING: gate_hold(g, "ShootWaking", HELD_MS, ERR_TRANSIENT, "the shoot wakes up"); return;
    case SHOOT_GONE:
        g->state = GATE_GONE;
        err_set(&g->e, ERR_NOT_FOUND, "the shoot is being deleted or does not exist");
        return;
    case SHOOT_RUNNING:
    case SHOOT_UNKNOWN: break;
    }
    gate_hold(g, "Unavailable", later_of(s, now), ERR_TRANSIENT,
              s->state == SHOOT_RUNNING ? "Cleura gives no kubeconfig for the shoot at the moment"
                                        : "cannot tell the state of the shoot at the moment");
}

void shoot_gate(struct shoot *s, int64_t now, struct gate *g)
{
    bool usable = s->ready && now < s->usable_until;

    if (s->check || (s->mint && !usable)) {
        g->state = GATE_WAIT;
        return;
    }
    if (must_look(s, now) && now >= s->not_before) {
        check(s);
        g->state = GATE_WAIT;
        return;
    }
    if (s->state != SHOOT_RUNNING || s->suspect) {
        hold_for_state(s, now, g);
        return;
    }
    if ((!usable || now >= s->renew_at) && !s->mint && now >= s->mint_not_before)
        mint(s);
    if (usable)
        g->state = GATE_OPEN;
    else if (s->mint)
        g->state = GATE_WAIT;
    else
        hold_for_state(s, now, g);
}

void shoot_refused(struct shoot *s) { drop_kubeconfig(s); }
void shoot_failed(struct shoot *s) { s->suspect = true; }

void shoot_free(struct shoot *s)
{
    if (s->check)
        auth_cancel(s->check);
    if (s->mint)
        auth_cancel(s->mint);
    kubeconfig_free(&s->k);
    free(s->url);
    free(s);
}
