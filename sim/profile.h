/* SPDX-License-Identifier: Apache-2.0 */
/* The cloud profile: what versions, images, machines and zones there are. Dates count from the simulator's
 * start. */
#pragma once
#include "sim/regions.h"
#include <jansson.h>
#include <stdint.h>

struct profile_version {
    const char *version, *classification;
    int expires_days; /* after the start; 0 = never; negative: already expired */
};
struct profile_machine {
    const char *name;
    int cpu, memory_gib;
    bool usable;
};

/* NULL when the profile has none of that name, or when it has expired. */
const struct profile_version *profile_kubernetes(const char *version, int64_t started, int64_t now);
const struct profile_version *profile_image(const char *name, const char *version, int64_t started,
                                            int64_t now);
const struct profile_machine *profile_machine(const char *name);
/* The newest image version that is supported. */
const char *profile_newest_image(void);
/* The newest supported patch of the same minor version; 'version' itself when there is none newer. */
const char *profile_newest_patch(const char *version);

/* <0, 0, >0 by number, part by part: 1.9 < 1.10. */
int version_compare(const char *a, const char *b);

json_t *profile_v1(const char *cloud, int64_t started);
json_t *profile_v2(const char *cloud, int64_t started);
