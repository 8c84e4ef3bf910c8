/* SPDX-License-Identifier: Apache-2.0 */
/* As many bytes in and out as the function has, and nothing between: what the transport costs. */
#include "bench/baseline.h"

static void echo(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    const struct file *response = ctx;

    (void)bytes;
    (void)n;
    baseline_reply(reply, response->at, response->n);
}

int main(int argc, char **argv) { return baseline_main(argc, argv, echo); }
