/* SPDX-License-Identifier: Apache-2.0 */
/* What is well-formed but cannot be: Gardener's own rules, each with the text Gardener would use and a name
 * by which a switch turns it off. */
#pragma once
#include "sim/regions.h"
#include "sim/switches.h"

struct semantics {
    const struct switches *switches;
    int64_t started, now;
    const struct region *region;
    const json_t *old; /* NULL for a create */
    const json_t *spec;
};

/* An array of {key, value: text}, empty when all is well. */
json_t *semantics_check(const struct semantics *in);
bool semantics_off(const struct switches *switches, const char *rule);
/* Lower-case letters, digits and hyphens, no hyphen at the ends. */
bool is_dns_label(const char *text);
