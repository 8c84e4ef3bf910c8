/* SPDX-License-Identifier: Apache-2.0 */
/* CustomResourceDefinitions of the Gateway API bundles 1.5 and 1.6, standard and experimental, and of Envoy Gateway. */
#pragma once
#include "lib/jx.h"

struct crd_bundle {
    int minor; /* 5 or 6: Gateway API 1.5 or 1.6 */
    bool standard;
};

/* Every definition of the bundle, with Envoy Gateway's own: an array. New reference. */
json_t *crds_all(const struct crd_bundle *bundle);
