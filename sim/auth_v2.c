/* SPDX-License-Identifier: Apache-2.0 */
/* v2 shapes of the login dialogue: flat bodies, 201 for tokens. */
#include "sim/auth.h"
#include "sim/handlers.h"
#include "sim/requests.h"

void auth_v2_login(struct call *c)
{
    json_t *body = request_object(c, schema_v2_login, NULL);
    const char *text = NULL;
    enum login_result result = body ? auth_login(c, jx_str(body, "login", ""), jx_str(body, "password", ""),
                                                 jx_str(body, "two_factor_method", NULL), &text)
                                    : LOGIN_WRONG;

    if (!body)
        return;
    switch (result) {
    case LOGIN_OK: call_json(c, 201, jx_pack("{s:s, s:s}", "result", "login_ok", "token", text)); break;
    case LOGIN_OPTIONS:
        call_json(c, 201,
                  jx_pack("{s:s, s:[ss]}", "result", "twofactor_options", "options", "sms", "webauthn"));
        break;
    case LOGIN_SMS:
        call_json(
            c, 201,
            jx_pack("{s:s, s:s, s:s}", "result", "twofactor_required", "type", "sms", "verification", text));
        break;
    case LOGIN_WRONG: auth_wrong_login(c); break;
    }
}

void auth_v2_send_code(struct call *c)
{
    json_t *body = request_object(c, schema_v2_sms, NULL);

    if (!body)
        return;
    if (auth_send_code(c, jx_str(body, "login", ""), jx_str(body, "verification", "")))
        call_empty(c, 204);
    else
        call_error(c, (int)switch_number(&c->sim->switches, SW_WRONG_SMS_STATUS), "Invalid verification");
}

void auth_v2_verify(struct call *c)
{
    json_t *body = request_object(c, schema_v2_verify, NULL);
    const char *token = body ? auth_verify(c, jx_str(body, "login", ""), jx_str(body, "verification", ""),
                                           jx_int(body, "code", -1))
                             : NULL;

    if (!body)
        return;
    if (token)
        call_json(c, 200, jx_pack("{s:s}", "token", token));
    else
        call_error(c, (int)switch_number(&c->sim->switches, SW_WRONG_SMS_STATUS), "Invalid code");
}
