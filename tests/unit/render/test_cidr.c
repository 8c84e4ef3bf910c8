/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 ranges. */
#undef NDEBUG
#include "function/render/cidr.h"
#include "lib/cleanup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct cidr range(const char *text)
{
    struct cidr c = { 0 };

    assert_true(cidr_parse(text, &c));
    return c;
}

static void ranges_are_read_and_written(void **state)
{
    struct cidr c = range("10.250.17.1/16");
    char text[CIDR_TEXT];

    (void)state;
    assert_true(c.host_bits);
    cidr_text(&c, text);
    assert_string_equal(text, "10.250.0.0/16");
    assert_int_equal(c.last, 0x0afaffff);
    c = range("0.0.0.0/0");
    assert_int_equal(c.last, UINT32_MAX);
    assert_false(c.host_bits);
    c = range("255.255.255.255/32");
    cidr_text(&c, text);
    assert_string_equal(text, "255.255.255.255/32");
}

static void what_is_none_is_refused(void **state)
{
    static const char *const none[] = { "",
                                        "10.0.0.0",
                                        "10.0.0.0/",
                                        "10.0.0.0/33",
                                        "10.0.0.0/-1",
                                        "10.0.0/8",
                                        "256.0.0.0/8",
                                        "::/0",
                                        "2001:db8::/32",
                                        "10.0.0.0/8 ",
                                        " 10.0.0.0/8",
                                        "a/b",
                                        "10.0.0.0/+8",
                                        "10.0.0.0/008",
                                        "10.0.0.0/08" };
    struct cidr c;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(none); i++)
        assert_false(cidr_parse(none[i], &c));
}

static void overlap_and_inclusion(void **state)
{
    struct cidr a = range("10.250.0.0/16"), b = range("10.250.128.0/17"), c = range("10.251.0.0/16");

    (void)state;
    assert_true(cidr_overlap(&a, &b) && cidr_overlap(&b, &a));
    assert_false(cidr_overlap(&a, &c) || cidr_overlap(&c, &a));
    assert_true(cidr_within(&b, &a) && cidr_within(&a, &a));
    assert_false(cidr_within(&a, &b) || cidr_within(&a, &c));
}

static void private_ranges(void **state)
{
    struct cidr yes[] = { range("10.0.0.0/8"), range("172.31.0.0/16"), range("192.168.1.0/24"),
                          range("100.64.0.0/10") };
    struct cidr no[] = { range("100.128.0.0/11"), range("172.32.0.0/16"), range("10.0.0.0/7"),
                         range("8.8.8.0/24") };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(yes); i++)
        assert_true(cidr_private(&yes[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(no); i++)
        assert_false(cidr_private(&no[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_read_and_written),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(overlap_and_inclusion),
        cmocka_unit_test(private_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
