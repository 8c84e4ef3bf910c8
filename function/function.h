/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the composition function as trees: what serve/ and wire/ hand to render/, and what the command line hands to it
 * on a laptop.  Field names are those of Crossplane's RunFunctionRequest and RunFunctionResponse. */
#pragma once
#include <jansson.h>
#include <stdbool.h>

struct fn_request {
    const json_t *composite; /* the observed composite resource; NULL when there is none */
    const json_t *observed;  /* composed resource name → observed object; may be NULL */
    const json_t *input;     /* the Input (cleura.fn.crossplane.io/v1beta1) or NULL */
};

/* Members of an object that are read; { NULL } ends the list. 'only' narrows a member that is an object, NULL = all of it.
 * Or, each with 'skip': members that are not read, while all others are. */
struct fn_fields {
    const char *name;
    const struct fn_fields *only;
    bool skip;
};

/* What renderers read of a request.  The rest, which is most of it, need not be in the trees they are given. */
struct fn_reads {
    bool (*observed)(const char *name); /* is the composed resource of that name read at all? */
    const struct fn_fields *composite;  /* of the composite; NULL = all */
    const struct fn_fields *resource;   /* of an observed composed resource */
};

enum fn_ready { FN_READY_UNSPECIFIED, FN_READY_TRUE, FN_READY_FALSE };
enum fn_severity { FN_FATAL, FN_WARNING, FN_NORMAL };

/* Everything in it is owned by it. Initialise with fn_response_init(). */
struct fn_response {
    /* composed resource name → {"resource": {...}, "ready": bool (absent: unspecified)}, or {"keep": true, "ready"}: what was
     * observed stays as it is desired, its apiVersion, kind, name, namespace and spec and nothing else of it */
    json_t *desired;
    json_t *status; /* the composite's status without conditions; an object */
    json_t *
        conditions; /* [{type, status, reason, message}]; never "Ready" or "Synced", which are Crossplane's */
    json_t *results;     /* [{severity: fn_severity, reason, message}] */
    enum fn_ready ready; /* of the composite */
};

void fn_response_init(struct fn_response *r);
void fn_response_free(struct fn_response *r);
static inline void fn_response_free_clean(struct fn_response *r) { fn_response_free(r); }
