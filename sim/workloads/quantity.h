/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes quantities of storage: "20Gi", "10G", "500M". */
#pragma once
#include <stdint.h>

/* The number of bytes; -1 when 'text' is none. */
int64_t quantity_bytes(const char *text);
/* The same in GiB, rounded up, at least 1: as Cinder makes volumes. */
int64_t quantity_gib(const char *text);
