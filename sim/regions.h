/* SPDX-License-Identifier: Apache-2.0 */
/* The clouds and regions there are, and where the simulated account's projects live. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct region {
    const char *cloud, *tag;
    int area_id;
    const char *area_tag, *area_name, *name;
    int id;
    const char *const *zones; /* NULL-terminated */
};

extern const struct region regions[];
extern const size_t n_regions;

/* NULL when there is none. 'cloud' may be NULL: any. */
const struct region *region_find(const char *cloud, const char *tag, bool any_case);
bool cloud_exists(const char *cloud);
/* The id of the account's OpenStack domain in a region: 32 hex digits. */
void region_domain(const struct region *r, char id[33]);
