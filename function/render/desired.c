/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/desired.h"
#include "lib/jx.h"

void desired_put(struct fn_response *r, const struct part *part, json_t *resource)
{
    jx_add(r->desired, jx_o(part->key, jx_object(jx_o("resource", resource))));
}

void desired_keep(struct fn_response *r, const struct part *part)
{
    jx_add(r->desired, jx_o(part->key, jx_object(jx_b("keep", true))));
}

bool desired_has(const struct fn_response *r, const struct part *part)
{
    return json_object_get(r->desired, part->key);
}

void desired_ready(struct fn_response *r, const struct part *part, bool ready)
{
    json_t *one = json_object_get(r->desired, part->key);

    if (one)
        jx_add(one, jx_b("ready", ready));
}
