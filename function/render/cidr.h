/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 ranges. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { CIDR_TEXT = 20 };

struct cidr {
    uint32_t first, last;
    int prefix;
    bool host_bits; /* the address is not the range's first: "10.250.0.1/16" */
};

/* False when 'text' is no IPv4 address with a prefix. 'c' is then as it was. */
bool cidr_parse(const char *text, struct cidr *c);
/* "10.250.0.0/16" */
void cidr_text(const struct cidr *c, char text[CIDR_TEXT]);

static inline bool cidr_overlap(const struct cidr *a, const struct cidr *b)
{
    return a->first <= b->last && b->first <= a->last;
}
static inline bool cidr_within(const struct cidr *inner, const struct cidr *outer)
{
    return inner->first >= outer->first && inner->last <= outer->last;
}
/* Inside 10/8, 172.16/12, 192.168/16 or 100.64/10. */
bool cidr_private(const struct cidr *c);
