/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on what a rule of an HTTPRoute or GRPCRoute matches, and on its timeouts. */
#include "function/render/gwapi_regex.h"
#include "function/render/gwapi_words.h"
#include "function/render/route_rules.h"
#include "lib/jx.h"
#include <strings.h>

static bool is_type(const json_t *one, const char *type) { return !strcmp(jx_str(one, "type", ""), type); }

void route_rules_names(const struct route_check *c, const json_t *list, const char *path, const char *what)
{
    bool header = !strcmp(what, "header");

    for (size_t i = 0; i < json_array_size(list); i++)
        for (size_t j = 0; j < i; j++) {
            const char *a = jx_str(json_array_get(list, i), "name", ""),
                       *b = jx_str(json_array_get(list, j), "name", "");

            if (!*a || (header ? strcasecmp(a, b) : strcmp(a, b)) != 0)
                continue;
            problems_add(c->problems,
                         "%s[%zu].name: %s \"%.64s\" is in %s[%zu] too, and counts once; remove one", path, i,
                         what, a, path, j);
            break;
        }
}

/* The value of a match whose type is RegularExpression. */
static void check_regex(const struct route_check *c, const json_t *one, const char *path, const char *member)
{
    const char *value = jx_str(one, member, NULL), *wrong = value ? wrong_regex(value) : NULL;

    if (wrong && is_type(one, "RegularExpression"))
        problems_add(c->problems, "%s.%s: \"%.64s\" %s", path, member, value, wrong);
}

static void check_path(const struct route_check *c, const json_t *match, const char *path)
{
    const json_t *p = json_object_get(match, "path");
    const char *value = jx_str(p, "value", NULL), *wrong = value ? wrong_path(value) : NULL;
    CLEAN(free) char *below = x_asprintf("%s.path", path);

    check_regex(c, p, below, "value");
    if (wrong && (is_type(p, "Exact") || is_type(p, "PathPrefix")))
        problems_add(c->problems, "%s.value: \"%.64s\" %s", below, value, wrong);
}

static void check_word(const struct route_check *c, const json_t *method, const char *path,
                       const char *member, const char *(*wrong)(const char *text))
{
    const char *value = jx_str(method, member, NULL);

    check_regex(c, method, path, member);
    if (value && is_type(method, "Exact") && wrong(value))
        problems_add(c->problems, "%s.%s: \"%.64s\" %s", path, member, value, wrong(value));
}

/* GRPCRoute's; an HTTPRoute's is a text. */
static void check_method(const struct route_check *c, const json_t *match, const char *path)
{
    const json_t *m = json_object_get(match, "method");
    CLEAN(free) char *below = x_asprintf("%s.method", path);

    if (!json_is_object(m))
        return;
    if (!json_object_get(m, "service") && !json_object_get(m, "method"))
        problems_add(c->problems, "%s needs service or method; name one, or leave it out", below);
    check_word(c, m, below, "service", wrong_grpc_service);
    check_word(c, m, below, "method", wrong_grpc_method);
}

static void check_values(const struct route_check *c, const json_t *match, const char *path,
                         const char *member, const char *what)
{
    const json_t *list = json_object_get(match, member);
    CLEAN(free) char *below = x_asprintf("%s.%s", path, member);
    char one[SHAPE_PATH];

    for (size_t i = 0; i < json_array_size(list); i++) {
        (void)snprintf(one, sizeof(one), "%.200s[%zu]", below, i);
        check_regex(c, json_array_get(list, i), one, "value");
    }
    route_rules_names(c, list, below, what);
}

static void check_timeouts(const struct route_check *c, const json_t *rule, const char *path)
{
    const char *whole = jx_str(rule, "timeouts.request", NULL),
               *each = jx_str(rule, "timeouts.backendRequest", NULL);

    /* 0s: no limit */
    if (whole && each && duration_ms(whole) && duration_ms(each) > duration_ms(whole))
        problems_add(c->problems,
                     "%s.timeouts.backendRequest: %.32s is longer than timeouts.request (%.32s), which is "
                     "for all attempts "
                     "together; make it shorter",
                     path, each, whole);
}

size_t route_rules_matches(const struct route_check *c, const json_t *rule, const char *path)
{
    const json_t *list = json_object_get(rule, "matches");
    char below[SHAPE_PATH];
    size_t n = json_array_size(list);

    for (size_t i = 0; i < n; i++) {
        const json_t *match = json_array_get(list, i);

        (void)snprintf(below, sizeof(below), "%.200s.matches[%zu]", path, i);
        check_path(c, match, below);
        check_method(c, match, below);
        check_values(c, match, below, "headers", "header");
        check_values(c, match, below, "queryParams", "query parameter");
    }
    check_timeouts(c, rule, path);
    return n;
}
