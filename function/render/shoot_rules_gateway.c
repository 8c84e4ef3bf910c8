/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on Envoy Gateway in the shoot: which release fits which Kubernetes, and what can be written into a Job's script. */
#include "function/render/gateway_releases.h"
#include "function/render/shoot_rules.h"
#include "function/render/words.h"
#include "lib/buf.h"
#include "lib/jx.h"

enum { REFERENCE_MAX = 255 };

/* "1.9 supports 1.33 to 1.36, 1.8 supports 1.32 to 1.35" */
static void add_releases(struct buf *b)
{
    for (const struct gateway_release *r = gateway_releases; r->version; r++)
        (void)buf_addf(b, "%s1.%d supports 1.%d to 1.%d", r == gateway_releases ? "" : ", ", r->minor,
                       r->kubernetes_from, r->kubernetes_to);
}

/* "write 1.8.3", or what there is when nothing fits. */
static void add_way_out(struct buf *b, const char *kubernetes)
{
    const struct gateway_release *fits = gateway_release_for(kubernetes);

    if (fits) {
        (void)buf_addf(b, "write %s", fits->version);
        return;
    }
    add_releases(b);
    (void)buf_addf(
        b, ": choose another spec.kubernetes.version, or write install: None and install it by other means");
}

/* What does not fit what is about to be made is wrong; what no longer fits what runs is told, and freezes nothing. */
static void check_pairing(struct shoot_state *st)
{
    const char *kubernetes = shoot_gateway_kubernetes(st), *version = st->spec.gateway.version,
               *have = shoot_gateway_installed(st);
    const struct gateway_release *r = version ? gateway_release_of(version) : gateway_release_for(kubernetes);
    bool runs = have && (!version || !strcmp(version, have));
    struct problems *p = runs ? &st->call.advice : &st->call.problems;
    CLEAN(buf_free) struct buf way_out = buf_max(512);

    if (!shoot_is_version(kubernetes, 2))
        return;
    add_way_out(&way_out, kubernetes);
    if (version && gateway_release_unknown(version))
        problems_add(&st->call.advice,
                     "spec.gateway.version: Envoy Gateway %s is newer than what is known here; whether it "
                     "supports Kubernetes %s is yours to check",
                     version, kubernetes);
    else if (version && !r)
        problems_add(p, "spec.gateway.version: Envoy Gateway %s is no longer maintained; %s", version,
                     buf_text(&way_out));
    else if (!r)
        problems_add(
            p,
            "spec.gateway.install: no release of Envoy Gateway that is known here supports Kubernetes %s; %s",
            kubernetes, buf_text(&way_out));
    else if (!gateway_release_supports(r, kubernetes))
        problems_add(
            p,
            "spec.gateway.version: Envoy Gateway 1.%d supports Kubernetes 1.%d to 1.%d; this cluster "
            "runs %s; %s",
            r->minor, r->kubernetes_from, r->kubernetes_to, kubernetes, buf_text(&way_out));
}

/* The definitions in the cluster are newer than those of release 'r'. */
static bool has_newer_definitions(const struct shoot_state *st, const struct gateway_release *r)
{
    const char *bundle = jx_str(st->seen[SHOOT_GATEWAY_CRDS].at_provider, "bundle", "");

    return r && *bundle == 'v' && shoot_is_version(bundle + 1, 2) &&
           shoot_version_compare(bundle + 1, r->gateway_api) > 0;
}

/* The stored versions of the newer definitions are unknown to the older ones: the API server refuses them. A version that never
 * came so far, because there is no such release for example, is no obstacle. */
static void check_downgrade(struct shoot_state *st)
{
    const char *version = st->spec.gateway.version, *have = shoot_gateway_installed(st);
    const struct gateway_release *r = version ? gateway_release_of(version) : NULL;
    bool unfinished = st->seen[SHOOT_GATEWAY_JOB].at_provider &&
                      !jx_bool(st->seen[SHOOT_GATEWAY_JOB].at_provider, "complete", false);

    if (unfinished && !has_newer_definitions(st, r))
        return;
    if (version && have && gateway_release_of(have) && shoot_version_compare(version, have) < 0 &&
        r != gateway_release_of(have))
        problems_add(&st->call.problems,
                     "spec.gateway.version: %s is older than %s, whose definitions are in the cluster and "
                     "cannot be replaced by older ones; write %s, or a newer one",
                     version, have, unfinished ? gateway_release_of(have)->version : have);
}

static void check_class(struct shoot_state *st)
{
    const char *name = st->spec.gateway.class_name, *have = shoot_gateway_class_there(st);

    if (name && !words_dns_name(name))
        problems_add(&st->call.problems,
                     "spec.gateway.className: \"%.80s\" cannot name a GatewayClass: use lower-case letters, "
                     "digits, hyphens and "
                     "dots inside, for example envoy-gateway",
                     name);
    else if (have && !shoot_gateway_class_foreign(st) && strcmp(st->spec.gateway.install, "None") != 0 &&
             strcmp(shoot_gateway_class(st), have) != 0)
        problems_add(&st->call.problems,
                     "spec.gateway.className: \"%.80s\" cannot replace \"%.80s\": Gateways name it; set it "
                     "back, or make a second "
                     "GatewayClass by other means",
                     shoot_gateway_class(st), have);
}

/* Both end up in a script and in places where a registry is looked for. */
static void check_reference(struct shoot_state *st, const char *path, const char *text, const char *more,
                            const char *example)
{
    if (!text)
        return;
    if (!words_only(text, more) || strlen(text) > REFERENCE_MAX ||
        !strchr("abcdefghijklmnopqrstuvwxyz0123456789", *text) || text[strlen(text) - 1] == '/')
        problems_add(&st->call.problems,
                     "%s: \"%.80s\" is not a place in a registry; write it without a scheme, for example %s",
                     path, text, example);
}

static void check_image(struct shoot_state *st)
{
    const char *image = st->spec.gateway.image, *name = image ? strrchr(image, '/') : NULL;

    check_reference(st, "spec.gateway.image", image, "-._:/@", "registry.example.org/alpine/k8s:1.34.1");
    name = name ? name : image;
    if (image && !strpbrk(name, ":@"))
        problems_add(&st->call.problems,
                     "spec.gateway.image: \"%.80s\" is another image from day to day; add a tag or a digest, "
                     "for example "
                     "%.80s:1.34.1 or @sha256:...",
                     image, image);
}

/* provider-helm installs the chart's definitions once and never again; a release that reads newer versions of them overlooks routes. */
static void advise_of_definitions(struct shoot_state *st)
{
    const struct shoot_gateway_spec *s = &st->spec.gateway;
    const char *bundle = jx_str(st->seen[SHOOT_GATEWAY_CRDS].at_provider, "bundle", ""),
               *version = s->version ? s->version : shoot_gateway_installed(st);
    const struct gateway_release *r = version ? gateway_release_of(version) : NULL;

    if (strcmp(s->install, "Release") != 0 || !r || *bundle != 'v' || !shoot_is_version(bundle + 1, 2) ||
        shoot_version_compare(bundle + 1, r->gateway_api) >= 0)
        return;
    problems_add(
        &st->call.advice,
        "spec.gateway.install: the cluster has Gateway API %.20s, Envoy Gateway %s comes with v%s, and "
        "provider-helm does not replace it: kinds that are newer are overlooked; apply the definitions by "
        "other means, or write install: Job",
        bundle, version, r->gateway_api);
}

/* Told before it happens, for what stands in the spec stays. */
static void advise_of_upgrade(struct shoot_state *st)
{
    const char *version = st->spec.gateway.version, *next = st->spec.version;
    const struct gateway_release *r = version ? gateway_release_of(version) : NULL, *fits;

    if (!r || !next || !shoot_is_version(next, 2) || gateway_release_supports(r, next) ||
        !gateway_release_supports(r, shoot_gateway_kubernetes(st)))
        return;
    fits = gateway_release_for(next);
    problems_add(&st->call.advice,
                 "spec.gateway.version: Envoy Gateway %s does not support Kubernetes %s, which "
                 "spec.kubernetes.version asks for%s%s%s",
                 version, next, fits ? "; write " : "", fits ? fits->version : "",
                 fits ? ", or leave it out to have it follow" : "");
}

void shoot_rules_gateway(struct shoot_state *st)
{
    const struct shoot_gateway_spec *s = &st->spec.gateway;

    if (!s->install)
        return;
    check_reference(st, "spec.gateway.registry", s->registry, "-._:/", "registry.example.org/mirror");
    check_image(st);
    check_class(st);
    if (!strcmp(s->install, "None"))
        return;
    if (st->call.in.upstream)
        problems_add(&st->call.problems,
                     "spec.gateway.install: executor provider-http cannot reach into a cluster, since it "
                     "cannot renew the "
                     "kubeconfig it would need; leave spec.gateway out, or leave input.executor out");
    if (s->version && !shoot_is_version(s->version, 3))
        problems_add(&st->call.problems,
                     "spec.gateway.version: \"%.40s\" is not a release; write for example %s", s->version,
                     gateway_releases[0].version);
    else
        check_pairing(st);
    if (!s->version || shoot_is_version(s->version, 3)) {
        check_downgrade(st);
        advise_of_upgrade(st);
        advise_of_definitions(st);
    }
    if (!strcmp(s->install, "Release") && (s->image || s->channel))
        problems_add(&st->call.problems,
                     "spec.gateway.%s: the chart that provider-helm installs decides this; leave it out, or "
                     "write install: Job",
                     s->image ? "image" : "channel");
}
