/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/backoff.h"
#include "lib/clock.h"

enum { MOST_MS = 60 * 1000 };

int64_t backoff_failure(int failures, double random)
{
    int64_t wait = CLOCK_SECOND;

    for (int i = 1; i < failures && wait < MOST_MS; i++)
        wait *= 2;
    if (wait > MOST_MS)
        wait = MOST_MS;
    return (int64_t)((double)wait * (0.8 + 0.4 * random));
}

int64_t backoff_spread(int64_t interval, const char *uid)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *uid; uid++)
        hash = (hash ^ (unsigned char)*uid) * 16777619u;
    return interval - interval / 10 * (int64_t)(hash % 1000) / 1000;
}
