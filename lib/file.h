/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, read with a limit and written so that a reader sees the old content or the new, never a part. */
#pragma once
#include "lib/err.h"
#include <sys/types.h>

/* The content, NUL-terminated; free() it. "-" reads standard input. NULL with ERR_NOT_FOUND or ERR_INVALID. */
MUST_CHECK char *file_read(const char *path, size_t max, size_t *ret_len, struct err *e);

/* Write a temporary file beside 'path', flush it to disk, rename it. Nothing is left behind on failure. */
MUST_CHECK int file_write_atomic(const char *path, const char *bytes, size_t n, mode_t mode, struct err *e);
