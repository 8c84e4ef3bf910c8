/* SPDX-License-Identifier: Apache-2.0 */
/* What a plain (unquoted) YAML scalar means, as Kubernetes reads it; shared by the reader and the writer of YAML. */
#pragma once
#include "lib/jx.h"

/* null ~ true false yes no on off y n (and Null NULL True TRUE ...), integers (decimal, 0x, 0o, 0b, and 0644 is octal),
 * floats; a float without a fraction is an integer, as JSON made by Go has it. Everything else is a string.
 * NULL for .inf and .nan, which JSON cannot say, and for a string with a NUL. */
json_t *yaml_plain(const char *text, size_t n);

/* Is 'value', which yaml_plain() made of the text, written as that text again by who makes a string of it, as kubectl does with keys? */
bool yaml_plain_keeps(const char *text, const json_t *value);

/* Do other YAML readers (1.1, with yes/no, sexagesimals, dates) take the text for something else than a string? */
bool yaml_plain_ambiguous(const char *text);
