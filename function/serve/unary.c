/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of one question and one answer, and those nobody answers. */
#include "function/serve/server.h"
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>

void unary_arrived(struct call *c)
{
    if (!c->request) {
        call_refuse(c, SERVE_INVALID_ARGUMENT, "the call carried no message");
        call_finish(c);
        return;
    }
    if (grpc_byte_buffer_length(c->request) > SERVE_INLINE_MAX) {
        call_watch_close(c);
        call_reference(c);
        if (queue_push(c->route->server, c))
            return;
        call_refuse(c, SERVE_RESOURCE_EXHAUSTED, "too many large requests are waiting; try again later");
        call_finish(c);
        call_release(c);
        return;
    }
    unary_work(c);
}

void unary_work(struct call *c)
{
    if (call_expired(c)) {
        call_refuse(c, SERVE_DEADLINE_EXCEEDED, "nobody waits for the answer any more");
        call_finish(c);
        return;
    }
    call_handle(c);
    call_finish(c);
}

/* A path is the client's: what is not printable is '?'. */
void unknown_arrived(struct call *c)
{
    const uint8_t *path = GRPC_SLICE_START_PTR(c->details.method);
    size_t n = GRPC_SLICE_LENGTH(c->details.method);
    char shown[200];
    char why[256];

    n = n < sizeof(shown) ? n : sizeof(shown) - 1;
    memcpy(shown, path, n);
    for (size_t i = 0; i < n; i++)
        if (path[i] <= ' ' || path[i] >= 0x7f)
            shown[i] = '?';
    shown[n] = '\0';
    (void)snprintf(why, sizeof(why), "nobody serves %s here", shown);
    call_refuse(c, SERVE_UNIMPLEMENTED, why);
    call_finish(c);
}
