/* SPDX-License-Identifier: Apache-2.0 */
/* Who may log in, and which tokens are valid. Tokens live by the real clock. */
#pragma once
#include "lib/err.h"
#include "sim/dice.h"
#include <jansson.h>
#include <stdint.h>

enum account_type {
    ACCOUNT_PLAIN,
    ACCOUNT_SMS,
    ACCOUNT_SMS_WEBAUTHN,
    ACCOUNT_WEBAUTHN,
    ACCOUNT_NO_OPENSTACK,
    ACCOUNT_IP_RESTRICTED,
    ACCOUNT_READ_ONLY,
    ACCOUNT_PROJECT,
    ACCOUNT_UNKNOWN
};

struct account {
    char *login, *password;
    enum account_type type;
    char verification[16]; /* of the login that waits for its SMS code; "" = none */
    bool sms_sent;
};

enum { ACCOUNTS_MAX = 64, TOKEN = 32 };

struct accounts {
    struct account list[ACCOUNTS_MAX];
    size_t n;
    json_t *tokens; /* token -> {login, ends, second, calls} */
    int64_t issued;
};

void accounts_init(struct accounts *a);
void accounts_free(struct accounts *a);

/* "LOGIN:PASSWORD[:type]"; a login replaces an earlier one of the same name. -1 with ERR_INVALID. */
MUST_CHECK int accounts_add(struct accounts *a, const char *text, struct err *e);
struct account *account_find(struct accounts *a, const char *login);
const char *account_type_names(void);

/* A new token of 'account', valid for 'life_ms' from the real time on. Borrowed until it ends. */
const char *token_issue(struct accounts *a, const struct account *account, struct dice *dice,
                        int64_t real_now, int64_t life_ms);
/* The account both headers belong to, or NULL: unknown, expired, or of another login. Either may be NULL. */
struct account *token_check(struct accounts *a, const char *login, const char *token, int64_t real_now);
void token_revoke(struct accounts *a, const char *token);
/* All tokens of a login (NULL: of everybody). Returns how many there were. */
size_t token_revoke_all(struct accounts *a, const char *login);
/* How many calls the token made in this second, this one included. */
int64_t token_count(struct accounts *a, const char *token, int64_t real_now);
