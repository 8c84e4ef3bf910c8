/* SPDX-License-Identifier: Apache-2.0 */
/* What is not an object: tokens of service accounts, logs of pods, questions about rights. */
#pragma once
#include "sim/shootapi/path.h"
#include "sim/shootapi/status.h"

/* True when 'req' was one of these, which then is answered. 'p' is parsed. */
bool special_handle(struct api *a, const struct path *p, const struct api_request *req,
                    struct api_reply *ret);

/* The user a bearer token was issued to ("system:serviceaccount:ns:name"), NULL when it is unknown or
 * over. Borrowed. */
const char *special_token_user(const struct api *a, const char *token, int64_t now);

/* A Pod's log is this annotation's value; whoever plays the kubelet sets it. */
#define SPECIAL_LOG_ANNOTATION "simulator.cleura.cloud/log"
