/* SPDX-License-Identifier: Apache-2.0 */
/* Responses as provider-http stores them. */
#include "lib/jx.h"
#include "provider/exec/exec.h"

bool exec_is_http_error(const json_t *object, int status)
{
    const json_t *allowed;
    size_t i;

    json_array_foreach (jx_at(object, "spec.forProvider.allowedStatusCodes"), i, allowed)
        if (json_is_integer(allowed) && json_integer_value(allowed) == status)
            return false;
    return status >= 400 && status < 600;
}

json_t *exec_response(const struct http_response *res)
{
    json_t *headers = json_object(), *response = jx_pack("{s:i}", "statusCode", res->status);

    for (size_t i = 0; i < res->n_headers; i++) {
        json_auto_t *name = jx_text(res->headers[i].name);
        json_t *values = json_object_get(headers, json_string_value(name));

        if (!values) {
            values = json_array();
            jx_set(headers, json_string_value(name), values);
        }
        jx_append(values, jx_text(res->headers[i].value));
    }
    jx_set(response, "headers", headers);
    if (res->body.len)
        jx_set(response, "body", jx_textn(buf_text(&res->body), res->body.len));
    return response;
}
