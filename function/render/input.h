/* SPDX-License-Identifier: Apache-2.0 */
/* The function's Input: what a platform team sets once for all composites of a Composition. */
#pragma once
#include "function/function.h"
#include "lib/problems.h"
#include <stdbool.h>

struct input {
    const char *api_generation, *region, *project_id, *cloud; /* defaults for specs; NULL = none */
    bool upstream;                                            /* executor: provider-http */
    const char *endpoint;                       /* provider-http: Cleura's URL; NULL = by cloud */
    const char *secret_name, *secret_namespace; /* provider-http: the account's login and password */
    bool gardener;                              /* backend: Gardener */
    const char *garden_namespace,
        *credentials_binding;          /* Gardener: where shoots live, whose credentials they use */
    const char *poll, *poll_not_ready; /* Go durations; NULL = the renderer's own */
};

/* Strict; problems name "input.<field>". 'doc' may be NULL. Strings are borrowed. */
void input_read(const json_t *doc, struct input *ret, struct problems *p);

/* One problem when 'text' (may be NULL) is no duration of at least a second. */
void input_duration(const char *path, const char *text, struct problems *p);
