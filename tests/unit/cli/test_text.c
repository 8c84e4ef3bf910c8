/* SPDX-License-Identifier: Apache-2.0 */
/* Text that goes to a terminal, and tables. */
#undef NDEBUG
#include "cli/grid.h"
#include "cli/text.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void fits(const char *in, size_t columns, bool utf8, const char *want)
{
    CLEAN(buf_free) struct buf out = buf_max(1000);

    text_fit(&out, in, columns, utf8);
    assert_string_equal(buf_text(&out), want);
    assert_true(text_columns(buf_text(&out)) <= columns);
}

static void lists(const char *in, int items, const char *want)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_int_equal(text_list(out, in), items);
    (void)fclose(out);
    assert_string_equal(text, want);
    free(text);
}

static void a_list_is_an_item_to_a_line(void **state)
{
    (void)state;
    lists("(1) a is wrong (2) b (see (1) there)\n\033[31m (3) c", 3,
          "  a is wrong\n  b (see (1) there)  [31m\n  c\n");
    lists("one thing (2) is wrong", 0, "");
    lists("(1) alone", 1, "  alone\n");
    lists("", 0, "");
}

static void text_is_cut_and_cleaned(void **state)
{
    (void)state;
    fits("short", 10, true, "short");
    fits("exactly", 7, true, "exactly");
    fits("too long", 5, true, "too \xe2\x80\xa6");
    fits("too long", 5, false, "too ~");
    fits("x", 0, true, "");
    fits("one\ntwo\tthree", 20, true, "one two three");
    fits("\033[31mred\033[0m", 20, true, " [31mred [0m");
    fits("a\xc2\x9b"
         "31m",
         20, true, "a 31m"); /* C1's own CSI */
    fits("a\xe2\x80\xae"
         "b",
         20, true, "a b"); /* right-to-left override */
    fits("\xc3\xa5\xc3\xa4\xc3\xb6", 3, true, "\xc3\xa5\xc3\xa4\xc3\xb6");
    fits("\xc3\xa5\xc3\xa4\xc3\xb6", 3, false, "???");
    fits("\xff\xfe", 5, true, "??");
    fits("a\xc3", 5, true, "a?");
}

static void elapsed(int64_t ms, const char *want)
{
    char text[TEXT_ELAPSED];

    text_elapsed(ms, text);
    assert_string_equal(text, want);
}

static void time_is_short(void **state)
{
    (void)state;
    elapsed(-5, "0s");
    elapsed(59999, "59s");
    elapsed(185000, "3m05s");
    elapsed(3720000, "1h02m");
    elapsed(INT64_C(47) * 3600000, "47h00m");
    elapsed(INT64_C(49) * 3600000, "2d");
    elapsed(INT64_MAX, "106751991167d");
}

static void columns_are_as_wide_as_needed(void **state)
{
    CLEAN(grid_free) struct grid g;
    CLEAN(buf_free) struct buf out = buf_max(1000);

    (void)state;
    grid_init(&g, "NAME READY MESSAGE");
    grid_add(&g, "a-long-name");
    grid_add(&g, "True");
    grid_add(&g, "all\033[2J is well");
    grid_add(&g, "b");
    grid_add(&g, NULL);
    grid_addf(&g, "%d of %d", 1, 2);
    grid_print(&g, &out);
    assert_string_equal(buf_text(&out), "NAME          READY   MESSAGE\n"
                                        "a-long-name   True    all [2J is well\n"
                                        "b             -       1 of 2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_and_cleaned),
        cmocka_unit_test(a_list_is_an_item_to_a_line),
        cmocka_unit_test(time_is_short),
        cmocka_unit_test(columns_are_as_wide_as_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
