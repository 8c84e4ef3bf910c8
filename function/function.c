/* SPDX-License-Identifier: Apache-2.0 */
/* What every renderer and every user of one needs of a response. */
#include "function/function.h"
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
