/* SPDX-License-Identifier: Apache-2.0 */
/* The login dialogue itself, validation, revocation, the current user. */
#include "sim/auth.h"
#include "sim/handlers.h"
#include "sim/requests.h"

static const char *issue(struct call *c, const struct account *account)
{
    struct sim *s = c->sim;

    if (switch_on(&s->switches, SW_SINGLE_SESSION))
        (void)token_revoke_all(&s->accounts, account->login);
    c->applied = true;
    return token_issue(&s->accounts, account, &s->dice, c->real_now,
                       switch_ms(&s->switches, SW_TOKEN_SECONDS));
}

enum login_result auth_login(struct call *c, const char *login, const char *password, const char *method,
                             const char **ret_text)
{
    struct account *account = account_find(&c->sim->accounts, login);
    bool several = account && account->type == ACCOUNT_SMS_WEBAUTHN;

    if (!account || strcmp(account->password, password) != 0 || account->type == ACCOUNT_WEBAUTHN)
        return LOGIN_WRONG;
    if (account->type != ACCOUNT_SMS && !several) {
        *ret_text = issue(c, account);
        return LOGIN_OK;
    }
    if (several && !method)
        return LOGIN_OPTIONS;
    if (method && strcmp(method, "sms") != 0)
        return LOGIN_WRONG;
    dice_name(&c->sim->dice, account->verification, 10);
    account->sms_sent = false;
    *ret_text = account->verification;
    return LOGIN_SMS;
}

static struct account *waiting(struct call *c, const char *login, const char *verification)
{
    struct account *account = account_find(&c->sim->accounts, login);

    return account && *account->verification && !strcmp(account->verification, verification) ? account : NULL;
}

bool auth_send_code(struct call *c, const char *login, const char *verification)
{
    struct account *account = waiting(c, login, verification);

    if (account)
        account->sms_sent = c->applied = true;
    return account;
}

const char *auth_verify(struct call *c, const char *login, const char *verification, json_int_t code)
{
    struct account *account = waiting(c, login, verification);

    if (!account || !account->sms_sent || code != (json_int_t)switch_number(&c->sim->switches, SW_SMS_CODE))
        return NULL;
    account->verification[0] = '\0';
    return issue(c, account);
}

void auth_wrong_login(struct call *c)
{
    int status = (int)switch_number(&c->sim->switches, SW_WRONG_LOGIN_STATUS);

    if (status == 200)
        call_json(c, 200, jx_pack("{s:s}", "result", "login_failed"));
    else
        call_error(c, status, "Login failed");
}

void auth_validate(struct call *c) { call_empty(c, 204); }

void auth_revoke(struct call *c)
{
    token_revoke(&c->sim->accounts, c->in->token);
    c->applied = true;
    call_empty(c, 204);
}

void auth_current_user(struct call *c)
{
    enum account_type type = c->account->type;
    json_t *user =
        jx_pack("{s:i, s:s, s:b, s:i, s:{s:i, s:s, s:s}, s:s+, s:s, s:s, s:s, s:[], s:{}}", "id", 4711,
                "name", c->account->login, "admin", false, "auth_provider_id", 1, "currency", "id", 1, "code",
                "SEK", "name", "Swedish krona", "email", c->account->login, "@example.com", "firstname",
                "Demo", "lastname", "User", "language", "en", "ip_restrictions", "privileges");
    json_t *openstack = jx_pack("{s:s}", "type",
                                type == ACCOUNT_READ_ONLY ? "read"
                                : type == ACCOUNT_PROJECT ? "project"
                                                          : "full");

    if (type == ACCOUNT_PROJECT && c->sim->n_projects) {
        char domain[33];

        region_domain(c->sim->projects[0].region, domain);
        jx_set(openstack, "project_privileges",
               jx_pack("[{s:s, s:s, s:s}]", "domain_id", domain, "project_id", c->sim->projects[0].id, "type",
                       "full"));
    }
    if (type == ACCOUNT_NO_OPENSTACK)
        json_decref(openstack);
    else
        jx_set(jx_at(user, "privileges"), "openstack", openstack);
    if (type == ACCOUNT_SMS || type == ACCOUNT_SMS_WEBAUTHN)
        jx_set(user, "two_factor_login",
               jx_pack("{s:b, s:b}", "sms", true, "webauthn", type == ACCOUNT_SMS_WEBAUTHN));
    call_json(c, 200, user);
}
