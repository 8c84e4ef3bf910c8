/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of all kinds of routes: parents, backends, host names, how many rules. */
#include "function/render/route_rules.h"
#include "function/render/gwapi_words.h"
#include "lib/jx.h"
#include <stdint.h>

enum { MATCHES_MAX_ROUTE = 128 };

static bool same_parent(const json_t *a, const json_t *b)
{
    return !strcmp(jx_str(a, "name", ""), jx_str(b, "name", "")) &&
           !strcmp(jx_str(a, "namespace", ""), jx_str(b, "namespace", "")) &&
           !strcmp(jx_str(a, "kind", ""), jx_str(b, "kind", ""));
}

/* Two references to one Gateway must name different listeners. */
static void check_repeated(const struct route_check *c, const json_t *list, size_t i)
{
    const json_t *one = json_array_get(list, i);
    const char *section = jx_str(one, "sectionName", "");

    for (size_t j = 0; j < i; j++) {
        const json_t *other = json_array_get(list, j);
        const char *others = jx_str(other, "sectionName", "");

        if (!same_parent(one, other) || (*section && *others && strcmp(section, others) != 0))
            continue;
        problems_add(
            c->problems,
            "spec.parentRefs[%zu]: Gateway \"%.64s\" is in spec.parentRefs[%zu] too; give each of the two a "
            "sectionName, the name of a listener, and not the same",
            i, jx_str(one, "name", ""), j);
        return;
    }
}

static void check_parent(const struct route_check *c, const json_t *one, size_t i)
{
    const char *kind = jx_str(one, "kind", ""), *group = jx_str(one, "group", "");

    if (!strcmp(kind, "Service"))
        problems_add(c->problems,
                     "spec.parentRefs[%zu].kind: Service is for service meshes, and Envoy Gateway ignores "
                     "it; attach the "
                     "route to a Gateway, and name the Service in spec.rules[].backendRefs",
                     i);
    else if (*kind && strcmp(kind, "Gateway") != 0)
        problems_add(c->problems,
                     "spec.parentRefs[%zu].kind: \"%.64s\" is not supported; a route's parent is a Gateway",
                     i, kind);
    else if (json_is_string(json_object_get(one, "group")) && strcmp(group, GATEWAY_GROUP) != 0)
        problems_add(c->problems,
                     "spec.parentRefs[%zu].group: \"%.64s\" has no Gateway that takes routes; leave it out",
                     i, group);
    if (c->kind->alone && !strcmp(kind, "Gateway") && *jx_str(one, "name", "") &&
        !json_object_get(one, "sectionName") && !json_object_get(one, "port"))
        problems_add(c->advice,
                     "spec.parentRefs[%zu]: without sectionName the route attaches to each listener of "
                     "Gateway \"%.64s\" that "
                     "takes a %s; name the one that is meant",
                     i, jx_str(one, "name", ""), c->kind->kind);
}

static void check_parents(const struct route_check *c)
{
    const json_t *list = json_object_get(c->spec, "parentRefs");

    for (size_t i = 0; i < json_array_size(list); i++) {
        check_parent(c, json_array_get(list, i), i);
        check_repeated(c, list, i);
    }
}

void route_rules_backend(const struct route_check *c, const json_t *one, const char *path)
{
    const char *kind = jx_str(one, "kind", ""), *ns = jx_str(one, "namespace", c->ns);
    const char *name = jx_str(one, "name", "");
    bool core = json_is_string(json_object_get(one, "group")) && !*jx_str(one, "group", ""),
         service = core && !strcmp(kind, "Service") && *name;

    if (core && *kind && strcmp(kind, "Service") != 0)
        problems_add(c->problems,
                     "%s.kind: a %.63s takes no traffic; name the Service in front of it, and leave kind out",
                     path, kind);
    if (service && wrong_service(name))
        problems_add(c->problems, "%s.name: \"%.64s\" %s", path, name, wrong_service(name));
    if (service && !json_object_get(one, "port"))
        problems_add(c->problems,
                     "%s.port is required: the port of Service \"%.64s\", not the targetPort of its pods",
                     path, name);
    if (strcmp(ns, c->ns) != 0)
        problems_add(c->advice,
                     "%s: %.64s \"%.64s\" is in namespace %.64s: that needs a ReferenceGrant there, from %s "
                     "in %.64s; or move "
                     "one of the two",
                     path, kind, name, ns, c->kind->kind, c->ns);
}

/* When no backend gets a share of the traffic, all of it is refused. */
static void check_weights(const struct route_check *c, const json_t *list, const char *path)
{
    size_t i;
    json_t *one;

    json_array_foreach ((json_t *)(uintptr_t)list, i, one)
        if (jx_int(one, "weight", 1))
            return;
    if (i)
        problems_add(c->advice, "%s: every weight is 0, so nothing gets any traffic", path);
}

static void check_backends(const struct route_check *c)
{
    const json_t *rules = json_object_get(c->spec, "rules");
    char path[SHAPE_PATH];

    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *list = json_object_get(json_array_get(rules, i), "backendRefs");

        for (size_t j = 0; j < json_array_size(list); j++) {
            (void)snprintf(path, sizeof(path), "spec.rules[%zu].backendRefs[%zu]", i, j);
            route_rules_backend(c, json_array_get(list, j), path);
        }
        (void)snprintf(path, sizeof(path), "spec.rules[%zu].backendRefs", i);
        check_weights(c, list, path);
    }
}

static void check_rule_count(const struct route_check *c)
{
    size_t n = json_array_size(json_object_get(c->spec, "rules"));

    if (c->kind->one_rule && n > 1)
        problems_add(c->problems,
                     "spec.rules has %zu entries; a %s has exactly one: name several Services in its "
                     "backendRefs, with "
                     "weights, or use a listener on another port",
                     n, c->kind->kind);
}

static void check_rule_names(const struct route_check *c)
{
    const json_t *rules = json_object_get(c->spec, "rules");

    for (size_t i = 0; i < json_array_size(rules); i++)
        for (size_t j = 0; j < i; j++) {
            const char *a = jx_str(json_array_get(rules, i), "name", ""),
                       *b = jx_str(json_array_get(rules, j), "name", "");

            if (*a && !strcmp(a, b))
                problems_add(
                    c->problems,
                    "spec.rules[%zu].name: \"%.64s\" is the name of spec.rules[%zu] too; names must differ",
                    i, a, j);
        }
}

static void check_hostnames(const struct route_check *c)
{
    const json_t *list = json_object_get(c->spec, "hostnames");

    if (c->kind == &route_tls && !json_array_size(list))
        problems_add(
            c->problems,
            "spec.hostnames is required: a TLSRoute needs at least one DNS name, which clients send with "
            "TLS (SNI), for example shop.example.com");
    for (size_t i = 0; i < json_array_size(list); i++)
        for (size_t j = 0; j < i; j++)
            if (json_is_string(json_array_get(list, i)) &&
                json_equal(json_array_get(list, i), json_array_get(list, j)))
                problems_add(c->problems,
                             "spec.hostnames[%zu]: \"%.64s\" is spec.hostnames[%zu] too; remove one", i,
                             json_string_value(json_array_get(list, i)), j);
}

static void check_matches_and_filters(const struct route_check *c)
{
    const json_t *rules = json_object_get(c->spec, "rules");
    char path[SHAPE_PATH];
    size_t matches = 0;

    for (size_t i = 0; i < json_array_size(rules); i++) {
        (void)snprintf(path, sizeof(path), "spec.rules[%zu]", i);
        matches += route_rules_matches(c, json_array_get(rules, i), path);
        route_rules_filters(c, json_array_get(rules, i), path);
    }
    if (matches > MATCHES_MAX_ROUTE)
        problems_add(c->problems,
                     "spec.rules have %zu matches together; at most %d are possible: make two routes of it",
                     matches, MATCHES_MAX_ROUTE);
}

void route_rules(const struct route_check *c)
{
    check_parents(c);
    check_hostnames(c);
    check_rule_count(c);
    check_rule_names(c);
    check_backends(c);
    if (c->kind->matches)
        check_matches_and_filters(c);
}
