/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/auth/apilist.h"
#include "lib/jx.h"

char *apilist_path(const char *base, const char *version)
{
    if (!version)
        return x_asprintf("%s/apis", base);
    return x_asprintf("%s/%s/%s", base, apilist_group_length(version) ? "apis" : "api", version);
}

size_t apilist_group_length(const char *version)
{
    const char *slash = strchr(version, '/');

    return slash ? (size_t)(slash - version) : 0;
}

static json_t *body_of(const struct http_response *res, const char *kind, struct err *e)
{
    json_auto_t *body = jx_parse(buf_text(&res->body), res->body.len, NULL);

    if (strcmp(jx_str(body, "kind", ""), kind) != 0) {
        err_set(e, ERR_TRANSIENT, "HTTP %d: the answer is no %s", res->status, kind);
        return NULL;
    }
    return TAKE(body);
}

json_t *apilist_resources(const struct http_response *res, const char *version, struct err *e)
{
    json_auto_t *body = body_of(res, "APIResourceList", e), *names = json_object();
    const json_t *resource;
    size_t i;

    if (!body)
        return NULL;
    if (strcmp(jx_str(body, "groupVersion", ""), version) != 0) {
        err_set(e, ERR_TRANSIENT, "the answer is the APIResourceList of another version than %s", version);
        return NULL;
    }
    json_array_foreach (json_object_get(body, "resources"), i, resource)
        jx_set(names, jx_str(resource, "name", ""), json_true());
    return TAKE(names);
}

static json_t *versions_of(const json_t *group)
{
    json_t *versions = json_array();
    const json_t *version;
    size_t i;

    json_array_foreach (json_object_get(group, "versions"), i, version)
        if (jx_str(version, "groupVersion", NULL))
            jx_append(versions, json_incref(json_object_get(version, "groupVersion")));
    return versions;
}

json_t *apilist_groups(const struct http_response *res, struct err *e)
{
    json_auto_t *body = body_of(res, "APIGroupList", e), *groups = json_object();
    const json_t *group;
    size_t i;

    if (!body)
        return NULL;
    if (!json_is_array(json_object_get(body, "groups"))) {
        err_set(e, ERR_TRANSIENT, "the APIGroupList has no groups");
        return NULL;
    }
    json_array_foreach (json_object_get(body, "groups"), i, group)
        jx_set(groups, jx_str(group, "name", ""), versions_of(group));
    return TAKE(groups);
}
