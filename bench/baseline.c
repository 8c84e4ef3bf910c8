/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/baseline.h"
#include <signal.h>

void baseline_reply(struct serve_reply *reply, const uint8_t *bytes, size_t n)
{
    reply->bytes = x_realloc(NULL, n); /* unlike x_alloc() not zeroed first */
    reply->n = n;
    memcpy(reply->bytes, bytes, n);
}

int baseline_main(int argc, char **argv, serve_handler *handle)
{
    struct file response;
    struct serve_method methods[2] = { 0 };
    struct err e = { 0 };
    CLEAN(serve_free) struct server *server = NULL;
    sigset_t set;
    int number;

    if (argc != 3)
        die("Usage: %s ADDRESS RESPONSE_FILE", argv[0]);
    response = file_load(argv[2]);
    methods[0] = (struct serve_method){ "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction",
                                        SERVE_UNARY, handle, &response };
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    server = serve_new(&(struct serve_options){ .network = "tcp",
                                                .address = argv[1],
                                                .max_message = 16 << 20,
                                                .max_age_ms = 300000,
                                                .max_age_grace_ms = 30000,
                                                .workers = 2 },
                       methods, &e);
    if (!server)
        die("%s", e.text);
    serve_start(server);
    (void)sigwait(&set, &number);
    serve_stop(server, 1000);
    free(response.at);
    return 0;
}
