/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on what a change may do to a cluster that is there: fields fixed at its creation, and Kubernetes
 * versions. */
#include "function/render/shoot_rules.h"
#include "lib/jx.h"
#include <strings.h>

static void fixed(struct shoot_state *st, const char *path, const char *want, const char *have, bool any_case)
{
    if (!want || !have || !*have || !(any_case ? strcasecmp(want, have) : strcmp(want, have)))
        return;
    problems_add(&st->call.problems,
                 "%s: \"%.64s\" cannot replace \"%.64s\": it is fixed when the cluster is created; set it "
                 "back, or create a new "
                 "cluster",
                 path, want, have);
}

static void check_zones(struct shoot_state *st, const json_t *there)
{
    size_t i, j;
    json_t *group, *zone;

    json_array_foreach (there, i, group) {
        const struct shoot_worker *w = NULL;

        for (size_t k = 0; k < st->spec.n_workers && !w; k++)
            if (st->spec.workers[k].name && !strcmp(st->spec.workers[k].name, jx_str(group, "name", "")))
                w = &st->spec.workers[k];
        if (!w || !w->zones)
            continue;
        json_array_foreach (json_object_get(group, "zones"), j, zone) {
            bool kept = false;

            for (size_t k = 0; k < json_array_size(w->zones); k++)
                kept = kept || json_equal(json_array_get(w->zones, k), zone);
            if (!kept && json_is_string(zone))
                problems_add(&st->call.problems,
                             "%s.zones: \"%.64s\" is missing, and a group's zones can only be added to; add "
                             "it, or make a new group "
                             "of another name",
                             w->path, json_string_value(zone));
        }
    }
}

/* The minor number of "1.33.7". */
static long minor(const char *version)
{
    const char *dot = strchr(version, '.');
    return dot ? strtol(dot + 1, NULL, 10) : 0;
}

static void check_version(struct shoot_state *st, const char *have, const char *asked_before)
{
    const char *want = st->spec.version;
    bool automatic = !st->spec.update_kubernetes.set || st->spec.update_kubernetes.value;

    if (!want || !have || !shoot_is_version(want, 2) || !shoot_is_version(have, 2))
        return;
    if (strtol(want, NULL, 10) == strtol(have, NULL, 10) && minor(want) > minor(have) + 1)
        problems_add(
            &st->call.problems,
            "spec.kubernetes.version: %s skips a minor version: the cluster runs %s; go to %ld.%ld first",
            want, have, strtol(have, NULL, 10), minor(have) + 1);
    if (shoot_version_compare(want, have) >= 0 || automatic)
        return;
    if (asked_before && shoot_version_compare(want, asked_before) < 0)
        problems_add(&st->call.problems,
                     "spec.kubernetes.version: %s is older than %s, which the cluster runs; a downgrade is "
                     "not possible, set it "
                     "to %s",
                     want, have, have);
    else
        problems_add(&st->call.advice,
                     "spec.kubernetes.version: the cluster runs %s, newer than %s; set it to %s", have, want,
                     have);
}

/* Another executor's object is another object: the old one would be deleted, and the cluster with it. */
static void check_executor(struct shoot_state *st, const json_t *body)
{
    const char *have = jx_str(st->seen[SHOOT_REQUEST].object, "apiVersion", NULL),
               *want = requests_group(&st->call.rq);

    if (have && strcmp(have, want) != 0)
        problems_add(&st->call.problems,
                     "input.executor: the cluster's Request is a %s, and another executor's would replace "
                     "and delete it; set "
                     "it back to %s",
                     have, st->call.in.upstream ? "Cleura" : "provider-http");
    if (body &&
        strcmp(jx_str(body, "place.backend", "Cleura"), st->call.in.gardener ? "Gardener" : "Cleura") != 0)
        problems_add(&st->call.problems,
                     "input.backend: the cluster was made through %s, and cannot move; set it back",
                     jx_str(body, "place.backend", "Cleura"));
}

static void check_place(struct shoot_state *st, const json_t *body)
{
    const struct shoot_spec *s = &st->spec;

    fixed(st, "spec.region", s->region, jx_str(body, "place.region", NULL), true);
    fixed(st, "spec.projectId", st->call.in.gardener ? NULL : s->project_id,
          jx_str(body, "place.projectId", NULL), true);
    fixed(st, "spec.cloud", s->cloud, jx_str(body, "place.cloud", NULL), false);
    /* A name that Cleura refused may be mended; one it may have taken would leave a cluster behind. */
    if (jx_at(st->seen[SHOOT_REQUEST].at_provider, "uid") || !st->seen[SHOOT_REQUEST].not_synced)
        fixed(st, jx_str(st->call.req->composite, "spec.name", NULL) ? "spec.name" : "metadata.name", s->name,
              jx_str(body, "name", NULL), false);
}

/* Constraints are no part of readiness, but each tells of something that will fail later. */
static void warn_of_constraints(struct shoot_state *st, const json_t *list)
{
    size_t i;
    json_t *c;

    json_array_foreach (list, i, c)
        problems_add(&st->call.advice, "Gardener's constraint %.64s is %.16s: %.300s", jx_str(c, "type", "?"),
                     jx_str(c, "status", "?"), jx_str(c, "message", "no message"));
}

/* The spec that was rendered before, as its Request carries it.  NULL when it is the one of now, as nearly always: then nothing
 * about it can have changed, and a text of a kilobyte need not be parsed. */
static json_t *spec_before(struct shoot_state *st)
{
    const char *text = jx_str(st->seen[SHOOT_REQUEST].object, "spec.forProvider.payload.body", "");

    if (!*text || (!st->call.problems.n && !st->call.in.gardener && !strcmp(text, shoot_state_body(st))))
        return NULL;
    return jx_parse(text, strlen(text), NULL);
}

void shoot_rules_change(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    const json_t *at = st->seen[SHOOT_REQUEST].at_provider;
    json_auto_t *body = spec_before(st);
    const struct {
        const char *path, *want, *have;
    } fields[] = {
        { "spec.networking.type", s->network_type, "networking.type" },
        { "spec.networking.nodes", s->workers_cidr ? NULL : s->nodes, "infrastructure.workers" },
        /* Cleura chooses these itself */
        { "spec.networking.pods", st->call.in.gardener ? s->pods : NULL, "networking.pods" },
        { "spec.networking.services", st->call.in.gardener ? s->services : NULL, "networking.services" },
        { "spec.provider.infrastructureConfig.networks.workers", s->workers_cidr, "infrastructure.workers" },
        { "spec.provider.infrastructureConfig.floatingPoolName", s->floating_pool,
          "infrastructure.floatingPoolName" },
        { "spec.provider.infrastructureConfig.networks.id", s->network_id, "infrastructure.networkId" },
        { "spec.provider.infrastructureConfig.networks.router.id", s->router_id, "infrastructure.routerId" },
        { "spec.provider.controlPlaneConfig.loadBalancerProvider", s->lb_provider,
          "infrastructure.loadBalancerProvider" },
    };

    check_executor(st, body);
    check_place(st, body);
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        fixed(st, fields[i].path, fields[i].want, jx_str(at, fields[i].have, NULL), false);
    /* Cleura chooses the type; only the user's own word can be contradicted */
    fixed(st, "spec.controlPlane.highAvailability.failureTolerance.type", s->failure_tolerance,
          jx_str(body, "want.highAvailability", NULL), false);
    check_zones(st, jx_at(at, "workers"));
    check_version(st, jx_str(at, "kubernetesVersion", NULL), jx_str(body, "want.version", s->version));
    warn_of_constraints(st, jx_at(at, "constraints"));
}
