/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/exec/api_version.h"
#include "lib/jx.h"
#include "provider/auth/apilist.h"
#include <ctype.h>

#define FIELD "spec.forProvider.apiVersions"
#define MARK  "/apis/" API_VERSION_PLACEHOLDER

/* ---- the list ---------------------------------------------------------------------------------------------------- */

enum { GROUP_MAX = 253, LABEL_MAX = 63 };

static bool is_name(const char *s, size_t n, bool dots, size_t most)
{
    if (!n || n > most || !isalnum((unsigned char)s[0]) || !isalnum((unsigned char)s[n - 1]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)s[i]) && !isdigit((unsigned char)s[i]) && s[i] != '-' &&
            (!dots || s[i] != '.'))
            return false;
    return true;
}

static bool is_version(const char *text)
{
    size_t group = apilist_group_length(text);

    if (!group)
        return !strcmp(text, "v1");
    return is_name(text, group, true, GROUP_MAX) &&
           is_name(text + group + 1, strlen(text + group + 1), false, LABEL_MAX);
}

static bool same_group(const char *a, const char *b)
{
    size_t n = apilist_group_length(a);

    return n == apilist_group_length(b) && !memcmp(a, b, n);
}

static int add_version(const json_t *item, size_t i, struct api_versions *v, struct err *e)
{
    const char *text = json_string_value(item);

    if (!text || !is_version(text))
        return err_set(e, ERR_INVALID, FIELD "[%zu] must be \"group/version\", or \"v1\" for the core group",
                       i);
    if (v->n && !same_group(v->all[0], text))
        return err_set(e, ERR_INVALID,
                       FIELD
                       "[%zu]: \"%.100s\" is of another group than \"%.100s\": an object of it would be "
                       "another object; use a Request of its own",
                       i, text, v->all[0]);
    v->all[v->n++] = text;
    return 0;
}

int api_versions_read(const json_t *object, struct api_versions *ret, struct err *e)
{
    json_t *list = jx_at(object, FIELD);
    const json_t *item;
    size_t i;

    *ret = (struct api_versions){ .n = 0 };
    if (!list || json_is_null(list))
        return 0;
    if (!json_is_array(list) || !json_array_size(list))
        return err_set(e, ERR_INVALID, FIELD " must be a list with at least one \"group/version\"");
    if (json_array_size(list) > API_VERSIONS_MAX)
        return err_set(e, ERR_INVALID, FIELD ": more than %d entries", API_VERSIONS_MAX);
    json_array_foreach (list, i, item)
        if (add_version(item, i, ret, e) < 0)
            return -1;
    return 0;
}

/* ---- URLs -------------------------------------------------------------------------------------------------------- */

void api_place_free(struct api_place *p)
{
    free(p->base);
    free(p->resource);
    *p = (struct api_place){ .base = NULL };
}

static size_t segment(const char *path) { return strcspn(path, "/?#"); }

static const char *next_segment(const char *path)
{
    path += segment(path);
    return *path == '/' ? path + 1 : path;
}

static bool is_segment(const char *path, const char *name)
{
    return segment(path) == strlen(name) && !strncmp(path, name, strlen(name));
}

/* Behind the version: "namespaces/<ns>/<resource>/.." or "<resource>/..". Namespaces themselves have two subresources. */
static const char *resource_in(const char *path)
{
    const char *below = next_segment(next_segment(path));

    if (!is_segment(path, "namespaces") || !segment(below) || is_segment(below, "status") ||
        is_segment(below, "finalize"))
        return path;
    return below;
}

int api_place_read(const char *url, struct api_place *ret, struct err *e)
{
    const char *at = strstr(url, MARK), *behind = at ? at + strlen(MARK) : NULL, *resource;

    if (!at || *behind != '/' || memmem(url, (size_t)(at - url), "?", 1) ||
        strstr(behind, API_VERSION_PLACEHOLDER))
        return err_set(
            e, ERR_INVALID,
            "the URL must have " API_VERSION_PLACEHOLDER " once, as in " MARK "/namespaces/..: %.200s", url);
    resource = resource_in(behind + 1);
    if (!segment(resource))
        return err_set(e, ERR_INVALID, "no resource follows " API_VERSION_PLACEHOLDER " in the URL %.200s",
                       url);
    ret->base = x_strndup(url, (size_t)(at - url));
    ret->resource = x_strndup(resource, segment(resource));
    return 0;
}

char *api_version_url(const char *url, const char *version)
{
    const char *at = strstr(url, MARK);
    CLEAN(free) char *base = at ? x_strndup(url, (size_t)(at - url)) : x_strdup(url);
    CLEAN(free) char *path = apilist_path(base, version);

    return at ? x_asprintf("%s%s", path, at + strlen(MARK)) : TAKE(base);
}

/* The first difference may be a version: "/apis/<group>/" is the last that is equal in both, and all is equal behind it. */
bool api_version_same_place(const char *a, const char *b)
{
    size_t n = 0, start;
    const char *group;

    while (a[n] && a[n] == b[n])
        n++;
    if (!a[n] && !b[n])
        return true;
    for (start = n; start && a[start - 1] != '/'; start--)
        ;
    if (start < 2)
        return false;
    for (group = a + start - 1; group > a && group[-1] != '/'; group--)
        ;
    return group - a >= (ptrdiff_t)strlen("/apis/") &&
           !strncmp(group - strlen("/apis/"), "/apis/", strlen("/apis/")) && segment(a + start) &&
           segment(b + start) && !strcmp(next_segment(a + start), next_segment(b + start));
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

static bool is_placeholder(const char *key, const json_t *value)
{
    return !strcmp(key, "apiVersion") && json_is_string(value) &&
           !strcmp(json_string_value(value), API_VERSION_PLACEHOLDER);
}

bool api_version_in(const json_t *body)
{
    const json_t *member;
    const char *key;
    size_t i;

    json_object_foreach ((json_t *)(uintptr_t)body, key, member)
        if (is_placeholder(key, member) || api_version_in(member))
            return true;
    json_array_foreach (body, i, member)
        if (api_version_in(member))
            return true;
    return false;
}

json_t *api_version_body(const json_t *body, const char *version)
{
    json_t *copy;
    const json_t *member;
    const char *key;
    size_t i;

    if (!json_is_object(body) && !json_is_array(body))
        return json_incref((json_t *)(uintptr_t)body);
    copy = json_is_object(body) ? json_object() : json_array();
    json_object_foreach ((json_t *)(uintptr_t)body, key, member)
        jx_set(copy, key,
               is_placeholder(key, member) ? json_string(version) : api_version_body(member, version));
    json_array_foreach (body, i, member)
        jx_append(copy, api_version_body(member, version));
    return copy;
}
