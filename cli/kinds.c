/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/kinds.h"
#include "function/render/render.h"
#include "lib/jx.h"
#include "lib/suggest.h"

#define PLATFORM "platform.cleura.crossplane.io/v1alpha1"
#define MODERN   "cleura.m.crossplane.io/v1alpha2"
#define CLUSTER  "cleura.crossplane.io/v1alpha2"
#define USAGE    "protection.crossplane.io/v1beta1"

/* Those whose name begins with X are the claims variant. */
static const struct kind_info kinds[] = {
    { "Shoot", PLATFORM, KIND_COMPOSITE, false },
    { "XShoot", PLATFORM, KIND_COMPOSITE, true },
    { "Gateway", PLATFORM, KIND_COMPOSITE, false },
    { "XGateway", PLATFORM, KIND_COMPOSITE, true },
    { "HTTPRoute", PLATFORM, KIND_COMPOSITE, false },
    { "XHTTPRoute", PLATFORM, KIND_COMPOSITE, true },
    { "TCPRoute", PLATFORM, KIND_COMPOSITE, false },
    { "XTCPRoute", PLATFORM, KIND_COMPOSITE, true },
    { "TLSRoute", PLATFORM, KIND_COMPOSITE, false },
    { "XTLSRoute", PLATFORM, KIND_COMPOSITE, true },
    { "GRPCRoute", PLATFORM, KIND_COMPOSITE, false },
    { "XGRPCRoute", PLATFORM, KIND_COMPOSITE, true },
    { "UDPRoute", PLATFORM, KIND_COMPOSITE, false },
    { "XUDPRoute", PLATFORM, KIND_COMPOSITE, true },
    { "LoadBalancer", PLATFORM, KIND_COMPOSITE, false },
    { "XLoadBalancer", PLATFORM, KIND_COMPOSITE, true },
    { "Volume", PLATFORM, KIND_COMPOSITE, false },
    { "XVolume", PLATFORM, KIND_COMPOSITE, true },

    { "Request", MODERN, KIND_COMPOSED, false },
    { "DisposableRequest", MODERN, KIND_COMPOSED, false },
    { "ProviderConfig", MODERN, KIND_COMPOSED, false },
    { "Usage", USAGE, KIND_COMPOSED, false },
    { "Secret", "v1", KIND_OTHER, false },
    { "ClusterProviderConfig", MODERN, KIND_OTHER, true },
    { "Request", CLUSTER, KIND_COMPOSED, true },
    { "DisposableRequest", CLUSTER, KIND_COMPOSED, true },
    { "ProviderConfig", CLUSTER, KIND_COMPOSED, true },
    { "ClusterUsage", USAGE, KIND_COMPOSED, true },
    { "Namespace", "v1", KIND_IGNORED, true },
};

static bool rendered(const struct kind_info *kind)
{
    if (kind->role != KIND_COMPOSITE)
        return true;
    for (const char *const *name = render_kinds; *name; name++)
        if (!strcmp(*name, kind->kind))
            return true;
    return false;
}

const struct kind_info *kinds_at(size_t i)
{
    for (size_t n = 0; n < ARRAY_LENGTH(kinds); n++)
        if (rendered(&kinds[n]) && i-- == 0)
            return &kinds[n];
    return NULL;
}

static bool called(const char *kind, const char *name)
{
    size_t n = strlen(kind);

    return !strncasecmp(kind, name, n) &&
           (!name[n] || !strcasecmp(name + n, "s") || !strcasecmp(name + n, "es"));
}

const struct kind_info *kinds_find(const char *name)
{
    const struct kind_info *kind;

    for (size_t i = 0; (kind = kinds_at(i)); i++)
        if (called(kind->kind, name))
            return kind;
    return NULL;
}

const struct kind_info *kinds_of(const json_t *object)
{
    const char *api_version = jx_str(object, "apiVersion", ""), *name = jx_str(object, "kind", "");
    const struct kind_info *kind;

    for (size_t i = 0; (kind = kinds_at(i)); i++) {
        size_t group = store_group_length(kind->api_version);

        if (!strcmp(kind->kind, name) && group == store_group_length(api_version) &&
            !strncmp(kind->api_version, api_version, group))
            return kind;
    }
    return NULL;
}

static const char *name_at(size_t i)
{
    const struct kind_info *kind = kinds_at(i);
    return kind ? kind->kind : NULL;
}

const char *kinds_nearest(const char *name) { return suggest_nearest(name, name_at); }

int kinds_list(struct store *s, const struct kind_info *kind, const char *ns, json_t **ret_items,
               struct err *e)
{
    const struct store_ref ref = { .api_version = kind->api_version,
                                   .kind = kind->kind,
                                   .ns = kind->cluster ? "" : ns };

    return s->ops->list(s, &ref, ret_items, e);
}

int kinds_get(struct store *s, const struct kind_info *kind, const char *ns, const char *name, json_t **ret,
              struct err *e)
{
    const struct store_ref ref = {
        .api_version = kind->api_version, .kind = kind->kind, .ns = kind->cluster ? "" : ns, .name = name
    };

    return s->ops->get(s, &ref, ret, e);
}

bool kinds_is_shoot(const json_t *object)
{
    const char *kind = jx_str(object, "kind", "");

    return !strcmp(kind, "Shoot") || !strcmp(kind, "XShoot");
}

char *kinds_label(const json_t *object)
{
    return x_asprintf("%s/%s", jx_str(object, "kind", "?"), jx_str(object, "metadata.name", "?"));
}
