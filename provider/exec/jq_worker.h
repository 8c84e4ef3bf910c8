/* SPDX-License-Identifier: Apache-2.0 */
/* The process that runs jq programs, and what is said to it over a stream socket, numbers in the machine's
 * own byte order:
 *
 *   request:  struct jq_request, then 'n' times a length (uint32_t) with a program, then the document as JSON
 *   answer:   frames. JQ_FRAME_STEP for each piece of slow preparation done, one JQ_FRAME_START when all are
 *             compiled, then one frame per program in order: its outcome and the value or error as text. */
#pragma once
#include <stdint.h>

enum { JQ_PROGRAMS_MAX = 256, JQ_DOCUMENT_MAX = 128 << 20 };

struct jq_request {
    uint32_t n, document_len;
};

enum { JQ_FRAME_STEP = 100, JQ_FRAME_START };

struct jq_frame {
    uint32_t kind; /* an outcome of jq.h, or one of the above */
    uint32_t len;
};

/* Serve requests on descriptor 'fd' until it is closed. The only user of libjq; what jq_scan() refuses never
 * gets there. */
_Noreturn void jq_worker_main(int fd);
