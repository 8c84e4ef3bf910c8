/* SPDX-License-Identifier: Apache-2.0 */
/* One kind of composite: each has a file with one of these, and a row in registry.c. */
#pragma once
#include "function/function.h"
#include "function/render/naming.h"

struct kind {
    const char *name;
    void (*render)(const struct fn_request *req, struct fn_response *r);
    const struct part *parts; /* what it may be composed of; ends in { NULL } */
};

extern const struct kind kind_shoot, kind_xshoot, kind_volume, kind_xvolume, kind_loadbalancer,
    kind_xloadbalancer;
extern const struct kind kind_gateway, kind_xgateway, kind_httproute, kind_xhttproute, kind_grpcroute,
    kind_xgrpcroute, kind_tlsroute, kind_xtlsroute, kind_tcproute, kind_xtcproute, kind_udproute,
    kind_xudproute;

/* NULL when nobody knows it. */
const struct kind *kind_find(const char *name);

/* Is it the composed resource name of any kind's part? */
bool kind_any_part(const char *key);
