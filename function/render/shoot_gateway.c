/* SPDX-License-Identifier: Apache-2.0 */
/* Which step is due.  There is no state but what was observed: a Job that did something else than is wanted now is replaced, so
 * that installing, upgrading and removing are one thing. */
#include "function/render/shoot_gateway.h"
#include "function/render/gateway_releases.h"
#include "function/render/shoot_state.h"
#include "lib/crypto.h"
#include "lib/jx.h"

static enum shoot_gateway_stage install(const struct shoot_gateway_facts *f)
{
    if (f->wanted == SHOOT_GATEWAY_BY_RELEASE)
        return f->released ? SHOOT_GATEWAY_INSTALLED : SHOOT_GATEWAY_INSTALLING;
    if (!f->channel_known)
        return SHOOT_GATEWAY_LOOKING;
    if (f->channel_conflict)
        return SHOOT_GATEWAY_CONFLICT;
    if (f->job_done)
        return SHOOT_GATEWAY_INSTALLED;
    return f->rights ? SHOOT_GATEWAY_INSTALLING : SHOOT_GATEWAY_GRANTING;
}

enum shoot_gateway_stage shoot_gateway_decide(const struct shoot_gateway_facts *f)
{
    if (f->wanted)
        return install(f);
    if (!f->there)
        return SHOOT_GATEWAY_ABSENT;
    if (f->there == SHOOT_GATEWAY_BY_JOB && f->job_done)
        return SHOOT_GATEWAY_GONE;
    if (!f->drained)
        return SHOOT_GATEWAY_DRAINING;
    if (f->classed)
        return SHOOT_GATEWAY_UNCLASSING;
    if (f->there == SHOOT_GATEWAY_BY_RELEASE)
        return f->deletable ? SHOOT_GATEWAY_GONE : SHOOT_GATEWAY_REMOVAL;
    return f->rights ? SHOOT_GATEWAY_REMOVING : SHOOT_GATEWAY_REMOVAL;
}

/* ---- what was observed ------------------------------------------------------------------------------------------- */

static const json_t *at(const struct shoot_state *st, enum shoot_part id) { return st->seen[id].at_provider; }

const char *shoot_gateway_kubernetes(const struct shoot_state *st)
{
    return jx_str(at(st, SHOOT_REQUEST), "kubernetesVersion", st->spec.version ? st->spec.version : "");
}

/* What was installed last, "1.9.0"; NULL when nothing was. */
const char *shoot_gateway_installed(const struct shoot_state *st)
{
    const char *by_job = jx_str(at(st, SHOOT_GATEWAY_JOB), "version", NULL),
               *by_helm =
                   jx_str(st->seen[SHOOT_GATEWAY_RELEASE].object, "spec.forProvider.chart.version", NULL);

    return by_job ? by_job : by_helm && *by_helm == 'v' ? by_helm + 1 : by_helm;
}

/* Without a word in the spec a version stays for as long as it fits the cluster: a newer one of us upgrades nobody. */
static const char *version_wanted(const struct shoot_state *st)
{
    const char *asked = st->spec.gateway.version, *have = shoot_gateway_installed(st);
    const struct gateway_release *row;

    if (asked)
        return asked;
    row = have ? gateway_release_of(have) : NULL;
    if (have && (!row || gateway_release_supports(row, shoot_gateway_kubernetes(st))))
        return have;
    row = gateway_release_for(shoot_gateway_kubernetes(st));
    return row ? row->version : gateway_releases[0].version;
}

static const char *channel_wanted(struct shoot_state *st)
{
    struct shoot_gateway *g = &st->gateway;
    const json_t *crds = at(st, SHOOT_GATEWAY_CRDS);

    g->have_channel = jx_str(crds, "channel", NULL);
    g->have_bundle = jx_str(crds, "bundle", NULL);
    if (st->spec.gateway.channel)
        return !strcmp(st->spec.gateway.channel, "Standard") ? "standard" : "experimental";
    if (g->have_channel)
        return !strcmp(g->have_channel, "standard") ? "standard" : "experimental";
    /* the charts' own default, for a cluster that has none */
    return crds ? "experimental" : jx_str(at(st, SHOOT_GATEWAY_JOB), "channel", NULL);
}

static enum shoot_gateway_by wanted_by(const struct shoot_state *st)
{
    const char *install = st->spec.gateway.install;

    return !install                      ? SHOOT_GATEWAY_BY_NOBODY
           : !strcmp(install, "Job")     ? SHOOT_GATEWAY_BY_JOB
           : !strcmp(install, "Release") ? SHOOT_GATEWAY_BY_RELEASE
                                         : SHOOT_GATEWAY_BY_NOBODY;
}

static enum shoot_gateway_by there_by(const struct shoot_state *st)
{
    return st->seen[SHOOT_GATEWAY_JOB].object       ? SHOOT_GATEWAY_BY_JOB
           : st->seen[SHOOT_GATEWAY_RELEASE].object ? SHOOT_GATEWAY_BY_RELEASE
                                                    : SHOOT_GATEWAY_BY_NOBODY;
}

static bool none_left(const struct shoot_state *st)
{
    return st->seen[SHOOT_GATEWAY_SERVICES].ready && jx_int(at(st, SHOOT_GATEWAY_SERVICES), "count", -1) == 0;
}

static bool may_be_deleted(const json_t *release)
{
    return !strcmp(json_string_value(json_array_get(jx_at(release, "spec.managementPolicies"), 0)) ?: "",
                   "*");
}

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

static void plan_job(struct shoot_state *st)
{
    struct shoot_gateway *g = &st->gateway;
    const struct shoot_gateway_spec *s = &st->spec.gateway;
    /* what removes it is what installed it: the spec may have nothing to say any more */
    const char *image = s->image || g->version ? s->image : jx_str(at(st, SHOOT_GATEWAY_JOB), "image", NULL);
    CLEAN(free) char *text = NULL;

    if (g->by != SHOOT_GATEWAY_BY_JOB || (g->version && !g->channel))
        return;
    g->job = shoot_gateway_job(g->version, g->channel, s->registry, image);
    text = jx_dump(g->job);
    crypto_sha256_hex(text, strlen(text), g->hash, sizeof(g->hash) - 1);
}

void shoot_gateway_plan(struct shoot_state *st)
{
    struct shoot_gateway *g = &st->gateway;
    const struct observed *seen = st->seen;
    struct shoot_gateway_facts f = { .wanted = wanted_by(st), .there = there_by(st) };
    const json_t *job = at(st, SHOOT_GATEWAY_JOB);

    g->by = f.wanted ? f.wanted : f.there;
    if (!g->by)
        return;
    g->version = f.wanted ? version_wanted(st) : NULL;
    g->channel = channel_wanted(st);
    plan_job(st);
    f.channel_known = g->channel;
    f.channel_conflict = g->channel && g->have_channel && !strcmp(g->channel, "experimental") &&
                         !strcmp(g->have_channel, "standard");
    f.rights = seen[SHOOT_GATEWAY_ACCOUNT].ready && seen[SHOOT_GATEWAY_RIGHTS].ready;
    /* what is known of a Job that is no longer there is not what is there */
    f.job_done = *g->hash && jx_bool(job, "complete", false) && !strcmp(jx_str(job, "hash", ""), g->hash) &&
                 !seen[SHOOT_GATEWAY_JOB].not_ready;
    f.released = seen[SHOOT_GATEWAY_RELEASE].ready && g->version && shoot_gateway_installed(st) &&
                 !strcmp(shoot_gateway_installed(st), g->version);
    f.deletable = may_be_deleted(seen[SHOOT_GATEWAY_RELEASE].object);
    f.drained = none_left(st);
    f.classed = seen[SHOOT_GATEWAY_CLASS].object;
    g->stage = shoot_gateway_decide(&f);
}

void shoot_gateway_free(struct shoot_state *st) { json_decref(st->gateway.job); }
