/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/screen.h"
#include "cli/text.h"
#include <sys/ioctl.h>

enum { REDRAW_MS = 250, OUT_MAX = 1 << 20 };

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

static void measure(struct screen *s)
{
    struct winsize size = { 0 };

    s->style.width = 80;
    s->height = 24;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        s->style.width = size.ws_col;
        s->height = size.ws_row > 2 ? size.ws_row : 24;
    }
}

void screen_open(struct screen *s, bool quiet)
{
    const char *term = getenv("TERM");

    *s = (struct screen){ .quiet = quiet };
    s->live = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    s->style.colour = s->live && !is_set("NO_COLOR");
    s->style.utf8 = text_is_utf8();
    measure(s);
}

static char *draw(const struct screen *s, const struct progress_row rows[], size_t n, int64_t now)
{
    struct buf out = buf_max(OUT_MAX);
    size_t fits = (size_t)s->height - 1, shown = n > fits ? fits - 1 : n;

    progress_draw(&out, rows, shown, &s->style, now);
    if (shown < n)
        (void)buf_addf(&out, "  and %zu more\n", n - shown);
    return buf_take(&out);
}

static void redraw(struct screen *s, const struct progress_row rows[], size_t n, int64_t now)
{
    char *text;

    measure(s);
    text = draw(s, rows, n, now);
    s->drawn_at = now;
    if (s->text && !strcmp(text, s->text)) {
        free(text);
        return;
    }
    if (s->drawn)
        (void)fprintf(stderr, "\033[%zuA", s->drawn);
    (void)fprintf(stderr, "\r\033[J%s", text);
    (void)fflush(stderr);
    free(s->text);
    s->text = text;
    s->drawn = n > (size_t)s->height - 1 ? (size_t)s->height - 1 : n;
}

static void changes(struct screen *s, const struct progress_row rows[], size_t n)
{
    for (; s->n_last < n; s->n_last++) {
        s->last = x_realloc(s->last, (s->n_last + 1) * sizeof(*s->last));
        s->last[s->n_last] = x_strdup("");
    }
    for (size_t i = 0; i < n; i++) {
        struct buf line = buf_max(OUT_MAX);
        char *text;

        progress_line(&line, &rows[i]);
        text = buf_take(&line);
        if (strcmp(text, s->last[i]) != 0)
            (void)fputs(text, stderr);
        free(s->last[i]);
        s->last[i] = text;
    }
}

void screen_show(struct screen *s, const struct progress_row rows[], size_t n, int64_t now)
{
    if (s->quiet)
        return;
    if (!s->live)
        changes(s, rows, n);
    else if (now - s->drawn_at >= REDRAW_MS || now < s->drawn_at)
        redraw(s, rows, n, now);
}

void screen_close(struct screen *s, const struct progress_row rows[], size_t n, int64_t now)
{
    if (n && !s->quiet && s->live)
        redraw(s, rows, n, now);
    else if (n && !s->quiet)
        changes(s, rows, n);
    for (size_t i = 0; i < s->n_last; i++)
        free(s->last[i]);
    free(s->last);
    free(s->text);
    *s = (struct screen){ .quiet = true };
}
