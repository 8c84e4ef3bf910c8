/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds we render. */
#include "function/render/kind.h"
#include "function/render/render.h"

static const struct kind *const kinds[] = {
    &kind_shoot,         &kind_xshoot,    &kind_gateway,    &kind_xgateway,  &kind_httproute,
    &kind_xhttproute,    &kind_grpcroute, &kind_xgrpcroute, &kind_tlsroute,  &kind_xtlsroute,
    &kind_tcproute,      &kind_xtcproute, &kind_udproute,   &kind_xudproute, &kind_loadbalancer,
    &kind_xloadbalancer, &kind_volume,    &kind_xvolume,
};

const char *const render_kinds[] = { "Shoot",         "XShoot",    "Gateway",    "XGateway",  "HTTPRoute",
                                     "XHTTPRoute",    "GRPCRoute", "XGRPCRoute", "TLSRoute",  "XTLSRoute",
                                     "TCPRoute",      "XTCPRoute", "UDPRoute",   "XUDPRoute", "LoadBalancer",
                                     "XLoadBalancer", "Volume",    "XVolume",    NULL };
_Static_assert(ARRAY_LENGTH(render_kinds) == ARRAY_LENGTH(kinds) + 1, "the same kinds in both");

const struct kind *kind_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        if (!strcmp(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}

static bool has_part(const struct part *parts, const char *key)
{
    for (; parts->key; parts++)
        if (*parts->key == *key && !strcmp(parts->key, key))
            return true;
    return false;
}

/* Asked of each observed resource, most of which are another step's. */
bool kind_any_part(const char *key)
{
    const struct part *before = NULL;

    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        /* a kind and its twin for claims have the same */
        if (kinds[i]->parts != before && has_part(kinds[i]->parts, key))
            return true;
        before = kinds[i]->parts;
    }
    return false;
}
