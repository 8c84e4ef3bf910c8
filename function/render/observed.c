/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a composed resource's conditions. */
#include "function/render/observed.h"
#include "lib/jx.h"
#include <stdint.h>

static const json_t *condition(const json_t *object, const char *type)
{
    const json_t *list = jx_at(object, "status.conditions");
    size_t i;
    json_t *c;

    json_array_foreach (list, i, c)
        if (!strcmp(jx_str(c, "type", ""), type))
            return c;
    return NULL;
}

/* A condition that tells which generation it speaks of and speaks of an older one is no news. */
static bool outdated(const json_t *object, const json_t *c)
{
    return jx_int(c, "observedGeneration", INT64_MAX) < jx_int(object, "metadata.generation", 0);
}

void observed_get(const struct fn_request *req, enum naming_id id, struct observed *ret)
{
    const json_t *object = req->observed ? json_object_get(req->observed, naming_key(id)) : NULL;
    const json_t *ready = condition(object, "Ready"), *synced = condition(object, "Synced");

    *ret = (struct observed){
        .object = object,
        .ready = !strcmp(jx_str(ready, "status", ""), "True") && !outdated(object, ready),
        .stale = ready && outdated(object, ready),
        .not_ready = !strcmp(jx_str(ready, "status", ""), "False"),
        .not_synced = !strcmp(jx_str(synced, "status", ""), "False"),
        .ready_reason = jx_str(ready, "reason", ""),
        .ready_message = jx_str(ready, "message", ""),
        .synced_reason = jx_str(synced, "reason", ""),
        .synced_message = jx_str(synced, "message", ""),
        .at_provider = jx_at(object, "status.atProvider"),
    };
}
