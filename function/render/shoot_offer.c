/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/shoot_offer.h"
#include "function/render/desired.h"
#include "function/render/shoot_rules.h"
#include "lib/buf.h"
#include "lib/jx.h"
#include "lib/jx_fixed.h"
#include <strings.h>

enum { NAMES_MOST = 300 };

/* The profile's members that are judged here, in the words of each generation; lists of names.  An array is a text to programs. */
#define OFFER(profile, types, images, config, pools, providers)                                              \
    ".response.body | (if type == \"string\" then fromjson else . end) | (if type == \"array\" then .[0] "   \
    "else . end) | " profile " as $p | "                                                                     \
    "def names: [.[]?.name | select(. != null)] | .[:64]; "                                                  \
    "def lasts: (.expirationDate // .expiration_date) as $d | $d == null or (try ($d | fromdate > now) "     \
    "catch true); "                                                                                          \
    "def versions: [.[]? | select(.classification != \"expired\" and .classification != \"unavailable\" "    \
    "and "                                                                                                   \
    "lasts) | .version] | .[:64]; "                                                                          \
    "{versions: ($p.kubernetes.versions | versions), "                                                       \
    "machineTypes: ([$p." types "[]? | select(.usable != false)] | names), "                                 \
    "images: [$p." images "[]? | {name, versions: (.versions | versions)}], "                                \
    "regions: [$p.regions[]? | {name, zones: (.zones | names)}], "                                           \
    "floatingPools: ($p." config ".constraints." pools " | names), "                                         \
    "loadBalancerProviders: ($p." config ".constraints." providers " | names)}"

static const struct generation {
    const char *url, *projection;
} generations[] = {
    { "/gardener/v1/%s/cloudprofile", OFFER(".spec", "machineTypes", "machineImages", "providerConfig",
                                            "floatingPools", "loadBalancerProviders") },
    { "/gardener/v2/%s/cloud-profiles", OFFER(".", "machine_types", "machine_images", "provider_config",
                                              "floating_pools", "load_balancer_providers") },
};

static bool refused(const struct shoot_state *st)
{
    const struct observed *o = &st->seen[SHOOT_REQUEST];

    return o->not_synced && !strcmp(o->synced_reason, "Rejected");
}

static json_t *any_probe(const void *of)
{
    const struct generation *g = of;

    return jx_object(
        jx_o("mappings", jx_pack("[o]", requests_mapping("OBSERVE", "GET", ".payload.baseUrl", NULL))),
        jx_o("expectedResponseCheck", requests_custom("true")),
        jx_o("readinessCheck", requests_custom(".response.statusCode == 200")),
        jx_s("statusProjection", g->projection), jx_s("storeResponse", "None"), jx_w("pollInterval", "1h"));
}

void shoot_offer_put(struct shoot_state *st)
{
    static struct jx_fixed any[ARRAY_LENGTH(generations)];
    size_t i = shoot_is_v2(&st->spec);
    CLEAN(free) char *url = NULL;
    json_t *fp;

    if (!refused(st) && !st->seen[SHOOT_OFFER].object)
        return;
    url = i ? x_asprintf("/gardener/v2/%s/cloud-profiles", st->spec.cloud)
            : x_asprintf("/gardener/v1/%s/cloudprofile", st->spec.cloud);
    fp = json_copy(jx_fixed(&any[i], any_probe, &generations[i]));
    jx_add(fp, jx_o("payload", jx_object(jx_s("baseUrl", url), jx_w("body", "{}"))));
    desired_put(st->call.r, &shoot_parts[SHOOT_OFFER],
                requests_account_probe(&st->call.rq, &shoot_parts[SHOOT_OFFER], fp));
}

/* ---- what of the spec is not in it ------------------------------------------------------------------------------- */

/* What is no text is no name of anything. New. */
static json_t *texts_of(const json_t *list)
{
    json_t *texts = json_array(), *one;
    size_t i;

    json_array_foreach (list, i, one)
        if (json_string_length(one))
            jx_append(texts, json_incref(one));
    return texts;
}

/* "b.2c4gb, b.4c8gb" */
static char *names_of(const json_t *list)
{
    struct buf text = buf_max(NAMES_MOST + 128);
    size_t i;
    json_t *one;

    json_array_foreach (list, i, one) {
        const char *name = json_string_value(one);

        if (text.len + strlen(name) > NAMES_MOST) {
            (void)buf_adds(&text, ", ...");
            break;
        }
        (void)buf_addf(&text, "%s%.100s", i ? ", " : "", name);
    }
    return buf_take(&text);
}

/* An empty list is one that this generation does not show. */
static void check(struct shoot_state *st, const char *path, const char *name, const json_t *offered)
{
    json_auto_t *list = texts_of(offered);
    CLEAN(free) char *names = NULL;

    if (!name || !json_array_size(list) || jx_lists(list, name))
        return;
    names = names_of(list);
    problems_add(&st->call.advice, "%s: \"%.64s\" is not offered; Cleura has %s", path, name, names);
}

/* The offered version that is least of a step away: by minor version, then the newest. */
static const char *nearest(const json_t *list, const char *version)
{
    const char *best = NULL;
    long wanted = strtol(version + strcspn(version, ".") + 1, NULL, 10), least = 0;
    size_t i;
    json_t *one;

    json_array_foreach (list, i, one) {
        const char *v = json_string_value(one), *dot = strchr(v, '.');
        long away = labs((dot ? strtol(dot + 1, NULL, 10) : 0) - wanted);

        if (!best || away < least || (away == least && shoot_version_compare(v, best) > 0)) {
            best = v;
            least = away;
        }
    }
    return best;
}

static void check_version(struct shoot_state *st, const json_t *offered)
{
    const char *version = st->spec.version;
    json_auto_t *list = texts_of(offered);
    CLEAN(free) char *names = NULL;
    size_t i;
    json_t *one;

    if (!version || !shoot_is_version(version, 2) || !json_array_size(list))
        return;
    json_array_foreach (list, i, one) /* "1.33" is any of 1.33 */
        if (!shoot_version_compare(json_string_value(one), version))
            return;
    names = names_of(list);
    problems_add(&st->call.advice,
                 "spec.kubernetes.version: %s is not offered; the nearest is %s, and Cleura has %s", version,
                 nearest(list, version), names);
}

static void check_image(struct shoot_state *st, const struct shoot_worker *w, const json_t *images)
{
    CLEAN(free) char *name_path = x_asprintf("%s.machine.image.name", w->path);
    CLEAN(free) char *version_path = x_asprintf("%s.machine.image.version", w->path);
    json_auto_t *names = json_array();
    const json_t *versions = NULL;
    size_t i;
    json_t *one;

    json_array_foreach (images, i, one) {
        jx_append(names, jx_text(jx_str(one, "name", "")));
        if (w->image_name && !strcmp(w->image_name, jx_str(one, "name", "")))
            versions = jx_at(one, "versions");
    }
    check(st, name_path, w->image_name, names);
    check(st, version_path, w->image_version, versions);
}

static void check_zones(struct shoot_state *st, const struct shoot_worker *w, const json_t *regions)
{
    const json_t *zones = NULL;
    size_t i;
    json_t *one;

    json_array_foreach (regions, i, one)
        if (st->spec.region && !strcasecmp(st->spec.region, jx_str(one, "name", "")))
            zones = jx_at(one, "zones");
    json_array_foreach (w->zones, i, one) {
        CLEAN(free) char *path = x_asprintf("%s.zones[%zu]", w->path, i);

        check(st, path, json_string_value(one), zones);
    }
}

void shoot_offer_advise(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    const json_t *offer = st->seen[SHOOT_OFFER].at_provider;

    if (!offer || !refused(st))
        return;
    check_version(st, jx_at(offer, "versions"));
    check(st, "spec.provider.infrastructureConfig.floatingPoolName", s->floating_pool,
          jx_at(offer, "floatingPools"));
    check(st, "spec.provider.controlPlaneConfig.loadBalancerProvider", s->lb_provider,
          jx_at(offer, "loadBalancerProviders"));
    for (size_t i = 0; i < s->n_workers; i++) {
        CLEAN(free) char *path = x_asprintf("%s.machine.type", s->workers[i].path);

        check(st, path, s->workers[i].machine_type, jx_at(offer, "machineTypes"));
        check_image(st, &s->workers[i], jx_at(offer, "images"));
        check_zones(st, &s->workers[i], jx_at(offer, "regions"));
    }
}
