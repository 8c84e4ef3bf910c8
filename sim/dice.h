/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that a seed repeats (splitmix64), for faults, shuffles and generated names. Not for
 * secrets. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

uint64_t dice_next(struct dice *d);
/* In [0, 1). */
double dice_fraction(struct dice *d);
/* 'n' characters a-z, 0-9 and a NUL. */
void dice_name(struct dice *d, char *out, size_t n);
