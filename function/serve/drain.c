/* SPDX-License-Identifier: Apache-2.0 */
/* How clients are sent away without losing a call.
 *
 * HTTP/2's way is: GOAWAY "soon", a ping, and when that is back GOAWAY "up to call n"; what a client sends later it sends again
 * elsewhere by itself.  gRPC core does that, but the only function of its C API that starts it, grpc_server_shutdown_and_notify(), at
 * the same moment stops taking calls: who asks something in the round trip until the second GOAWAY is told CANCELLED, which clients do
 * not repeat (measured: most of 64 calls under way, once for each stop).  Nor can answers be held back until clients fall silent: a
 * client that is slow for 10 ms is told CANCELLED all the same (measured: 16 of 64).
 *
 * So three methods of its C++ class are called that have no C name.  They are what the library itself uses, take nothing but the
 * server, and were there before and after 1.51, which is what Debian 12 has and keeps.  With any other version they are not called, and
 * clients get what they get from every server on gRPC core. */
#include "function/serve/server.h"
#include "lib/clock.h"
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <time.h>

#define CORE_VERSION "29.0.0" /* of 1.51 */

void core_stop_listening(grpc_server *s) __asm__("_ZN9grpc_core6Server13StopListeningEv")
    __attribute__((weak));
void core_send_goaways(grpc_server *s) __asm__("_ZN9grpc_core6Server11SendGoawaysEv") __attribute__((weak));
bool core_has_connections(grpc_server *s) __asm__("_ZN9grpc_core6Server18HasOpenConnectionsEv")
    __attribute__((weak));

static void stop_and_send(void *server)
{
    core_stop_listening(server); /* again does nothing */
    core_send_goaways(server);
}

/* C++ code of the library expects its "execution context" on the stack.  One is there while it destroys a byte buffer. */
static void in_context(void (*run)(void *), void *with)
{
    grpc_slice slice = grpc_slice_new_with_user_data((char[1]){ 0 }, 1, run, with);
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);

    grpc_slice_unref(slice);
    grpc_byte_buffer_destroy(buffer);
}

bool drain(struct server *s, int64_t until)
{
    const struct timespec step = { .tv_nsec = 2000000 };

    if (!core_stop_listening || !core_send_goaways || !core_has_connections ||
        strcmp(grpc_version_string(), CORE_VERSION) != 0)
        return false;
    do {
        in_context(stop_and_send, s->server); /* each time, for connections that were about to be made */
        stream_end_all(s);
        (void)nanosleep(&step, NULL);
    } while (core_has_connections(s->server) && clock_monotonic() < until);
    return true;
}
