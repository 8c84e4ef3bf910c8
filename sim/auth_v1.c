/* SPDX-License-Identifier: Apache-2.0 */
/* v1 shapes of the login dialogue: wrapped bodies, 200. */
#include "sim/auth.h"
#include "sim/handlers.h"
#include "sim/requests.h"

void auth_v1_login(struct call *c)
{
    json_t *auth = request_object(c, schema_v1_login, "auth");
    const char *text = NULL;
    enum login_result result = auth ? auth_login(c, jx_str(auth, "login", ""), jx_str(auth, "password", ""),
                                                 jx_str(auth, "twofa_method", "sms"), &text)
                                    : LOGIN_WRONG;

    if (!auth)
        return;
    if (result == LOGIN_OK)
        call_json(c, 200, jx_pack("{s:s, s:s}", "result", "login_ok", "token", text));
    else if (result == LOGIN_SMS)
        call_json(
            c, 200,
            jx_pack("{s:s, s:s, s:s}", "result", "twofactor_required", "type", "sms", "verification", text));
    else
        auth_wrong_login(c);
}

void auth_v1_send_code(struct call *c)
{
    json_t *body = request_object(c, schema_v1_sms, "request2fa");

    if (!body)
        return;
    if (auth_send_code(c, jx_str(body, "login", ""), jx_str(body, "verification", "")))
        call_empty(c, 204);
    else
        call_error(c, (int)switch_number(&c->sim->switches, SW_WRONG_SMS_STATUS), "Invalid verification");
}

void auth_v1_verify(struct call *c)
{
    json_t *body = request_object(c, schema_v1_verify, "verify2fa");
    const char *token = body ? auth_verify(c, jx_str(body, "login", ""), jx_str(body, "verification", ""),
                                           jx_int(body, "code", -1))
                             : NULL;

    if (!body)
        return;
    if (token)
        call_json(c, 200, jx_pack("{s:s, s:s}", "result", "login_ok", "token", token));
    else
        call_error(c, (int)switch_number(&c->sim->switches, SW_WRONG_SMS_STATUS), "Invalid code");
}
