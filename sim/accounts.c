/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, and tokens in one JSON object: jansson is our hash table. */
#include "sim/accounts.h"
#include "lib/jx.h"
#include "lib/table.h"

static const struct table_name types[] = {
    { "plain", ACCOUNT_PLAIN },
    { "sms", ACCOUNT_SMS },
    { "sms-webauthn", ACCOUNT_SMS_WEBAUTHN },
    { "webauthn", ACCOUNT_WEBAUTHN },
    { "no-openstack", ACCOUNT_NO_OPENSTACK },
    { "ip-restricted", ACCOUNT_IP_RESTRICTED },
    { "read-only", ACCOUNT_READ_ONLY },
    { "project-scoped", ACCOUNT_PROJECT },
    { NULL, ACCOUNT_UNKNOWN },
};

const char *account_type_names(void)
{
    return "plain, sms, sms-webauthn, webauthn, no-openstack, ip-restricted, read-only, project-scoped";
}

void accounts_init(struct accounts *a) { a->tokens = json_object(); }

void accounts_free(struct accounts *a)
{
    for (size_t i = 0; i < a->n; i++) {
        free(a->list[i].login);
        free(a->list[i].password);
    }
    json_decref(a->tokens);
    a->tokens = NULL;
    a->n = 0;
}

struct account *account_find(struct accounts *a, const char *login)
{
    for (size_t i = 0; i < a->n; i++)
        if (!strcmp(a->list[i].login, login))
            return &a->list[i];
    return NULL;
}

int accounts_add(struct accounts *a, const char *text, struct err *e)
{
    const char *colon = strchr(text, ':');
    const char *password = colon ? colon + 1 : "";
    const char *last = strrchr(password, ':');
    int type = last ? table_value(types, last + 1) : ACCOUNT_PLAIN;
    CLEAN(free) char *login = NULL;
    struct account *account;

    if (!colon || colon == text || !*password)
        return err_set(e, ERR_INVALID, "an account is LOGIN:PASSWORD or LOGIN:PASSWORD:type");
    if (type == ACCOUNT_UNKNOWN)
        return err_set(e, ERR_INVALID, "account type \"%.40s\" is none of %s", last + 1,
                       account_type_names());
    login = x_strndup(text, (size_t)(colon - text));
    account = account_find(a, login);
    if (!account && a->n == ACCOUNTS_MAX)
        return err_set(e, ERR_INVALID, "more than %d accounts", ACCOUNTS_MAX);
    if (!account)
        account = &a->list[a->n++];
    free(account->login);
    free(account->password);
    account->login = TAKE(login);
    account->password = x_strndup(password, last ? (size_t)(last - password) : strlen(password));
    account->type = (enum account_type)type;
    return 0;
}

/* Expired tokens are forgotten now and then, so that a login before every poll does not fill the memory. */
enum { TOKENS_KEPT = 4096, TOKENS_MAX = 8192 };

static void forget_expired(struct accounts *a, int64_t real_now)
{
    const char *token;
    json_t *entry;
    void *tmp;

    if (json_object_size(a->tokens) < TOKENS_KEPT)
        return;
    json_object_foreach_safe (a->tokens, tmp, token, entry)
        if (jx_int(entry, "ends", 0) <= real_now)
            (void)json_object_del(a->tokens, token);
    if (json_object_size(a->tokens) >= TOKENS_MAX)
        (void)json_object_clear(a->tokens);
}

const char *token_issue(struct accounts *a, const struct account *account, struct dice *dice,
                        int64_t real_now, int64_t life_ms)
{
    char token[TOKEN + 1];

    forget_expired(a, real_now);
    dice_name(dice, token, TOKEN);
    jx_set(a->tokens, token,
           jx_pack("{s:s, s:I}", "login", account->login, "ends", (json_int_t)(real_now + life_ms)));
    a->issued++;
    return json_object_iter_key(json_object_iter_at(a->tokens, token));
}

struct account *token_check(struct accounts *a, const char *login, const char *token, int64_t real_now)
{
    json_t *entry = token ? json_object_get(a->tokens, token) : NULL;

    if (!entry || !login || strcmp(jx_str(entry, "login", ""), login) != 0)
        return NULL;
    if (jx_int(entry, "ends", 0) <= real_now) {
        (void)json_object_del(a->tokens, token);
        return NULL;
    }
    return account_find(a, login);
}

void token_revoke(struct accounts *a, const char *token) { (void)json_object_del(a->tokens, token); }

size_t token_revoke_all(struct accounts *a, const char *login)
{
    const char *token;
    json_t *entry;
    void *tmp;
    size_t n = 0;

    json_object_foreach_safe (a->tokens, tmp, token, entry) {
        if (login && strcmp(jx_str(entry, "login", ""), login) != 0)
            continue;
        (void)json_object_del(a->tokens, token);
        n++;
    }
    return n;
}

int64_t token_count(struct accounts *a, const char *token, int64_t real_now)
{
    json_t *entry = json_object_get(a->tokens, token);
    json_int_t second = real_now / 1000;
    json_int_t calls = jx_int(entry, "second", 0) == second ? jx_int(entry, "calls", 0) + 1 : 1;

    jx_set(entry, "second", json_integer(second));
    jx_set(entry, "calls", json_integer(calls));
    return calls;
}
