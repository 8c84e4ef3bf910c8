/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of HTTPRoute: paths, filters, timeouts. */
#include "sim/shootapi/gateway_rules.h"
#include <inttypes.h>

/* ---- paths ---- */

#define BOTH_TYPES " when type one of ['Exact', 'PathPrefix']"

static const struct {
    const char *part, *message;
    bool at_end;
} path_rules[] = {
    { "//", "must not contain '//'" BOTH_TYPES, false },
    { "/./", "must not contain '/./'" BOTH_TYPES, false },
    { "/../", "must not contain '/../'" BOTH_TYPES, false },
    { "%2f", "must not contain '%2f'" BOTH_TYPES, false },
    { "%2F", "must not contain '%2F'" BOTH_TYPES, false },
    { "#", "must not contain '#'" BOTH_TYPES, false },
    { "/..", "must not end with '/..'" BOTH_TYPES, true },
    { "/.", "must not end with '/.'" BOTH_TYPES, true },
};

static bool has_part(const char *path, const char *part, bool at_end)
{
    size_t n = strlen(path), m = strlen(part);

    return at_end ? n >= m && !strcmp(path + n - m, part) : strstr(path, part) != NULL;
}

static bool valid_characters(const char *path)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~!$&'()*+,;=:@";
    static const char hex[] = "0123456789abcdefABCDEF";

    while (*path) {
        if (strchr(plain, *path))
            path++;
        else if (*path == '%' && strspn(path + 1, hex) >= 2)
            path += 3;
        else
            return false;
    }
    return true;
}

static void check_path(const json_t *match, size_t i, size_t k, json_t *found)
{
    const char *path = jx_str(match, "path.value", "/");

    if (!jx_at(match, "path") || !strcmp(jx_str(match, "path.type", ""), "RegularExpression"))
        return;
    if (*path != '/')
        gateway_violation(found, "object", "value must be an absolute path and start with '/'" BOTH_TYPES,
                          "spec.rules[%zu].matches[%zu].path", i, k);
    for (size_t n = 0; n < ARRAY_LENGTH(path_rules); n++)
        if (has_part(path, path_rules[n].part, path_rules[n].at_end))
            gateway_violation(found, "object", path_rules[n].message, "spec.rules[%zu].matches[%zu].path", i,
                              k);
    if (!valid_characters(path))
        gateway_violation(found, "object",
                          "must only contain valid characters (matching "
                          "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', "
                          "'PathPrefix']",
                          "spec.rules[%zu].matches[%zu].path", i, k);
}

/* ---- filters ---- */

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

static const json_t *filter_of(const json_t *filters, const char *type, size_t *ret_count)
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

static void check_filters(const json_t *filters, const char *field, json_t *found)
{
    const json_t *filter;
    size_t i, redirects, rewrites;

    json_array_foreach (filters, i, filter) {
        CLEAN(free) char *at = x_asprintf("%s[%zu]", field, i);

        for (size_t n = 0; n < ARRAY_LENGTH(filter_types); n++)
            check_member(filter, n, at, found);
    }
    (void)filter_of(filters, "RequestRedirect", &redirects);
    (void)filter_of(filters, "URLRewrite", &rewrites);
    if (redirects && rewrites)
        gateway_violation(
            found, "array",
            "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but "
            "not both",
            "%s", field);
    for (size_t n = 0; n < ARRAY_LENGTH(filter_types); n++) {
        CLEAN(free) char *text = x_asprintf("%s filter cannot be repeated", filter_types[n].type);
        size_t count;

        (void)filter_of(filters, filter_types[n].type, &count);
        if (filter_types[n].once && count > 1)
            gateway_violation(found, "array", text, "%s", field);
    }
}

/* Replacing a prefix makes sense only where one prefix was matched. */
static void check_prefix(const json_t *rule, const char *type, const char *path, size_t i, json_t *found)
{
    CLEAN(free)
    char *text =
        x_asprintf("When using %s filter with path.replacePrefixMatch, exactly one PathPrefix match must be "
                   "specified",
                   type);
    const json_t *matches = json_object_get(rule, "matches");
    size_t count;
    const json_t *filter = filter_of(json_object_get(rule, "filters"), type, &count);

    if (strcmp(jx_str(jx_at(filter, path), "type", ""), "ReplacePrefixMatch") != 0)
        return;
    if (json_array_size(matches) != 1 ||
        strcmp(jx_str(json_array_get(matches, 0), "path.type", "PathPrefix"), "PathPrefix") != 0)
        gateway_violation(found, "object", text, "spec.rules[%zu]", i);
}

/* ---- timeouts ---- */

/* "1m30s" in ms; no fractions. The schema has checked the form. */
static int64_t duration(const char *text)
{
    int64_t total = 0;
    char *end;

    while (*text) {
        int64_t n = strtoll(text, &end, 10);

        if (end == text)
            return total;
        text = end;
        if (!strncmp(text, "ms", 2))
            total += n;
        else
            total += n * (*text == 'h' ? 3600000 : *text == 'm' ? 60000 : 1000);
        text += strcspn(text, "0123456789");
    }
    return total;
}

static void check_timeouts(const json_t *rule, size_t i, json_t *found)
{
    const char *whole = jx_str(rule, "timeouts.request", NULL),
               *part = jx_str(rule, "timeouts.backendRequest", NULL);

    if (whole && part && duration(whole) > 0 && duration(part) > duration(whole))
        gateway_violation(found, "object", "backendRequest timeout cannot be longer than request timeout",
                          "spec.rules[%zu].timeouts", i);
}

/* ---- rules ---- */

enum { MAX_MATCHES = 128 };

static void check_rule(const json_t *rule, size_t i, json_t *found)
{
    CLEAN(free) char *field = x_asprintf("spec.rules[%zu].filters", i);
    const json_t *match, *backend;
    size_t k, redirects;

    json_array_foreach (json_object_get(rule, "matches"), k, match)
        check_path(match, i, k, found);
    check_filters(json_object_get(rule, "filters"), field, found);
    json_array_foreach (json_object_get(rule, "backendRefs"), k, backend) {
        CLEAN(free) char *at = x_asprintf("spec.rules[%zu].backendRefs[%zu].filters", i, k);

        check_filters(json_object_get(backend, "filters"), at, found);
    }
    check_timeouts(rule, i, found);
    (void)filter_of(json_object_get(rule, "filters"), "RequestRedirect", &redirects);
    if (redirects && json_array_size(json_object_get(rule, "backendRefs")))
        gateway_violation(found, "object",
                          "RequestRedirect filter must not be used together with backendRefs",
                          "spec.rules[%zu]", i);
    check_prefix(rule, "RequestRedirect", "requestRedirect.path", i, found);
    check_prefix(rule, "URLRewrite", "urlRewrite.path", i, found);
}

void gateway_http_rules(const json_t *doc, json_t *found)
{
    const json_t *rule;
    size_t i, matches = 0;

    json_array_foreach (jx_at(doc, "spec.rules"), i, rule) {
        check_rule(rule, i, found);
        matches += json_array_size(json_object_get(rule, "matches"));
    }
    if (matches > MAX_MATCHES)
        gateway_violation(
            found, "array",
            "While 16 rules and 64 matches per rule are allowed, the total number of matches across all "
            "rules in a route must be less than 128",
            "spec.rules");
}
