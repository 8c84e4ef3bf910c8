/* SPDX-License-Identifier: Apache-2.0 */
/* Loopback addresses and nothing else: the simulator hands out admin rights for made-up passwords. */
#pragma once
#include "lib/err.h"
#include <netinet/in.h>

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    char host[64]; /* as in a URL: 127.0.0.1 or [::1] */
};

/* "HOST:PORT" with HOST an address in 127.0.0.0/8, [::1] or localhost. -1 with ERR_INVALID. */
MUST_CHECK int address_parse(const char *text, struct address *ret, struct err *e);
