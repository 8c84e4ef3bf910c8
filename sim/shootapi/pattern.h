/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of schemas, which are written for Go's RE2, with the means of POSIX. Lookarounds and named groups are in neither. */
#pragma once
#include <stdbool.h>

/* Whether the text matches; also when the pattern cannot be read. */
bool pattern_matches(const char *pattern, const char *text);
