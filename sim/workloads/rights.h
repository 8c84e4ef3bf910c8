/* SPDX-License-Identifier: Apache-2.0 */
/* What a service account may do, by the roles and bindings stored in the shoot. Only what runs inside asks; who calls from
 * outside may do everything. */
#pragma once
#include "sim/workloads/ctl.h"

/* As the authorizer sees a request. */
struct rights_ask {
    const char *verb, *group, *resource;
    const char *ns;   /* "" = at the cluster scope */
    const char *name; /* "" = any, as for list and create */
};

/* The API server's own words, "secrets is forbidden: User ..."; NULL when the account may do it. free() it. */
char *rights_refusal(const struct ctl *c, const char *ns, const char *account,
                     const struct rights_ask *ask) MUST_CHECK;
