/* SPDX-License-Identifier: Apache-2.0 */
/* Reads HOST:PORT; refuses whatever other machines could reach. */
#include "sim/address.h"
#include <arpa/inet.h>

int address_parse(const char *text, struct address *ret, struct err *e)
{
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    unsigned long port = colon && colon[1] ? strtoul(colon + 1, &end, 10) : 0;
    struct address a = { .host = "" };

    if (!colon || !end || *end || port > 65535 || colon == text || (size_t)(colon - text) >= sizeof(a.host))
        return err_set(e, ERR_INVALID, "\"%.80s\" is not HOST:PORT such as 127.0.0.1:8480", text);
    memcpy(a.host, text, (size_t)(colon - text));
    if (!strcmp(a.host, "localhost"))
        (void)snprintf(a.host, sizeof(a.host), "127.0.0.1");
    if (!strcmp(a.host, "[::1]")) {
        a.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
                                      .sin6_port = htons((uint16_t)port),
                                      .sin6_addr = in6addr_loopback };
    } else {
        a.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
        if (inet_pton(AF_INET, a.host, &a.v4.sin_addr) != 1 || ntohl(a.v4.sin_addr.s_addr) >> 24 != 127)
            return err_set(e, ERR_INVALID,
                           "%.60s is not a loopback address; use 127.0.0.1, [::1] or localhost", a.host);
    }
    *ret = a;
    return 0;
}
