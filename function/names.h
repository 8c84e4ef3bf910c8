/* SPDX-License-Identifier: Apache-2.0 */
/* Called instead of glibc's functions of these names in a static program (the linker's --wrap): glibc would load the machine's
 * shared libraries for them, which an image without any does not have.  Nothing here resolves names or loads code. */
#pragma once
#include <netdb.h>
#include <stddef.h>

/* One address, when name and service are numbers. */
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *req,
                       struct addrinfo **ret);
void __wrap_freeaddrinfo(struct addrinfo *ai);

/* Of whom nobody is known. */
struct hostent *__wrap_gethostbyname(const char *name);
struct protoent *__wrap_getprotobynumber(int proto);
struct servent *__wrap_getservbyname(const char *name, const char *proto);
int __wrap_getservbyport_r(int port, const char *proto, struct servent *buffer, char *bytes, size_t n,
                           struct servent **ret);

/* OpenSSL's modules: there are none. */
void *__wrap_dlopen(const char *file, int mode);
