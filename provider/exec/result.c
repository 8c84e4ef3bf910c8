/* SPDX-License-Identifier: Apache-2.0 */
/* What the response to a DisposableRequest says. */
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/exec/document.h"
#include "provider/exec/exec.h"
#include "provider/exec/pass.h"

void exec_result_free(struct exec_result *r)
{
    json_decref(r->projection);
    *r = (struct exec_result){ .expected = false };
}

/* PEM, or base64 of PEM as a kubeconfig has it. */
static int certificate_end(const char *text, int64_t *ret, struct err *e)
{
    CLEAN(free)
    char *pem = strstr(text, "-----BEGIN") ? x_strdup(text) : crypto_base64_decode(text, NULL, NULL);

    if (!pem)
        return err_set(e, ERR_INVALID, "neither PEM nor base64");
    return crypto_certificate_expiry(pem, ret, e);
}

static int take_expiry(const struct pass *p, int at, const char *path, int64_t *ret, struct err *e)
{
    const json_t *value;
    const char *text;
    int failed;

    if (pass_value(p, at, path, &value, e) < 0)
        return -1;
    if (!value)
        return 0;
    text = json_string_value(value);
    if (!text)
        return err_set(e, ERR_INVALID, "%s must yield a string, not %s", path, eval_type(value));
    failed =
        strcmp(path, "renewal.certificate") == 0 ? certificate_end(text, ret, e) : clock_parse(text, ret, e);
    return failed ? err_wrap(e, "%s", path) : 0;
}

static int take_expected(const struct pass *p, int at, bool *ret, struct err *e)
{
    int status = (int)jx_int(p->response, "statusCode", 0);

    *ret = status != 0 && !exec_is_http_error(p->object, status);
    if (!*ret || at == PASS_NONE)
        return 0;
    if (pass_bool(p, at, NULL, ret, e) < 0)
        return err_wrap(e, "JQ filter should return a boolean, but returned error");
    return 0;
}

static int take_result(struct pass *p, struct exec_result *r, struct err *e)
{
    json_auto_t *document = document_result(p->x, p->object, p->response);
    int expected = jx_str(p->spec, "expectedResponse", "")[0] ? pass_add(p, "expectedResponse") : PASS_NONE;
    int expires = pass_add(p, "renewal.expiresAt"), certificate = pass_add(p, "renewal.certificate");
    int projection = pass_add(p, "statusProjection");

    if (eval_run(&p->eval, p->x, document, e) < 0 || take_expected(p, expected, &r->expected, e) < 0)
        return -1;
    if (!r->expected)
        return 0;
    if (take_expiry(p, expires, "renewal.expiresAt", &r->expires_at, e) < 0 ||
        take_expiry(p, certificate, "renewal.certificate", &r->expires_at, e) < 0)
        return -1;
    return pass_projection(p, projection, &r->projection, e);
}

int exec_disposable_check(const struct exec *x, const json_t *object, const json_t *response,
                          struct exec_result *ret, struct err *e)
{
    CLEAN(pass_free) struct pass p = pass_on(x, object, response);
    CLEAN(exec_result_free) struct exec_result r = { .expected = false };

    if (take_result(&p, &r, e) < 0)
        return -1;
    *ret = r;
    r = (struct exec_result){ .expected = false };
    return 0;
}
