/* SPDX-License-Identifier: Apache-2.0 */
/* From a composite to its kind's renderer. */
#include "function/render/render.h"
#include "function/render/kind.h"
#include "lib/buf.h"
#include "lib/jx.h"

static const char group[] = "platform.cleura.crossplane.io";

/* Tells which kinds there are. */
static int refuse(const json_t *composite, struct err *e)
{
    CLEAN(buf_free) struct buf known = buf_max(1024);

    for (const char *const *k = render_kinds; *k; k++)
        (void)buf_addf(&known, "%s%s", k == render_kinds ? "" : ", ", *k);
    if (!composite)
        return err_set(
            e, ERR_INVALID,
            "the request has no composite resource: this function renders composites (%s of %s) and "
            "does nothing in an Operation",
            buf_text(&known), group);
    return err_set(e, ERR_INVALID, "%.64s %.64s is not rendered here; known in %s/: %s",
                   jx_str(composite, "apiVersion", ""), jx_str(composite, "kind", ""), group,
                   buf_text(&known));
}

int render(const struct fn_request *req, struct fn_response *r, struct err *e)
{
    const char *api_version = jx_str(req->composite, "apiVersion", "");
    const struct kind *kind = NULL;

    if (!strncmp(api_version, group, strlen(group)) && api_version[strlen(group)] == '/')
        kind = kind_find(jx_str(req->composite, "kind", ""));
    if (!kind)
        return refuse(req->composite, e);
    kind->render(req, r);
    return 0;
}
