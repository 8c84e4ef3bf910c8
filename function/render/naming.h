/* SPDX-License-Identifier: Apache-2.0 */
/* What composed resources are called.  The keys are the identity Crossplane knows a resource by and the
 * object names are what providers and people refer to: a rename would delete and create, so the tables of
 * parts are frozen (their test repeats them). */
#pragma once
#include "function/function.h"
#include <stdbool.h>

enum { NAMING_MAX = 63 /* also fits a label value */, NAMING_SIZE = NAMING_MAX + 1 };

enum { PART_SUFFIX = 32 };

/* One composed resource of a kind; each kind has a table of them. */
struct part {
    const char *key;          /* the composed resource name, "api-server" */
    char suffix[PART_SUFFIX]; /* of its object's name, after the composite's: "-api-server" */
};

/* Where a composite lives and what its objects' names start with. Strings are borrowed from the composite. */
struct naming {
    bool cluster;     /* composed objects are cluster scope: the claims variant */
    bool claimed;     /* ... and there is a claim */
    const char *kind; /* of the composite */
    const char *api_version;
    const char *object;     /* the composite's metadata.name */
    const char *own;        /* what the user called it: the claim's name, else the composite's */
    const char *ns;         /* the composite's or claim's namespace; NULL when there is none */
    char base[NAMING_SIZE]; /* "<name>", or "<claim's namespace>-<claim's name>"; hashed when long */
};

void naming_init(const json_t *composite, struct naming *n);

/* 'base' of the composite that the user calls 'name', of the same kind of scope and namespace as 'n': what a reference means. */
void naming_base_of(const struct naming *n, const char *name, char base[NAMING_SIZE]);

/* The object's metadata.name, "my-cluster-api-server"; at most NAMING_MAX bytes, hashed when it would be
 * longer. */
void naming_object(const struct naming *n, const struct part *part, char name[NAMING_SIZE]);
