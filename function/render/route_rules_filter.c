/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on filters, which a rule of an HTTPRoute or GRPCRoute has, and each of its backends. */
#include "function/render/gwapi_words.h"
#include "function/render/route_rules.h"
#include "lib/jx.h"
#include <strings.h>

/* A filter's type and the member that goes with it. */
static const struct {
    const char *type, *member;
    bool again; /* may stand in one list more than once */
} filters[] = {
    { "RequestHeaderModifier", "requestHeaderModifier", false },
    { "ResponseHeaderModifier", "responseHeaderModifier", false },
    { "RequestMirror", "requestMirror", true },
    { "RequestRedirect", "requestRedirect", false },
    { "URLRewrite", "urlRewrite", false },
    { "ExtensionRef", "extensionRef", true },
    { "CORS", "cors", false },
};

static bool is_type(const json_t *one, const char *type) { return !strcmp(jx_str(one, "type", ""), type); }

static const json_t *find(const json_t *list, const char *type)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (is_type(json_array_get(list, i), type))
            return json_array_get(list, i);
    return NULL;
}

static void check_union(const struct route_check *c, const json_t *f, const char *path)
{
    for (size_t i = 0; i < ARRAY_LENGTH(filters); i++) {
        bool meant = is_type(f, filters[i].type), there = json_object_get(f, filters[i].member);

        if (meant && !there)
            problems_add(c->problems, "%s.%s is required: it says what type %s does", path, filters[i].member,
                         filters[i].type);
        else if (there && !meant && *jx_str(f, "type", ""))
            problems_add(c->problems, "%s.%s does not go with type %.64s; remove it, or set type to %s", path,
                         filters[i].member, jx_str(f, "type", ""), filters[i].type);
    }
}

static void check_status_code(const struct route_check *c, const json_t *f, const char *path)
{
    json_int_t code = jx_int(f, "requestRedirect.statusCode", 302);

    if (code != 301 && code != 302 && code != 303 && code != 307 && code != 308)
        problems_add(c->problems,
                     "%s.requestRedirect.statusCode: %lld is not a redirect; use 301, 302, 303, 307 or 308",
                     path, (long long)code);
    else if (code != 301 && code != 302)
        problems_add(c->advice,
                     "%s.requestRedirect.statusCode: %lld needs Gateway API 1.5 or newer in the cluster; 301 "
                     "and 302 always "
                     "work",
                     path, (long long)code);
}

static void check_mirror(const struct route_check *c, const json_t *f, const char *path)
{
    const json_t *m = json_object_get(f, "requestMirror");
    CLEAN(free) char *below = x_asprintf("%s.requestMirror.backendRef", path);

    if (json_object_get(m, "percent") && json_object_get(m, "fraction"))
        problems_add(c->problems, "%s.requestMirror has percent and fraction; write one of them", path);
    if (jx_int(m, "fraction.numerator", 0) > jx_int(m, "fraction.denominator", 100))
        problems_add(c->problems, "%s.requestMirror.fraction: the numerator is more than the denominator",
                     path);
    if (json_is_object(json_object_get(m, "backendRef")))
        route_rules_backend(c, json_object_get(m, "backendRef"), below);
}

/* Envoy routes by Host, so it lets nobody but a rewrite change it. */
static void check_host(const struct route_check *c, const json_t *list, const char *path)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *name = json_is_string(one) ? json_string_value(one) : jx_str(one, "name", "");

        if (!strcasecmp(name, "Host"))
            problems_add(c->problems,
                         "%s[%zu]: Host cannot be changed as a header, and Envoy Gateway drops the rule; use "
                         "a filter of "
                         "type URLRewrite with urlRewrite.hostname",
                         path, i);
    }
}

/* The server keeps such a list as a set. */
static void check_once(const struct route_check *c, const json_t *list, const char *path)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));

        for (size_t j = 0; text && j < i; j++)
            if (json_equal(json_array_get(list, i), json_array_get(list, j)))
                problems_add(c->problems, "%s[%zu]: \"%.64s\" is in %s[%zu] too; remove one", path, i, text,
                             path, j);
    }
}

static void check_headers(const struct route_check *c, const json_t *f, const char *path, const char *member)
{
    static const char *const changes[] = { "set", "add", "remove" };
    bool request = !strcmp(member, "requestHeaderModifier");

    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        const json_t *list = json_object_get(json_object_get(f, member), changes[i]);
        CLEAN(free) char *below = x_asprintf("%s.%s.%s", path, member, changes[i]);

        route_rules_names(c, list, below, "header");
        check_once(c, list, below);
        if (request)
            check_host(c, list, below);
    }
}

/* "*" says all, and nothing stands beside it; else each once. */
static void check_cors_list(const struct route_check *c, const json_t *f, const char *path,
                            const char *member)
{
    const json_t *list = json_object_get(json_object_get(f, "cors"), member);
    CLEAN(free) char *below = x_asprintf("%s.cors.%s", path, member);

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));

        if (text && !strcmp(text, "*") && json_array_size(list) > 1)
            problems_add(c->problems, "%s[%zu]: \"*\" stands for all of them; remove it, or the others",
                         below, i);
    }
    check_once(c, list, below);
}

static void check_cors(const struct route_check *c, const json_t *f, const char *path)
{
    static const char *const lists[] = { "allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders" };

    if (!json_object_get(f, "cors"))
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        check_cors_list(c, f, path, lists[i]);
    problems_add(c->advice, "%s: type CORS needs Gateway API 1.5 or newer in the cluster", path);
}

/* A changed path: the member that its type names, and what it can be done to. */
static void check_modifier(const struct route_check *c, const json_t *rule, const json_t *f, const char *path,
                           const char *member)
{
    const json_t *m = json_object_get(json_object_get(f, member), "path"),
                 *matches = json_object_get(rule, "matches");
    bool prefix = is_type(m, "ReplacePrefixMatch");

    if (!json_is_string(json_object_get(m, "type")))
        return; /* what is wrong with it is told already */
    if (!json_object_get(m, prefix ? "replacePrefixMatch" : "replaceFullPath") ||
        json_object_get(m, prefix ? "replaceFullPath" : "replacePrefixMatch"))
        problems_add(c->problems, "%s.%s.path: type %.64s goes with %s, and with nothing else", path, member,
                     jx_str(m, "type", ""), prefix ? "replacePrefixMatch" : "replaceFullPath");
    if (prefix && (json_array_size(matches) != 1 ||
                   strcmp(jx_str(json_array_get(matches, 0), "path.type", ""), "PathPrefix") != 0))
        problems_add(c->problems,
                     "%s.%s.path: ReplacePrefixMatch needs a rule with exactly one match, of type "
                     "PathPrefix; split the rule, "
                     "or use ReplaceFullPath",
                     path, member);
}

static void check_repeated(const struct route_check *c, const json_t *list, const char *path)
{
    for (size_t k = 0; k < ARRAY_LENGTH(filters); k++) {
        size_t n = 0;

        for (size_t i = 0; i < json_array_size(list); i++)
            n += is_type(json_array_get(list, i), filters[k].type);
        if (n > 1 && !filters[k].again)
            problems_add(c->problems, "%s has %zu filters of type %s; one is possible: put all of it there",
                         path, n, filters[k].type);
    }
    if (find(list, "RequestRedirect") && find(list, "URLRewrite"))
        problems_add(c->problems,
                     "%s has RequestRedirect and URLRewrite, of which only one is possible: a redirect can "
                     "change host and path itself",
                     path);
}

static void check_filters(const struct route_check *c, const json_t *rule, const json_t *list,
                          const char *path)
{
    char below[SHAPE_PATH];

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *f = json_array_get(list, i);

        (void)snprintf(below, sizeof(below), "%.200s[%zu]", path, i);
        check_union(c, f, below);
        check_mirror(c, f, below);
        check_headers(c, f, below, "requestHeaderModifier");
        check_headers(c, f, below, "responseHeaderModifier");
        check_cors(c, f, below);
        if (json_object_get(f, "requestRedirect"))
            check_status_code(c, f, below);
        check_modifier(c, rule, f, below, "requestRedirect");
        check_modifier(c, rule, f, below, "urlRewrite");
    }
    check_repeated(c, list, path);
}

static void check_backend_filters(const struct route_check *c, const json_t *rule, const char *path)
{
    const json_t *backends = json_object_get(rule, "backendRefs");
    char below[SHAPE_PATH];

    for (size_t i = 0; i < json_array_size(backends); i++) {
        (void)snprintf(below, sizeof(below), "%.200s.backendRefs[%zu].filters", path, i);
        check_filters(c, rule, json_object_get(json_array_get(backends, i), "filters"), below);
    }
}

/* A rule must do something: send on, or answer itself. */
static void check_end(const struct route_check *c, const json_t *rule, const char *path)
{
    bool redirects = find(json_object_get(rule, "filters"), "RequestRedirect");
    bool sends = json_array_size(json_object_get(rule, "backendRefs"));

    if (redirects && sends)
        problems_add(c->problems,
                     "%s has a RequestRedirect and backendRefs; a redirected request reaches no backend: "
                     "remove one of the two",
                     path);
    else if (!redirects && !sends && !json_is_null(json_object_get(rule, "backendRefs")) &&
             !find(json_object_get(rule, "filters"), "ExtensionRef"))
        problems_add(c->advice, "%s has no backendRefs: what it matches is answered with 500", path);
}

void route_rules_filters(const struct route_check *c, const json_t *rule, const char *path)
{
    CLEAN(free) char *below = x_asprintf("%s.filters", path);

    check_filters(c, rule, json_object_get(rule, "filters"), below);
    check_backend_filters(c, rule, path);
    check_end(c, rule, path);
}
