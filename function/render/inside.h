/* SPDX-License-Identifier: Apache-2.0 */
/* spec.forProvider of the Requests to a shoot's own API server: one that applies an object by server-side apply, one for a
 * namespace, and probes that only observe.  The data is in .payload.body {object, place, want}; the programs are constant
 * texts for libjq 1.6. */
#pragma once
#include "lib/jx.h"
#include "lib/jx_fixed.h"

/* Which object a Request applies, and the programs that judge it. Static, zero 'any'. */
struct inside_kind {
    const char *kind, *resource; /* "Service", "services" */
    const char *const
        *versions;   /* of its API, the preferred first, NULL-terminated; {"v1", NULL} for the core group */
    bool discovered; /* the server's choice of them decides; not for what every server has */
    const char *ready, *failure, *projection; /* 'failure' may be NULL */
    const char *
        outdated; /* NULL, or when true the object is no longer what is to be there and, since it never changes, is deleted
                             and made anew: then it has no identity, and no update */
    struct jx_fixed any;
};

/* The URL of the object that .payload.body names, as a program. */
#define INSIDE_OBJECT_URL ".payload.baseUrl + \"/\" + .payload.body.object.metadata.name"

/* 'ns' NULL: the object is of the whole cluster.  Takes 'metadata' and 'rest', the members beside it; 'place' and 'want' (both may
 * be NULL) are what else is to be known later, and by programs. New; the caller adds who polls when. */
json_t *inside_apply(struct inside_kind *kind, const char *ns, json_t *metadata, json_t *rest, json_t *place,
                     json_t *want);

/* A namespace, which is made when it is missing. */
json_t *inside_namespace(const char *name);

struct inside_probe {
    const char *ready, *projection;
    const char *accept; /* NULL, or the form of the answer that is asked for */
    const char *const
        *versions; /* NULL, or {apiVersion} in the path stands for the one of them that is served */
    struct jx_fixed any;
};

/* Observes 'path'. */
json_t *inside_probe(struct inside_probe *probe, const char *path);

/* The text .payload.body of a Request, "" when there is none. */
const char *inside_payload(const json_t *request);
