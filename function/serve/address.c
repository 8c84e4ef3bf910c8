/* SPDX-License-Identifier: Apache-2.0 */
#include "function/serve/address.h"
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

enum { HOST_MAX = INET6_ADDRSTRLEN, BACKLOG = 64 };

static int wrong(const char *text, const char *why, struct err *e)
{
    return err_set(e, ERR_INVALID,
                   "\"%.80s\" is no address to listen on: %s; write \":9443\", \"127.0.0.1:9443\" or "
                   "\"[::1]:9443\"",
                   text, why);
}

/* A port is all digits and at most 65535. */
static int parse_port(const char *digits, in_port_t *ret)
{
    unsigned long port;
    size_t n = strspn(digits, "0123456789");

    if (!n || n > 5 || digits[n])
        return -1;
    port = strtoul(digits, NULL, 10);
    *ret = htons((in_port_t)port);
    return port <= 65535 ? 0 : -1;
}

static int set_host(const char *host, bool brackets, in_port_t port, struct address *a)
{
    *a = (struct address){ .everywhere = !*host && !brackets };
    if (a->everywhere || brackets) {
        a->at.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = port };
        a->n = sizeof(a->at.v6);
        return a->everywhere || inet_pton(AF_INET6, host, &a->at.v6.sin6_addr) == 1 ? 0 : -1;
    }
    a->at.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port };
    a->n = sizeof(a->at.v4);
    if (!strcmp(host, "localhost"))
        host = "127.0.0.1";
    return inet_pton(AF_INET, host, &a->at.v4.sin_addr) == 1 ? 0 : -1;
}

int address_parse(const char *text, struct address *ret, struct err *e)
{
    const char *colon = strrchr(text, ':');
    char host[HOST_MAX] = { 0 };
    bool brackets = *text == '[';
    struct address a;
    in_port_t port = 0;
    size_t n;

    if (!colon)
        return wrong(text, "the port is missing", e);
    if (parse_port(colon + 1, &port) < 0)
        return wrong(text, "the port is no number up to 65535", e);
    n = (size_t)(colon - text);
    if (brackets && (n < 2 || text[n - 1] != ']'))
        return wrong(text, "the bracket is not closed", e);
    text += brackets;
    n -= brackets ? 2 : 0;
    if (n < sizeof(host))
        memcpy(host, text, n);
    if (n >= sizeof(host) || set_host(host, brackets, port, &a) < 0)
        return wrong(text - brackets, "the host is neither an IP address nor \"localhost\"", e);
    *ret = a;
    return 0;
}

/* The socket, or -1 with errno. */
static int open_socket(const struct address *a)
{
    int fd = socket(a->at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, off = 0;
    int failed;

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (a->everywhere && a->at.any.sa_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, &a->at.any, a->n) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    failed = errno;
    (void)close(fd);
    errno = failed;
    return -1;
}

static in_port_t port_of(int fd)
{
    struct address a = { .n = sizeof(a.at) };

    if (getsockname(fd, &a.at.any, &a.n) < 0)
        return 0;
    return ntohs(a.at.any.sa_family == AF_INET6 ? a.at.v6.sin6_port : a.at.v4.sin_port);
}

int address_listen(const char *text, in_port_t *ret_port, struct err *e)
{
    struct address a = { 0 };
    int fd;

    if (address_parse(text, &a, e) < 0)
        return -1;
    fd = open_socket(&a);
    if (fd < 0 && a.everywhere && errno != EADDRINUSE) { /* a machine without IPv6 */
        a.at.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = a.at.v6.sin6_port };
        a.n = sizeof(a.at.v4);
        fd = open_socket(&a);
    }
    if (fd < 0 && errno == EADDRINUSE)
        return err_set(e, ERR_CONFLICT, "\"%s\" is taken by another process; choose another port", text);
    if (fd < 0)
        return err_set(e, ERR_INVALID, "cannot listen on \"%s\": %s", text, strerror(errno));
    *ret_port = port_of(fd);
    return fd;
}
