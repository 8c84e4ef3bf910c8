/* SPDX-License-Identifier: Apache-2.0 */
/* Where JSON values live while a thread works on one call: in an arena, which saves a third of the work that short-lived trees
 * cost.  For programs that live on such calls; without jx_alloc_install() everything is on the heap. */
#pragma once
#include "lib/arena.h"
#include <jansson.h>

/* Before the first JSON value is made, while there is one thread. */
void jx_alloc_install(void);

/* From now on values that the calling thread makes come from 'a' (NULL = the heap); those it releases may be from either.  Returns what
 * was in force, to be put back.  Nothing that is to outlive the arena's reset may be made meanwhile. */
struct arena *jx_alloc_from(struct arena *a);

/* json_decref(), but without a walk over a tree that goes with the arena in force anyway. For a call's last trees. */
void jx_alloc_release(json_t *v);
