/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of function-cleura: one table, from which parsing and help come.  Names, letters and the variable are
 * those that Crossplane and its function SDKs use. */
#pragma once
#include "lib/err.h"
#include <stddef.h>
#include <stdint.h>

struct options {
    const char *network, *address;
    const char *metrics_address; /* NULL = none */
    const char *tls_dir;         /* NULL = plaintext */
    size_t max_message;          /* bytes */
    int64_t max_age_ms, drain_ms;
    unsigned workers;
    bool debug, help, version;
};

/* 'env' looks up a variable, as getenv() does. What is given on the command line wins over it; strings are borrowed from
 * both. -1 with ERR_INVALID, naming the option, or both ways out when neither certificates nor --insecure are given
 * (which does not matter to --help and --version). */
MUST_CHECK int options_read(int argc, char *const argv[], char *(*env)(const char *name), struct options *ret,
                            struct err *e);

/* What --help prints; the caller frees. */
char *options_help(void);
