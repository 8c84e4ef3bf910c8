/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the composition function as trees: what serve/ and wire/ hand to render/, and what the command line hands to it
 * on a laptop.  Field names are those of Crossplane's RunFunctionRequest and RunFunctionResponse. */
#pragma once
#include <jansson.h>

struct fn_request {
    const json_t *composite; /* the observed composite resource */
    const json_t *observed;  /* composed resource name → observed object; may be NULL */
    const json_t *input;     /* the Input (cleura.fn.crossplane.io/v1beta1) or NULL */
};

enum fn_ready { FN_READY_UNSPECIFIED, FN_READY_TRUE, FN_READY_FALSE };
enum fn_severity { FN_FATAL, FN_WARNING, FN_NORMAL };

/* Everything in it is owned by it. Initialise with fn_response_init(). */
struct fn_response {
    json_t *desired; /* composed resource name → {"resource": {...}, "ready": bool (absent: unspecified)} */
    json_t *status;  /* the composite's status without conditions; an object */
    json_t *
        conditions; /* [{type, status, reason, message}]; never "Ready" or "Synced", which are Crossplane's */
    json_t *results;     /* [{severity: fn_severity, reason, message}] */
    enum fn_ready ready; /* of the composite */
};

void fn_response_init(struct fn_response *r);
void fn_response_free(struct fn_response *r);
static inline void fn_response_free_clean(struct fn_response *r) { fn_response_free(r); }
