/* SPDX-License-Identifier: Apache-2.0 */
/* One lane per ProviderConfig: what was read from it, and the calls that wait. */
#include "lib/clock.h"
#include "lib/jx.h"
#include "provider/auth/internal.h"
#include <stdarg.h>

enum {
    BURST_SECONDS = 10, /* what a lane that was idle may send at once, in seconds of its rate */
    BURST_LEAST = 20,   /* applying one shoot takes a dozen calls */
    INVALID_RETRY_MS = 30 * 1000,
};

void gate_hold(struct gate *g, const char *reason, int64_t retry_ms, enum err_kind kind, const char *fmt, ...)
{
    char text[sizeof(g->e.text)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    *g = (struct gate){ .state = GATE_HELD, .reason = reason, .retry_ms = retry_ms };
    err_set(&g->e, kind, "%s", text);
}

bool bucket_take(struct bucket *b, int64_t now, int64_t *ret_ms)
{
    double most = b->per_second * BURST_SECONDS > BURST_LEAST ? b->per_second * BURST_SECONDS : BURST_LEAST;

    if (b->per_second <= 0)
        return true;
    if (now > b->stamp || !b->stamp) /* a clock that was set back takes nothing away */
        b->level =
            b->stamp ? b->level + (double)(now - b->stamp) * b->per_second / (double)CLOCK_SECOND : most;
    b->stamp = now;
    if (b->level > most)
        b->level = most;
    if (b->level < 1) {
        *ret_ms = (int64_t)((1 - b->level) / b->per_second * (double)CLOCK_SECOND) + 1;
        return false;
    }
    b->level -= 1;
    return true;
}

struct bucket *lane_bucket(struct lane *l) { return l->session ? &l->session->bucket : &l->bucket; }

void lane_append(struct lane *l, struct auth_call *call)
{
    call->where = CALL_QUEUED;
    call->lane = l;
    call->next = NULL;
    call->prev = l->last;
    *l->last = call;
    l->last = &call->next;
}

/* ---- reading the config ---------------------------------------------------------------------------------------- */

static const char *secret_version(struct auth *a, const struct auth_config *c, const json_t *ref)
{
    const json_t *secret;

    if (!jx_str(ref, "name", NULL))
        return "";
    secret = a->lookup.secret(a->lookup.ctx, jx_str(ref, "namespace", c->ns), jx_str(ref, "name", ""));
    return jx_str(secret, "metadata.resourceVersion", "none");
}

/* Changes whenever something that lane_read() reads may have changed. */
static char *versions_of(struct auth *a, const json_t *config)
{
    struct auth_config c;

    if (config_read(config, &c, NULL) < 0)
        return x_strdup(jx_str(config, "metadata.resourceVersion", ""));
    return x_asprintf("%s %s %s %s %s", jx_str(config, "metadata.resourceVersion", ""),
                      secret_version(a, &c, jx_at(c.credentials, "secretRef")),
                      secret_version(a, &c, jx_at(c.tls, "caCertSecretRef")),
                      secret_version(a, &c, jx_at(c.tls, "clientCertSecretRef")),
                      secret_version(a, &c, jx_at(c.tls, "clientKeySecretRef")));
}

static void lane_reset(struct lane *l)
{
    kubeconfig_free(&l->k);
    config_free_tls(&l->tls);
    config_wipe(TAKE(l->secret));
    l->session = NULL; /* lives in the account list */
    l->invalid = (struct err){ 0 };
}

static int read_secret_kinds(struct lane *l)
{
    const char *what = l->c.kind == AUTH_KUBECONFIG ? "kubeconfig" : "token";
    CLEAN(config_wipe) char *text = NULL;

    if (l->c.kind != AUTH_KUBECONFIG && l->c.kind != AUTH_BEARER && l->c.kind != AUTH_HEADER)
        return 0;
    if (config_credential(&l->c, &l->auth->lookup, what, &text, &l->invalid) < 0)
        return -1;
    if (!text)
        return err_set(&l->invalid, ERR_AUTH, "the credentials hold no %s", what);
    if (l->c.kind == AUTH_KUBECONFIG)
        return kubeconfig_read(text, strlen(text), &l->k, &l->invalid);
    l->secret = TAKE(text);
    return 0;
}

static int read_session_kinds(struct lane *l)
{
    if (l->c.kind == AUTH_CLEURA) {
        l->session = session_for(l->auth, &l->c, &l->invalid);
        return l->session ? 0 : -1;
    }
    if (l->c.kind == AUTH_SHOOT && !l->shoot) {
        l->shoot = shoot_new(l, &l->invalid);
        return l->shoot ? 0 : -1;
    }
    return 0;
}

static void lane_read(struct lane *l, const json_t *config)
{
    json_t *old = l->config;

    l->config = json_deep_copy(config);
    lane_reset(l);
    if (config_read(l->config, &l->c, &l->invalid) == 0 &&
        config_read_tls(&l->c, &l->auth->lookup, &l->tls, &l->invalid) == 0 && read_secret_kinds(l) == 0)
        (void)read_session_kinds(l);
    l->bucket.per_second = l->c.per_second;
    json_decref(old);
}

struct lane *lane_for(struct auth *a, const json_t *config)
{
    const char *uid = jx_str(config, "metadata.uid", "");
    CLEAN(free) char *versions = versions_of(a, config);
    struct lane *l = a->lanes;

    while (l && (l->stale || strcmp(l->uid, uid) != 0))
        l = l->next;
    if (!l) {
        l = x_alloc(sizeof(*l));
        *l = (struct lane){ .auth = a, .uid = x_strdup(uid), .next = a->lanes };
        l->last = &l->first;
        a->lanes = l;
    } else if (!l->invalid.kind && l->versions && !strcmp(l->versions, versions)) {
        return l;
    }
    free(l->versions);
    l->versions = TAKE(versions);
    lane_read(l, config);
    return l;
}

void lane_gate(struct lane *l, int64_t now, struct gate *g)
{
    *g = (struct gate){ .state = GATE_OPEN };
    if (l->invalid.kind)
        gate_hold(g, err_policy[l->invalid.kind].reason, INVALID_RETRY_MS, l->invalid.kind, "%s",
                  l->invalid.text);
    else if (l->session)
        session_gate(l->session, now, g);
    else if (l->shoot)
        shoot_gate(l->shoot, now, g);
}

void lane_free(struct lane *l)
{
    if (l->shoot)
        shoot_free(TAKE(l->shoot));
    lane_reset(l);
    json_decref(l->config);
    free(l->versions);
    free(l->uid);
    free(l);
}
