/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line says beyond accounts, projects and switches. */
#pragma once
#include "sim/state.h"

struct options {
    const char *listen, *control, *ready_file;
    bool tls, help;
    double speed;
    uint64_t seed;
};

/* Reads the command line; accounts, projects and switches go straight into a new simulator. NULL with
 * ERR_INVALID. With --help the simulator is made all the same. */
struct sim *options_read(int argc, char *argv[], struct options *o, struct err *e);
void options_help(FILE *out);
