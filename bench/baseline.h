/* SPDX-License-Identifier: Apache-2.0 */
/* The main program of a server to compare with: the function's own serve/ and options, with another handler. */
#pragma once
#include "bench/file.h"
#include "function/serve/serve.h"

/* Arguments: ADDRESS RESPONSE_FILE. The handler's ctx is the response, as struct file. */
int baseline_main(int argc, char **argv, serve_handler *handle);

/* Both borrowed from the caller: a copy of 'bytes' as the reply. */
void baseline_reply(struct serve_reply *reply, const uint8_t *bytes, size_t n);
