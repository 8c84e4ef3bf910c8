/* SPDX-License-Identifier: Apache-2.0 */
/* Files a benchmark cannot do without: a failure ends the program. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct file {
    uint8_t *at;
    size_t n;
};

/* The caller frees. */
struct file file_load(const char *path);
void file_store(const char *path, const uint8_t *bytes, size_t n);

/* printf to stderr, and exit 1. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
