/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that are made once and are the same ever after: any number of threads put them into what they build at no
 * cost.  Nothing in them is counted, copied or freed; a holder may not change them. */
#pragma once
#include <jansson.h>

/* Static and zero at first. */
struct jx_fixed {
    json_t *doc;
};

/* What 'make(of)' returned when it was first called for; later ones do not call it. 'make' may not call this itself. */
json_t *jx_fixed(struct jx_fixed *f, json_t *(*make)(const void *of), const void *of);
