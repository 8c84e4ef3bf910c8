/* SPDX-License-Identifier: Apache-2.0 */
/* The login dialogue both generations share; they differ in shapes and status codes. */
#pragma once
#include "sim/call.h"

enum login_result { LOGIN_OK, LOGIN_WRONG, LOGIN_OPTIONS, LOGIN_SMS };

/* 'method' NULL = none named. On LOGIN_OK *ret_token, on LOGIN_SMS *ret_verification; both borrowed. */
enum login_result auth_login(struct call *c, const char *login, const char *password, const char *method,
                             const char **ret_text);
/* True when that login waits for a code. */
bool auth_send_code(struct call *c, const char *login, const char *verification);
/* The token, or NULL. Borrowed. */
const char *auth_verify(struct call *c, const char *login, const char *verification, json_int_t code);

void auth_wrong_login(struct call *c);
