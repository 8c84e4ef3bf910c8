/* SPDX-License-Identifier: Apache-2.0 */
#undef NDEBUG
#include "function/names.h"
#include <arpa/inet.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* "host port" of what was found, or what getaddrinfo() says. */
static const char *found(const char *name, const char *service, int family)
{
    static char out[128];
    struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE },
                    *list;
    char host[64], port[8];
    int failed = __wrap_getaddrinfo(name, service, &hints, &list);

    if (failed)
        return gai_strerror(failed);
    assert_int_equal(list->ai_socktype, SOCK_STREAM);
    assert_int_equal(list->ai_family, list->ai_addr->sa_family);
    assert_null(list->ai_next);
    assert_int_equal(getnameinfo(list->ai_addr, list->ai_addrlen, host, sizeof(host), port, sizeof(port),
                                 NI_NUMERICHOST | NI_NUMERICSERV),
                     0);
    (void)snprintf(out, sizeof(out), "%s %s", host, port);
    __wrap_freeaddrinfo(list);
    return out;
}

static void numeric_addresses_are_read(void **state)
{
    (void)state;
    assert_string_equal(found("127.0.0.1", "9443", AF_UNSPEC), "127.0.0.1 9443");
    assert_string_equal(found("0.0.0.0", "0", AF_INET), "0.0.0.0 0");
    assert_string_equal(found("::", "65535", AF_UNSPEC), ":: 65535");
    assert_string_equal(found("::1", NULL, AF_INET6), "::1 0");
}

static void nothing_else_is(void **state)
{
    (void)state;
    assert_string_equal(found("localhost", "9443", AF_UNSPEC), gai_strerror(EAI_NONAME));
    assert_string_equal(found("127.0.0.1", "9443", AF_INET6), gai_strerror(EAI_NONAME));
    assert_string_equal(found("::1", "9443", AF_INET), gai_strerror(EAI_NONAME));
    assert_string_equal(found(NULL, "9443", AF_UNSPEC), gai_strerror(EAI_NONAME));
    assert_string_equal(found("127.0.0.1", "https", AF_UNSPEC), gai_strerror(EAI_SERVICE));
    assert_string_equal(found("127.0.0.1", "65536", AF_UNSPEC), gai_strerror(EAI_SERVICE));
    assert_string_equal(found("127.0.0.1", "-1", AF_UNSPEC), gai_strerror(EAI_SERVICE));
    assert_string_equal(found("127.0.0.1", "", AF_UNSPEC), gai_strerror(EAI_SERVICE));
}

static void there_are_no_names_and_no_code_to_load(void **state)
{
    struct servent buffer, *service = &buffer;
    char bytes[64];

    (void)state;
    assert_null(__wrap_gethostbyname("localhost"));
    assert_null(__wrap_getprotobynumber(6));
    assert_null(__wrap_getservbyname("https", "tcp"));
    assert_int_not_equal(__wrap_getservbyport_r(htons(443), "tcp", &buffer, bytes, sizeof(bytes), &service),
                         0);
    assert_null(service);
    assert_null(__wrap_dlopen("libm.so.6", RTLD_NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numeric_addresses_are_read),
        cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(there_are_no_names_and_no_code_to_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
