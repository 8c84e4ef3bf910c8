/* SPDX-License-Identifier: Apache-2.0 */
/* Paths: percent-decoding and matching against patterns such as "/a/{shoot}/b". */
#pragma once
#include <stddef.h>

/* %XX decoded; a NUL or a broken escape stays as it is. The caller frees. */
char *uri_decode(const char *text, size_t n);

enum { URI_PARAMS = 8 };
struct uri_param {
    const char *name; /* in the pattern */
    size_t name_len;
    const char *value; /* in the path, encoded */
    size_t value_len;
};

/* The number of parameters, or -1 when 'path' does not match. No parameter is empty. */
int uri_match(const char *pattern, const char *path, struct uri_param params[URI_PARAMS]);
