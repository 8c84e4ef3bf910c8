/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a route's filters, of its rules and of its backends. GRPCRoute has fewer types; the schema says which. */
#include "sim/shootapi/gateway_rules.h"

static const struct {
    const char *type, *member;
    bool once;
} filter_types[] = {
    { "RequestHeaderModifier", "requestHeaderModifier", true },
    { "ResponseHeaderModifier", "responseHeaderModifier", true },
    { "RequestMirror", "requestMirror", false },
    { "RequestRedirect", "requestRedirect", true },
    { "URLRewrite", "urlRewrite", true },
    { "ExtensionRef", "extensionRef", false },
    { "CORS", "cors", true },
};

const json_t *gateway_filter_of(const json_t *filters, const char *type, size_t *ret_count)
{
    const json_t *filter, *first = NULL;
    size_t i;

    *ret_count = 0;
    json_array_foreach (filters, i, filter) {
        if (strcmp(jx_str(filter, "type", ""), type) != 0)
            continue;
        first = first ? first : filter;
        ++*ret_count;
    }
    return first;
}

static void check_member(const json_t *filter, size_t n, const char *field, json_t *found)
{
    const char *type = filter_types[n].type, *member = filter_types[n].member;
    bool is = !strcmp(jx_str(filter, "type", ""), type), has = json_object_get(filter, member) != NULL;
    CLEAN(free)
    char *text = is ? x_asprintf("filter.%s must be specified for %s filter.type", member, type)
                    : x_asprintf("filter.%s must be nil if the filter.type is not %s", member, type);

    if (is != has)
        gateway_violation(found, "object", text, "%s", field);
}

/* ---- what a filter says ---- */

static const struct {
    const char *type, *member;
} path_types[] = { { "ReplaceFullPath", "replaceFullPath" }, { "ReplacePrefixMatch", "replacePrefixMatch" } };

static void check_path(const json_t *filter, const char *member, const char *at, json_t *found)
{
    const json_t *path = json_object_get(json_object_get(filter, member), "path");

    for (size_t i = 0; path && i < ARRAY_LENGTH(path_types); i++) {
        const char *type = path_types[i].type, *value = path_types[i].member;
        bool is = !strcmp(jx_str(path, "type", ""), type), has = json_object_get(path, value) != NULL;
        CLEAN(free)
        char *text = is ? x_asprintf("%s must be specified when type is set to '%s'", value, type)
                        : x_asprintf("type must be '%s' when %s is set", type, value);

        if (is != has)
            gateway_violation(found, "object", text, "%s.%s.path", at, member);
    }
}

static void check_mirror(const json_t *filter, const char *at, json_t *found)
{
    const json_t *mirror = json_object_get(filter, "requestMirror"),
                 *ref = json_object_get(mirror, "backendRef");
    const json_t *fraction = json_object_get(mirror, "fraction");

    if (ref && !*jx_str(ref, "group", "") && !strcmp(jx_str(ref, "kind", "Service"), "Service") &&
        !json_object_get(ref, "port"))
        gateway_violation(found, "object", "Must have port for Service reference",
                          "%s.requestMirror.backendRef", at);
    if (fraction && json_object_get(mirror, "percent"))
        gateway_violation(found, "object",
                          "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
                          "%s.requestMirror", at);
    if (fraction && jx_int(fraction, "numerator", 0) > jx_int(fraction, "denominator", 100))
        gateway_violation(found, "object", "numerator must be less than or equal to denominator",
                          "%s.requestMirror.fraction", at);
}

static void check_cors(const json_t *filter, const char *at, json_t *found)
{
    static const struct {
        const char *member, *message;
    } lists[] = { { "allowHeaders", "AllowHeaders cannot contain '*' alongside other methods" },
                  { "allowMethods", "AllowMethods cannot contain '*' alongside other methods" },
                  { "allowOrigins", "AllowOrigins cannot contain '*' alongside other origins" } };

    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        const json_t *list = json_object_get(json_object_get(filter, "cors"), lists[i].member), *word;
        bool any = false;
        size_t k;

        json_array_foreach (list, k, word)
            any = any || (json_is_string(word) && !strcmp(json_string_value(word), "*"));
        if (any && json_array_size(list) > 1)
            gateway_violation(found, "array", lists[i].message, "%s.cors.%s", at, lists[i].member);
    }
}

static void check_filter(const json_t *filter, const char *at, json_t *found)
{
    for (size_t n = 0; n < ARRAY_LENGTH(filter_types); n++)
        check_member(filter, n, at, found);
    check_path(filter, "requestRedirect", at, found);
    check_path(filter, "urlRewrite", at, found);
    check_mirror(filter, at, found);
    check_cors(filter, at, found);
}

/* ---- filters together ---- */

static void check_filters(const json_t *filters, const char *field, json_t *found)
{
    const json_t *filter;
    size_t i, redirects, rewrites;

    json_array_foreach (filters, i, filter) {
        CLEAN(free) char *at = x_asprintf("%s[%zu]", field, i);

        check_filter(filter, at, found);
    }
    (void)gateway_filter_of(filters, "RequestRedirect", &redirects);
    (void)gateway_filter_of(filters, "URLRewrite", &rewrites);
    if (redirects && rewrites)
        gateway_violation(
            found, "array",
            "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but "
            "not both",
            "%s", field);
    for (size_t n = 0; n < ARRAY_LENGTH(filter_types); n++) {
        CLEAN(free) char *text = x_asprintf("%s filter cannot be repeated", filter_types[n].type);
        size_t count;

        (void)gateway_filter_of(filters, filter_types[n].type, &count);
        if (filter_types[n].once && count > 1)
            gateway_violation(found, "array", text, "%s", field);
    }
}

void gateway_filter_rules(const json_t *doc, json_t *found)
{
    const json_t *rule, *backend;
    size_t i, k;

    json_array_foreach (jx_at(doc, "spec.rules"), i, rule) {
        CLEAN(free) char *field = x_asprintf("spec.rules[%zu].filters", i);

        check_filters(json_object_get(rule, "filters"), field, found);
        json_array_foreach (json_object_get(rule, "backendRefs"), k, backend) {
            CLEAN(free) char *at = x_asprintf("spec.rules[%zu].backendRefs[%zu].filters", i, k);

            check_filters(json_object_get(backend, "filters"), at, found);
        }
    }
}
