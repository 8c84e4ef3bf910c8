/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes quantities, "20Gi", "10G", "500m", "1e3": their value, and the spelling the server gives back. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The value, to a double's precision; NAN when 'text' is none. */
double quantity_value(const char *text);
/* The number of bytes; -1 when 'text' is none, or less than nothing. */
int64_t quantity_bytes(const char *text);
/* The same in GiB, rounded up, at least 1: as Cinder makes volumes. */
int64_t quantity_gib(const char *text);
/* "1024Mi" is kept as "1Gi"; NULL when 'text' is no quantity. free() it. */
char *quantity_canonical(const char *text);
