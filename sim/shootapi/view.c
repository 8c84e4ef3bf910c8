/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/view.h"
#include "sim/shootapi/table.h"

enum view_form view_form(const struct api_request *req)
{
    const char *first = req->accept;
    size_t n = strcspn(first, ","); /* clients list the form they prefer first, and we serve all of them */

    if (memmem(first, n, "as=Table", 8))
        return VIEW_TABLE;
    return memmem(first, n, "as=PartialObjectMetadata", 24) ? VIEW_METADATA : VIEW_OBJECT;
}

json_t *view_object(const struct kind *kind, json_t *doc)
{
    CLEAN(free) char *api_version = NULL;
    json_t *copy;

    if (!(kind->flags & KIND_CUSTOM))
        return json_incref(doc);
    api_version = kind_api_version(kind);
    if (!strcmp(jx_str(doc, "apiVersion", ""), api_version))
        return json_incref(doc);
    copy = json_copy(doc);
    jx_set(copy, "apiVersion", json_string(api_version));
    return copy;
}

static json_t *metadata_only(json_t *doc)
{
    json_t *partial = jx_pack("{s:s, s:s}", "kind", "PartialObjectMetadata", "apiVersion", "meta.k8s.io/v1");

    jx_share(partial, "metadata", json_object_get(doc, "metadata"));
    return partial;
}

json_t *view_one(const struct kind *kind, json_t *doc, enum view_form form, bool columns)
{
    json_auto_t *docs = NULL;

    switch (form) {
    case VIEW_METADATA: return metadata_only(doc);
    case VIEW_TABLE:
        docs = jx_pack("[O]", doc);
        return table_render(kind, docs,
                            jx_pack("{s:s}", "resourceVersion", jx_str(doc, "metadata.resourceVersion", "")),
                            columns);
    case VIEW_OBJECT: break;
    }
    return view_object(kind, doc);
}

/* Lists of the fixed kinds leave out what the list itself already says. */
static json_t *list_item(const struct kind *kind, json_t *doc, enum view_form form)
{
    json_t *item;

    if (form == VIEW_METADATA)
        return metadata_only(doc);
    if (kind->flags & KIND_CUSTOM)
        return view_object(kind, doc);
    item = json_copy(doc);
    (void)json_object_del(item, "kind");
    (void)json_object_del(item, "apiVersion");
    return item;
}

json_t *view_list(const struct kind *kind, const json_t *docs, json_t *metadata, enum view_form form)
{
    CLEAN(free) char *api_version = kind_api_version(kind);
    json_t *items, *doc;
    size_t i;

    if (form == VIEW_TABLE)
        return table_render(kind, docs, metadata, true);
    items = json_array();
    json_array_foreach (docs, i, doc) {
        jx_append(items, list_item(kind, doc, form));
    }
    return jx_pack("{s:o, s:s, s:o, s:o}", "kind",
                   form == VIEW_METADATA ? json_string("PartialObjectMetadataList")
                                         : json_sprintf("%sList", kind->kind),
                   "apiVersion", form == VIEW_METADATA ? "meta.k8s.io/v1" : api_version, "metadata", metadata,
                   "items", items);
}
