/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/quantity.h"
#include "lib/cleanup.h"
#include <math.h>

static const struct {
    const char *suffix;
    double factor;
} suffixes[] = {
    { "", 1 },
    { "k", 1e3 },
    { "M", 1e6 },
    { "G", 1e9 },
    { "T", 1e12 },
    { "Ki", 1024 },
    { "Mi", 1024.0 * 1024 },
    { "Gi", 1024.0 * 1024 * 1024 },
    { "P", 1e15 },
    { "Ti", 1099511627776.0 },
};

int64_t quantity_bytes(const char *text)
{
    char *end;
    double n = strtod(text, &end);

    if (end == text || !isfinite(n) || n < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++)
        if (!strcmp(end, suffixes[i].suffix))
            return n * suffixes[i].factor < 9e18 ? (int64_t)(n * suffixes[i].factor) : -1;
    return -1;
}

int64_t quantity_gib(const char *text)
{
    const int64_t gib = INT64_C(1) << 30;
    int64_t bytes = quantity_bytes(text);

    return bytes <= gib ? 1 : (bytes - 1) / gib + 1;
}
