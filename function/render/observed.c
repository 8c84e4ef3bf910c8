/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a composed resource's conditions. */
#include "function/render/observed.h"
#include "lib/jx.h"
#include <stdint.h>

static const char *text(const json_t *condition, const char *key)
{
    const char *s = json_string_value(json_object_get(condition, key));
    return s ? s : "";
}

/* A condition that tells which generation it speaks of and speaks of an older one is no news. */
static bool outdated(const json_t *object, const json_t *c)
{
    return jx_int(c, "observedGeneration", INT64_MAX) < jx_int(object, "metadata.generation", 0);
}

static void read_ready(const json_t *c, struct observed *o)
{
    o->stale = outdated(o->object, c);
    o->ready = !strcmp(text(c, "status"), "True") && !o->stale;
    o->not_ready = !strcmp(text(c, "status"), "False");
    o->ready_reason = text(c, "reason");
    o->ready_message = text(c, "message");
}

static void read_synced(const json_t *c, struct observed *o)
{
    o->unseen = outdated(o->object, c);
    o->not_synced = !strcmp(text(c, "status"), "False") && !o->unseen;
    o->synced_reason = text(c, "reason");
    o->synced_message = text(c, "message");
}

void observed_get(const struct fn_request *req, const struct part *part, struct observed *ret)
{
    const json_t *object = json_object_get(req->observed, part->key),
                 *status = json_object_get(object, "status"), *list = json_object_get(status, "conditions");

    *ret = (struct observed){
        .object = object,
        .ready_reason = "",
        .ready_message = "",
        .synced_reason = "",
        .synced_message = "",
        .at_provider = json_object_get(status, "atProvider"),
    };
    /* from the end: of several of one type the first counts */
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *c = json_array_get(list, i);

        if (!strcmp(text(c, "type"), "Ready"))
            read_ready(c, ret);
        else if (!strcmp(text(c, "type"), "Synced"))
            read_synced(c, ret);
    }
}
