/* SPDX-License-Identifier: Apache-2.0 */
/* One kind of composite: each has a file with one of these, and a row in registry.c. */
#pragma once
#include "function/function.h"

struct kind {
    const char *name;
    void (*render)(const struct fn_request *req, struct fn_response *r);
};

extern const struct kind kind_shoot, kind_xshoot;

/* NULL when nobody knows it. */
const struct kind *kind_find(const char *name);
