/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind is an object of unknown fields here (for custom kinds their own schema is given): the
 * built-in kinds' are for the server alone, so clients that validate locally find nothing to object to. */
#include "sim/shootapi/openapi.h"
#include "sim/shootapi/kinds.h"

static json_t *gvk_list(const struct kind *kind)
{
    return jx_pack("{s:s, s:s, s:s}", "group", kind->group, "version", kind->version, "kind", kind->kind);
}

static json_t *schema_of(const struct kind *kind)
{
    json_t *schema = kind->flags & KIND_CUSTOM && kind->schema
                         ? json_deep_copy(kind->schema)
                         : jx_pack("{s:s, s:b}", "type", "object", "x-kubernetes-preserve-unknown-fields", 1);

    jx_set(schema, "x-kubernetes-group-version-kind", jx_pack("[o]", gvk_list(kind)));
    return schema;
}

static char *schema_name(const struct kind *kind)
{
    return x_asprintf("%s.%s.%s", *kind->group ? kind->group : "io.k8s.api.core", kind->version, kind->kind);
}

/* The name of the parameter is what clients look for: it tells them that the server validates fields. */
static json_t *parameters(void)
{
    static const char *const names[] = { "dryRun", "fieldManager", "fieldValidation", "force" };
    json_t *list = json_array();

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        jx_append(list, jx_pack("{s:s, s:s, s:{s:s, s:b}}", "name", names[i], "in", "query", "schema", "type",
                                strcmp(names[i], "force") == 0 ? "boolean" : "string", "uniqueItems", 1));
    return list;
}

static json_t *operation(const struct kind *kind, const char *action)
{
    CLEAN(free) char *name = schema_name(kind);

    return jx_pack("{s:s, s:o, s:{s:{s:s, s:{s:{s:{s:o}}}}}, s:s, s:o}", "operationId", action, "parameters",
                   parameters(), "responses", "200", "description", "OK", "content", "application/json",
                   "schema", "$ref", json_sprintf("#/components/schemas/%s", name), "x-kubernetes-action",
                   action, "x-kubernetes-group-version-kind", gvk_list(kind));
}

static json_t *path_item(const struct kind *kind)
{
    return jx_pack("{s:o, s:o, s:o, s:o}", "get", operation(kind, "get"), "put", operation(kind, "put"),
                   "patch", operation(kind, "patch"), "delete", operation(kind, "delete"));
}

static json_t *item_path(const struct kind *kind)
{
    CLEAN(free) char *api_version = kind_api_version(kind);

    return json_sprintf("/%s/%s/%s%s/{name}", *kind->group ? "apis" : "api", api_version,
                        kind->flags & KIND_NAMESPACED ? "namespaces/{namespace}/" : "", kind->plural);
}

static json_t *document(struct api *a, const char *group_version)
{
    json_t *paths = json_object(), *schemas = json_object();

    for (size_t i = 0; i < kinds_count(a->kinds); i++) {
        const struct kind *kind = kinds_at(a->kinds, i);
        CLEAN(free) char *api_version = kind_api_version(kind), *name = schema_name(kind);
        json_auto_t *path = item_path(kind);

        if (strcmp(api_version, group_version) != 0)
            continue;
        jx_set(paths, json_string_value(path), path_item(kind));
        jx_set(schemas, name, schema_of(kind));
    }
    return jx_pack("{s:s, s:{s:s, s:o}, s:o, s:{s:o}}", "openapi", "3.0.0", "info", "title", "Kubernetes",
                   "version", json_sprintf("v%s", a->version), "paths", paths, "components", "schemas",
                   schemas);
}

static void reply_index(struct api *a, struct api_reply *ret)
{
    json_t *paths = json_object();

    for (size_t i = 0; i < kinds_count(a->kinds); i++) {
        const struct kind *kind = kinds_at(a->kinds, i);
        CLEAN(free) char *api_version = kind_api_version(kind);
        CLEAN(free) char *path = x_asprintf("%s/%s", *kind->group ? "apis" : "api", api_version);

        jx_set(paths, path, jx_pack("{s:o}", "serverRelativeURL", json_sprintf("/openapi/v3/%s", path)));
    }
    reply_doc(ret, 200, jx_pack("{s:o}", "paths", paths));
}

void openapi_v3(struct api *a, const struct api_request *req, struct api_reply *ret)
{
    const char *rest = req->path + strlen("/openapi/v3");
    const char *group_version = !strncmp(rest, "/apis/", 6)  ? rest + 6
                                : !strncmp(rest, "/api/", 5) ? rest + 5
                                                             : NULL;
    json_t *doc;

    if (!*rest || !strcmp(rest, "/")) {
        reply_index(a, ret);
        return;
    }
    doc = group_version ? document(a, group_version) : NULL;
    if (!doc || !json_object_size(jx_at(doc, "paths"))) {
        json_decref(doc);
        reply_unknown(ret);
        return;
    }
    reply_doc(ret, 200, doc);
}

void openapi_v2(struct api *a, const struct api_request *req, struct api_reply *ret)
{
    json_t *definitions, *paths;

    if (strstr(req->accept, "protobuf") && !strstr(req->accept, "json")) {
        /* For kubectl, which wants to check fields with it: {swagger: "2.0"} and no kinds, so it checks none. */
        ret->code = 200;
        ret->text = x_strdup("\n\003"
                             "2.0");
        ret->content_type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
        return;
    }
    definitions = json_object();
    paths = json_object();
    for (size_t i = 0; i < kinds_count(a->kinds); i++) {
        const struct kind *kind = kinds_at(a->kinds, i);
        CLEAN(free) char *name = schema_name(kind);
        json_auto_t *path = item_path(kind);

        jx_set(definitions, name, schema_of(kind));
        jx_set(paths, json_string_value(path), path_item(kind));
    }
    reply_doc(ret, 200,
              jx_pack("{s:s, s:{s:s, s:o}, s:o, s:o}", "swagger", "2.0", "info", "title", "Kubernetes",
                      "version", json_sprintf("v%s", a->version), "paths", paths, "definitions",
                      definitions));
}
