/* SPDX-License-Identifier: Apache-2.0 */
/* Amounts as Kubernetes writes them: a server stores "1.5Gi" as "1536Mi", and 1 as "1". */
#pragma once
#include <jansson.h>
#include <stdbool.h>

/* Two texts or numbers that are the same amount, exactly. What is no amount, or has more than 18 digits, is the same as nothing. */
bool quantity_same(const json_t *a, const json_t *b);
