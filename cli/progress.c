/* SPDX-License-Identifier: Apache-2.0 */
/*  ⠿ Shoot/my-cluster  ████████▌·······  53%  Waiting until shoot control plane is ready        3m05s  */
#include "cli/progress.h"
#include "cli/text.h"

/* Lines without a terminal: Gardener lists all its tasks in one text; a failure is told in full. */
enum { PLAIN_MAX = 160, PLAIN_FAILURE_MAX = 1000 };

enum { MARK = 2, BAR = 16, PERCENT = 5, GAP = 2, NAME_MOST = 40, TEXT_LEAST = 12 };

static const struct {
    const char *utf8, *ascii, *colour;
} marks[PROGRESS_N] = {
    [PROGRESS_WAITING] = { "\u00b7", ".", "2" },
    [PROGRESS_MOVING] = { "\u2192", ">", "36" },
    [PROGRESS_DONE] = { "\u2713", "+", "32" },
    [PROGRESS_FAILED] = { "\u2717", "!", "31" },
};

static void spaces(struct buf *out, size_t *column, size_t to)
{
    for (; *column < to; (*column)++)
        (void)buf_adds(out, " ");
}

static void field(struct buf *out, size_t *column, const char *text, size_t columns, bool utf8)
{
    size_t n = text_columns(text);

    text_fit(out, text, columns, utf8);
    *column += n < columns ? n : columns;
}

static void bar(struct buf *out, size_t *column, int percent, bool utf8)
{
    int full = percent < 0 ? 0 : percent > 100 ? BAR : percent * BAR / 100;

    for (int i = 0; i < BAR; i++)
        (void)buf_adds(out, i < full ? (utf8 ? "\u2588" : "#") : (utf8 ? "\u00b7" : "."));
    *column += BAR;
    if (percent < 0)
        return;
    (void)buf_addf(out, " %3d%%", percent > 100 ? 100 : percent);
    *column += PERCENT;
}

/* Where the fields stand; 0 = not shown. The text gets what is left. */
struct layout {
    size_t name, bar_at, text_at, text, elapsed, end;
};

static struct layout lay_out(size_t names, size_t elapsed, bool any_bar, int width)
{
    struct layout l = { .name = names > NAME_MOST ? NAME_MOST : names,
                        .end = width > 4 ? (size_t)width - 1 : 3 };
    size_t used;

    /* the last column stays free: some terminals wrap there */
    if (l.name + MARK > l.end)
        l.name = l.end - MARK;
    used = MARK + l.name + GAP;
    if (any_bar && used + BAR + PERCENT + GAP + TEXT_LEAST + GAP + elapsed <= l.end) {
        l.bar_at = used;
        used += BAR + PERCENT + GAP;
    }
    if (used + TEXT_LEAST + GAP + elapsed <= l.end)
        l.elapsed = elapsed;
    if (used + GAP + l.elapsed < l.end) {
        l.text_at = used;
        l.text = l.end - used - (l.elapsed ? GAP + l.elapsed : 0);
    }
    return l;
}

static void draw_row(struct buf *out, const struct progress_row *row, const struct progress_style *style,
                     const struct layout *l, int64_t now)
{
    const char *mark = style->utf8 ? marks[row->state].utf8 : marks[row->state].ascii;
    char elapsed[TEXT_ELAPSED];
    size_t column = MARK;

    (void)buf_addf(out, style->colour ? "\033[%sm%s\033[0m " : "%.0s%s ", marks[row->state].colour, mark);
    field(out, &column, row->name, l->name, style->utf8);
    if (l->bar_at) {
        spaces(out, &column, l->bar_at);
        bar(out, &column, row->state == PROGRESS_DONE ? 100 : row->percent, style->utf8);
    }
    if (l->text_at && row->text && *row->text) {
        spaces(out, &column, l->text_at);
        field(out, &column, row->text, l->text, style->utf8);
    }
    if (l->elapsed) {
        text_elapsed((row->until ? row->until : now) - row->since, elapsed);
        spaces(out, &column, l->end - strlen(elapsed));
        (void)buf_adds(out, elapsed);
    }
    (void)buf_adds(out, "\n");
}

void progress_draw(struct buf *out, const struct progress_row rows[], size_t n,
                   const struct progress_style *style, int64_t now)
{
    size_t names = 0, longest = 0;
    bool any_bar = false;
    struct layout l;

    for (size_t i = 0; i < n; i++) {
        char elapsed[TEXT_ELAPSED];
        size_t name = text_columns(rows[i].name);

        text_elapsed((rows[i].until ? rows[i].until : now) - rows[i].since, elapsed);
        names = name > names ? name : names;
        longest = strlen(elapsed) > longest ? strlen(elapsed) : longest;
        any_bar = any_bar || rows[i].percent >= 0;
    }
    l = lay_out(names, longest, any_bar, style->width);
    for (size_t i = 0; i < n; i++)
        draw_row(out, &rows[i], style, &l, now);
}

void progress_line(struct buf *out, const struct progress_row *row)
{
    static const char *const words[PROGRESS_N] = { [PROGRESS_WAITING] = "waiting",
                                                   [PROGRESS_MOVING] = "in progress",
                                                   [PROGRESS_DONE] = "done",
                                                   [PROGRESS_FAILED] = "failed" };

    (void)buf_addf(out, "%s: %s", row->name, words[row->state]);
    if (row->text && *row->text) {
        (void)buf_adds(out, ": ");
        text_fit(out, row->text, row->state == PROGRESS_FAILED ? PLAIN_FAILURE_MAX : PLAIN_MAX, true);
    }
    (void)buf_adds(out, "\n");
}
