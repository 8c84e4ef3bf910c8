/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/jx_alloc.h"

static bool installed;
static _Thread_local struct arena *current;

static void *get(size_t n) { return current ? arena_get(current, n) : malloc(n); }

static void put(void *p)
{
    if (!current || !arena_has(current, p))
        free(p);
}

void jx_alloc_install(void)
{
    installed = true;
    json_set_alloc_funcs(get, put);
}

struct arena *jx_alloc_from(struct arena *a)
{
    struct arena *before = current;

    current = a;
    return before;
}

void jx_alloc_release(json_t *v)
{
    if (!installed || !current || !arena_has(current, v))
        json_decref(v);
}
