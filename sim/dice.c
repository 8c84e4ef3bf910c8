/* SPDX-License-Identifier: Apache-2.0 */
/* splitmix64: one word of state, good enough for faults. */
#include "sim/dice.h"

uint64_t dice_next(struct dice *d)
{
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double dice_fraction(struct dice *d) { return (double)(dice_next(d) >> 11) / 9007199254740992.0; }

void dice_name(struct dice *d, char *out, size_t n)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    for (size_t i = 0; i < n; i++)
        out[i] = alphabet[dice_next(d) % (sizeof(alphabet) - 1)];
    out[n] = '\0';
}
