/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on a Shoot's networks.  Cleura's API takes the workers' range, the network's type (v2) and who may
 * call the API server (v2); pods' and services' ranges it chooses itself, and those are checked all the
 * same: the user believes in them. */
#include "function/render/cidr.h"
#include "function/render/shoot_rules.h"
#include "lib/jx.h"

enum { PODS, SERVICES, NODES, WORKERS, RANGES };

enum {
    POD_MASK = 24,    /* one node's share of the pods' range */
    SUBNET_OWN = 12,  /* addresses that Neutron, the router and load balancers take, about */
    SUBNET_TAKEN = 4, /* ... and at least: its first and last, the router's and DHCP's */
    SERVICES_WIDEST = 12,
    SERVICES_NARROWEST = 28,
};

struct range {
    const char *path, *text,
        *otherwise; /* 'otherwise': what Cleura uses when the user names none; NULL = the nodes' */
    bool good;
    struct cidr cidr;
};

static void read_range(struct shoot_state *st, struct range *r)
{
    char better[CIDR_TEXT];

    if (!r->text)
        return;
    if (!cidr_parse(r->text, &r->cidr)) {
        problems_add(&st->call.problems, "%s: \"%.64s\" is not an IPv4 range; write for example %s", r->path,
                     r->text, r->otherwise ? r->otherwise : "10.250.0.0/16");
        return;
    }
    r->good = true; /* with host bits it is clear all the same which range was meant */
    cidr_text(&r->cidr, better);
    if (r->cidr.host_bits)
        problems_add(&st->call.problems, "%s: %s is not a network's address; did you mean %s?", r->path,
                     r->text, better);
}

static void check_reserved(struct shoot_state *st, const struct range *r)
{
    static const char *const reserved[] = { "240.0.0.0/8", "241.0.0.0/8", "242.0.0.0/8", "243.0.0.0/8",
                                            "244.0.0.0/8" };
    struct cidr c;

    for (size_t i = 0; r->text && r->good && i < ARRAY_LENGTH(reserved); i++)
        if (cidr_parse(reserved[i], &c) && cidr_overlap(&c, &r->cidr)) {
            problems_add(
                &st->call.problems,
                "%s: %s overlaps %s, which Gardener's VPN uses; choose a private range, for example %s",
                r->path, r->text, reserved[i], r->otherwise ? r->otherwise : "10.250.0.0/16");
            return;
        }
    if (r->text && r->good && !cidr_private(&r->cidr))
        problems_add(&st->call.advice,
                     "%s: %s is public address space, so the cluster could not reach those Internet hosts; "
                     "use a private range, "
                     "for example %s",
                     r->path, r->text, r->otherwise ? r->otherwise : "10.250.0.0/16");
}

/* At least one of the two must be the user's word. */
static void check_disjoint(struct shoot_state *st, const struct range *a, const struct range *b)
{
    char a_text[CIDR_TEXT], b_text[CIDR_TEXT];

    if ((!a->text && !b->text) || !a->good || !b->good || !cidr_overlap(&a->cidr, &b->cidr))
        return;
    if (!a->text) {
        check_disjoint(st, b, a);
        return;
    }
    cidr_text(&a->cidr, a_text);
    cidr_text(&b->cidr, b_text);
    problems_add(&st->call.problems,
                 "%s: %s overlaps %s%s %s; choose disjoint ranges, for example pods 100.96.0.0/11, services "
                 "100.64.0.0/13 and "
                 "nodes 10.250.0.0/16",
                 a->path, a_text, b->path, b->text ? "" : ", which at Cleura is", b_text);
}

/* What the user leaves open, Cleura fills in. */
static void fill_in(struct range ranges[RANGES])
{
    for (size_t i = 0; i < RANGES; i++)
        if (!ranges[i].text && ranges[i].otherwise)
            ranges[i].good = cidr_parse(ranges[i].otherwise, &ranges[i].cidr);
    if (!ranges[NODES].text && ranges[WORKERS].text && ranges[WORKERS].good) {
        ranges[NODES].cidr = ranges[WORKERS].cidr; /* Gardener takes them for the nodes' */
        ranges[NODES].good = true;
    }
    if (!ranges[WORKERS].text) {
        ranges[WORKERS].cidr = ranges[NODES].cidr;
        ranges[WORKERS].good = ranges[NODES].good;
    }
}

static void check_inside(struct shoot_state *st, const struct range *workers, const struct range *nodes)
{
    if (workers->text && nodes->text && workers->good && nodes->good &&
        !cidr_within(&workers->cidr, &nodes->cidr))
        problems_add(&st->call.problems,
                     "%s: %s does not lie inside %s %s; make it a part of it, or the same", workers->path,
                     workers->text, nodes->path, nodes->text);
}

/* How many machines there must be. */
static json_int_t least_nodes(const struct shoot_spec *s)
{
    json_int_t n = 0;

    for (size_t i = 0; i < s->n_workers; i++)
        if (s->workers[i].minimum.set && s->workers[i].minimum.value > 0 &&
            s->workers[i].minimum.value <= 100000)
            n += s->workers[i].minimum.value;
    return n;
}

/* How many machines there may be at once: each group's maximum, and what a rolling update adds. */
static json_int_t most_nodes(const struct shoot_spec *s)
{
    json_int_t n = 0;

    for (size_t i = 0; i < s->n_workers; i++)
        if (s->workers[i].maximum.set && s->workers[i].maximum.value > 0 &&
            s->workers[i].maximum.value <= 100000)
            n += s->workers[i].maximum.value + (s->workers[i].max_surge.set &&
                                                        s->workers[i].max_surge.value > 0 &&
                                                        s->workers[i].max_surge.value <= 100000
                                                    ? s->workers[i].max_surge.value
                                                    : 1);
    return n;
}

/* What is certain of a subnet's size is a problem, what is a guess is advice. */
static void check_subnet(struct shoot_state *st, const struct range *workers)
{
    json_int_t addresses = INT64_C(1) << (32 - workers->cidr.prefix), room = addresses - SUBNET_OWN,
               most = most_nodes(&st->spec), least = least_nodes(&st->spec);
    const char *path = workers->text ? workers->path : "spec.networking.nodes";

    if (!workers->good || most <= room)
        return;
    if (least > addresses - SUBNET_TAKEN)
        problems_add(
            &st->call.problems,
            "%s: /%d has %lld addresses, which is too few for at least %lld nodes and the %d that the "
            "network itself takes; use a wider range, for example 10.250.0.0/16",
            path, workers->cidr.prefix, (long long)addresses, (long long)least, SUBNET_TAKEN);
    else
        problems_add(&st->call.advice,
                     "%s: /%d has room for about %lld nodes, but the workers can grow to %lld with the surge "
                     "of an update; use a "
                     "wider range, for example 10.250.0.0/16",
                     path, workers->cidr.prefix, (long long)(room > 0 ? room : 0), (long long)most);
}

static void check_room(struct shoot_state *st, const struct range *pods)
{
    json_int_t nodes = most_nodes(&st->spec);
    json_int_t by_pods = pods->cidr.prefix <= POD_MASK ? INT64_C(1) << (POD_MASK - pods->cidr.prefix) : 0;

    if (pods->good && nodes > by_pods)
        problems_add(&st->call.advice,
                     "%s: /%d has room for %lld nodes (a /%d for each), but the workers can grow to %lld "
                     "with the surge of an "
                     "update; use a wider range, for example %s",
                     pods->path, pods->cidr.prefix, (long long)by_pods, POD_MASK, (long long)nodes,
                     pods->otherwise);
}

/* Cleura chooses them; the loss is harmless unless a peered network counts on them. */
static void check_unsent(struct shoot_state *st, const struct range *r)
{
    if (!st->call.in.gardener && r->good && r->text && strcmp(r->text, r->otherwise) != 0)
        problems_add(&st->call.advice,
                     "%s: %.64s is not sent: Cleura chooses this range itself (%s); leave it out", r->path,
                     r->text, r->otherwise);
}

static void check_services(struct shoot_state *st, const struct range *r)
{
    if (r->text && r->good && (r->cidr.prefix < SERVICES_WIDEST || r->cidr.prefix > SERVICES_NARROWEST))
        problems_add(&st->call.problems,
                     "%s: /%d is not possible; Kubernetes takes /%d to /%d, for example %s", r->path,
                     r->cidr.prefix, SERVICES_WIDEST, SERVICES_NARROWEST, r->otherwise);
}

static void check_type(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    bool cilium = s->network_type && !strcmp(s->network_type, "cilium");

    if (cilium && !shoot_is_v2(s) && !st->call.in.gardener)
        problems_add(
            &st->call.problems,
            "spec.networking.type: \"cilium\" cannot be chosen with Cleura's API v1, which uses calico; set "
            "spec.apiGeneration to v2");
    if (s->cilium_doc && !cilium)
        problems_add(&st->call.problems,
                     "spec.networking.ciliumProviderConfig needs spec.networking.type cilium; "
                     "set it, or leave this out");
}

/* Cleura's own address, from which it reads the cluster's metrics. */
static const char management[] = "141.255.187.164/32";

static void check_allowed(struct shoot_state *st)
{
    json_t *list = st->spec.allowed_cidrs;
    struct cidr c, cleura;
    char better[CIDR_TEXT];
    bool open = false;

    if (list && !shoot_is_v2(&st->spec) && !st->call.in.gardener) {
        problems_add(&st->call.problems,
                     "spec.allowedCidrs cannot be sent with Cleura's API v1, which has no "
                     "field for it; set spec.apiGeneration "
                     "to v2, or leave it out");
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));

        if (!text || !cidr_parse(text, &c)) {
            problems_add(&st->call.problems,
                         "spec.allowedCidrs[%zu]: \"%.64s\" is not an IPv4 range; write for example %s", i,
                         text ? text : "(not a string)", "198.51.100.7/32");
            continue;
        }
        cidr_text(&c, better);
        if (c.host_bits)
            problems_add(&st->call.problems,
                         "spec.allowedCidrs[%zu]: %s is not a network's address; did you mean %s?", i, text,
                         better);
        open = open || (cidr_parse(management, &cleura) && cidr_within(&cleura, &c));
    }
    if (json_array_size(list) && !open)
        problems_add(&st->call.advice,
                     "spec.allowedCidrs: without %s Cleura cannot read the cluster's metrics; this control "
                     "plane's own address "
                     "must be allowed too",
                     management);
}

void shoot_rules_network(struct shoot_state *st)
{
    struct range r[RANGES] = {
        [PODS] = { "spec.networking.pods", st->spec.pods, "100.96.0.0/11", false, { 0 } },
        [SERVICES] = { "spec.networking.services", st->spec.services, "100.64.0.0/13", false, { 0 } },
        [NODES] = { "spec.networking.nodes", st->spec.nodes, "10.250.0.0/16", false, { 0 } },
        [WORKERS] = { "spec.provider.infrastructureConfig.networks.workers",
                      st->spec.workers_cidr,
                      NULL,
                      false,
                      { 0 } },
    };

    check_type(st);
    for (size_t i = 0; i < RANGES; i++) {
        read_range(st, &r[i]);
        check_reserved(st, &r[i]);
    }
    fill_in(r);
    check_disjoint(st, &r[PODS], &r[SERVICES]);
    check_disjoint(st, &r[PODS], &r[NODES]);
    check_disjoint(st, &r[SERVICES], &r[NODES]);
    check_inside(st, &r[WORKERS], &r[NODES]);
    check_services(st, &r[SERVICES]);
    check_unsent(st, &r[PODS]);
    check_unsent(st, &r[SERVICES]);
    check_room(st, &r[PODS]);
    check_subnet(st, &r[WORKERS]);
    check_allowed(st);
}
