/* SPDX-License-Identifier: Apache-2.0 */
/* Which handler answers which request, and what a new cluster contains. */
#include "sim/shootapi/api.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "sim/shootapi/discovery.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/read.h"
#include "sim/shootapi/remove.h"
#include "sim/shootapi/scale.h"
#include "sim/shootapi/special.h"
#include "sim/shootapi/watch.h"
#include "sim/shootapi/write.h"

/* ---- requests ---- */

const char *api_query(const struct api_request *req, const char *name)
{
    const char *value = json_string_value(json_object_get(req->query, name));

    return value ? value : "";
}

bool api_query_is(const struct api_request *req, const char *name, const char *value)
{
    return !strcmp(api_query(req, name), value);
}

bool api_query_true(const struct api_request *req, const char *name)
{
    return api_query_is(req, name, "true") || api_query_is(req, name, "1");
}

int api_minor(const struct api *a)
{
    int major = 0, minor = 0;

    return sscanf(a->version, "%d.%d", &major, &minor) == 2 ? minor : 0;
}

typedef void handler(struct api *a, const struct path *p, const struct api_request *req,
                     struct api_reply *ret);

static void list_or_watch(struct api *a, const struct path *p, const struct api_request *req,
                          struct api_reply *ret)
{
    if (api_query_true(req, "watch"))
        watch_start(a, p, req, ret);
    else
        read_list(a, p, req, ret);
}

static const struct {
    const char *method;
    bool named; /* for one object, else for the collection */
    handler *answer;
} routes[] = {
    { "GET", true, read_get },     { "GET", false, list_or_watch },        { "POST", false, write_create },
    { "PUT", true, write_update }, { "PATCH", true, write_patch },         { "DELETE", true, remove_object },
    { "HEAD", true, read_get },    { "DELETE", false, remove_collection },
};

static bool has_subresource(const struct path *p)
{
    return !p->sub || (!strcmp(p->sub, "status") && p->kind->flags & KIND_STATUS);
}

static void handle_resource(struct api *a, const struct path *p, const struct api_request *req,
                            struct api_reply *ret)
{
    if (special_handle(a, p, req, ret) || scale_handle(a, p, req, ret))
        return;
    if (!p->kind || !has_subresource(p)) {
        reply_unknown(ret);
        return;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(routes); i++) {
        if (strcmp(routes[i].method, req->method) != 0 || routes[i].named != (p->name != NULL))
            continue;
        if (p->sub && !strcmp(req->method, "DELETE"))
            break;
        if (p->kind->flags & KIND_DEPRECATED)
            ret->warning =
                x_asprintf("299 - \"%s/%s %s is deprecated\"", p->group, p->version, p->kind->kind);
        routes[i].answer(a, p, req, ret);
        return;
    }
    reply_fail(ret, REASON_METHOD_NOT_ALLOWED, p,
               "the server does not allow this method on the requested resource");
}

void api_handle(struct api *a, const struct api_request *req, struct api_reply *ret)
{
    struct path p;

    remove_tick(a, clock_now());
    if (discovery_fixed(a, req, ret))
        return;
    switch (path_parse(&p, a->kinds, req->path)) {
    case PATH_GROUP: discovery_group(a, &p, ret); return;
    case PATH_VERSION: discovery_resources(a, &p, ret); return;
    case PATH_RESOURCE: handle_resource(a, &p, req, ret); return;
    case PATH_OTHER: break;
    }
    reply_unknown(ret);
}

void api_reply_clear(struct api_reply *r)
{
    json_decref(r->doc);
    free(r->text);
    free(r->warning);
    watch_free(r->watch);
    *r = (struct api_reply){ 0 };
}

/* ---- what a new cluster contains ---- */

static void seed(struct api *a, const char *group, const char *plural, const char *name, json_t *doc)
{
    CLEAN(free) char *key = objects_key(group, plural, NULL, name);
    json_t *metadata = jx_make_object(doc, "metadata");
    char uid[CRYPTO_UUID], now[CLOCK_TEXT];

    crypto_uuid(uid);
    clock_text(clock_now(), now);
    jx_set(metadata, "name", json_string(name));
    jx_set(metadata, "uid", json_string(uid));
    jx_set(metadata, "creationTimestamp", json_string(now));
    (void)objects_put(a->objects, key, doc);
}

static void seed_namespace(struct api *a, const char *name)
{
    seed(a, "", "namespaces", name,
         jx_pack("{s:s, s:s, s:{s:{s:s}}, s:{s:[s]}, s:{s:s}}", "apiVersion", "v1", "kind", "Namespace",
                 "metadata", "labels", "kubernetes.io/metadata.name", name, "spec", "finalizers",
                 "kubernetes", "status", "phase", "Active"));
}

/* One worker, Ready: what clients look at before they install anything. */
static void seed_node(struct api *a, const char *name)
{
    char now[CLOCK_TEXT];

    clock_text(clock_now(), now);
    seed(a, "", "nodes", name,
         jx_pack("{s:s, s:s, s:{s:{s:s, s:s}}, s:{}, s:{s:[{s:s, s:s, s:s, s:s, s:s, s:s}], s:{s:o, s:s}}}",
                 "apiVersion", "v1", "kind", "Node", "metadata", "labels", "kubernetes.io/hostname", name,
                 "kubernetes.io/os", "linux", "spec", "status", "conditions", "type", "Ready", "status",
                 "True", "reason", "KubeletReady", "message", "kubelet is posting ready status",
                 "lastHeartbeatTime", now, "lastTransitionTime", now, "nodeInfo", "kubeletVersion",
                 json_sprintf("v%s", a->version), "operatingSystem", "linux"));
}

static void seed_class(struct api *a, const char *name, bool is_default)
{
    seed(a, "storage.k8s.io", "storageclasses", name,
         jx_pack("{s:s, s:s, s:{s:{s:s}}, s:s, s:s, s:s, s:b}", "apiVersion", "storage.k8s.io/v1", "kind",
                 "StorageClass", "metadata", "annotations", "storageclass.kubernetes.io/is-default-class",
                 is_default ? "true" : "false", "provisioner", "cinder.csi.openstack.org", "reclaimPolicy",
                 "Delete", "volumeBindingMode", "WaitForFirstConsumer", "allowVolumeExpansion", 1));
}

void api_init(struct api *a, const char *version)
{
    static const char *const namespaces[] = { "default", "kube-node-lease", "kube-public", "kube-system" };

    (void)snprintf(a->version, sizeof(a->version), "%s", version);
    a->kinds = kinds_new();
    a->objects = objects_new();
    a->tokens = json_object();
    for (size_t i = 0; i < ARRAY_LENGTH(namespaces); i++)
        seed_namespace(a, namespaces[i]);
    seed_node(a, "shoot-worker-z1-0");
    seed_class(a, "default", true);
    seed_class(a, "default-class", false);
}

void api_set_version(struct api *a, const char *version)
{
    CLEAN(free) char *key = objects_key("", "nodes", NULL, NULL);
    const struct object *at;

    (void)snprintf(a->version, sizeof(a->version), "%s", version);
    while ((at = objects_next(a->objects, "", "nodes", NULL, &(struct object){ .key = key }))) {
        json_t *node = json_deep_copy(at->doc);

        free(key);
        key = x_strdup(at->key);
        jx_set(jx_make_object(jx_make_object(node, "status"), "nodeInfo"), "kubeletVersion",
               json_sprintf("v%s", version));
        (void)objects_put(a->objects, key, node);
    }
}

void api_clear(struct api *a)
{
    kinds_free(a->kinds);
    objects_free(a->objects);
    json_decref(a->tokens);
}
