/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' quantities of bytes: "20Gi", "1.5T", "1e9". */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct quantity {
    double bytes; /* exact up to 8 PiB, which no volume has */
};

/* False when 'text' is none, or is negative. */
bool quantity_parse(const char *text, struct quantity *q);

/* Rounded up. */
int64_t quantity_gib(const struct quantity *q);
bool quantity_whole_gib(const struct quantity *q);
