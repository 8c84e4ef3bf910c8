/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/write.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "sim/shootapi/body.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/remove.h"
#include "sim/shootapi/view.h"

void write_create(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret)
{
    json_auto_t *doc = NULL;
    CLEAN(free) char *key = NULL;
    json_t *metadata;
    char uid[CRYPTO_UUID], now[CLOCK_TEXT];

    if (!body_object(req, p, &doc, ret))
        return;
    metadata = json_object_get(doc, "metadata");
    key = objects_key(p->group, p->plural, p->ns, jx_str(metadata, "name", ""));
    crypto_uuid(uid);
    clock_text(clock_now(), now);
    jx_set(metadata, "uid", json_string(uid));
    jx_set(metadata, "creationTimestamp", json_string(now));
    if (p->ns)
        jx_set(metadata, "namespace", json_string(p->ns));
    (void)objects_put(a->objects, key, json_incref(doc));
    reply_doc(ret, 201, view_object(p->kind, doc));
}
void write_update(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret){(void)a;(void)req;reply_not_found(ret,p);}
void write_patch(struct api *a, const struct path *p, const struct api_request *req, struct api_reply *ret){(void)a;(void)req;reply_not_found(ret,p);}
