/* SPDX-License-Identifier: Apache-2.0 */
/* What every renderer has at hand during one call. */
#pragma once
#include "function/render/input.h"
#include "function/render/requests.h"

struct call {
    const struct fn_request *req;
    struct fn_response *r;
    struct naming names;
    struct requests rq;
    struct input in;
    struct problems problems; /* must be mended */
    struct problems advice;   /* is accepted, and may not do what was meant */
};

/* Names and Input; the renderer calls requests_init(&c->rq, ...) once it knows the ProviderConfig, which call_end() undoes. */
void call_begin(struct call *c, const struct fn_request *req, struct fn_response *r);
void call_end(struct call *c);
