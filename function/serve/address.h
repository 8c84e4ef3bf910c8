/* SPDX-License-Identifier: Apache-2.0 */
/* Listening addresses as Go's net.Listen takes them.  Names are not resolved (but for localhost): nobody wants a server
 * that starts only when DNS does. */
#pragma once
#include "lib/err.h"
#include <netinet/in.h>

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at;
    socklen_t n;
    bool everywhere; /* no host was named: v6 for both families, where the machine has it */
};

/* ":9443", "127.0.0.1:0", "[::1]:9443" or "localhost:9443". -1 with ERR_INVALID. */
MUST_CHECK int address_parse(const char *text, struct address *ret, struct err *e);

/* A listening TCP socket that does not block; *ret_port is the port it got. -1 with ERR_INVALID, or ERR_CONFLICT when the
 * port is taken. */
MUST_CHECK int address_listen(const char *text, in_port_t *ret_port, struct err *e);
