/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/body.h"
#include "lib/jx_yaml.h"
#include "sim/shootapi/protobuf.h"

bool body_is(const struct api_request *req, const char *type)
{
    size_t n = strcspn(req->content_type, "; ");

    return strlen(type) == n && !strncasecmp(req->content_type, type, n);
}

bool body_parse(const struct api_request *req, const struct path *p, json_t **ret_doc, struct api_reply *ret)
{
    struct err e = { 0 };
    json_auto_t *docs = NULL;

    if (req->body_len && strspn(req->body, " \t\r\n") < req->body_len &&
        strchr("{[", req->body[strspn(req->body, " \t\r\n")])) {
        *ret_doc = jx_parse(req->body, req->body_len, &e);
    } else {
        docs = jx_yaml_parse(req->body, req->body_len, &e);
        *ret_doc = json_array_size(docs) == 1 ? json_incref(json_array_get(docs, 0)) : NULL;
    }
    if (*ret_doc)
        return true;
    reply_fail(ret, REASON_BAD_REQUEST, p, "error parsing the body: %s",
               *e.text ? e.text : "exactly one document is expected");
    return false;
}

static bool is_known_type(const struct api_request *req)
{
    return !*req->content_type || body_is(req, "application/json") || body_is(req, "application/yaml") ||
           body_is(req, "text/yaml");
}

static bool unsupported(const struct path *p, struct api_reply *ret)
{
    reply_fail(
        ret, REASON_UNSUPPORTED, p,
        "the body of the request was in an unknown format - accepted media types include: application/json, "
        "application/yaml");
    return false;
}

bool body_fits(const struct path *p, const json_t *doc, struct api_reply *ret)
{
    CLEAN(free) char *api_version = kind_api_version(p->kind);
    const char *sent_version = jx_str(doc, "apiVersion", ""), *sent_kind = jx_str(doc, "kind", "");
    const char *ns = jx_str(doc, "metadata.namespace", "");

    if (!json_is_object(doc) || !json_is_object(json_object_get(doc, "metadata")) || !*sent_kind ||
        !*sent_version) {
        reply_fail(ret, REASON_BAD_REQUEST, p, "%s is missing",
                   !*sent_kind      ? "Object 'Kind'"
                   : !*sent_version ? "Object 'apiVersion'"
                                    : "Object 'metadata'");
        return false;
    }
    if (strcmp(sent_version, api_version) != 0 || strcmp(sent_kind, p->kind->kind) != 0) {
        reply_fail(ret, REASON_BAD_REQUEST, p,
                   "the API version in the data (%.200s, Kind=%.100s) does not match the expected API "
                   "version (%s, Kind=%s)",
                   sent_version, sent_kind, api_version, p->kind->kind);
        return false;
    }
    if (*ns && (!p->ns || strcmp(ns, p->ns) != 0)) {
        reply_fail(ret, REASON_BAD_REQUEST, p,
                   "the namespace of the provided object does not match the namespace sent on the request");
        return false;
    }
    return true;
}

bool body_object(const struct api_request *req, const struct path *p, json_t **ret_doc, struct api_reply *ret)
{
    if (body_is(req, "application/vnd.kubernetes.protobuf")) {
        *ret_doc = protobuf_object(req->body, req->body_len);
        return *ret_doc ? body_fits(p, *ret_doc, ret) : unsupported(p, ret);
    }
    if (!is_known_type(req))
        return unsupported(p, ret);
    return body_parse(req, p, ret_doc, ret) && body_fits(p, *ret_doc, ret);
}

bool body_optional(const struct api_request *req, const struct path *p, json_t **ret_doc,
                   struct api_reply *ret)
{
    if (!req->body_len)
        return true;
    if (!is_known_type(req))
        return unsupported(p, ret);
    return body_parse(req, p, ret_doc, ret);
}
