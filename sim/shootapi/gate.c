/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/gate.h"

static const struct {
    int code;
    const char *reason, *message;
} known[] = {
    { 401, "Unauthorized", "Unauthorized" },
    { 403, "Forbidden", "forbidden" },
    { 409, "Conflict",
      "the object has been modified; please apply your changes to the latest version and try again" },
    { 429, "TooManyRequests", "Too many requests, please try again later." },
    { 500, "InternalError", "Internal error occurred" },
    { 503, "ServiceUnavailable", "the server is currently unable to handle the request" },
    { 504, "Timeout", "request did not complete within the allowed timeout" },
};

void gate_spoil(const struct gate_verdict *v, struct api_reply *reply)
{
    const char *reason = "", *message = "an error on the server has prevented the request from succeeding";

    for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
        if (known[i].code != v->status)
            continue;
        reason = known[i].reason;
        message = known[i].message;
    }
    api_reply_clear(reply);
    reply->code = v->status;
    reply->doc = jx_pack("{s:s, s:s, s:{}, s:s, s:o, s:s, s:i}", "kind", "Status", "apiVersion", "v1",
                         "metadata", "status", "Failure", "message",
                         jx_text(*v->message ? v->message : message), "reason", reason, "code", v->status);
}
