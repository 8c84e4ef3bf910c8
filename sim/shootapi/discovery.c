/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/discovery.h"
#include "sim/shootapi/openapi.h"

static json_t *words(const char *list, char separator)
{
    json_t *array = json_array();

    while (*list) {
        const char *end = strchrnul(list, separator);

        jx_append(array, jx_textn(list, (size_t)(end - list)));
        list = *end ? end + 1 : end;
    }
    return array;
}

static json_t *all_verbs(void)
{
    return words("create,delete,deletecollection,get,list,patch,update,watch", ',');
}

static void reply_version(struct api *a, const struct api_request *req, struct api_reply *ret)
{
    (void)req;
    reply_doc(ret, 200,
              jx_pack("{s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:s}", "major", "1", "minor",
                      json_sprintf("%d", api_minor(a)), "gitVersion", json_sprintf("v%s", a->version),
                      "gitCommit", "0000000000000000000000000000000000000000", "gitTreeState", "clean",
                      "buildDate", "2026-01-01T00:00:00Z", "goVersion", "none", "compiler", "simulated",
                      "platform", "linux/amd64"));
}

static void reply_health(struct api *a, const struct api_request *req, struct api_reply *ret)
{
    (void)a, (void)req;
    ret->code = 200;
    ret->text = x_strdup("ok");
    ret->content_type = "text/plain; charset=utf-8";
}

/* ---- the aggregated form: everything in one answer ---- */

static const struct {
    const char *mark, *api_version, *content_type;
} aggregated[] = {
    { "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "apidiscovery.k8s.io/v2",
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList" },
    { "g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList", "apidiscovery.k8s.io/v2beta1",
      "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList" },
};

/* Index into 'aggregated' of what the client accepts first, -1 for the plain lists. */
static int wanted_form(const struct api_request *req)
{
    for (size_t i = 0; i < ARRAY_LENGTH(aggregated); i++)
        if (strstr(req->accept, aggregated[i].mark))
            return (int)i;
    return -1;
}

static json_t *gvk_of(const struct kind *kind)
{
    return jx_pack("{s:s, s:s, s:s}", "group", kind->group, "version", kind->version, "kind", kind->kind);
}

static const struct kind scale = { .group = "autoscaling", .version = "v1", .kind = "Scale" };

static json_t *aggregated_sub(const char *name, json_t *response_kind)
{
    return jx_pack("{s:s, s:o, s:o}", "subresource", name, "responseKind", response_kind, "verbs",
                   words("get,patch,update", ','));
}

static json_t *aggregated_resource(const struct kind *kind)
{
    json_t *resource =
        jx_pack("{s:s, s:o, s:s, s:s, s:o}", "resource", kind->plural, "responseKind", gvk_of(kind), "scope",
                kind->flags & KIND_NAMESPACED ? "Namespaced" : "Cluster", "singularResource", kind->singular,
                "verbs", all_verbs());

    if (*kind->short_names)
        jx_set(resource, "shortNames", words(kind->short_names, ','));
    if (kind->flags & KIND_ALL)
        jx_set(resource, "categories", jx_pack("[s]", "all"));
    if (kind->flags & KIND_STATUS)
        jx_set(resource, "subresources", jx_pack("[o]", aggregated_sub("status", gvk_of(kind))));
    if (kind->flags & KIND_SCALE)
        jx_append(json_object_get(resource, "subresources"), aggregated_sub("scale", gvk_of(&scale)));
    return resource;
}

/* The entry of 'items' whose 'key' path says 'value'; made from 'fresh' (taken) when there is none. */
static json_t *entry_for(json_t *items, const char *key, const char *value, json_t *fresh)
{
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item) {
        if (!strcmp(jx_str(item, key, ""), value)) {
            json_decref(fresh);
            return item;
        }
    }
    jx_append(items, fresh);
    return fresh;
}

static void reply_aggregated(struct api *a, bool core, int form, struct api_reply *ret)
{
    json_t *items = json_array();

    for (size_t i = 0; i < kinds_count(a->kinds); i++) {
        const struct kind *kind = kinds_at(a->kinds, i);
        json_t *group, *version;

        if (core != !*kind->group)
            continue;
        group = entry_for(items, "metadata.name", kind->group,
                          jx_pack("{s:{s:s, s:n}, s:[]}", "metadata", "name", kind->group,
                                  "creationTimestamp", "versions"));
        version = entry_for(
            json_object_get(group, "versions"), "version", kind->version,
            jx_pack("{s:s, s:s, s:[]}", "version", kind->version, "freshness", "Current", "resources"));
        jx_append(json_object_get(version, "resources"), aggregated_resource(kind));
    }
    reply_doc(ret, 200,
              jx_pack("{s:s, s:s, s:{}, s:o}", "kind", "APIGroupDiscoveryList", "apiVersion",
                      aggregated[form].api_version, "metadata", "items", items));
    ret->content_type = aggregated[form].content_type;
}

/* ---- the plain form ---- */

static json_t *version_entry(const char *group, const char *version)
{
    return jx_pack("{s:o, s:s}", "groupVersion", json_sprintf("%s/%s", group, version), "version", version);
}

/* An APIGroup, NULL when there is none of that name. */
static json_t *group_doc(struct api *a, const char *group)
{
    const char *best = kinds_preferred(a->kinds, group);
    json_t *versions = json_array();

    if (!best) {
        json_decref(versions);
        return NULL;
    }
    for (size_t i = 0; i < kinds_count(a->kinds); i++) {
        const struct kind *kind = kinds_at(a->kinds, i);

        if (!strcmp(kind->group, group))
            (void)entry_for(versions, "version", kind->version, version_entry(group, kind->version));
    }
    return jx_pack("{s:s, s:o, s:o}", "name", group, "versions", versions, "preferredVersion",
                   version_entry(group, best));
}

static void reply_api(struct api *a, const struct api_request *req, struct api_reply *ret)
{
    int form = wanted_form(req);

    if (form >= 0) {
        reply_aggregated(a, true, form, ret);
        return;
    }
    reply_doc(
        ret, 200,
        jx_pack("{s:s, s:[s], s:[]}", "kind", "APIVersions", "versions", "v1", "serverAddressByClientCIDRs"));
}

static void reply_apis(struct api *a, const struct api_request *req, struct api_reply *ret)
{
    int form = wanted_form(req);
    json_t *groups;

    if (form >= 0) {
        reply_aggregated(a, false, form, ret);
        return;
    }
    groups = json_array();
    for (size_t i = 0; i < kinds_count(a->kinds); i++) {
        const char *group = kinds_at(a->kinds, i)->group;

        if (*group)
            (void)entry_for(groups, "name", group, group_doc(a, group));
    }
    reply_doc(ret, 200,
              jx_pack("{s:s, s:s, s:o}", "kind", "APIGroupList", "apiVersion", "v1", "groups", groups));
}

void discovery_group(struct api *a, const struct path *p, struct api_reply *ret)
{
    json_t *group = group_doc(a, p->group);

    if (!group) {
        reply_unknown(ret);
        return;
    }
    jx_set(group, "kind", json_string("APIGroup"));
    jx_set(group, "apiVersion", json_string("v1"));
    reply_doc(ret, 200, group);
}

static json_t *plain_resource(const struct kind *kind, const char *suffix, json_t *verbs)
{
    return jx_pack("{s:o, s:s, s:b, s:s, s:o}", "name", json_sprintf("%s%s", kind->plural, suffix),
                   "singularName", *suffix ? "" : kind->singular, "namespaced",
                   kind->flags & KIND_NAMESPACED ? 1 : 0, "kind", kind->kind, "verbs", verbs);
}

static json_t *plain_scale(const struct kind *kind)
{
    json_t *resource = plain_resource(kind, "/scale", words("get,patch,update", ','));

    jx_set(resource, "group", json_string(scale.group));
    jx_set(resource, "version", json_string(scale.version));
    jx_set(resource, "kind", json_string(scale.kind));
    return resource;
}

void discovery_resources(struct api *a, const struct path *p, struct api_reply *ret)
{
    json_t *resources;

    if (!kinds_has_version(a->kinds, p->group, p->version)) {
        reply_unknown(ret);
        return;
    }
    resources = json_array();
    for (size_t i = 0; i < kinds_count(a->kinds); i++) {
        const struct kind *kind = kinds_at(a->kinds, i);
        json_t *resource;

        if (strcmp(kind->group, p->group) != 0 || strcmp(kind->version, p->version) != 0)
            continue;
        resource = plain_resource(kind, "", all_verbs());
        if (*kind->short_names)
            jx_set(resource, "shortNames", words(kind->short_names, ','));
        if (kind->flags & KIND_ALL)
            jx_set(resource, "categories", jx_pack("[s]", "all"));
        jx_append(resources, resource);
        if (kind->flags & KIND_STATUS)
            jx_append(resources, plain_resource(kind, "/status", words("get,patch,update", ',')));
        if (kind->flags & KIND_SCALE)
            jx_append(resources, plain_scale(kind));
    }
    reply_doc(ret, 200,
              jx_pack("{s:s, s:s, s:o, s:o}", "kind", "APIResourceList", "apiVersion", "v1", "groupVersion",
                      *p->group ? json_sprintf("%s/%s", p->group, p->version) : json_string(p->version),
                      "resources", resources));
}

/* ---- the fixed paths ---- */

static const struct {
    const char *path;
    bool prefix; /* whatever follows is the answering function's business */
    void (*answer)(struct api *a, const struct api_request *req, struct api_reply *ret);
} fixed[] = {
    { "/version", false, reply_version }, { "/healthz", true, reply_health },
    { "/readyz", true, reply_health },    { "/livez", true, reply_health },
    { "/api", false, reply_api },         { "/apis", false, reply_apis },
    { "/openapi/v2", false, openapi_v2 }, { "/openapi/v3", true, openapi_v3 },
};

/* "/api/" is "/api"; a prefix ends at a slash. */
static bool path_is(const char *path, const char *fixed_path, bool prefix)
{
    size_t n = strlen(fixed_path);

    if (strncmp(path, fixed_path, n) != 0)
        return false;
    return !path[n] || (path[n] == '/' && (prefix || !path[n + 1]));
}

bool discovery_fixed(struct api *a, const struct api_request *req, struct api_reply *ret)
{
    for (size_t i = 0; i < ARRAY_LENGTH(fixed); i++) {
        if (!path_is(req->path, fixed[i].path, fixed[i].prefix))
            continue;
        if (strcmp(req->method, "GET") != 0 && strcmp(req->method, "HEAD") != 0)
            reply_fail(ret, REASON_METHOD_NOT_ALLOWED, NULL, "the server does not allow this method");
        else
            fixed[i].answer(a, req, ret);
        return true;
    }
    return false;
}
