/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/call.h"

void call_begin(struct call *c, const struct fn_request *req, struct fn_response *r)
{
    *c = (struct call){ .req = req, .r = r };
    naming_init(req->composite, &c->names);
    input_read(req->input, &c->in, &c->problems);
    c->rq.upstream = c->in.upstream;
}

void call_end(struct call *c)
{
    requests_free(&c->rq);
    problems_free(&c->problems);
    problems_free(&c->advice);
}
