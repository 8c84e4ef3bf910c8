/* SPDX-License-Identifier: Apache-2.0 */
/* The request unpacked and the response packed by protobuf-c from the true messages, nothing rendered: what the function would
 * cost at least with a generated codec. */
#include "bench/baseline.h"
#include <run_function.pb-c.h>

typedef Apiextensions__Fn__Proto__V1__RunFunctionRequest request_message;
typedef Apiextensions__Fn__Proto__V1__RunFunctionResponse response_message;

/* The response as a tree, made once; packing it is what is measured. */
static response_message *tree(const struct file *response)
{
    static response_message *made;

    if (!made)
        made = apiextensions__fn__proto__v1__run_function_response__unpack(NULL, response->n, response->at);
    if (!made)
        die("the response file is no RunFunctionResponse");
    return made;
}

static void codec(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    request_message *request = apiextensions__fn__proto__v1__run_function_request__unpack(NULL, n, bytes);
    const response_message *response = tree(ctx);

    if (!request) {
        reply->code = SERVE_INVALID_ARGUMENT;
        return;
    }
    reply->n = apiextensions__fn__proto__v1__run_function_response__get_packed_size(response);
    reply->bytes = x_realloc(NULL, reply->n);
    (void)apiextensions__fn__proto__v1__run_function_response__pack(response, reply->bytes);
    apiextensions__fn__proto__v1__run_function_request__free_unpacked(request, NULL);
}

int main(int argc, char **argv) { return baseline_main(argc, argv, codec); }
