/* SPDX-License-Identifier: Apache-2.0 */
/* Progress as text. */
#undef NDEBUG
#include "cli/progress.h"
#include "cli/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NOW = 1000000 };

static const struct progress_row rows[] = {
    { .name = "Shoot/my-cluster",
      .state = PROGRESS_MOVING,
      .percent = 53,
      .text = "Waiting until the control plane is ready",
      .since = NOW - 185000 },
    { .name = "Volume/data",
      .state = PROGRESS_WAITING,
      .percent = -1,
      .text = "The cluster is not ready yet",
      .since = NOW - 5000 },
    { .name = "Gateway/web",
      .state = PROGRESS_FAILED,
      .percent = 10,
      .text = "no",
      .since = NOW - 9000,
      .until = NOW - 2000 },
    { .name = "TCPRoute/db",
      .state = PROGRESS_DONE,
      .percent = -1,
      .text = "",
      .since = NOW - 9000,
      .until = NOW - 8000 },
};

static char *draw(int width, bool utf8, bool colour)
{
    struct buf out = buf_max(1 << 16);
    const struct progress_style style = { .width = width, .utf8 = utf8, .colour = colour };

    progress_draw(&out, rows, sizeof(rows) / sizeof(*rows), &style, NOW);
    return buf_take(&out);
}

static void a_wide_terminal_shows_everything(void **state)
{
    CLEAN(free) char *text = draw(97, true, false);

    (void)state;
    assert_string_equal(
        text,
        "\u2192 Shoot/my-cluster  "
        "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7"
        "  53%  Waiting until the control plane is ready        3m05s\n"
        "\u00b7 Volume/data       "
        "\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7"
        "       The cluster is not ready yet                       5s\n"
        "\u2717 Gateway/web       "
        "\u2588\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7"
        "  10%  no                                                 7s\n"
        "\u2713 TCPRoute/db       "
        "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588"
        " 100%                                                     1s\n");
}

static void without_utf8_it_is_ascii(void **state)
{
    CLEAN(free) char *text = draw(80, false, false);

    (void)state;
    for (const char *at = text; *at; at++)
        assert_in_range((unsigned char)*at, '\n', 0x7e);
    assert_memory_equal(
        text, "> Shoot/my-cluster  ########........  53%  Waiting until the control pl~  3m05s\n", 79);
}

static void colour_is_only_where_it_is_wanted(void **state)
{
    CLEAN(free) char *plain = draw(80, true, false), *bright = draw(80, true, true);

    (void)state;
    assert_null(strchr(plain, '\033'));
    assert_non_null(strstr(bright, "\033[31m\u2717\033[0m Gateway/web"));
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (int width = 1; width < 130; width++) {
        CLEAN(free) char *text = draw(width, true, false);
        char *rest = text, *line;
        int lines = 0;

        while ((line = strsep(&rest, "\n")) && rest) {
            lines++;
            if (width >= 4)
                assert_in_range(text_columns(line), 0, (size_t)width - 1);
        }
        assert_int_equal(lines, 4);
    }
}

static void narrow_terminals_lose_the_bar_first(void **state)
{
    CLEAN(free) char *middle = draw(50, true, false), *narrow = draw(30, true, false);

    (void)state;
    assert_null(strstr(middle, "\u2588"));
    assert_non_null(strstr(middle, "3m05s"));
    assert_null(strstr(narrow, "3m05s"));
    assert_non_null(strstr(narrow, "Shoot/my-cluster"));
}

static void lines_for_logs_have_no_time_and_no_percent(void **state)
{
    CLEAN(buf_free) struct buf out = buf_max(1000);

    (void)state;
    progress_line(&out, &rows[0]);
    progress_line(&out, &rows[3]);
    assert_string_equal(buf_text(&out),
                        "Shoot/my-cluster: in progress: Waiting until the control plane is ready\n"
                        "TCPRoute/db: done\n");
}

static void nonsense_percentages_are_bounded(void **state)
{
    const struct progress_row odd[] = {
        { .name = "a", .state = PROGRESS_MOVING, .percent = 4000, .text = "t" },
        { .name = "b", .state = PROGRESS_MOVING, .percent = -7, .text = "t" }
    };
    const struct progress_style style = { .width = 80 };
    CLEAN(buf_free) struct buf out = buf_max(1000);

    (void)state;
    progress_draw(&out, odd, 2, &style, 0);
    assert_non_null(strstr(buf_text(&out), "################ 100%"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_terminal_shows_everything),
        cmocka_unit_test(without_utf8_it_is_ascii),
        cmocka_unit_test(colour_is_only_where_it_is_wanted),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(narrow_terminals_lose_the_bar_first),
        cmocka_unit_test(lines_for_logs_have_no_time_and_no_percent),
        cmocka_unit_test(nonsense_percentages_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
