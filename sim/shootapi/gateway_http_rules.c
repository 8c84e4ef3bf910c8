/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of HTTPRoute: paths, timeouts, and filters together with what they are beside. */
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

/* Replacing a prefix makes sense only where one prefix was matched. 'within' is how a message about a backend's filters begins. */
static void check_prefix(const json_t *rule, const json_t *filters, const char *within, size_t i,
                         json_t *found)
{
    static const struct {
        const char *type, *path;
    } replacing[] = { { "RequestRedirect", "requestRedirect.path" }, { "URLRewrite", "urlRewrite.path" } };
    const json_t *matches = json_object_get(rule, "matches");

    if (json_array_size(matches) == 1 &&
        !strcmp(jx_str(json_array_get(matches, 0), "path.type", "PathPrefix"), "PathPrefix"))
        return;
    for (size_t k = 0; k < ARRAY_LENGTH(replacing); k++) {
        CLEAN(free)
        char *text =
            x_asprintf("%s using %s filter with path.replacePrefixMatch, exactly one PathPrefix match must "
                       "be specified",
                       within, replacing[k].type);
        size_t count;
        const json_t *filter = gateway_filter_of(filters, replacing[k].type, &count);

        if (!strcmp(jx_str(jx_at(filter, replacing[k].path), "type", ""), "ReplacePrefixMatch"))
            gateway_violation(found, "object", text, "spec.rules[%zu]", i);
    }
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
    const json_t *match, *backend;
    size_t k, redirects;

    json_array_foreach (json_object_get(rule, "matches"), k, match)
        check_path(match, i, k, found);
    check_timeouts(rule, i, found);
    (void)gateway_filter_of(json_object_get(rule, "filters"), "RequestRedirect", &redirects);
    if (redirects && json_array_size(json_object_get(rule, "backendRefs")))
        gateway_violation(found, "object",
                          "RequestRedirect filter must not be used together with backendRefs",
                          "spec.rules[%zu]", i);
    check_prefix(rule, json_object_get(rule, "filters"), "When", i, found);
    json_array_foreach (json_object_get(rule, "backendRefs"), k, backend)
        check_prefix(rule, json_object_get(backend, "filters"), "Within backendRefs, when", i, found);
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
