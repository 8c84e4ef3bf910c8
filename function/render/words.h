/* SPDX-License-Identifier: Apache-2.0 */
/* What Kubernetes lets a name, a label and its value be. */
#pragma once
#include <stdbool.h>

/* Only letters, digits and the characters of 'more'; not empty. */
bool words_only(const char *text, const char *more);
/* A DNS label: lower-case letters, digits, hyphens inside; of any length. */
bool words_dns_label(const char *text);
/* One or more DNS labels with dots between them, at most 253 bytes. */
bool words_dns_name(const char *text);
/* The same, and no IPv4 address. */
bool words_host_name(const char *text);
/* The key of a label, an annotation or a taint: an optional DNS prefix and a name, "example.com/tier". */
bool words_key(const char *text);
/* The value of a label. */
bool words_value(const char *text);
