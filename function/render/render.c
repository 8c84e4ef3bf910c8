/* SPDX-License-Identifier: Apache-2.0 */
/* From a composite to its kind's renderer. */
#include "function/render/render.h"
#include "function/render/kind.h"
#include "lib/buf.h"
#include "lib/jx.h"

static const char group[] = "platform.cleura.crossplane.io/";

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
    json_decref(r->desired);
    json_decref(r->status);
    json_decref(r->conditions);
    json_decref(r->results);
    *r = (struct fn_response){ 0 };
}

int render(const struct fn_request *req, struct fn_response *r, struct err *e)
{
    const char *api_version = jx_str(req->composite, "apiVersion", ""),
               *name = jx_str(req->composite, "kind", "");
    const struct kind *kind = !strncmp(api_version, group, strlen(group)) ? kind_find(name) : NULL;
    CLEAN(buf_free) struct buf known = buf_max(1024);

    if (kind) {
        kind->render(req, r);
        return 0;
    }
    for (const char *const *k = render_kinds; *k; k++)
        (void)buf_addf(&known, "%s%s", k == render_kinds ? "" : ", ", *k);
    return err_set(e, ERR_INVALID, "%.64s %.64s is not rendered here; known in %s: %s", api_version, name,
                   group, buf_text(&known));
}
