/* SPDX-License-Identifier: Apache-2.0 */
/* What the gRPC library has to say, as log lines of ours.  It quotes what clients sent, and clients can make it talk: lines are
 * cut, escaped and few. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    GLOG_PER_SECOND = 10, /* lines; of more only their number is told */
    GLOG_TEXT = 300,      /* bytes of a line */
};

/* From now on, for the whole process, what it calls errors is logged as information: nearly always a client did something
 * wrong, and nobody here can mend that.  The rest is for debugging: it comes only if 'verbose'. */
void glog_route(bool verbose);

/* While we try what may fail, and tell why in words of our own, this thread's lines are for debugging too. */
void glog_expect_errors(bool expected);

/* How many lines one second may have. */
struct glog_limit {
    int64_t second;
    unsigned lines;
    unsigned dropped;
};

/* May a line be written in the second 'now'? '*ret_dropped' is how many were not, since it was last told; 0 = nothing to tell. */
bool glog_allow(struct glog_limit *limit, int64_t now, unsigned *ret_dropped);
