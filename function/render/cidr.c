/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 ranges. */
#include "function/render/cidr.h"
#include "lib/cleanup.h"
#include <arpa/inet.h>

bool cidr_parse(const char *text, struct cidr *c)
{
    const char *slash = strchr(text, '/');
    char address[INET_ADDRSTRLEN];
    struct in_addr in;
    uint32_t mask;
    int prefix = 0;

    if (!slash || (size_t)(slash - text) >= sizeof(address) || strlen(slash + 1) < 1 ||
        strlen(slash + 1) > 2 || strspn(slash + 1, "0123456789") != strlen(slash + 1) ||
        (slash[1] == '0' && slash[2]))
        return false;
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    for (const char *digit = slash + 1; *digit; digit++)
        prefix = prefix * 10 + (*digit - '0');
    if (prefix > 32 || inet_pton(AF_INET, address, &in) != 1)
        return false;
    mask = prefix ? UINT32_MAX << (32 - prefix) : 0;
    *c = (struct cidr){ .first = ntohl(in.s_addr) & mask,
                        .last = ntohl(in.s_addr) | ~mask,
                        .prefix = prefix,
                        .host_bits = ntohl(in.s_addr) & ~mask };
    return true;
}

void cidr_text(const struct cidr *c, char text[CIDR_TEXT])
{
    (void)snprintf(text, CIDR_TEXT, "%u.%u.%u.%u/%d", c->first >> 24, c->first >> 16 & 255,
                   c->first >> 8 & 255, c->first & 255, c->prefix);
}

bool cidr_private(const struct cidr *c)
{
    static const char *const ranges[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10" };
    struct cidr range;

    for (size_t i = 0; i < ARRAY_LENGTH(ranges); i++)
        if (cidr_parse(ranges[i], &range) && cidr_within(c, &range))
            return true;
    return false;
}
