/* SPDX-License-Identifier: Apache-2.0 */
/* What composed resources are called.  The keys are the identity Crossplane knows a resource by and the
 * object names are what providers and people refer to: a rename would delete and create, so the table is
 * frozen (its test repeats it). */
#pragma once
#include "function/function.h"
#include <stdbool.h>

enum { NAMING_MAX = 63 /* also fits a label value */, NAMING_SIZE = NAMING_MAX + 1 };

enum naming_id {
    NAMING_BOOTSTRAP,
    NAMING_SHOOT,
    NAMING_PROVIDER_CONFIG,
    NAMING_API_SERVER,
    NAMING_KUBECONFIG,
    NAMING_PROTECTION,
    NAMING_LOGIN, /* only with executor provider-http */
    NAMING_N
};

/* Where a composite lives and what its objects' names start with. Strings are borrowed from the composite. */
struct naming {
    bool cluster;     /* composed objects are cluster scope: the claims variant */
    const char *kind; /* of the composite */
    const char *api_version;
    const char *object;     /* the composite's metadata.name */
    const char *own;        /* what the user called it: the claim's name, else the composite's */
    const char *ns;         /* the composite's or claim's namespace; NULL when there is none */
    char base[NAMING_SIZE]; /* "<name>", or "<claim's namespace>-<claim's name>"; hashed when long */
};

void naming_init(const json_t *composite, struct naming *n);

/* The composed resource name, "api-server". */
const char *naming_key(enum naming_id id);

/* Is it one of the composed resource names? */
bool naming_is_key(const char *name);

/* The object's metadata.name, "my-cluster-api-server"; at most NAMING_MAX bytes, hashed when it would be
 * longer. */
void naming_object(const struct naming *n, enum naming_id id, char name[NAMING_SIZE]);
