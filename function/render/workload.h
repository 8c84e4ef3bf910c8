/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds that live in a shoot share.  Such a composite becomes Requests to the shoot's own API server, through the
 * ProviderConfig that its Shoot makes: one that applies the object by server-side apply, one for the namespace, and probes that
 * only observe.  All are rendered at once, in any order with the Shoot; the provider holds them until the shoot is up.  A route that may
 * not be made before something is known leaves its object out (route_listener.c).
 *
 * A renderer goes: workload_begin(), jx_bind_all() with WORKLOAD_FIELDS in its table, workload_spec(), its rules,
 * workload_verdict() and, unless that refuses, workload_put_*() when it says so, workload_finish(); workload_end(). */
#pragma once
#include "function/render/call.h"
#include "function/render/inside.h"
#include "function/render/link.h"

/* The parts of every such kind come first in its table; its own follow. */
enum { WORKLOAD_OBJECT, WORKLOAD_NAMESPACE, WORKLOAD_OWN, WORKLOAD_PARTS_MAX = 9 };

/* The fields of every such kind's spec. */
struct workload_spec {
    json_t *shoot_ref, *ignored; /* 'ignored': Crossplane's own keys */
    const char *shoot, *ns, *poll;
    struct jx_opt_bool adopt;
};

/* Rows for a table that binds 'st', whose member 'm' is a struct workload_spec. */
#define WORKLOAD_FIELDS(st, m)                                                                               \
    JX_F_OBJECT(st, m.shoot_ref, "shootRef", .flags = JX_REQUIRED), JX_F_STR(st, m.ns, "namespace"),         \
        JX_F_STR(st, m.poll, "pollInterval"), JX_F_BOOL(st, m.adopt, "adopt"),                               \
        JX_F_TREE(st, m.ignored, "crossplane"), JX_F_TREE(st, m.ignored, "compositionRef"),                  \
        JX_F_TREE(st, m.ignored, "compositionSelector"), JX_F_TREE(st, m.ignored, "compositionRevisionRef"), \
        JX_F_TREE(st, m.ignored, "compositionRevisionSelector"),                                             \
        JX_F_TREE(st, m.ignored, "compositionUpdatePolicy"), JX_F_TREE(st, m.ignored, "claimRef"),           \
        JX_F_TREE(st, m.ignored, "resourceRef"), JX_F_TREE(st, m.ignored, "resourceRefs"),                   \
        JX_F_TREE(st, m.ignored, "publishConnectionDetailsTo"),                                              \
        JX_F_TREE(st, m.ignored, "writeConnectionSecretToRef")

struct workload {
    struct call call;
    const char *noun;         /* "load balancer", for messages */
    const struct part *parts; /* the kind's table */
    struct observed seen[WORKLOAD_PARTS_MAX];
    struct workload_spec spec;
    char config[NAMING_SIZE]; /* the shoot's ProviderConfig */
    bool current;             /* the object's Request that is there is the one rendered now */
    bool lasting;             /* what was observed is kept, since the spec is wrong */
};

void workload_begin(struct workload *w, const struct fn_request *req, struct fn_response *r, const char *noun,
                    const struct part *parts);
void workload_end(struct workload *w);

/* Takes over what was bound: defaults, and problems of what is wrong with it. */
void workload_spec(struct workload *w, const struct workload_spec *bound);

/* Adds a problem for each of the object's own name, 'spec.labels' and 'spec.annotations' that Kubernetes would not take. */
void workload_check_name(struct workload *w);
void workload_check_maps(struct workload *w, const json_t *labels, const json_t *annotations);

/* ---- what was rendered before ------------------------------------------------------------------------------------ */

/* The payload {object, place, want} of the Request of part 'id' as it is there.  NULL when the object was never seen in the shoot: then
 * everything may still be changed; or when it cannot be read. New. */
json_t *workload_before(const struct workload *w, int id);

/* A problem when 'path' has another value than before; either may be NULL: then nothing is known. 'hint' is what to do. */
void workload_fixed(struct workload *w, const char *path, const char *want, const char *have,
                    const char *hint);

/* The same for the shoot and the namespace. */
void workload_fixed_place(struct workload *w, const json_t *before);

/* ---- composing --------------------------------------------------------------------------------------------------- */

enum workload_verdict {
    WORKLOAD_RENDER, /* put everything */
    WORKLOAD_KEEP,   /* what was observed was put again; only the status is left to do */
    WORKLOAD_REFUSE, /* nothing is to be made, and all was said */
};

/* By the problems found so far. */
enum workload_verdict workload_verdict(struct workload *w);

/* {"name", "namespace", "labels", "annotations"} of the object named as the composite is; takes nothing, the maps may be NULL. */
json_t *workload_metadata(const struct workload *w, const json_t *labels, const json_t *annotations);

/* Takes 'metadata', 'spec' and 'want' (may be NULL): what programs need to know besides the object. */
void workload_put_object(struct workload *w, int id, struct inside_kind *kind, json_t *metadata, json_t *spec,
                         json_t *want);

/* The namespace, which is made when it is missing and never removed. */
void workload_put_namespace(struct workload *w);

/* Observes 'path' at the shoot's API server. 'poll' is a Go duration. */
void workload_put_probe(struct workload *w, int id, struct inside_probe *probe, const char *path,
                        const char *poll);

/* ---- status ------------------------------------------------------------------------------------------------------ */

/* Is the object of part 'id' in the shoot as the spec says?  'l' tells why not; met says nothing of how the object is. */
void workload_applied(const struct workload *w, int id, struct link *l);

/* One condition of the chain to readiness. */
struct workload_step {
    const char *condition; /* NULL ends the chain */
    const struct link *link;
};

/* status.phase and status.message, each step's condition and all readiness. 'phase' is what the kind says while all that is
 * missing are its own steps, 'done' the message when nothing is; 'ready_phase' may be NULL: Ready. */
void workload_finish(struct workload *w, const struct workload_step chain[], const char *phase,
                     const char *ready_phase, const char *done);
