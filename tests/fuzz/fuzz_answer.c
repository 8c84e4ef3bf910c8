/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a server answers: what we read out of it before anything else. The first byte chooses the status. */
#include "lib/jx.h"
#include "provider/auth/classify.h"
#include "provider/auth/kubeconfig.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = { 200, 201, 204, 400, 401, 403, 404, 429, 500, 503 };
    struct http_response res = { .body = buf_max(JX_MAX_BYTES) };
    struct kubeconfig k = { 0 };
    char *token = NULL;

    if (size == 0)
        return 0;
    res.status = statuses[data[0] % ARRAY_LENGTH(statuses)];
    (void)buf_add(&res.body, data + 1, size - 1);
    free(classify_message(&res));
    (void)classify_refusal(&res);
    (void)classify_login(&res, &token);
    (void)classify_shoot(&res, "v1");
    (void)classify_shoot(&res, "v2");
    if (kubeconfig_read(buf_text(&res.body), res.body.len, &k, NULL) == 0)
        kubeconfig_free(&k);
    json_decref(jx_textn((const char *)data, size));
    free(token);
    buf_free(&res.body);
    return 0;
}
