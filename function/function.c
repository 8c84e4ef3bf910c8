/* SPDX-License-Identifier: Apache-2.0 */
/* What every renderer and every user of one needs of a response. */
#include "function/function.h"
#include "lib/cleanup.h"
#include "lib/jx.h"
#include "lib/jx_alloc.h"

void fn_response_init(struct fn_response *r)
{
    *r = (struct fn_response){
        .desired = json_object(), .status = json_object(), .conditions = json_array(), .results = json_array()
    };
    if (!r->desired || !r->status || !r->conditions || !r->results)
        abort();
}

void fn_response_free(struct fn_response *r)
{
    jx_alloc_release(r->desired);
    jx_alloc_release(r->status);
    jx_alloc_release(r->conditions);
    jx_alloc_release(r->results);
    *r = (struct fn_response){ 0 };
}

static void share_member(json_t *to, const json_t *from, const char *name)
{
    const json_t *value = json_object_get(from, name);

    if (value)
        jx_share(to, name, value);
}

json_t *fn_kept(const json_t *observed)
{
    static const char *const names[] = { "name", "namespace" }, *const parts[] = { "apiVersion", "kind",
                                                                                   "spec" };
    json_t *kept = json_object(), *metadata = jx_make_object(kept, "metadata");

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        share_member(metadata, json_object_get(observed, "metadata"), names[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
        share_member(kept, observed, parts[i]);
    return kept;
}
