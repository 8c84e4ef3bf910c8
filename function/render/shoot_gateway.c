/* SPDX-License-Identifier: Apache-2.0 */
/* Which step is due.  There is no state but what was observed: a Job that did something else than is wanted now is replaced, so
 * that installing, upgrading and removing are one thing. */
#include "function/render/shoot_gateway.h"
#include "function/render/gateway_releases.h"
#include "function/render/inside.h"
#include "function/render/shoot_rules.h"
#include "function/render/shoot_state.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include <strings.h>

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
    /* provider-helm would uninstall what the Job installs meanwhile */
    if (f->wanted == SHOOT_GATEWAY_BY_JOB && f->deletable)
        return SHOOT_GATEWAY_GONE;
    if (f->wanted)
        return install(f);
    if (!f->there)
        return SHOOT_GATEWAY_ABSENT;
    if (f->there == SHOOT_GATEWAY_BY_JOB ? f->job_done : f->going)
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

/* The Job's version is an annotation in the cluster: whoever may write there is not to write into a script that has all rights. */
const char *shoot_gateway_installed(const struct shoot_state *st)
{
    const char *by_job = jx_str(at(st, SHOOT_GATEWAY_JOB), "version", NULL),
               *by_helm =
                   jx_str(st->seen[SHOOT_GATEWAY_RELEASE].object, "spec.forProvider.chart.version", NULL),
               *version = by_job                       ? by_job
                          : by_helm && *by_helm == 'v' ? by_helm + 1
                                                       : by_helm;

    return version && shoot_is_version(version, 3) ? version : NULL;
}

const char *shoot_gateway_class(const struct shoot_state *st)
{
    return st->spec.gateway.class_name ? st->spec.gateway.class_name : "envoy-gateway";
}

const char *shoot_gateway_class_there(const struct shoot_state *st)
{
    return jx_str(at(st, SHOOT_GATEWAY_CLASS), "name", NULL);
}

bool shoot_gateway_class_foreign(const struct shoot_state *st)
{
    return shoot_gateway_class_there(st) &&
           strcmp(jx_str(at(st, SHOOT_GATEWAY_CLASS), "controller", ""), SHOOT_GATEWAY_CONTROLLER_NAME) != 0;
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
    return row ? row->version : have ? have : gateway_releases[0].version;
}

/* It goes into a script: what the cluster calls it is only looked at. */
static const char *channel_named(const char *text)
{
    return text && !strcasecmp(text, "standard") ? "standard" : text ? "experimental" : NULL;
}

static const char *channel_wanted(struct shoot_state *st)
{
    struct shoot_gateway *g = &st->gateway;
    const json_t *crds = at(st, SHOOT_GATEWAY_CRDS);

    g->have_channel = channel_named(jx_str(crds, "channel", NULL));
    g->have_bundle = jx_str(crds, "bundle", NULL);
    if (st->spec.gateway.channel)
        return channel_named(st->spec.gateway.channel);
    if (g->have_channel)
        return g->have_channel;
    /* the charts' own default, for a cluster that has none */
    return crds ? "experimental" : channel_named(jx_str(at(st, SHOOT_GATEWAY_JOB), "channel", NULL));
}

static enum shoot_gateway_by wanted_by(const struct shoot_state *st)
{
    const char *install = st->spec.gateway.install;

    return !install                      ? SHOOT_GATEWAY_BY_NOBODY
           : !strcmp(install, "Job")     ? SHOOT_GATEWAY_BY_JOB
           : !strcmp(install, "Release") ? SHOOT_GATEWAY_BY_RELEASE
                                         : SHOOT_GATEWAY_BY_NOBODY;
}

static bool is_going(const struct observed *o)
{
    return o->not_ready && !strcmp(o->ready_reason, "Deleting");
}

/* Whoever has handed over to the other one is still there for a while. */
static enum shoot_gateway_by there_by(const struct shoot_state *st)
{
    const struct observed *job = &st->seen[SHOOT_GATEWAY_JOB], *release = &st->seen[SHOOT_GATEWAY_RELEASE];

    return job->object && !(release->object && is_going(job)) ? SHOOT_GATEWAY_BY_JOB
           : release->object                                  ? SHOOT_GATEWAY_BY_RELEASE
                                                              : SHOOT_GATEWAY_BY_NOBODY;
}

static bool none_left(const struct shoot_state *st)
{
    const struct observed *o = &st->seen[SHOOT_GATEWAY_SERVICES];

    return o->ready && !o->not_synced && jx_int(o->at_provider, "count", -1) == 0;
}

static bool may_be_deleted(const json_t *release)
{
    return !strcmp(json_string_value(json_array_get(jx_at(release, "spec.managementPolicies"), 0)) ?: "",
                   "*");
}

/* What is known of a Job that is no longer there is not what is there. Only when all is done does the last one go for good. */
static bool job_done(const struct shoot_state *st, bool wanted)
{
    const struct observed *o = &st->seen[SHOOT_GATEWAY_JOB];

    return *st->gateway.hash && jx_bool(o->at_provider, "complete", false) &&
           !strcmp(jx_str(o->at_provider, "hash", ""), st->gateway.hash) &&
           (!o->not_ready || (!wanted && is_going(o)));
}

/* ---- the plan ---------------------------------------------------------------------------------------------------- */

/* What removes it is what installed it: the spec may have nothing to say any more. As it was asked for: what the cluster says is
 * not what gets all rights. */
static const char *image_wanted(const struct shoot_state *st, const json_t *before)
{
    const char *asked = st->spec.gateway.image;
    const json_t *container = json_array_get(jx_at(before, "object.spec.template.spec.containers"), 0);

    return asked || st->gateway.version ? asked : jx_str(container, "image", NULL);
}

static void plan_job(struct shoot_state *st)
{
    struct shoot_gateway *g = &st->gateway;
    const char *payload = inside_payload(st->seen[SHOOT_GATEWAY_JOB].object);
    json_auto_t *before = g->version ? NULL : jx_parse(payload, strlen(payload), NULL);
    CLEAN(free) char *text = NULL;

    if (g->by != SHOOT_GATEWAY_BY_JOB || (g->version && !g->channel))
        return;
    g->job = shoot_gateway_job(g->version, g->channel, st->spec.gateway.registry, image_wanted(st, before));
    text = jx_dump(g->job);
    crypto_sha256_hex(text, strlen(text), g->hash, sizeof(g->hash) - 1);
}

void shoot_gateway_plan(struct shoot_state *st)
{
    struct shoot_gateway *g = &st->gateway;
    const struct observed *seen = st->seen;
    struct shoot_gateway_facts f = { .wanted = wanted_by(st), .there = there_by(st) };

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
    f.job_done = job_done(st, f.wanted);
    f.released = seen[SHOOT_GATEWAY_RELEASE].ready && g->version && shoot_gateway_installed(st) &&
                 !strcmp(shoot_gateway_installed(st), g->version);
    f.deletable = may_be_deleted(seen[SHOOT_GATEWAY_RELEASE].object);
    f.going = is_going(&seen[SHOOT_GATEWAY_RELEASE]);
    f.drained = none_left(st);
    f.classed = seen[SHOOT_GATEWAY_CLASS].object;
    g->stage = shoot_gateway_decide(&f);
    if (f.wanted && g->stage == SHOOT_GATEWAY_GONE)
        g->by = SHOOT_GATEWAY_BY_RELEASE;
}

static bool has_finished(const struct observed *job)
{
    return jx_bool(job->at_provider, "complete", false) && !job->not_ready;
}

static enum shoot_gateway_stage stage_at_rest(const struct shoot_state *st)
{
    const struct shoot_gateway *g = &st->gateway;
    bool done = g->by == SHOOT_GATEWAY_BY_JOB ? has_finished(&st->seen[SHOOT_GATEWAY_JOB])
                                              : st->seen[SHOOT_GATEWAY_RELEASE].ready;

    if (st->seen[SHOOT_GATEWAY_SERVICES].object || !g->version)
        return st->seen[SHOOT_GATEWAY_CLASS].object ? SHOOT_GATEWAY_DRAINING : SHOOT_GATEWAY_REMOVAL;
    return done ? SHOOT_GATEWAY_INSTALLED : SHOOT_GATEWAY_INSTALLING;
}

void shoot_gateway_recall(struct shoot_state *st)
{
    const char *channel = jx_str(at(st, SHOOT_GATEWAY_JOB), "channel", "experimental");

    st->gateway.by = there_by(st);
    if (!st->gateway.by)
        return;
    st->gateway.version = shoot_gateway_installed(st);
    st->gateway.channel = channel_named(channel);
    st->gateway.stage = stage_at_rest(st);
}

bool shoot_gateway_may_stay(const struct shoot_state *st, int part)
{
    return part != SHOOT_GATEWAY_RIGHTS || !has_finished(&st->seen[SHOOT_GATEWAY_JOB]);
}

void shoot_gateway_free(struct shoot_state *st) { json_decref(st->gateway.job); }
