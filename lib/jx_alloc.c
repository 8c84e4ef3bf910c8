/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/jx_alloc.h"
#include <jansson.h>

static _Thread_local struct arena *current;

static void *get(size_t n) { return current ? arena_get(current, n) : malloc(n); }

static void put(void *p)
{
    if (!current || !arena_has(current, p))
        free(p);
}

void jx_alloc_install(void) { json_set_alloc_funcs(get, put); }

struct arena *jx_alloc_from(struct arena *a)
{
    struct arena *before = current;

    current = a;
    return before;
}
