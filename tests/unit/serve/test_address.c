/* SPDX-License-Identifier: Apache-2.0 */
#undef NDEBUG
#include "function/serve/address.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>

/* "family host port" of what was understood, or the error. */
static const char *understood(const char *text)
{
    static char out[600];
    struct address a;
    struct err e = { 0 };
    char host[INET6_ADDRSTRLEN] = { 0 };

    if (address_parse(text, &a, &e) < 0) {
        assert_int_equal(e.kind, ERR_INVALID);
        (void)snprintf(out, sizeof(out), "%s", e.text);
        return out;
    }
    if (a.at.any.sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &a.at.v4.sin_addr, host, sizeof(host));
    else
        (void)inet_ntop(AF_INET6, &a.at.v6.sin6_addr, host, sizeof(host));
    (void)snprintf(out, sizeof(out), "%s %s %d", a.everywhere ? "all" : "one", host,
                   ntohs(a.at.any.sa_family == AF_INET ? a.at.v4.sin_port : a.at.v6.sin6_port));
    return out;
}

static void addresses_are_written_as_in_go(void **state)
{
    (void)state;
    assert_string_equal(understood(":9443"), "all :: 9443");
    assert_string_equal(understood("127.0.0.1:0"), "one 127.0.0.1 0");
    assert_string_equal(understood("0.0.0.0:65535"), "one 0.0.0.0 65535");
    assert_string_equal(understood("[::1]:8080"), "one ::1 8080");
    assert_string_equal(understood("[::]:8080"), "one :: 8080");
    assert_string_equal(understood("localhost:8080"), "one 127.0.0.1 8080");
}

static void what_is_wrong_is_named_with_a_way_out(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        { "", "the port is missing" },
        { "9443", "the port is missing" },
        { "127.0.0.1", "the port is missing" },
        { ":", "the port is no number" },
        { ":http", "the port is no number" },
        { ":65536", "the port is no number" },
        { ":-1", "the port is no number" },
        { ":9443 ", "the port is no number" },
        { ":00000000009443", "the port is no number" },
        { "[::1:9443", "the bracket is not closed" },
        { "[:9443", "the bracket is not closed" },
        { "::1:9443", "the host is neither" },
        { "[]:9443", "the host is neither" },
        { "[127.0.0.1]:9443", "the host is neither" },
        { "example.com:9443", "the host is neither" },
        { "127.0.0.256:9443", "the host is neither" },
        { "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:1", "the host is neither" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const char *said = understood(cases[i].text);
        CLEAN(free) char *quoted = x_asprintf("\"%s\" is no address", cases[i].text);

        if (!strstr(said, cases[i].why) || !strstr(said, quoted) || !strstr(said, "127.0.0.1:9443"))
            fail_msg("%s: %s", cases[i].text, said);
    }
}

static void a_taken_port_is_a_conflict(void **state)
{
    struct err e = { 0 };
    in_port_t port = 0, other = 0;
    CLEAN(fd) int first = address_listen("127.0.0.1:0", &port, &e);
    CLEAN(free) char *again = x_asprintf("127.0.0.1:%d", port);

    (void)state;
    assert_true(first >= 0);
    assert_int_not_equal(port, 0);
    assert_int_equal(address_listen(again, &other, &e), -1);
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_non_null(strstr(e.text, again));
}

static void an_address_of_another_machine_is_refused(void **state)
{
    struct err e = { 0 };
    in_port_t port;

    (void)state;
    assert_int_equal(address_listen("192.0.2.1:0", &port, &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_non_null(strstr(e.text, "192.0.2.1:0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_written_as_in_go),
        cmocka_unit_test(what_is_wrong_is_named_with_a_way_out),
        cmocka_unit_test(a_taken_port_is_a_conflict),
        cmocka_unit_test(an_address_of_another_machine_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
