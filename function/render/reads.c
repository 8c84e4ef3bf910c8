/* SPDX-License-Identifier: Apache-2.0 */
/* What the renderers read of a request.  A field read elsewhere in this folder that is not named here is absent in
 * production: tests/render runs every case both ways and demands the same answer. */
#include "function/render/kind.h"
#include "function/render/render.h"
#include "lib/cleanup.h"

static const struct fn_fields composite_metadata[] = {
    { .name = "name" }, { .name = "namespace" }, { .name = "deletionTimestamp" }, { 0 }
};

/* A field nobody knows is an error the user is told of, so the spec is read whole, but for what is Crossplane's alone. */
static const struct fn_fields composite_spec[] = {
    { .name = "crossplane", .skip = true },
    { .name = "compositionRef", .skip = true },
    { .name = "compositionSelector", .skip = true },
    { .name = "compositionRevisionRef", .skip = true },
    { .name = "compositionRevisionSelector", .skip = true },
    { .name = "resourceRefs", .skip = true },
    { 0 },
};

/* What the cluster says no more of what it said before. */
static const struct fn_fields composite_status[] = { { .name = "volumeName" },
                                                     { .name = "previousVolumeName" },
                                                     { 0 } };

static const struct fn_fields composite[] = {
    { .name = "apiVersion" },
    { .name = "kind" },
    { .name = "metadata", .only = composite_metadata },
    { .name = "spec", .only = composite_spec },
    { .name = "status", .only = composite_status },
    { 0 },
};

static const struct fn_fields payload[] = { { .name = "body" }, { 0 } };
/* what never changes in provider-http's DisposableRequests; a Release of provider-helm has the other members */
static const struct fn_fields for_provider[] = {
    { .name = "payload", .only = payload },
    { .name = "url" },
    { .name = "headers" },
    { .name = "body" },
    { .name = "chart" },
    { .name = "namespace" },
    { .name = "wait" },
    { .name = "waitTimeout" },
    { .name = "values" },
    { 0 },
};
static const struct fn_fields spec[] = { { .name = "forProvider", .only = for_provider },
                                         { .name = "managementPolicies" },
                                         { 0 } };
static const struct fn_fields resource_metadata[] = { { .name = "generation" }, { 0 } };
static const struct fn_fields response[] = { { .name = "statusCode" }, { .name = "body" }, { 0 } };
static const struct fn_fields details[] = { { .name = "method" }, { 0 } };
static const struct fn_fields status[] = {
    { .name = "conditions" },
    { .name = "atProvider" },
    { .name = "response", .only = response },
    { .name = "expiresAt" },
    { .name = "apiVersion" },
    /* provider-http's */
    { .name = "requestDetails", .only = details },
    { .name = "failed" },
    { .name = "error" },
    { 0 },
};

static const struct fn_fields resource[] = {
    { .name = "apiVersion" },
    { .name = "metadata", .only = resource_metadata },
    { .name = "spec", .only = spec },
    { .name = "status", .only = status },
    { 0 },
};

const struct fn_reads render_reads = {
    .observed = kind_any_part,
    .composite = composite,
    .resource = resource,
};
